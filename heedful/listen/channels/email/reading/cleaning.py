"""A mail's HTML without what could harm: no scripts, no forms, nothing that is loaded from elsewhere.

A picture from elsewhere has its address in `data-address`, so that a page can show it when somebody asks for it. A
picture that came with the mail has the digest of its attachment in `data-attachment`.
"""

import re
from collections.abc import Mapping

import nh3

from heedful.listen.channels.email.reading.mail import Doubts

LONGEST = 2_000_000
MOST_TAGS = 20_000
MOST_ENTITIES = 100_000
DEEPEST = 3_000
"""A parser of HTML takes more than linear time for what is nested deeper, and for more entities than these."""
VOID = re.compile(r"(?:br|hr|img|input|meta|link|col|wbr|!)(?![a-z])", re.IGNORECASE)
"""The tags that hold nothing."""
TAGS = frozenset((
    "a", "abbr", "address", "article", "aside", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center",
    "cite", "code", "col", "colgroup", "dd", "del", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "font",
    "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "ins", "kbd", "li", "main", "mark",
    "ol", "p", "pre", "q", "s", "samp", "section", "small", "span", "strike", "strong", "sub", "sup", "table",
    "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var",
))  # fmt: skip
GONE_WHOLE = frozenset(
    "script style title head noscript template textarea select option object iframe svg math".split()  # noqa: SIM905
)
ATTRIBUTES = {
    "*": {"dir", "lang", "style", "title", "align"},
    "a": {"href"},
    "blockquote": {"type"},
    "img": {"src", "alt", "width", "height"},
    "font": {"color", "size"},
    "td": {"colspan", "rowspan", "width", "valign", "bgcolor"},
    "th": {"colspan", "rowspan", "width", "valign", "bgcolor"},
    "table": {"width", "border", "cellpadding", "cellspacing", "bgcolor"},
    "ol": {"start"},
    "li": {"value"},
}  # fmt: skip
PROPERTIES = frozenset((
    "background-color", "border", "border-bottom", "border-collapse", "border-left", "border-right", "border-top",
    "color", "display", "font-family", "font-size", "font-style", "font-weight", "line-height", "list-style-type",
    "margin-left", "padding", "padding-bottom", "padding-left", "padding-right", "padding-top", "text-align",
    "text-decoration", "text-indent", "vertical-align", "white-space", "width",
))  # fmt: skip
"""What a style may say: nothing that places an element elsewhere or loads anything."""
HARMLESS = re.compile(r"[\w\s#%.,'\"+-]{1,100}+")
RGB = re.compile(r"rgba?\([\d\s.,%/]{1,40}\)")
LINKS = ("http://", "https://", "mailto:", "tel:")
REMOTE = "data:x-elsewhere,"
ATTACHED = "data:x-attached,"


def clean(html: str, pictures: Mapping[str, str], doubts: Doubts) -> str:
    """Return the HTML without harm; `pictures` are the digests of attachments by their content id."""
    beginning = _affordable(html)
    if len(beginning) < len(html):
        doubts.add("The HTML of the mail is too large; only its beginning is shown.")

    def keep(_tag: str, attribute: str, value: str) -> str | None:
        if attribute == "style":
            return _style(value)
        if attribute == "src":
            return _picture(value, pictures)
        if attribute in ("width", "height", "size", "border") and len(value) > 5:
            return None
        return None if attribute == "href" and not value.strip().lower().startswith(LINKS) else value

    return _with_pictures(_clean(beginning, keep))


def _clean(html: str, keep: object) -> str:
    return nh3.clean(
        html.replace("\x00", ""),
        tags=set(TAGS),
        clean_content_tags=set(GONE_WHOLE),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        attribute_filter=keep,  # type: ignore[arg-type]
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        strip_comments=True,
    )


def _affordable(html: str) -> str:
    """So much of it that it is cleaned within a moment."""
    html = html[:LONGEST]
    if html.count("&") > MOST_ENTITIES:
        html = "&".join(html.split("&", MOST_ENTITIES)[:MOST_ENTITIES])
    return html if html.count("<") <= DEEPEST else html[: _end_of_tags(html)]


def _end_of_tags(html: str) -> int:
    at = depth = count = 0
    while (at := html.find("<", at)) >= 0:
        if html[at + 1 : at + 2] == "/":
            depth = max(0, depth - 1)
        elif not VOID.match(html, at + 1):
            depth += 1
        count += 1
        if count > MOST_TAGS or depth > DEEPEST:
            return at
        at += 1
    return len(html)


def _picture(address: str, pictures: Mapping[str, str]) -> str | None:
    """What stands for a picture until the page is made."""
    plain = address.strip()
    if plain.lower().startswith("cid:"):
        digest = pictures.get(plain[4:].strip("<> ")) or pictures.get(plain[4:].strip("<> ").lower())
        return f"{ATTACHED}{digest}" if digest else None
    return f"{REMOTE}{plain}" if plain.lower().startswith(("http://", "https://")) else None


def _with_pictures(cleaned: str) -> str:
    """Cleaned HTML writes quotation marks only round values, so nobody can write these themselves."""
    return cleaned.replace(f' src="{REMOTE}', ' data-address="').replace(f' src="{ATTACHED}', ' data-attachment="')


def _style(value: str) -> str | None:
    """The declarations that do no harm."""
    if "\\" in value or "/*" in value:
        return None
    kept = []
    for declaration in value[:2_000].split(";"):
        name, _, said = (part.strip() for part in declaration.partition(":"))
        if name.lower() in PROPERTIES and (HARMLESS.fullmatch(said) or RGB.fullmatch(said)):
            kept.append(f"{name.lower()}:{said}")
    return ";".join(kept) or None

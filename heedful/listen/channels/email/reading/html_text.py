"""Readable text of cleaned HTML: paragraphs, lists, links and quotations stay what they are."""

from html.parser import HTMLParser

from heedful.kit import characters, names

BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "figcaption", "figure", "footer",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "table", "tr",
    "ul", "caption",
))  # fmt: skip
SPACED = frozenset("p h1 h2 h3 h4 h5 h6 ul ol dl table blockquote pre".split())  # noqa: SIM905
VOID = frozenset(("br", "hr", "img", "col"))
DEEPEST_QUOTE = 20


def text_of(cleaned: str) -> str:
    """Return what a person reads, as lines."""
    writer = _Writer()
    writer.feed(cleaned)
    writer.close()
    return writer.text()


class _Writer(HTMLParser):
    """Writes lines as it walks through tags that are known to be well formed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.words: list[str] = []
        self.quotes = 0
        self.lists: list[int | None] = []
        self.links: list[tuple[str, int]] = []
        self.pre = 0
        self.hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        said = {name: value or "" for name, value in attrs}
        if self.hidden or "display:none" in said.get("style", "").replace(" ", ""):
            if tag not in VOID:
                self.hidden.append(tag)
            return
        if tag in BLOCKS:
            self._end_line(is_spaced=tag in SPACED and not (tag in ("ul", "ol") and self.lists))
        self._open(tag, said)

    def _open(self, tag: str, said: dict[str, str]) -> None:
        match tag:
            case "br":
                self._end_line(is_forced=True)
            case "hr":
                self.lines.append(self._mark() + "_" * 32)
            case "img" if said.get("alt", "").strip():
                self.words.append(f"[{names.one_line(said['alt'])}]")
            case "a":
                self.links.append((said.get("href", ""), len(self.words)))
            case "blockquote":
                self.quotes += 1
            case "pre":
                self.pre += 1
            case "ul" | "ol":
                self.lists.append(1 if tag == "ol" else None)
            case "li":
                self._item()
            case "td" | "th" if self.words:
                self.words.append(" ")

    def _item(self) -> None:
        number = self.lists[-1] if self.lists else None
        indent = "  " * min(max(len(self.lists) - 1, 0), 8)
        self.words.append(f"{indent}{number}. " if number is not None else f"{indent}- ")
        if number is not None:
            self.lists[-1] = number + 1

    def handle_endtag(self, tag: str) -> None:
        """End an element."""
        if self.hidden:
            self.hidden.pop()
            return
        if tag == "a" and self.links:
            self._end_link()
        if tag in BLOCKS:
            self._end_line(is_spaced=tag in SPACED and not (tag in ("ul", "ol") and len(self.lists) > 1))
        self._close(tag)

    def _close(self, tag: str) -> None:
        if tag == "blockquote":
            self.quotes = max(0, self.quotes - 1)
        elif tag == "pre":
            self.pre = max(0, self.pre - 1)
        elif tag in ("ul", "ol") and self.lists:
            self.lists.pop()

    def _end_link(self) -> None:
        """A link's address stands behind its words, unless they are the address."""
        address, begun = self.links.pop()
        said = names.one_line("".join(self.words[begun:]))
        plain = address.removeprefix("mailto:").removeprefix("tel:")
        if address and not address.startswith("#") and said and said.strip("/") not in plain:
            self.words.append(f" <{plain}>")

    def handle_data(self, data: str) -> None:
        """Take words."""
        if self.hidden:
            return
        if not self.pre:
            self.words.append(data)
            return
        first, *rest = data.split("\n")
        self.words.append(first)
        for line in rest:
            self._end_line(is_forced=True)
            self.words.append(line)

    def _mark(self) -> str:
        return ">" * min(self.quotes, DEEPEST_QUOTE) + " " if self.quotes else ""

    def _end_line(self, *, is_spaced: bool = False, is_forced: bool = False) -> None:
        whole = "".join(self.words)
        self.words.clear()
        self.links = [(address, 0) for address, _ in self.links]
        line = whole.rstrip() if self.pre else _squeezed(whole)
        if line or is_forced:
            self.lines.append(self._mark() + line)
        if is_spaced and self.lines and self.lines[-1].strip("> "):
            self.lines.append(self._mark().rstrip())

    def text(self) -> str:
        """All lines."""
        self._end_line()
        while self.lines and not self.lines[-1].strip("> "):
            self.lines.pop()
        return "\n".join(self.lines).strip("\n")


def _squeezed(line: str) -> str:
    """Without the white space that HTML does not show; the indent of a list stays."""
    if not characters.unjoined(characters.visible(line)).strip():
        return ""
    indent = len(line) - len(line.lstrip(" ")) if line.lstrip(" ").startswith(("- ", "1. ")) else 0
    return " " * min(indent, 16) + names.one_line(line)

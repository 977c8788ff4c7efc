"""How the customers' pages look: the company's name and colour, in one small answer without third parties."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csp import get_nonce
from django.shortcuts import render
from django.utils.csp import CSP

from heedful.kit import colour
from heedful.listen import wordings
from heedful.web import shell
from heedful.web.stylesheet import FOLDER

LIGHT, DARK = "#ffffff", "#171716"
POLICY: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.NONCE],
    "script-src": [CSP.NONCE],
    "img-src": ["data:"],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


def show(request: HttpRequest, template: str, *, language: str, status: int = 200, **context: Any) -> HttpResponse:
    """Return a customers' page in a language; whatever is needed to draw it is in it."""
    company = shell.of(request).company
    around = {
        "company": company.name,
        "language": language,
        "direction": wordings.direction(language),
        "look": colours(company.colour),
        "css": _css(),
        "nonce": str(get_nonce(request)),
        "words": {key: wordings.say(key, language, company=company.name) for key in WORDS}
        | {"open_hint": wordings.ours("open_hint", language)},
        "is_ours": wordings.is_spoken(language),
    }
    response = render(request, template, {**around, **context}, status=status)
    return sealed(response)


def sealed(response: HttpResponse) -> HttpResponse:
    """Add what keeps a customer's link out of caches, search engines and other people's logs."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response


def colours(accent: str) -> dict[str, str]:
    """The company's colour where it is filled, where it is text, and what is written on it; light and dark."""
    dark = colour.readable(accent, on=DARK)
    light = accent if colour.contrast(accent, LIGHT) >= 3 else colour.readable(accent, on=LIGHT)
    return {
        "accent": light,
        "ink": colour.ink_on(light),
        "link": colour.readable(accent, on=LIGHT),
        "dark_accent": dark,
        "dark_ink": colour.ink_on(dark),
        "dark_link": dark,
    }


WORDS = ("send", "chosen", "saved", "saving", "unsaved", "change", "change_until", "stop")


@cache
def _css() -> str:
    text = (FOLDER / "survey.css").read_text(encoding="utf-8")
    return "\n".join(line for line in text.splitlines() if not line.startswith("/*"))

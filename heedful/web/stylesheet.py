"""The one style sheet: the files under static/web/css in the order of web.css, with the company's colour in front."""

import hashlib
import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page

FOLDER = Path(__file__).parent / "static" / "web" / "css"
IMPORT = re.compile(r'@import "([a-z-]+\.css)" layer\(([a-z]+)\);')


def address(colour: str) -> str:
    """Return where the sheet in this colour is; the address changes whenever the sheet does."""
    return reverse("stylesheet", args=[_digest(), colour.lstrip("#").lower()])


@cache_control(public=True, max_age=31_536_000, immutable=True)
@gzip_page
def stylesheet(request: HttpRequest, digest: str, colour: str) -> HttpResponse:
    """Serve it, for ever under this address."""
    if not re.fullmatch(r"[0-9a-f]{6}", colour):
        raise Http404
    return HttpResponse(f":root {{ --brand: #{colour}; }}\n{_stylesheet()}", content_type="text/css")


def _stylesheet() -> str:
    return _read() if settings.DEBUG else _read_cached()


def _digest() -> str:
    return hashlib.sha256(_stylesheet().encode()).hexdigest()[:12]


@cache
def _read_cached() -> str:
    return _read()


def _read() -> str:
    def included(match: re.Match[str]) -> str:
        text = (FOLDER / match[1]).read_text(encoding="utf-8")
        return f"@layer {match[2]} {{\n{text}}}"

    return IMPORT.sub(included, (FOLDER / "web.css").read_text(encoding="utf-8"))

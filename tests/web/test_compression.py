"""What is packed on its way out, and what is not."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.templatetags.static import static
from django.test import RequestFactory
from django.utils.functional import empty
from whitenoise.middleware import WhiteNoiseMiddleware

from heedful.cli import static_files
from heedful.web.compression import PackPages

PAGE = "<p>Somebody said something long.</p>" * 400


def answered(path: str, response: Any, *, method: str = "GET", accepts: str = "gzip, br") -> Any:
    request = RequestFactory().generic(method, path, headers={"accept-encoding": accepts})
    return PackPages(lambda _: response)(request)


def test_a_page_is_packed_for_a_browser_that_unpacks_it() -> None:
    packed = answered("/cases?q=late", HttpResponse(PAGE))
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert gzip.decompress(packed.content).decode() == PAGE
    assert int(packed.headers["Content-Length"]) == len(packed.content) < len(PAGE) / 6
    assert answered("/cases", HttpResponse(PAGE), accepts="identity").content.decode() == PAGE


def test_how_long_a_packed_page_is_is_partly_chance() -> None:
    assert len({len(answered("/cases", HttpResponse(PAGE)).content) for _ in range(30)}) > 1


@pytest.mark.parametrize(
    ("path", "response", "method"),
    [
        ("/accounts/2fa/recovery-codes/", HttpResponse(PAGE), "GET"),
        ("/setup/keys", HttpResponse(PAGE), "GET"),
        ("/setup/webhooks/3", HttpResponse(PAGE), "GET"),
        ("/setup/first/abc", HttpResponse(PAGE), "GET"),
        ("/cases/3/notes", HttpResponse(PAGE), "POST"),
        ("/api/cases", HttpResponse(PAGE, content_type="application/json"), "GET"),
        ("/cases?format=csv", StreamingHttpResponse([PAGE], content_type="text/csv"), "GET"),
        ("/live", StreamingHttpResponse([PAGE], content_type="text/event-stream"), "GET"),
        ("/surveys/1/qr.svg", HttpResponse(PAGE, content_type="image/svg+xml"), "GET"),
        ("/file", HttpResponse(PAGE, content_type="application/gzip"), "GET"),
    ],
)
def test_secrets_streams_and_what_programs_read_go_out_as_they_are(path: str, response: Any, method: str) -> None:
    assert "Content-Encoding" not in answered(path, response, method=method).headers


def test_a_page_that_is_packed_already_is_not_packed_again() -> None:
    packed = HttpResponse(gzip.compress(PAGE.encode()), headers={"Content-Encoding": "gzip"})
    assert gzip.decompress(answered("/cases", packed).content).decode() == PAGE


@pytest.fixture
def laid_out(tmp_path: Path, settings: Any) -> Iterator[WhiteNoiseMiddleware]:
    """Scripts in a data folder, and what serves them."""
    settings.STATIC_ROOT, settings.WHITENOISE_AUTOREFRESH = tmp_path / "static", False
    staticfiles_storage._wrapped = empty  # type: ignore[attr-defined]
    static_files.lay_out()
    yield WhiteNoiseMiddleware(lambda _: HttpResponse(status=404))
    settings.STATIC_ROOT = tmp_path / "nothing"
    staticfiles_storage._wrapped = empty  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["web/forms.js", "django_htmx/htmx-2.min.js", "web/mark.svg"])
def test_scripts_are_kept_for_ever_under_names_that_change_with_them(name: str, laid_out: WhiteNoiseMiddleware) -> None:
    address = static(name)
    stem, _, ending = name.rpartition(".")
    assert re.fullmatch(rf"/static/{stem}\.[0-9a-f]{{12}}\.{ending}", address)

    served: Any = laid_out(_asked(address))
    assert served.headers["Cache-Control"] == "max-age=315360000, public, immutable"
    if ending == "js":
        assert served.headers["Content-Encoding"] == "gzip"
    plain: Any = laid_out(_asked(f"/static/{name}"))
    assert "immutable" not in plain.headers["Cache-Control"]


def _asked(address: str) -> HttpRequest:
    return RequestFactory().get(address, headers={"accept-encoding": "gzip"})


def test_a_script_that_was_not_laid_out_is_called_by_its_plain_name(tmp_path: Path, settings: Any) -> None:
    settings.STATIC_ROOT = tmp_path
    staticfiles_storage._wrapped = empty  # type: ignore[attr-defined]
    assert staticfiles_storage.url("web/nothing.js") == "/static/web/nothing.js"


def test_a_folder_that_cannot_be_written_to_stops_nothing(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("not yours")

    monkeypatch.setattr("django.core.management.call_command", refuse)
    static_files.lay_out()
    assert "served as they are" in caplog.text

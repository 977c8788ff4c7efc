"""Whoever sends a form: no file is written, nothing large is read, and no slow codec is used."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client, RequestFactory

from heedful.config import wsgi
from heedful.web import form_limits
from heedful.web.charsets import read_as_utf8
from tests.web.portal.test_surveys import alice, invitation, make

__all__ = ["alice", "invitation", "make"]
pytestmark = pytest.mark.django_db
PAGES = ["/s/{token}", "/s/{token}/stop", "/accounts/login/", "/accounts/password/reset/", "/nowhere"]
BIG = 3_000_000
"""More than Django keeps of a file in memory."""


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(settings, "FILE_UPLOAD_TEMP_DIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def part(name: str, content: bytes, more: str = "") -> bytes:
    return f'--B\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + content + b"\r\n"


@pytest.mark.parametrize("size", [1, 400_000, BIG])
@pytest.mark.parametrize("page", PAGES)
def test_no_page_takes_a_file(
    page: str, size: int, invitation: Any, written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Any] = []
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", lambda *a, **k: made.append((a, k)))
    monkeypatch.setattr("django.core.files.uploadedfile.TemporaryUploadedFile.__init__", lambda *a: made.append(a))
    client = Client(enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "x" * 32
    file = SimpleUploadedFile("a.bin", b"x" * size)
    answer = client.post(page.format(token=invitation.token), {"file": file, "recommend": "3"})
    assert answer.status_code in (400, 403, 404, 413)
    assert (made, list(written.iterdir())) == ([], [])


def test_an_answer_with_a_file_beside_it_is_refused_and_says_so(client: Client, invitation: Any) -> None:
    file = SimpleUploadedFile("a.txt", b"x")
    answer = client.post(f"/s/{invitation.token}", {"recommend": "3", "file": file})
    assert answer.status_code == 400
    invitation.refresh_from_db()
    assert invitation.answers == {}


@pytest.mark.parametrize("kind", form_limits.FORMS)
@pytest.mark.parametrize("path", ["/accounts/login/", "/api/customers", "/s/x"])
def test_a_form_larger_than_any_of_ours_is_not_read(path: str, kind: str, client: Client) -> None:
    body = b"a=" + b"%" * form_limits.FORM_BYTES
    answer = client.post(path, body, content_type=f"{kind}; boundary=B")
    assert answer.status_code == 413
    if path.startswith("/api/"):
        assert answer.json()["code"] == "large"


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain; charset=punycode",
        "multipart/form-data; boundary=B; Charset=idna",
        'application/json; charset="zlib"',
        "text/plain; charset=utf-8; charset=punycode",
        "text/plain; charset=utf-16",
        "text/plain; charset = utf-8x",
        "text/plain; charset*=utf-8''punycode",
    ],
)
@pytest.mark.parametrize("path", ["/s/x", "/v1/batch", "/api/customers", "/"])
def test_nothing_is_read_by_a_codec_of_the_sender_s_choice(
    path: str, kind: str, rf: RequestFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    codecs: list[Any] = []

    def application(environ: dict[str, Any], _: Any) -> list[bytes]:
        codecs.append(WSGIRequest(environ).encoding)
        return []

    environ = rf.post(path, b"--B--", content_type="text/plain", QUERY_STRING="a=b").environ
    assert wsgi.application.application.__qualname__ == read_as_utf8(application).__qualname__
    read_as_utf8(application)({**environ, "CONTENT_TYPE": kind}, None)
    read_as_utf8(application)({**environ, "CONTENT_TYPE": 'text/plain; charset="UTF-8"'}, None)
    assert codecs == [None, "UTF-8"]


def test_a_mail_program_s_one_click_may_come_as_multipart(client: Client, invitation: Any) -> None:
    body = part("List-Unsubscribe", b"One-Click") + b"--B--\r\n"
    answer = client.post(f"/s/{invitation.token}/stop", body, content_type="multipart/form-data; boundary=B")
    assert answer.status_code == 200

"""What is written to the log when somebody asks for what is not there."""

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse
from psycopg.errors import DiskFull

from heedful.associates.models import Associate
from heedful.web import errors


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/wp-login.php", "/s/unknown", "/cases/1", "/" + "x" * 3000])
def test_passers_by_leave_no_line_in_the_log(client: Client, caplog: pytest.LogCaptureFixture, path: str) -> None:
    assert client.get(path).status_code in (302, 404)
    assert not caplog.records


@pytest.mark.django_db
def test_a_house_that_is_called_by_another_name_says_no_without_a_line(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with override_settings(ALLOWED_HOSTS=["care.example.com"]):
        assert client.get("/", headers={"Host": "evil.example"}).status_code == 400
    assert not caplog.records


@pytest.mark.django_db
def test_a_form_beyond_the_limit_is_refused_without_a_line(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    assert client.post(reverse("account_login"), {"login": "x" * 3_000_000}).status_code == 413
    assert client.post(reverse("account_login"), {f"a{n}": "" for n in range(2_000)}).status_code == 400
    assert not caplog.records


@pytest.mark.django_db
def test_a_database_that_goes_away_in_the_session_is_no_breakdown(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away_now(*_: object, **__: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr("heedful.kit.outage._told_at", {})
    monkeypatch.setattr("django.contrib.sessions.middleware.SessionMiddleware.process_response", away_now)
    client.raise_request_exception = False
    answer = client.get(reverse("account_login"))
    assert answer.status_code == 503
    assert "Back in a moment" in answer.content.decode()
    assert [line.message for line in caplog.records] == ["The database takes nothing: gone"]


def test_a_full_disk_is_called_by_its_name(rf: RequestFactory) -> None:
    error = OperationalError("no room")
    error.__cause__ = DiskFull("no room")
    said = errors.Unavailable(lambda _: HttpResponse()).process_exception(rf.get("/"), error)
    assert said is not None
    assert said.status_code == 503
    assert "The disk is full" in said.content.decode()
    away = errors.unavailable(rf.get("/"), OperationalError("gone"))
    assert "cannot be reached" in away.content.decode()


@pytest.mark.django_db
def test_a_page_that_one_may_not_open_says_so_in_words(client: Client, mira: Associate) -> None:
    client.force_login(mira)
    page = client.get("/setup/keys")
    assert page.status_code == 403
    assert "<p>You may not do this. Ask an administrator if you need to.</p>" in page.content.decode()

"""What an answer says of its own cost while one develops."""

import re

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from heedful.kit import statements
from heedful.web import timing


@pytest.mark.django_db
def test_an_answer_says_what_the_database_and_the_rest_took() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.execute("SELECT 2")
        assert statements.fetch("SELECT 3 + %s", [1]) == [(4,)]
        return HttpResponse()

    told = timing.say(view)(RequestFactory().get("/")).headers["Server-Timing"]

    assert re.fullmatch(r'database;dur=\d+\.\d;desc="3 statements", render;dur=\d+\.\d', told)

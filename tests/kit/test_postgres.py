import pytest
from django.db import connection


@pytest.mark.django_db
def test_the_application_is_no_superuser() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("heedful", False)

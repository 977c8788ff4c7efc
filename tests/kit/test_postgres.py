import pytest
from django.db import connection


@pytest.mark.django_db
def test_the_application_is_no_superuser() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("heedful", False)


@pytest.mark.django_db
def test_values_are_bound_by_the_server_and_stand_in_no_statement() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid() AND %s <> ''", ["confided"])
        (statement,) = cursor.fetchone()
    assert "$1" in statement
    assert "confided" not in statement

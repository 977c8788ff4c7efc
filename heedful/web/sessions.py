"""Sessions: Django's own in the database, read in one prepared statement with the company, which every page needs.

Nothing of a session is remembered between two requests: whoever was logged out or shut out is so at once.
"""

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from heedful.associates.models import Company
from heedful.kit import statements

FIELDS = [field.attname for field in Company._meta.concrete_fields]
READ = f"""
SELECT session.session_data, session.expire_date, {", ".join(f"company.{name}" for name in FIELDS)}
FROM django_session AS session LEFT JOIN associates_company AS company ON company.id = 1
WHERE session.session_key = %s AND session.expire_date > %s
"""  # noqa: S608 - the names are the model's own


class SessionStore(db.SessionStore):
    """A session, and the company as it was when the session was read."""

    company: Company | None = None

    def _get_session_from_db(self) -> Session | None:
        """Read the session; one that is over, or was ended from elsewhere, begins anew without its name."""
        key = str(self.session_key)
        rows = statements.fetch(READ, [key, timezone.now()])
        if not rows:
            self._session_key: Any = None
            return None
        data, expires_at, *company = rows[0]
        if company[0] is not None:
            self.company = Company.from_db("default", FIELDS, company)
        return Session(session_key=key, session_data=data, expire_date=expires_at)

"""The demo: a broadband company that does not exist, with its customers, its promises and its mistakes."""

from collections.abc import Sequence
from datetime import datetime

from heedful.associates import company as founded
from heedful.customers.models import Customer
from heedful.demo import alive, company
from heedful.demo.alive import live_on as live_on
from heedful.kit.errors import Refused

CUSTOMERS = 5_000


def fill(*, now: datetime, customers: int = CUSTOMERS) -> bool:
    """Fill an installation that has no customers with eighteen months up to now; returns whether it had none.

    A demo that was filled in before catches up with the time in which it was not running.
    """
    if is_here() and not company.is_open():
        raise Refused("The demo was stopped before it was complete. Delete its data folder and start again.")
    if is_here():
        alive.catch_up(at=now)
    if Customer.objects.exists():
        return False
    from heedful.demo import history

    history.fill(now=now, customers=customers)
    return True


def is_here() -> bool:
    """Whether this installation is the demo."""
    company_row = founded.find()
    return company_row is not None and company_row.is_demo


def logins() -> Sequence[str]:
    """Who can log in and how, as the terminal says it."""
    if not is_here():
        return ["There are customers of your own here, so the demo was left out. Give it an empty folder with --data."]
    rows = [f"  {company.address(name):<24} {role.label}" for name, role, _ in company.CAST]
    return [f"{company.NAME} is a demo. Log in as any of these, with the password {company.password()}", *rows]

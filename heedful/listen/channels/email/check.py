"""What must be true before a mail is written to a customer."""

from heedful.customers.models import Customer
from heedful.kit.errors import Refused


def refuse_unsendable(*, person: Customer, to: str, subject: str) -> None:
    """Refuse a mail without an address or a subject, and one to an address that is no longer the customer's."""
    if not person.email:
        raise Refused("We know no e-mail address of this customer. Call, and write down here what was said.")
    if to and to != person.email:
        raise Refused(f"The address became {person.email} while you wrote. Is it theirs? Then send it again.")
    if not subject.strip():
        raise Refused("Give the mail a subject.")

"""A case as it is held while somebody changes it."""

from heedful.act.models import Case
from heedful.associates import associates
from heedful.kit.actor import By
from heedful.kit.errors import Refused


def lock_for(case: Case, action: str, *, by: By, is_open: bool = True) -> Case:
    """The case as it is now, held for a change by somebody who may make it."""
    associates.must(by, action, case)
    row = lock(case)
    if is_open and not row.is_open:
        raise Refused("This case is closed. Reopen it to go on.", code="closed")
    return row


def lock(case: Case) -> Case:
    """The case as it is once nobody else changes it. Its owner is read after: a join would show the owner before."""
    return Case.objects.select_for_update().get(pk=case.pk)

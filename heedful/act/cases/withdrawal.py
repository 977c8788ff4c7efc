"""What opened cases is taken back: a case that nobody worked on goes with it, and one that somebody did stays."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from heedful.act.cases.opening import publish
from heedful.act.models import Case, CaseThread, CaseTrouble, Note
from heedful.customers import withdrawal
from heedful.customers.models import Touchpoint
from heedful.customers.slugs import RESERVED
from heedful.ledger.references import Reference
from heedful.promise.models import Commitment

STATES = (Commitment.State.BROKEN, Commitment.State.AT_RISK)


@dataclass(frozen=True, slots=True)
class RemainingCases:
    """The cases that stay because somebody worked on them, and the customers who stay with them."""

    cases: set[int]
    customers: set[int]


@transaction.atomic
def take_back(*, feedback: Collection[int], touchpoints: Collection[int], because: str, at: datetime) -> RemainingCases:
    """Take back the trouble in this feedback and in promises that these touchpoints were the beginning of.

    `because` is written down on the cases that stay.
    """
    troubles = CaseTrouble.objects.filter(reference__in=_references(feedback, touchpoints))
    cases = Case.objects.select_for_update().filter(pk__in=troubles.values("case")).order_by("pk")
    remaining = RemainingCases(set(), set())
    for case in cases.annotate(has_work=_has_work()):
        if getattr(case, "has_work"):  # noqa: B009 (annotated above)
            _say(case, because, at)
            remaining.cases.add(case.pk)
            remaining.customers.update(case.troubles.values_list("customer_id", flat=True), [case.customer_id])
        else:
            _drop(case, troubles.filter(case=case).values_list("pk", flat=True))
    return remaining


def _references(feedback: Collection[int], touchpoints: Collection[int]) -> list[str]:
    commitments = Commitment.objects.filter(opened_by__in=touchpoints).values_list("pk", flat=True)
    broken = [str(Reference("commitment", pk, state)) for pk in commitments for state in STATES]
    return [*(str(Reference("feedback", pk)) for pk in feedback), *broken]


def _has_work() -> Q:
    """Whether somebody of ours did anything with a case."""
    of = {"case": OuterRef("pk")}
    return (
        Q(owner__isnull=False)
        | Q(claimed_at__isnull=False)
        | Q(first_act_at__isnull=False)
        | Q(closed_at__isnull=False)
        | Q(Exists(Note.objects.filter(**of)))
        | Q(Exists(CaseThread.objects.filter(**of)))
    )


def _say(case: Case, because: str, at: datetime) -> None:
    """Write down, once, why what the case is about is no longer to be seen."""
    if not case.notes.filter(text=because).exists():
        Note.objects.create(case=case, text=because, author=None, at=at)
        publish(case)


def _drop(case: Case, troubles: Collection[int]) -> None:
    """Let a case forget some of what it heard, and go where nothing is left."""
    publish(case)
    case.troubles.filter(pk__in=list(troubles)).delete()
    worst = case.troubles.order_by("-severity", "happened_at", "pk").first()
    if worst is None:
        own = Touchpoint.objects.filter(
            customer_id=case.customer_id, kind__startswith=RESERVED, properties__case=case.clock
        )
        rows = list(own.values_list("pk", "message"))
        withdrawal.remove_touchpoints(touchpoints=[pk for pk, _ in rows], messages=[name for _, name in rows])
        case.delete()
        return
    case.severity, case.title = worst.severity, worst.what
    case.save(update_fields=["severity", "title"])

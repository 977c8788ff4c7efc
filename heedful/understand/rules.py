"""What counts as trouble, in the company's own rules: a score at or below a limit, or a sign in the words."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from heedful.associates import associates
from heedful.customers import question_kinds
from heedful.kit import locks
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.ledger import events
from heedful.understand.light import signals
from heedful.understand.models import TroubleRule

SEVERITIES = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class RuleAdded:
    """Something counts as trouble from now on."""

    rule: int
    question: str
    at_most: int | None
    signal: str
    severity: int


@dataclass(frozen=True, slots=True)
class RuleRemoved:
    """It no longer does; what it opened goes on."""

    rule: int


@transaction.atomic
def add_score(*, question: str, at_most: int, severity: int, by: By, at: datetime) -> TroubleRule:
    """Let a score at or below a limit count as trouble."""
    scale = question_kinds.scale_of(question)
    if not scale.lowest <= at_most < scale.highest:
        raise Refused(f"{scale.name} goes from {scale.lowest} to {scale.highest}. Give a limit below the highest.")
    return _add(TroubleRule(question=question, at_most=at_most, severity=severity), by=by, at=at)


@transaction.atomic
def add_signal(*, signal: str, severity: int, by: By, at: datetime) -> TroubleRule:
    """Let a sign in the words count as trouble."""
    if signal not in signals.names():
        raise Refused("Choose a sign from the list.")
    return _add(TroubleRule(signal=signal, severity=severity), by=by, at=at)


@transaction.atomic
def remove(*, rule: TroubleRule, by: By, at: datetime) -> None:
    """Let it count no longer."""
    associates.must(by, "promise.edit")
    if not rule.is_active:
        raise Refused("This rule was removed already.")
    rule.is_active = False
    rule.save(update_fields=["is_active"])
    events.record(RuleRemoved(rule.pk), by=by, at=at)


def _add(rule: TroubleRule, *, by: By, at: datetime) -> TroubleRule:
    associates.must(by, "promise.edit")
    if rule.severity not in SEVERITIES:
        raise Refused("Choose how bad it is.")
    locks.lock(TroubleRule)
    same = TroubleRule.objects.filter(
        question=rule.question, at_most=rule.at_most, signal=rule.signal, is_active=True, severity=rule.severity
    )
    if same.exists():
        raise Refused("This rule is there already.")
    rule.save()
    events.record(RuleAdded(rule.pk, rule.question, rule.at_most, rule.signal, rule.severity), by=by, at=at)
    return rule

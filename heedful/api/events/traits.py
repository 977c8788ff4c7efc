"""What traits say of a customer: facts with a column of their own, consents, the organisation, and all the rest."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from heedful.kit.reading import currencies
from heedful.kit.reading.nothing import is_nothing
from heedful.kit.reading.numbers import number_of
from heedful.kit.reading.yes_no import yes_of

OWN = {
    "name": "name",
    "first_name": "first_name",
    "firstName": "first_name",
    "firstname": "first_name",
    "last_name": "last_name",
    "lastName": "last_name",
    "lastname": "last_name",
    "email": "email",
    "phone": "phone",
    "language": "language",
    "locale": "language",
    "segment": "segment",
    "lifecycle_stage": "lifecycle_stage",
    "lifecycleStage": "lifecycle_stage",
}
"""Trait -> the fact that it is."""
YEARLY = {"yearly_value": 1, "yearlyValue": 1, "arr": 1, "mrr": 12, "monthly_value": 12}
"""Trait with a plain amount -> how many of them make a year."""
LARGEST = Decimal(10) ** 11


@dataclass(slots=True)
class Traits:
    """Traits, sorted by what they are."""

    facts: dict[str, Any] = field(default_factory=dict)
    consents: dict[str, bool] = field(default_factory=dict)
    organisation: str = ""
    organisation_traits: dict[str, Any] = field(default_factory=dict)


def read(traits: dict[str, Any], currency: str) -> Traits:
    """Sort traits; what is not known by name is an attribute."""
    out = Traits()
    for key, value in traits.items():
        if value is None:
            continue
        if key in ("consent", "consents") and isinstance(value, dict):
            out.consents = consents(value)
            if unclear := [f"{purpose}: {word}" for purpose, word in value.items() if _is_unclear(word)]:
                out.facts["consent_as_sent"] = ", ".join(unclear)[:200]
        elif key in ("company", "organisation", "organization") and isinstance(value, dict):
            out.organisation, out.organisation_traits = str(value.get("id") or value.get("name") or "")[:200], value
        elif key == "value" or key in YEARLY:
            _value(out, key, value, traits, currency)
        elif (fact := OWN.get(key)) and isinstance(value, str | int | float):
            out.facts[fact] = value.strip().lower() if fact == "lifecycle_stage" and isinstance(value, str) else value
        elif key not in ("organisation", "id"):
            out.facts[key[:80]] = value
    if isinstance(plan := traits.get("plan"), str):
        out.facts.setdefault("segment", plan)
    return out


def consents(purposes: dict[str, Any]) -> dict[str, bool]:
    """Purpose -> whether the customer allows it; words that are neither yes nor no say nothing."""
    read = {purpose[:40]: yes_of(granted) for purpose, granted in purposes.items() if purpose}
    return {purpose: granted for purpose, granted in read.items() if granted is not None}


def _is_unclear(word: Any) -> bool:
    """Whether something was said of a consent that is neither a yes nor a no."""
    return yes_of(word) is None and not is_nothing(word)


def preferences(consent: Any) -> dict[str, bool]:
    """Read the consent that Segment's clients carry in the context."""
    categories = consent.get("categoryPreferences") if isinstance(consent, dict) else None
    return consents(categories) if isinstance(categories, dict) else {}


def _value(out: Traits, key: str, value: Any, traits: dict[str, Any], currency: str) -> None:
    """Read the yearly value: `{"amount": 120, "currency": "EUR"}`, or an amount by the year or by the month."""
    money = value if isinstance(value, dict) else {"amount": value, "currency": traits.get("currency")}
    number = number_of(money.get("amount"))
    amount = Decimal(-1) if number is None else number * YEARLY.get(key, 1)
    if not 0 <= amount <= LARGEST:
        out.facts["value_as_sent" if key == "value" else key] = value if isinstance(value, str) else f"{value}"[:80]
        return
    named = money.get("currency")
    code = currencies.currency_of(str(named)[:20], home=currency) if named else currency
    if not code:
        out.facts["value_as_sent"] = f"{money.get('amount')} {named}"[:80]
        return
    out.facts["value"] = {
        "amount": str(round(amount, 2)),
        "currency": code,
        "source": str(money.get("source") or key)[:80],
    }

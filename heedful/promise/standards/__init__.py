"""Standards: how a promise is measured, said in a sentence, checked, and read for evaluation; each form is a module.

Whoever adds a form writes its module beside the others and registers it here; see `contract`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from heedful.associates import company
from heedful.customers import slugs
from heedful.kit.errors import Refused
from heedful.promise.models import Calendar, Standard
from heedful.promise.standards import by_date, contract, score, within, yes
from heedful.promise.standards.contract import Form, SentenceNames, StandardSpec
from heedful.promise.working_time import WorkingHours as Hours

for module in (within, by_date, score, yes):
    contract.register(module.FORM)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardDraft:
    """A standard as somebody wants it; what its form does not use is left empty."""

    form: str
    from_kind: str = ""
    to_kind: str = ""
    within_s: int | None = None
    within_days: int | None = None
    calendar: Calendar | None = None
    property: str = ""
    question: str = ""
    at_least: int | None = None
    match_property: str = ""
    at_risk_share: float = 0.75

    def fields(self) -> dict[str, Any]:
        """The draft as the fields of a row, with what the form does not use left out."""
        used = {"form", "from_kind"} | form_of(self.form).fields
        return {one.name: self._clean(one.name) if one.name in used else one.default for one in fields(self)}

    def _clean(self, name: str) -> Any:
        value = getattr(self, name)
        if name in ("from_kind", "to_kind"):
            return slugs.slug(value)
        return value.strip() if isinstance(value, str) else value


def forms() -> list[Form]:
    """Every form of standard, in the order in which people choose among them."""
    return list(contract.FORMS.values())


def form_of(code: str) -> Form:
    """The form of this code."""
    if code not in contract.FORMS:
        raise Refused("Choose how the promise is measured.")
    return contract.FORMS[code]


def check(draft: StandardDraft) -> None:
    """Refuse, in a sentence, a standard that could not be measured."""
    form = form_of(draft.form)
    try:
        measured = spec(Standard(**draft.fields()), time_zone="UTC")
    except ValueError as sentence:
        raise Refused(str(sentence)) from None
    for limit in form.limits(measured):
        raise Refused(limit)


def spec(standard: Standard, *, time_zone: str) -> StandardSpec:
    """Read a standard for evaluation; dates without a time zone are in the calendar's, else in the company's."""
    return StandardSpec(
        id=standard.pk or 0,
        form=standard.form,
        from_kind=standard.from_kind,
        to_kind=standard.to_kind,
        within_s=standard.within_s,
        days=standard.within_days,
        calendar=hours(standard.calendar) if standard.calendar else None,
        time_zone=time_zone,
        property=standard.property,
        question=standard.question,
        at_least=standard.at_least,
        match_property=standard.match_property or None,
        at_risk_share=standard.at_risk_share,
        starts_at=standard.starts_at,
    )


def hours(calendar: Calendar) -> Hours:
    """Read a calendar for the arithmetic of working time."""
    return Hours.from_json(calendar.hours)


def company_zone() -> str:
    """The time zone that the company lives in."""
    return company.zone()


def kinds(standard: Standard) -> set[str]:
    """The kinds of touchpoint that this standard waits for."""
    return {kind for kind in (standard.from_kind, standard.to_kind) if kind}


def sentence(standard: Standard, *, names: Mapping[str, str]) -> str:
    """Say how it is measured, such as `From order placed to delivered within 2 working days`; `names` are by kind."""
    start, end = (_kind(slug, names) for slug in (standard.from_kind, standard.to_kind))
    return form_of(standard.form).sentence(standard, SentenceNames(start, end, slugs.words(standard.property).lower()))


def _kind(slug: str, names: Mapping[str, str]) -> str:
    """A name stays as the company writes it, in quotes; what a program sent is said in words."""
    return f"“{names[slug]}”" if names.get(slug) else slugs.words(slug).strip().lower()

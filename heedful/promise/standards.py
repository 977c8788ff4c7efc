"""Standards: how a promise is measured, said in a sentence, checked, and read for judging."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from heedful.associates import company
from heedful.customers import question_kinds, slugs
from heedful.kit.errors import Refused
from heedful.promise.judging import StandardSpec
from heedful.promise.models import Calendar, Standard
from heedful.promise.working_time import WorkingHours as Hours

LONGEST_S = 5 * 366 * 86_400
LONGEST_DAYS = 1_000
UNITS = (("week", 604_800), ("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
FORMS = {form.value for form in Standard.Form}


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
        timed = self.form in ("within", "by_date")
        return {
            "form": self.form,
            "from_kind": slugs.slug(self.from_kind),
            "to_kind": slugs.slug(self.to_kind) if timed else "",
            "within_s": self.within_s if self.form == "within" else None,
            "within_days": self.within_days if self.form == "within" else None,
            "calendar": self.calendar if timed else None,
            "property": self.property.strip() if self.form in ("by_date", "yes") else "",
            "question": self.question.strip() if self.form == "score" else "",
            "at_least": self.at_least if self.form == "score" else None,
            "match_property": self.match_property.strip() if timed else "",
            "at_risk_share": self.at_risk_share,
        }


def check(draft: StandardDraft) -> None:
    """Refuse, in a sentence, a standard that could not be measured."""
    if draft.form not in FORMS:
        raise Refused("Choose how the promise is measured.")
    try:
        spec(Standard(**draft.fields()), time_zone="UTC")
    except ValueError as sentence:
        raise Refused(str(sentence)) from None
    if draft.form == "within" and draft.within_s == 0:
        raise Refused("Promise a time that is longer than nothing.")
    if (draft.within_s or 0) > LONGEST_S or (draft.within_days or 0) > LONGEST_DAYS:
        raise Refused("Promise a time of at most five years, or a thousand days.")
    if draft.form == "score":
        _check_score(draft)


def _check_score(draft: StandardDraft) -> None:
    scale = question_kinds.scale_of(draft.question)
    if draft.at_least is None or not scale.lowest < draft.at_least <= scale.highest:
        raise Refused(f"{scale.name} goes from {scale.lowest} to {scale.highest}. Give a score above the lowest.")


def spec(standard: Standard, *, time_zone: str) -> StandardSpec:
    """Read a standard for judging; dates without a time zone are in the calendar's, else in the company's."""
    return StandardSpec(
        id=standard.pk or 0,
        form=standard.form,  # type: ignore[arg-type]  # checked by StandardSpec itself
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
    return Hours.from_json({"time_zone": calendar.time_zone, "week": calendar.week, "holidays": calendar.holidays})


def company_zone() -> str:
    """The time zone that the company lives in."""
    found = company.find()
    return found.time_zone if found else "UTC"


def kinds(standard: Standard) -> set[str]:
    """The kinds of touchpoint that this standard waits for."""
    return {kind for kind in (standard.from_kind, standard.to_kind) if kind}


def sentence(standard: Standard, *, names: Mapping[str, str]) -> str:
    """Say how it is measured, such as `From order placed to delivered within 2 working days`; `names` are by kind."""
    start, end = (_kind(slug, names) for slug in (standard.from_kind, standard.to_kind))
    noted = slugs.words(standard.property).lower()
    if standard.form == "within":
        return f"From {start} to {end} within {_time(standard)}"
    if standard.form == "by_date":
        return f"After {start}, {end} by the date in “{noted}”"
    if standard.form == "yes":
        return f"At {start}, a yes in “{noted}”"
    wanted = f"{question_kinds.name_of(standard.question)} of at least {standard.at_least}"
    return f"At {start}, {wanted[:1].lower()}{wanted[1:]}" if standard.from_kind else wanted


def _kind(slug: str, names: Mapping[str, str]) -> str:
    """A name stays as the company writes it, in quotes; what a program sent is said in words."""
    return f"“{names[slug]}”" if names.get(slug) else slugs.words(slug).strip().lower()


def _time(standard: Standard) -> str:
    working = "working " if standard.calendar_id else ""
    if standard.within_days is not None:
        return _count(standard.within_days, f"{working}day")
    seconds = standard.within_s or 0
    # A week or a day of working time has no fixed number of hours, so it is said in hours.
    units = UNITS[2:] if standard.calendar_id else UNITS
    name, size = next(((name, size) for name, size in units if seconds and seconds % size == 0), UNITS[-1])
    return _count(seconds // size, f"{working}{name}")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

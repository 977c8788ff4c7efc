"""The demo's company, as `company.toml` tells of it: set up through the real operations."""

import hmac
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from heedful.act import case_policy, replies, routes
from heedful.associates import associates, brands, company, keys, teams
from heedful.associates.models import Associate, Key, Role, Team
from heedful.customers import kinds
from heedful.customers.models import Stage, TouchpointKind
from heedful.kit.actor import SYSTEM, By
from heedful.listen import surveys
from heedful.listen.models import Survey
from heedful.listen.surveys import Design
from heedful.promise import calendars, promises, recounts
from heedful.promise.models import Calendar, Promise
from heedful.promise.promises import Wording
from heedful.promise.standards import StandardDraft

SPEC: Mapping[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
NAME: str = SPEC["name"]
KEYS: Mapping[str, str] = SPEC["keys"]
CAST = [(one["name"], Role(one["role"]), one.get("team")) for one in SPEC["cast"]]
"""Those who can log in: name, role and team."""
COLLEAGUES = [(one["name"], Role(one["role"]), one.get("team")) for one in SPEC["colleagues"]]


WORDED = ("severity", "is_case_clock", "audience", "stated_expectation", "counter_measure")
"""What may be said about a promise beside its words, stage and owner."""


ROUTES = {one["stage"]: one["team"] for one in SPEC["routes"] if "stage" in one}
TOPICS = {one["topic"]: one["team"] for one in SPEC["routes"] if "topic" in one}
"""Which team a stage, or a topic, is sent to."""


@dataclass(frozen=True, slots=True)
class DemoCompany:
    """The company as it was set up, for whoever fills in its history."""

    teams: dict[str, Team]
    people: dict[str, list[Associate]]
    """Who works cases, by team."""
    leads: list[Associate]
    promises: dict[str, Promise]
    surveys: dict[str, Survey]
    shop: Key
    office: Key
    brands: Mapping[str, int]
    """The brand that serves a segment."""


def password() -> str:
    """The one password of the cast: of this installation alone, and the same each time it is asked for."""
    drawn = hmac.digest(settings.SECRET_KEY.encode(), b"demo", "sha256")
    vocabulary = SPEC["password_words"]
    words = [vocabulary[byte % len(vocabulary)] for byte in drawn[:3]]
    return f"{'-'.join(words)}-{int.from_bytes(drawn[3:6]) % 10_000:04d}"


def address(name: str) -> str:
    """The address under which somebody of the cast logs in."""
    return f"{name.split()[0].lower()}@{SPEC['domain']}"


def create(*, at: datetime) -> DemoCompany:
    """Found the company with everything that it says and asks; `at` is when it began to use Heedful."""
    settings = {name: SPEC[name] for name in ("name", "colour", "currency", "country", "vision")}
    company.edit(**settings, time_zone=SPEC["zone"], is_demo=True, by=SYSTEM, at=at)
    by_name = {
        name: teams.add(name=name, is_default=name == SPEC["teams"][0], by=SYSTEM, at=at) for name in SPEC["teams"]
    }
    of_segment = {one["segment"]: brands.add(name=one["name"], by=SYSTEM, at=at).pk for one in SPEC["brands"]}
    everybody = _let_in(by_name, at)
    _work(by_name, at)
    admin = everybody["Ada Whitlock"].by
    working = {name: [one for one in everybody.values() if one.team == team] for name, team in by_name.items()}
    return DemoCompany(
        by_name,
        {name: [one for one in some if one.role == Role.ASSOCIATE] for name, some in working.items()},
        [one for one in everybody.values() if one.role == Role.LEAD],
        _promise(everybody, at),
        _ask(everybody["Casey Brandt"].by, at),
        keys.add(name=KEYS["shop"], by=admin, at=at)[0],
        keys.add(name=KEYS["office"], by=admin, at=at)[0],
        of_segment,
    )


def brand_of(segment: str) -> int | None:
    """The brand that serves customers of a segment."""
    return next((brands.find(one["name"]) for one in SPEC["brands"] if one["segment"] == segment), None)


def name_moments(*, at: datetime) -> None:
    """Say what each kind is called; from now on some of them move customers from stage to stage."""
    stages = {stage.pk: stage for stage in Stage.objects.all()}
    kinds_of = {kind.pk: kind for kind in TouchpointKind.objects.all()}
    for slug, spec in SPEC["kinds"].items():
        if slug in kinds_of:
            moves = spec.get("moves", False)
            kinds.place(
                kind=kinds_of[slug], name=spec["name"], stage=stages[spec["stage"]], moves_stage=moves, by=SYSTEM, at=at
            )


def open_the_door(*, at: datetime) -> None:
    """Give the cast its password, which says too that the demo is complete."""
    for name, *_ in CAST:
        associate = Associate.objects.get(email=address(name))
        associates.set_password(associate=associate, password=password(), by=SYSTEM, at=at)


def is_open() -> bool:
    """Whether the cast can come in: the demo was filled in to its end."""
    return all(one.has_usable_password() for one in Associate.objects.filter(email=address(CAST[-1][0])))


def _let_in(by_name: dict[str, Team], at: datetime) -> dict[str, Associate]:
    return {
        name: associates.add(
            email=address(name), name=name, role=role, team=by_name[team] if team else None, by=SYSTEM, at=at
        )
        for name, role, team in (*CAST, *COLLEAGUES)
    }


def _work(by_name: dict[str, Team], at: datetime) -> None:
    """Say who works on what, and how cases are worked."""
    for stage, team in ROUTES.items():
        routes.add(stage=Stage.objects.get(pk=stage), team=by_name[team], by=SYSTEM, at=at)
    for topic, team in TOPICS.items():
        routes.add(topic=topic, team=by_name[team], by=SYSTEM, at=at)
    case_policy.change(**SPEC["case_policy"], high_value=None, by=SYSTEM, at=at)
    for one in SPEC["replies"]:
        replies.add(**one, by=SYSTEM, at=at)


def _promise(everybody: dict[str, Associate], at: datetime) -> dict[str, Promise]:
    by = everybody["Casey Brandt"].by
    hours = _calendars(by, at)
    measured = [spec["standard"] for spec in SPEC["promises"].values()]
    kinds.register(slugs={one[name] for one in measured for name in ("from_kind", "to_kind") if one.get(name)}, at=at)
    return {slug: _made(slug, spec, hours, everybody, by, at) for slug, spec in SPEC["promises"].items()}


def _calendars(by: By, at: datetime) -> dict[str, Calendar]:
    holidays = [f"{year}-{day}" for year in range(at.year - 1, at.year + 3) for day in SPEC["holidays"]]
    return {
        slug: calendars.add(
            name=spec["name"],
            time_zone=SPEC["zone"],
            week=dict.fromkeys(spec["days"], spec["hours"]),
            holidays=holidays,
            is_default=spec.get("is_default", False),
            by=by,
            at=at,
        )
        for slug, spec in SPEC["calendars"].items()
    }


def _made(
    slug: str,
    spec: Mapping[str, Any],
    hours: Mapping[str, Calendar],
    everybody: Mapping[str, Associate],
    by: By,
    at: datetime,
) -> Promise:
    wording = Wording(
        words=spec["words"],
        stage=Stage.objects.get(pk=spec["stage"]),
        owner=everybody[spec["owner"]],
        **{name: spec[name] for name in WORDED if name in spec},
    )
    measured = dict(spec["standard"])
    calendar = hours[measured.pop("calendar")] if "calendar" in measured else None
    draft = StandardDraft(**measured, calendar=calendar)
    promise = promises.make(wording=wording, standards=[draft], slug=slug, by=by, at=at)
    # Nobody is a customer yet, so its history is judged as soon as it is begun.
    while recounts.step(promise=promise.pk, started_at=at, at=at):
        pass
    return promise


def _ask(by: By, at: datetime) -> dict[str, Survey]:
    surveys.set_budget(**SPEC["contact_budget"], by=by, at=at)
    surveys.helped(by=by, at=at)
    return {slug: surveys.make(design=_design(spec), slug=slug, by=by, at=at) for slug, spec in SPEC["surveys"].items()}


def _design(spec: Mapping[str, Any]) -> Design:
    texts = spec.get("text", {})
    questions = [{"code": code} | ({"text": texts[code]} if code in texts else {}) for code in spec["questions"]]
    more = {name: value for name, value in spec.items() if name != "text"}
    return Design(**more | {"questions": questions, "languages": SPEC["languages"]})

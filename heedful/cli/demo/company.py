"""The demo's company: what it is called and stands for, who works there, what it promises and what it asks."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from heedful.act import clock, practice, routes
from heedful.associates import associates, company, keys, teams
from heedful.associates.models import Associate, Key, Role, Team
from heedful.customers import kinds
from heedful.customers.models import Kind, Stage
from heedful.kit.actor import SYSTEM, By
from heedful.listen import surveys
from heedful.listen.models import Survey
from heedful.listen.surveys import Design
from heedful.promise import calendars, promises, recounts
from heedful.promise.models import Calendar, Promise
from heedful.promise.promises import Wording
from heedful.promise.standards import Draft

NAME = "Wrenfield Broadband"
DOMAIN = "wrenfield.example"
ZONE = "Europe/London"
VISION = (
    "People in the hills and the valleys should be as well connected as anybody in the city, "
    "and we keep our word while we get them there."
)
WORDS = (
    "amber", "bramble", "cedar", "dapple", "ember", "fern", "gorse", "heather", "juniper", "kestrel", "linnet",
    "meadow", "otter", "pebble", "rowan", "thistle",
)  # fmt: skip
CAST = (
    ("Mira Howells", Role.ASSOCIATE, "Welcome"),
    ("Lena Sandhu", Role.LEAD, "Welcome"),
    ("Casey Brandt", Role.CX, None),
    ("Bo Meredith", Role.LEADER, None),
    ("Ada Whitlock", Role.ADMIN, None),
)
"""Those who can log in: name, role and team."""
COLLEAGUES = (
    ("Tomos Bebb", Role.ASSOCIATE, "Welcome"),
    ("Priya Nadkarni", Role.ASSOCIATE, "Care"),
    ("Jack Dinsdale", Role.ASSOCIATE, "Care"),
    ("Seren Gwynne", Role.ASSOCIATE, "Care"),
    ("Omar Haque", Role.LEAD, "Care"),
    ("Gethin Pugh", Role.ASSOCIATE, "Faults"),
    ("Zofia Kowal", Role.ASSOCIATE, "Faults"),
    ("Ruth Lomax", Role.LEAD, "Faults"),
    ("Dilys Parry", Role.ASSOCIATE, "Bills"),
    ("Kofi Abara", Role.ASSOCIATE, "Business"),
)
TEAMS = ("Care", "Welcome", "Faults", "Bills", "Business")
"""The first gets what no route sends elsewhere."""
ROUTES = (("purchase", "Welcome"), ("onboarding", "Welcome"), ("maintenance", "Faults"))
TOPICS = (("billing", "Bills"), ("outage", "Faults"))
WORKING_DAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE = {day: [["08:00", "18:00"]] for day in WORKING_DAYS}
DISPATCH = {day: [["09:00", "17:00"]] for day in WORKING_DAYS}
KEYS = {"shop": "Website and app", "office": "Orders, engineers and bills"}
KINDS = (
    ("page_viewed", "Read a page", "discovery", False),
    ("quote_requested", "Asked for a price", "cultivation", True),
    ("shop_visited", "Came to the shop", "discovery", False),
    ("order_placed", "Ordered", "purchase", True),
    ("order_confirmed", "Order confirmed", "onboarding", True),
    ("order_update", "Told how the order goes", "onboarding", False),
    ("router_delivered", "Router delivered", "onboarding", False),
    ("engineer_missed", "Engineer did not come", "onboarding", False),
    ("order_cancelled", "Order cancelled", "onboarding", False),
    ("service_activated", "Line works", "use", True),
    ("app_opened", "Opened the app", "use", False),
    ("speed_tested", "Tested the speed", "use", False),
    ("bill_sent", "Bill sent", "use", False),
    ("call_started", "Called us", "use", False),
    ("call_answered", "Call answered", "use", False),
    ("message_received", "Wrote to us", "use", False),
    ("message_answered", "Message answered", "use", False),
    ("contact_closed", "Call or message done", "use", False),
    ("half_year_reached", "Half a year with us", "use", False),
    ("fault_reported", "Reported a fault", "maintenance", False),
    ("fault_repaired", "Fault mended", "maintenance", False),
    ("contract_decided", "Contract renewed or left", "renewal", True),
    ("friend_recommended", "Brought a friend", "advocacy", True),
)
"""What each kind of touchpoint is called, in which stage it happens, and whether it moves a customer there."""
HOLIDAYS = ("12-25", "12-26", "01-01")


@dataclass(frozen=True, slots=True)
class Word:
    """A promise as the demo tells it: its slug, the wording, the stage, the owner, and how it is measured."""

    slug: str
    words: str
    stage: str
    owner: str
    standard: Draft
    severity: int = 2
    is_case_clock: bool = False
    audience: dict[str, list[str]] | None = None
    stated: dict[str, int] | None = None
    measure: str = ""


@dataclass(frozen=True, slots=True)
class House:
    """The company as it was set up, for whoever fills in its history."""

    teams: dict[str, Team]
    people: dict[str, list[Associate]]
    """Who works cases, by team."""
    leads: list[Associate]
    promises: dict[str, Promise]
    surveys: dict[str, Survey]
    shop: Key
    office: Key


def password() -> str:
    """The one password of the cast: of this installation alone, and the same each time it is asked for."""
    drawn = hmac.digest(settings.SECRET_KEY.encode(), b"demo", "sha256")
    words = [WORDS[byte % len(WORDS)] for byte in drawn[:3]]
    return f"{'-'.join(words)}-{int.from_bytes(drawn[3:6]) % 10_000:04d}"


def address(name: str) -> str:
    """The address under which somebody of the cast logs in."""
    return f"{name.split()[0].lower()}@{DOMAIN}"


def found(*, at: datetime) -> House:
    """Found the company with everything that it says and asks; `at` is when it began to use Heedful."""
    company.edit(
        name=NAME,
        colour="#6b4fa0",
        time_zone=ZONE,
        currency="GBP",
        country="GB",
        vision=VISION,
        is_demo=True,
        by=SYSTEM,
        at=at,
    )
    by_name = {name: teams.add(name=name, is_default=name == TEAMS[0], by=SYSTEM, at=at) for name in TEAMS}
    everybody = _let_in(by_name, at)
    for stage, team in ROUTES:
        routes.add(stage=Stage.objects.get(pk=stage), team=by_name[team], by=SYSTEM, at=at)
    for topic, team in TOPICS:
        routes.add(topic=topic, team=by_name[team], by=SYSTEM, at=at)
    practice.change(
        high_value=None,
        at_risk="valuable",
        flood_cases=50,
        repeat_days=90,
        answer_within_s=86_400,
        by=SYSTEM,
        at=at,
    )
    admin = everybody["Ada Whitlock"].by
    working = {name: [one for one in everybody.values() if one.team == team] for name, team in by_name.items()}
    return House(
        by_name,
        {name: [one for one in some if one.role == Role.ASSOCIATE] for name, some in working.items()},
        [one for one in everybody.values() if one.role == Role.LEAD],
        _promise(everybody, at),
        _ask(everybody["Casey Brandt"].by, at),
        keys.add(name=KEYS["shop"], by=admin, at=at)[0],
        keys.add(name=KEYS["office"], by=admin, at=at)[0],
    )


def name_moments(*, at: datetime) -> None:
    """Say what each kind is called; from now on some of them move customers from stage to stage."""
    stages = {stage.pk: stage for stage in Stage.objects.all()}
    known = {kind.pk: kind for kind in Kind.objects.all()}
    for slug, name, stage, moves in KINDS:
        if slug in known:
            kinds.place(kind=known[slug], name=name, stage=stages[stage], moves_stage=moves, by=SYSTEM, at=at)


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
            email=address(name),
            name=name,
            role=role,
            team=by_name[team] if team else None,
            by=SYSTEM,
            at=at,
        )
        for name, role, team in (*CAST, *COLLEAGUES)
    }


def _promise(everybody: dict[str, Associate], at: datetime) -> dict[str, Promise]:
    by = everybody["Casey Brandt"].by
    years = range(at.year - 1, at.year + 3)
    free = [f"{year}-{day}" for year in years for day in HOLIDAYS]
    care = calendars.add(name="Care hours", time_zone=ZONE, week=OFFICE, holidays=free, is_default=True, by=by, at=at)
    dispatch = calendars.add(name="Dispatch", time_zone=ZONE, week=DISPATCH, holidays=free, by=by, at=at)
    return {word.slug: _made(word, everybody, by, at) for word in promised(care, dispatch)}


def _made(word: Word, everybody: dict[str, Associate], by: By, at: datetime) -> Promise:
    wording = Wording(
        words=word.words,
        stage=Stage.objects.get(pk=word.stage),
        owner=everybody[word.owner],
        audience=word.audience,
        stated_expectation=word.stated,
        severity=word.severity,
        is_case_clock=word.is_case_clock,
        counter_measure=word.measure,
    )
    promise = promises.make(wording=wording, standards=[word.standard], slug=word.slug, by=by, at=at)
    # Nobody is a customer yet, so its history is judged as soon as it is begun.
    while recounts.step(promise=promise.pk, started_at=at, at=at):
        pass
    return promise


def promised(care: Calendar, dispatch: Calendar) -> Sequence[Word]:
    """What customers are told, stage by stage."""
    return (
        Word(
            "order-confirmed",
            "We confirm your order within ten minutes.",
            "purchase",
            "Omar Haque",
            Draft(form="within", from_kind="order_placed", to_kind="order_confirmed", within_s=600,
                  match_property="order"),
            severity=1,
        ),
        Word(
            "order-update",
            "After you order, you hear from us within two working days.",
            "onboarding",
            "Lena Sandhu",
            Draft(form="within", from_kind="order_placed", to_kind="order_update", within_days=2, calendar=care,
                  match_property="order"),
            severity=1,
            measure="A message goes out by itself once the engineer is booked. Half of the orders have it so far.",
        ),
        Word(
            "router",
            "Your router is with you within three working days.",
            "onboarding",
            "Lena Sandhu",
            Draft(form="within", from_kind="order_placed", to_kind="router_delivered", within_days=3, calendar=dispatch,
                  match_property="order"),
            stated={"satisfaction": 4},
        ),
        Word(
            "online-by",
            "You are online by the date on your order.",
            "onboarding",
            "Lena Sandhu",
            Draft(form="by_date", from_kind="order_placed", to_kind="service_activated", property="online_by",
                  match_property="order"),
            severity=3,
            stated={"satisfaction": 5},
            measure="Sales may promise no date that the engineers have not booked. Begins with the next quarter.",
        ),
        Word(
            "phone",
            "A person answers your call within ten minutes.",
            "use",
            "Omar Haque",
            Draft(form="within", from_kind="call_started", to_kind="call_answered", within_s=600,
                  match_property="call"),
            severity=1,
        ),
        Word(
            "message",
            "We answer your message within one working day.",
            "use",
            "Omar Haque",
            Draft(form="within", from_kind="message_received", to_kind="message_answered", within_days=1, calendar=care,
                  match_property="message"),
        ),
        Word(
            "fault",
            "A fault is mended within two days.",
            "maintenance",
            "Ruth Lomax",
            Draft(form="within", from_kind="fault_reported", to_kind="fault_repaired", within_s=48 * 3600,
                  match_property="fault"),
            severity=3,
        ),
        Word(
            "business-fault",
            "Business lines work again within eight hours.",
            "maintenance",
            "Ruth Lomax",
            Draft(form="within", from_kind="fault_reported", to_kind="fault_repaired", within_s=8 * 3600,
                  match_property="fault"),
            severity=3,
            audience={"segment": ["business"]},
        ),
        Word(
            "bill",
            "Your bill is what we said it would be.",
            "use",
            "Casey Brandt",
            Draft(form="yes", from_kind="bill_sent", property="as_quoted"),
        ),
        Word(
            "easy",
            "Getting help is easy.",
            "use",
            "Omar Haque",
            Draft(form="score", from_kind="survey_answered", question="ease", at_least=5),
            severity=1,
            stated={"ease": 6},
        ),
        Word(
            "call-back",
            "When something went wrong, a person gets in touch within one working day.",
            "use",
            "Lena Sandhu",
            Draft(form="within", from_kind=clock.OPENED, to_kind=clock.ANSWERED, within_days=1, calendar=care,
                  match_property="case"),
            is_case_clock=True,
        ),
    )  # fmt: skip


def _ask(by: By, at: datetime) -> dict[str, Survey]:
    surveys.set_budget(times=3, days=60, by=by, at=at)
    surveys.helped(by=by, at=at)
    return {slug: surveys.make(design=design, slug=slug, by=by, at=at) for slug, design in asked().items()}


def asked() -> dict[str, Design]:
    """What is asked, and at which moment."""
    languages = ("en", "de", "fr")
    repair = {
        "en": "How satisfied are you with the repair?",
        "de": "Wie zufrieden sind Sie mit der Reparatur?",
        "fr": "Êtes-vous satisfait de la réparation ?",
    }
    return {
        "order": Design(
            name="After the order",
            questions=[{"code": "recommend"}, {"code": "expected.satisfaction"}, {"code": "open"}],
            languages=languages,
            moment_kind="order_placed",
            delay_s=600,
            share=0.8,
        ),
        "installation": Design(
            name="After the installation",
            questions=[{"code": "satisfaction"}, {"code": "compared"}, {"code": "recommend"}, {"code": "open"}],
            languages=languages,
            moment_kind="service_activated",
            delay_s=86_400,
        ),
        "contact": Design(
            name="After a call or a message",
            questions=[{"code": "ease"}, {"code": "open"}],
            languages=languages,
            moment_kind="contact_closed",
            delay_s=1_800,
            share=0.6,
        ),
        "repair": Design(
            name="After a repair",
            questions=[{"code": "recommend"}, {"code": "satisfaction.repair", "text": repair}, {"code": "open"}],
            languages=languages,
            moment_kind="fault_repaired",
            delay_s=3_600,
        ),
        "half-year": Design(
            name="Every half year",
            questions=[{"code": "recommend"}, {"code": "open"}],
            languages=languages,
            moment_kind="half_year_reached",
            days=150,
            share=0.7,
        ),
        "renewal": Design(
            name="Staying or leaving",
            questions=[{"code": "recommend"}, {"code": "open"}],
            languages=languages,
            moment_kind="contract_decided",
            delay_s=3_600,
        ),
    }

"""What the demo's people did about it: cases of a year by the product's own rules, and the last days one by one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from heedful.act import cases
from heedful.act.cases import backfill
from heedful.act.cases.backfill import PastCase, PastNote
from heedful.act.cases.promises import trouble_of
from heedful.act.models import Case, Note
from heedful.associates.models import Associate
from heedful.customers.models import Customer
from heedful.demo import words
from heedful.demo.company import ROUTES, TOPICS, DemoCompany
from heedful.demo.life import SEED, after_working_days
from heedful.kit.actor import SYSTEM
from heedful.listen import invitations, surveys
from heedful.listen.backfill import PastInvitation as PastAsk
from heedful.listen.conversations.backfill import MessageDraft
from heedful.promise.models import Commitment, Promise
from heedful.understand.detection import Trouble

WORKED = timedelta(days=270)
"""Cases are kept since the company began to close the loop."""
RECENT = timedelta(days=4)
"""What was heard in the last days is worked step by step, as it would be on the desk."""
REPEAT = timedelta(days=90)
LATE = {"Welcome": 0.22, "Care": 0.07, "Faults": 0.1, "Bills": 0.12, "Business": 0.04}
"""The share of cases that each team answers late; Welcome drowns."""
LOADS = {
    "Mira Howells": 5,
    "Tomos Bebb": 2,
    "Priya Nadkarni": 4,
    "Jack Dinsdale": 3,
    "Seren Gwynne": 1,
    "Gethin Pugh": 3,
}
CAUSES = {
    "order-confirmed": "late",
    "order-update": "not-told",
    "router": "late",
    "online-by": "missed-appointment",
    "phone": "hard-to-reach",
    "message": "hard-to-reach",
    "fault": "fault",
    "business-fault": "fault",
    "bill": "wrong-bill",
    "easy": "hard-to-reach",
}
CAUSES_OF_TOPICS = (
    ("billing", "wrong-bill"),
    ("outage", "fault"),
    ("onboarding", "missed-appointment"),
    ("delivery", "missed-appointment"),
    ("information", "wrong-information"),
    ("reach", "hard-to-reach"),
    ("price", "price"),
    ("staff", "rude"),
)
MAIL = (
    ("About your installation", "I am sorry that nobody told you. The engineer is booked now, and he has your router."),
    ("Your line", "We found the fault and it is mended. Please tell me if it drops again, this comes straight to me."),
    ("Your bill", "You are right, the bill was wrong. You get the difference back, and the next one will be right."),
    ("What we owe you", "You waited longer than we had said. That is on us; the first month is free."),
)  # fmt: skip
CALL = (
    "Rang and apologised. New date agreed, text the day before is set.",
    "Spoke with the customer: wants a date that holds, nothing else.",
    "Called twice, got through in the evening. Calmer now, refund agreed.",
    "Explained what went wrong with the port. Customer was surprised that somebody rang.",
)
NOTE = (
    "Router was sent to the old address. Dispatch knows.",
    "Date on the order was never booked with the engineers. Third one this week.",
    "Cabinet is full, needs a new line card. Asked Gethin for a day.",
    "Please do not send another survey, speak first.",
    "Refund is above my limit, asked Omar.",
)


def troubles_of_broken(promises: Iterable[Promise], *, since: datetime) -> list[Trouble]:
    """Every promise that broke since, as trouble; a case's own clock is judged later and opens nothing."""
    broken = Commitment.objects.filter(promise__in=list(promises), state="broken", counts_at__gte=since)
    rows = broken.select_related("promise").order_by("counts_at", "pk")
    return [trouble_of(commitment, broken=True) for commitment in rows if not commitment.promise.is_case_clock]


def work(firm: DemoCompany, troubles: Sequence[Trouble], *, now: datetime) -> list[Case]:
    """Let every sign open or join a case, as it would have; returns the cases of before the last days."""
    people = dict(Customer.objects.values_list("pk", "person_id"))
    by_person: dict[int, list[Trouble]] = defaultdict(list)
    for trouble in sorted(troubles, key=lambda trouble: (trouble.happened_at, trouble.reference)):
        by_person[people[trouble.customer] or trouble.customer].append(trouble)
    slugs = {promise.pk: slug for slug, promise in firm.promises.items()}
    history: list[PastCase] = []
    recent: list[Trouble] = []
    for person, theirs in by_person.items():
        desk = _Desk(firm, slugs, Random(f"{SEED}:case:{person}"), now)  # noqa: S311 - as in chapters
        history += desk.past([trouble for trouble in theirs if trouble.happened_at <= now - RECENT])
        recent += [trouble for trouble in theirs if trouble.happened_at > now - RECENT]
    history.sort(key=lambda case: case.opened_at)
    cases = backfill.create(history=history, by=SYSTEM, at=now)
    for trouble in sorted(recent, key=lambda trouble: (trouble.happened_at, trouble.reference)):
        _Desk(firm, slugs, Random(f"{SEED}:{trouble.reference}"), now).live(trouble)  # noqa: S311
    return cases


def help_answers(cases: Sequence[Case], *, now: datetime) -> list[PastAsk]:
    """What customers answered when a case was closed; who said no has been taken up again since."""
    survey = surveys.helped(by=SYSTEM, at=now)
    plans = []
    for case in cases:
        rng = Random(f"{SEED}:helped:{case.pk}")  # noqa: S311
        said_at, ended_at = case.helped_at, case.closed_at or case.helped_at
        if ended_at is None or case.outcome == Case.Outcome.NO_TROUBLE:
            continue
        answers: dict[str, int | str] = {} if case.helped is None else {"helped": int(case.helped)}
        if answers and rng.random() < 0.4:
            yes, mood = ("yes", "good") if case.helped else ("no", "bad")
            answers["open"] = words.say(rng, f"helped.{yes}", mood)
        at = max(case.opened_at, said_at - timedelta(hours=rng.uniform(1, 30))) if said_at else ended_at
        plans.append(
            PastAsk(
                survey=survey,
                customer=case.customer_id,
                at=at,
                case=case.pk,
                brand=case.brand_id,
                answered_at=said_at,
                answers=answers,
            )
        )
    return plans


class _Desk:
    """How one customer's troubles are worked."""

    def __init__(self, firm: DemoCompany, slugs: dict[int, str], rng: Random, now: datetime) -> None:
        self.firm, self.slugs, self.rng, self.now = firm, slugs, rng, now

    def past(self, troubles: Sequence[Trouble]) -> list[PastCase]:
        """The cases that these signs opened and joined."""
        history: list[PastCase] = []
        for trouble in troubles:
            last = history[-1] if history else None
            if last and (last.closed_at is None or last.closed_at > trouble.happened_at):
                last.troubles = [*last.troubles, trouble]
            else:
                is_repeat = bool(last and last.opened_at > trouble.happened_at - REPEAT)
                history.append(self._went(trouble, is_repeat=is_repeat))
        return history

    def _went(self, trouble: Trouble, *, is_repeat: bool) -> PastCase:
        rng, opened = self.rng, trouble.happened_at + timedelta(seconds=self.rng.uniform(0.4, 3))
        team = self.team(trouble)
        case = PastCase(troubles=[trouble], opened_at=opened, team=self.firm.teams[team], is_repeat=is_repeat)
        case.owner = self.owner(team, lead=is_repeat)
        answered = self._answer_at(opened, team)
        closed = answered + timedelta(hours=rng.expovariate(1 / 30))
        if answered <= self.now:
            case.answered_at = answered
            self._answer(case, answered)
        elif rng.random() < 0.5:
            case.owner = None
        if rng.random() < 0.3 and (at := opened + (answered - opened) * 0.6) <= self.now:
            case.notes.insert(0, PastNote(text=rng.choice(NOTE), at=at, author=case.owner))
        if answered <= self.now and closed <= self.now:
            case.closed_at, case.cause = closed, self.cause(trouble)
            case.outcome = rng.choices(OUTCOMES, [46, 16, 20, 8, 6, 4])[0]
            self._hear(case, closed)
        return case

    def _hear(self, case: PastCase, closed: datetime) -> None:
        """A customer has the last word, and a no opens the case again, with the lead."""
        rng, said_at = self.rng, closed + timedelta(hours=self.rng.uniform(1, 40))
        if case.outcome == Case.Outcome.NO_TROUBLE or said_at > self.now or rng.random() > 0.36:
            return
        good = 0.55 if case.outcome in (Case.Outcome.NOT_SOLVED, Case.Outcome.NO_ANSWER) else 0.82
        case.helped, case.helped_at = rng.random() < good, said_at
        if case.helped:
            return
        case.first_act_at, case.reopened_at = case.answered_at, said_at
        case.owner = self.owner(case.team.name if case.team else "Care", lead=True)
        answered = self._answer_at(said_at, "Business")
        again = answered + timedelta(hours=rng.expovariate(1 / 40))
        case.answered_at = answered if answered <= self.now else None
        case.closed_at = again if case.answered_at and again <= self.now else None
        case.outcome = Case.Outcome.COMPENSATED
        if case.answered_at:
            self._answer(case, answered)

    def _answer_at(self, opened: datetime, team: str) -> datetime:
        rng = self.rng
        if rng.random() < LATE[team]:
            return after_working_days(opened, 2) + timedelta(hours=rng.expovariate(1 / 9))
        quick = opened + timedelta(hours=rng.expovariate(1 / 2.5), minutes=4)
        return quick if 8 <= quick.hour < 17 and quick.weekday() < 5 else after_working_days(opened, 1).replace(hour=9)

    def _answer(self, case: PastCase, at: datetime) -> None:
        wrote = self._written(at, case.owner)
        if isinstance(wrote, MessageDraft):
            case.messages.append(wrote)
        else:
            case.notes.append(wrote)

    def _written(self, at: datetime, author: Associate | None) -> MessageDraft | PastNote:
        if self.rng.random() < 0.55:
            subject, text = self.rng.choice(MAIL)
            return MessageDraft(text=text, subject=subject, at=at, associate=author)
        return PastNote(text=self.rng.choice(CALL), at=at, author=author, kind=Note.Kind.CALL)

    def live(self, trouble: Trouble) -> None:
        """Work one sign of the last days through the operations of the desk."""
        opened = min(trouble.happened_at + timedelta(seconds=1), self.now)
        case = cases.open_for_trouble(trouble=replace(trouble), by=SYSTEM, at=opened)
        team = case.team.name if case.team else "Care"
        if case.waits_since != opened or (case.owner is not None and not case.is_heard_again):
            return
        answered = self._answer_at(opened, team)
        owner = case.owner or self.owner(team, lead=case.with_lead)
        if answered <= self.now:
            self._act(case, owner, answered)
        elif case.owner is None and self.rng.random() < 0.45:
            cases.claim(case=case, by=owner.by, at=min(self.now, opened + timedelta(minutes=self.rng.uniform(3, 40))))
        if answered > self.now and case.escalate_at <= self.now:
            cases.escalate(case=case, by=SYSTEM, at=case.escalate_at)

    def _act(self, case: Case, owner: Associate, at: datetime) -> None:
        wrote = self._written(at, owner)
        if isinstance(wrote, MessageDraft) and case.who.email:
            backfill.add_message(case=case, draft=wrote, by=owner.by, at=at)
        else:
            text = CALL[0] if isinstance(wrote, MessageDraft) else wrote.text
            cases.log_call(case=case, text=text, by=owner.by, at=at)
        closed = at + timedelta(hours=self.rng.expovariate(1 / 30))
        if closed <= self.now:
            outcome = self.rng.choice(OUTCOMES[:3])
            cases.close(case=case, outcome=outcome, cause=self.cause_of(case), by=owner.by, at=closed)
            invitations.invite_after_case(
                customer=case.customer, case_id=case.pk, brand=case.brand_id, by=SYSTEM, at=closed
            )

    def team(self, trouble: Trouble) -> str:
        """The team that the routes give a sign to."""
        by_stage, by_topic = ROUTES, TOPICS
        return by_stage.get(trouble.stage) or next(
            (by_topic[topic] for topic in trouble.topics if topic in by_topic), "Care"
        )

    def owner(self, team: str, *, lead: bool) -> Associate:
        """Who takes it: a lead what is with the lead, else whoever takes most."""
        leads = [one for one in self.firm.leads if one.team == self.firm.teams[team]] or self.firm.leads
        some = leads if lead else self.firm.people[team]
        return self.rng.choices(some, [LOADS.get(one.name, 2) for one in some])[0]

    def cause(self, trouble: Trouble) -> str:
        """Why it happened."""
        if trouble.promise:
            return CAUSES.get(self.slugs.get(trouble.promise, ""), "other")
        return next((cause for topic, cause in CAUSES_OF_TOPICS if topic in trouble.topics), "other")

    def cause_of(self, case: Case) -> str:
        """Why an open case happened, by its first sign."""
        first = case.troubles.order_by("pk").first()
        promise = first.promise_id if first else None
        return (
            CAUSES.get(self.slugs.get(promise or 0, ""), "other") if promise else self.rng.choice(CAUSES_OF_TOPICS)[1]
        )


OUTCOMES = (
    Case.Outcome.SOLVED,
    Case.Outcome.EXPLAINED,
    Case.Outcome.COMPENSATED,
    Case.Outcome.NOT_SOLVED,
    Case.Outcome.NO_ANSWER,
    Case.Outcome.NO_TROUBLE,
)

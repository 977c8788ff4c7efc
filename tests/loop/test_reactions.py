"""Every reaction of the wiring runs twice and leaves what it left the first time: a killed worker's job runs again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from heedful.act import cases
from heedful.act.models import Case
from heedful.associates import associates, brands
from heedful.associates.models import Associate, Role
from heedful.courier import webhooks
from heedful.courier.carriers import smtp
from heedful.courier.carriers.webhook import destination
from heedful.courier.models import Endpoint, Mail, OutboxItem, Sending
from heedful.customers import people, touchpoints
from heedful.customers.models import Customer, Feedback
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import SYSTEM
from heedful.ledger import events, jobs
from heedful.ledger.models import Entry
from heedful.listen import answers, conversations, invitations, surveys
from heedful.listen.models import Invitation, Survey, Thread
from heedful.loop import wiring
from heedful.promise import promises
from heedful.promise.promises import Wording
from heedful.promise.standards import StandardDraft
from heedful.understand import corrections
from heedful.understand.detection import Trouble
from heedful.understand.models import Correction
from tests.cast import make_promise

HOUR = timedelta(hours=1)
NOW = timezone.now()
DUE_S = 2 * 3600
ALL = [(event, reaction) for event, reactions in wiring.REACTIONS.items() for reaction in reactions]

pytestmark = pytest.mark.django_db


def order(hours_ago: float, who: str = "alice") -> Customer:
    """Let somebody order."""
    return happens("order_placed", hours_ago, identities=(("email", f"{who}@example.test"),))


def happens(kind: str, hours_ago: float, **more: Any) -> Customer:
    """Let a touchpoint arrive now, and return the person."""
    draft = TouchpointDraft(kind, NOW - hours_ago * HOUR, kind, **more)
    record = touchpoints.record(drafts=[draft], source="test", by=SYSTEM, at=NOW).customers[0]
    person = Customer.objects.get(pk=record).person
    assert person is not None
    return person


def promise() -> None:
    standard = StandardDraft(form="within", from_kind="order_placed", to_kind="delivered", within_s=DUE_S)
    wording = Wording(words="Delivered within two hours")
    make_promise(wording=wording, standards=[standard], by=SYSTEM, at=NOW - 9 * HOUR)


def survey() -> Survey:
    design = surveys.Design(name="Delivery", questions=[{"code": "satisfaction"}], moment_kind="delivered")
    return surveys.make(design=design, by=SYSTEM, at=NOW - 9 * HOUR)


def complain(customer: Customer) -> None:
    happens(
        "survey_answered",
        1,
        customer=customer.pk,
        subject="sheet",
        scores={"recommend": 2},
        verbatim="The technician never came.",
    )


def opened(customer: Customer | None = None) -> Case:
    customer = customer or order(3)
    trouble = Trouble("test:1", customer=customer.pk, severity=2, what="Late", happened_at=NOW - HOUR)
    return cases.open_for_trouble(trouble=trouble, by=SYSTEM, at=NOW - HOUR)


def closed() -> Case:
    return cases.close(case=opened(), outcome="solved", cause="late", by=SYSTEM, at=NOW - HOUR / 2)


def asked() -> Invitation:
    return invitations.invite(survey=survey(), customer=order(3), by=SYSTEM, at=NOW)


# What brings each event about


def a_batch_is_recorded() -> None:
    promise()
    survey()
    customer = order(3)
    complain(customer)
    happens("delivered", 0.5, customer=customer.pk)


def an_order_is_recorded() -> None:
    promise()
    order(3)


def a_complaint_is_recorded() -> None:
    complain(order(3))


def what_a_promise_waits_for_comes_in() -> None:
    standard = StandardDraft(form="within", from_kind="fault_reported", to_kind="fault_mended", within_s=3600)
    wording = Wording(words="Mended in an hour")
    promises.make(wording=wording, standards=[standard], by=SYSTEM, at=NOW - 9 * HOUR)
    happens("fault_reported", 3, customer=order(3).pk)
    happens("fault_mended", 1, customer=order(3).pk)


def two_become_one() -> None:
    promise()
    alice = order(3)
    twin = happens("delivered", 2, identities=(("email", "alice.private@example.test"),))
    follow("TouchpointsRecorded")
    people.merge(a=alice, b=twin, by=SYSTEM, at=NOW)


def trouble_is_heard() -> None:
    a_complaint_is_recorded()
    follow("TouchpointsRecorded")


def a_promise_is_broken() -> None:
    an_order_is_recorded()
    follow("TouchpointsRecorded")


def a_promise_is_at_risk() -> None:
    promise()
    opened(order(1.9))
    follow("TouchpointsRecorded")


def a_case_is_opened() -> None:
    opened()


def a_case_is_joined() -> None:
    case = opened()
    more = Trouble("test:2", customer=case.customer_id, severity=3, what="Wants to leave", happened_at=NOW)
    cases.open_for_trouble(trouble=more, by=SYSTEM, at=NOW)


def a_case_is_escalated() -> None:
    case = opened()
    assert cases.escalate(case=case, by=SYSTEM, at=case.escalate_at)


def a_case_is_closed() -> None:
    closed()


def a_case_is_reopened() -> None:
    cases.reopen(case=closed(), by=SYSTEM, at=NOW)


def help_is_answered() -> None:
    case = closed()
    invitation = invitations.invite_after_case(customer=case.customer, case_id=case.pk, by=SYSTEM, at=NOW)
    answers.answer(invitation=invitation, question="helped", value=0, by=SYSTEM, at=NOW)


def a_survey_is_answered() -> None:
    answers.answer(invitation=asked(), question="satisfaction", value=2, by=SYSTEM, at=NOW)


def a_customer_stops_surveys() -> None:
    answers.stop(invitation=asked(), by=SYSTEM, at=NOW)


def a_customer_is_invited() -> None:
    asked()


def a_reading_is_corrected() -> Correction:
    happens("answered", 1, identities=(("email", "alice@example.test"),), verbatim="Nobody answers the phone, awful.")
    follow("TouchpointsRecorded")
    return corrections.correct(feedback=Feedback.objects.get(), part="signal", value="no_answer", by=SYSTEM, at=NOW)


def a_correction_is_undone() -> None:
    corrections.undo(correction=a_reading_is_corrected(), by=SYSTEM, at=NOW)


def an_endpoint_is_disabled() -> None:
    associates.add(email="ada@acme.test", name="Ada", role=Role.ADMIN, by=SYSTEM, at=NOW - HOUR)
    destination.disable(endpoint=Endpoint.objects.get(), reason="Gone", by=SYSTEM, at=NOW)


def an_associate_is_deactivated() -> None:
    case = opened()
    leaving = associates.add(email="max@acme.test", name="Max", role=Role.ASSOCIATE, by=SYSTEM, at=NOW - HOUR)
    cases.claim(case=case, by=leaving.by, at=NOW - HOUR)
    associates.deactivate(associate=leaving, by=SYSTEM, at=NOW)


def an_associate_is_limited() -> None:
    home, business = (brands.add(name=name, by=SYSTEM, at=NOW - HOUR).pk for name in ("Home", "Business"))
    max_ = associates.add(email="max@acme.test", name="Max", role=Role.ASSOCIATE, by=SYSTEM, at=NOW - HOUR)
    trouble = Trouble("test:1", order(3).pk, severity=2, what="Late", happened_at=NOW - HOUR, brand=home)
    cases.claim(case=cases.open_for_trouble(trouble=trouble, by=SYSTEM, at=NOW - HOUR), by=max_.by, at=NOW - HOUR)
    associates.edit(
        associate=max_, email=max_.email, name="Max", role=max_.role, team=None, brands=[business], by=SYSTEM, at=NOW
    )


def answered() -> Case:
    """Open a case and log a call on it, by which it is answered."""
    case = opened()
    mira = associates.add(email="mira@acme.test", name="Mira", role=Role.ASSOCIATE, by=SYSTEM, at=NOW - HOUR)
    cases.log_call(case=case, text="I am sorry.", by=mira.by, at=NOW - HOUR / 2)
    return Case.objects.get(pk=case.pk)


def a_customer_is_heard_again() -> None:
    more = Trouble("test:2", customer=answered().customer_id, severity=3, what="Wants to leave", happened_at=NOW)
    cases.open_for_trouble(trouble=more, by=SYSTEM, at=NOW)


def written() -> Mail:
    """Write to the customer of a case, and return the mail on its way."""
    case = opened()
    mira = associates.add(email="mira@acme.test", name="Mira", role=Role.ASSOCIATE, by=SYSTEM, at=NOW - HOUR)
    cases.write(case=case, subject="Your order", text="I am sorry.", by=mira.by, at=NOW - HOUR / 2)
    return Mail.objects.get()


def a_mail_left() -> None:
    mail = written()
    OutboxItem.objects.filter(pk=mail.pk).update(state=Sending.SENT, sent_at=NOW)
    smtp.events.sent(Mail.objects.get(pk=mail.pk), NOW)


def a_mail_is_given_up() -> None:
    mail = written()
    OutboxItem.objects.filter(pk=mail.pk).update(state=Sending.FAILED, said="Nobody there.")
    smtp.events.given_up(Mail.objects.get(pk=mail.pk), NOW)


def a_message_is_received() -> None:
    mail = written()
    OutboxItem.objects.filter(pk=mail.pk).update(state=Sending.SENT, sent_at=NOW - HOUR / 3)
    smtp.events.sent(Mail.objects.get(pk=mail.pk), NOW - HOUR / 3)
    follow("MailSent")
    thread = Thread.objects.get()
    conversations.receive(thread=thread, text="And now?", customer=thread.customer, source="test", by=SYSTEM, at=NOW)


MAKE: dict[str, Callable[[], object]] = {
    "TouchpointsRecorded": a_batch_is_recorded,
    "PeopleRegrouped": two_become_one,
    "AwaitedKindsArrived": what_a_promise_waits_for_comes_in,
    "TroubleHeard": trouble_is_heard,
    "PromiseBroken": a_promise_is_broken,
    "PromiseAtRisk": a_promise_is_at_risk,
    "CaseOpened": a_case_is_opened,
    "CaseJoined": a_case_is_joined,
    "CaseEscalated": a_case_is_escalated,
    "CaseHeardAgain": a_customer_is_heard_again,
    "CaseClosed": a_case_is_closed,
    "CaseReopened": a_case_is_reopened,
    "HelpAnswered": help_is_answered,
    "SurveyAnswered": a_survey_is_answered,
    "CustomerStoppedSurveys": a_customer_stops_surveys,
    "CustomerInvited": a_customer_is_invited,
    "AssociateDeactivated": an_associate_is_deactivated,
    "AssociateChanged": an_associate_is_limited,
    "ReadingCorrected": a_reading_is_corrected,
    "CorrectionUndone": a_correction_is_undone,
    "EndpointDisabled": an_endpoint_is_disabled,
    "MailSent": a_mail_left,
    "MailGivenUp": a_mail_is_given_up,
    "MessageReceived": a_message_is_received,
}


TELLS_PAGES = {"MailGivenUp"}
"""The clock goes on as it did: open pages alone are told, which no row holds."""


def follow(kind: str) -> None:
    """Let follow what the wiring says, for each event of a kind that was recorded by now."""
    for entry in Entry.objects.filter(kind=kind).order_by("pk"):
        for reaction in wiring.REACTIONS[{each.__name__: each for each in wiring.REACTIONS}[kind]]:
            react(entry, reaction)


def react(entry: Entry, reaction: events.Reaction) -> None:
    if reaction.when is None or reaction.when(events.read(entry)):
        events.react(entry=entry.pk, reaction=jobs.dotted(reaction.function))


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of the product."""
    models = [model for model in apps.get_models() if model.__module__.startswith("heedful.")]
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in models}


def test_every_event_that_something_follows_is_brought_about_here() -> None:
    assert MAKE.keys() == {event.__name__ for event in wiring.REACTIONS}


@pytest.mark.parametrize(
    ("event", "reaction"), ALL, ids=[f"{event.__name__}-{reaction.function.__name__}" for event, reaction in ALL]
)
def test_a_reaction_that_runs_twice_leaves_what_it_left_the_first_time(
    event: type, reaction: events.Reaction, lena: Associate, settings: Any
) -> None:
    settings.ALLOW_PRIVATE_WEBHOOKS = ["127.0.0.0/8"]
    webhooks.add(url="http://127.0.0.1:9/hook", name="Everything", by=SYSTEM, at=NOW - HOUR)
    MAKE[event.__name__]()
    entries = list(Entry.objects.filter(kind=event.__name__).order_by("pk"))
    assert entries
    before = everything()
    for entry in entries:
        react(entry, reaction)
    first = everything()
    assert first != before or event.__name__ in TELLS_PAGES, (
        "it does nothing here, so that running it twice says nothing"
    )
    for entry in entries:
        react(entry, reaction)
    assert everything() == first

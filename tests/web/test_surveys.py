"""The pages of surveys: who is asked and who answers, the form with its preview, and who may."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from heedful.associates.models import Associate
from heedful.customers import people, touchpoints
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM, By
from heedful.listen import answers, invitations, surveys, tallies
from heedful.listen.models import Invitation, Survey
from heedful.listen.surveys import Design
from heedful.prove.periods import ALWAYS

pytestmark = pytest.mark.django_db
type As = Callable[[Associate], Client]
EVER: dict[str, datetime] = {"since": ALWAYS, "until": ALWAYS + timedelta(days=36_500)}

FORM = {
    "name": "After delivery",
    "languages": ["en", "de"],
    "moment_kind": "delivered",
    "delay": "2",
    "delay_unit": "hours",
    "share": "50",
    "times": "1",
    "days": "90",
    "question-TOTAL_FORMS": "2",
    "question-INITIAL_FORMS": "0",
    "question-0-code": "satisfaction",
    "question-0-topic": "Delivery time",
    "question-0-text_en": "How fast was it?",
    "question-0-text_de": "Wie schnell war es?",
    "question-1-code": "open",
    "intro_en": "Hello",
}


@pytest.fixture
def delivery(casey: Associate) -> Survey:
    """Three were asked: one answered all, one in words only, one not yet; one was spared, and one visitor came."""
    design = Design(name="Delivery", questions=[{"code": "satisfaction"}, {"code": "open"}], moment_kind="delivered")
    survey = surveys.make(design=design, by=casey.by, at=timezone.now())
    told: list[tuple[str, dict[str, object] | None]] = [
        ("ann", {"satisfaction": 5}),
        ("bea", {"open": "<b>Late</b> שלום"}),
        ("cleo", {}),
        ("dora", None),
    ]
    for name, said in told:
        invitation = invitations.invite(
            survey=survey, customer=customer(name, known=said is not None), by=SYSTEM, at=timezone.now()
        )
        if said:
            answers.answer_all(invitation=invitation, values=said, by=By("customer"), at=timezone.now())
    answers.open_public(
        survey=survey, values={"satisfaction": 1}, submit=True, channel="link", by=By("customer"), at=timezone.now()
    )
    return survey


def customer(name: str, *, known: bool) -> Customer:
    draft = touchpoints.TouchpointDraft(
        kind="seen", happened_at=timezone.now(), message=name, identities=(("user_id", name),)
    )
    record = touchpoints.record(drafts=[draft], source="test", by=SYSTEM, at=timezone.now()).customers[0]
    if known:
        people.describe(facts={record: {"email": (f"{name}@example.com", timezone.now())}})
    return Customer.objects.get(pk=record)


def test_the_list_says_how_each_is_answered(as_: As, bo: Associate, delivery: Survey) -> None:
    shown = as_(bo).get("/surveys").content.decode()
    assert "Delivery" in shown
    assert "33 %" in shown or "33%" in shown
    assert "American Association for Public Opinion Research" in shown
    assert "New survey" not in shown


def test_the_response_rate_is_complete_sheets_of_those_asked(delivery: Survey) -> None:
    tally = tallies.of([delivery], **EVER)[delivery.pk]
    assert (tally.invited, tally.answered, tally.complete, tally.visitors) == (3, 2, 1, 1)
    assert tally.suppressed == {"no_address": 1}
    assert tally.response_rate == pytest.approx(1 / 3)


def test_a_tally_is_of_its_period_alone(as_: As, bo: Associate, delivery: Survey) -> None:
    Invitation.objects.filter(customer__name="").update(created_at=timezone.now() - timedelta(days=40))
    old = Invitation.objects.filter(created_at__lt=timezone.now() - timedelta(days=39)).count()
    assert old
    lately = as_(bo).get("/surveys", {"period": "30"}).context["lines"][0].tally
    usually = as_(bo).get("/surveys").context["lines"][0].tally
    seen = [tally.invited + tally.visitors + tally.suppressed_total for tally in (usually, lately)]
    assert seen == [5, 5 - old]


def test_surveys_that_asked_nobody_lately_are_shown_over_all_time(as_: As, bo: Associate, delivery: Survey) -> None:
    Invitation.objects.update(created_at=timezone.now() - timedelta(days=400))
    assert as_(bo).get("/surveys").context["lines"][0].tally.invited == 3
    assert as_(bo).get(f"/surveys/{delivery.pk}").context["tally"].invited == 3


def test_a_sheet_that_was_complete_stays_so_when_the_survey_asks_more(casey: Associate, delivery: Survey) -> None:
    design = Design(name="Delivery", questions=[{"code": "satisfaction"}, {"code": "ease"}], moment_kind="delivered")
    surveys.change(survey=delivery, design=design, by=casey.by, at=timezone.now())
    assert tallies.of([delivery], **EVER)[delivery.pk].complete == 1


def test_without_surveys_the_page_says_what_to_do_first(as_: As, casey: Associate, mira: Associate) -> None:
    assert "Write the first survey" in as_(casey).get("/surveys").content.decode()
    shown = as_(mira).get("/surveys").content.decode()
    assert "Nobody is asked yet" in shown
    assert "Write the first survey" not in shown


def test_a_survey_shows_scores_reasons_and_what_was_said(as_: As, mira: Associate, delivery: Survey) -> None:
    shown = as_(mira).get(f"/surveys/{delivery.pk}").content.decode()
    assert "Satisfaction" in shown
    assert "No e-mail address" in shown
    assert "&lt;b&gt;Late&lt;/b&gt; שלום" in shown
    assert f"/s/{delivery.public_token}" in shown
    assert "End this survey" not in shown


def test_the_list_of_asks_can_be_narrowed_and_exported(as_: As, lena: Associate, delivery: Survey) -> None:
    client = as_(lena)
    spared = client.get(f"/surveys/{delivery.pk}?state=not_asked&reason=no_address").content.decode()
    assert "1 customer" in spared
    assert "ann@example.com" not in spared
    lines = b"".join(client.get(f"/surveys/{delivery.pk}?format=csv")).decode().splitlines()
    assert len(lines) == 6
    assert client.get(f"/surveys/{delivery.pk}?state=nonsense&after=zzz&reason=%00").status_code == 200


def test_the_pages_ask_the_database_as_often_for_many_as_for_few(
    as_: As, casey: Associate, delivery: Survey, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = as_(casey)
    for number in range(12):
        invitations.invite(survey=delivery, customer=customer(f"c{number}", known=True), by=SYSTEM, at=timezone.now())
        surveys.make(design=Design(name=f"S{number}", questions=[{"code": "ease"}]), by=SYSTEM, at=timezone.now())
    client.get("/surveys")
    with django_assert_max_num_queries(15):
        client.get("/surveys")
    with django_assert_max_num_queries(15):
        client.get(f"/surveys/{delivery.pk}")


def test_a_survey_is_written_in_the_form(as_: As, casey: Associate) -> None:
    client = as_(casey)
    assert client.get("/surveys/new").status_code == 200
    sent = client.post("/surveys/new", FORM)
    survey = Survey.objects.get()
    assert sent.headers["Location"] == f"/surveys/{survey.pk}"
    assert (survey.moment_kind, survey.delay_s, survey.share, survey.languages) == (
        "delivered",
        7200,
        0.5,
        ["en", "de"],
    )
    assert survey.questions == [
        {
            "code": "satisfaction.delivery_time",
            "text": {"en": "How fast was it?", "de": "Wie schnell war es?"},
        },
        {"code": "open", "text": {}},
    ]
    assert survey.intro == {"en": "Hello"}


def test_what_is_kept_is_what_the_form_shows_again(as_: As, casey: Associate) -> None:
    client = as_(casey)
    client.post("/surveys/new", FORM)
    survey = Survey.objects.get()
    shown = client.get(f"/surveys/{survey.pk}/edit").content.decode()
    for words in (
        "After delivery",
        "How fast was it?",
        "Wie schnell war es?",
        "delivery time",
        'value="2"',
        'value="50"',
    ):
        assert words in shown or words.replace(" ", "_") in shown
    changed = {**FORM, "question-TOTAL_FORMS": "1", "question-0-code": "recommend", "question-0-topic": ""}
    assert client.post(f"/surveys/{survey.pk}/edit", changed).status_code == 302
    survey.refresh_from_db()
    assert [question["code"] for question in survey.questions] == ["recommend"]


def test_what_is_wrong_is_said_and_nothing_is_kept(as_: As, casey: Associate) -> None:
    client = as_(casey)
    twice = {**FORM, "question-1-code": "satisfaction", "question-1-topic": "Delivery time", "question-1-text_en": "x"}
    answer = client.post("/surveys/new", twice)
    assert answer.status_code == 422
    assert "can stand in a survey once" in answer.content.decode()
    for bad in (
        {"share": "200"},
        {"days": "x"},
        {"delay": "-1"},
        {"delay": "9" * 30},
        {"name": ""},
        {"name": "\x00"},
        {"languages": ["xx!"]},
        {"more_languages": "<script>"},
        {"question-TOTAL_FORMS": "9999999"},
        {"question-TOTAL_FORMS": "x"},
        {"question-0-code": "mood"},
    ):
        assert client.post("/surveys/new", {**FORM, **bad}).status_code == 422
    assert not Survey.objects.exists()


def test_another_question_and_other_languages_come_without_scripts(as_: As, casey: Associate) -> None:
    client = as_(casey)
    more = client.post("/surveys/new", {**FORM, "more": "1"}).content.decode()
    assert "question-2-code" in more
    again = client.post("/surveys/new", {**FORM, "more_languages": "ar", "again": "1"}).content.decode()
    assert "question-0-text_ar" in again
    assert "Words in Arabic" in again
    assert "Write it in Arabic" not in again
    assert not Survey.objects.exists()


def test_in_a_language_that_we_do_not_speak_the_company_names_the_ends(as_: As, casey: Associate) -> None:
    client = as_(casey)
    words = {"question-0-text_ar": "هل أنت راض؟", "question-0-low_ar": "غير راض", "question-0-high_ar": "راض جدا"}
    more = {"question-1-text_ar": "لماذا؟", "subject_ar": "سؤال", "intro_ar": "كيف كان؟", "thanks_ar": "شكرا"}
    client.post("/surveys/new", {**FORM, "languages": [], "more_languages": "ar", **words, **more})
    survey = Survey.objects.get()
    assert (survey.questions[0]["low"], survey.questions[0]["high"]) == ({"ar": "غير راض"}, {"ar": "راض جدا"})
    assert "راض جدا" in client.get(f"/surveys/{survey.pk}/edit").content.decode()
    shown = client.get(f"/s/{survey.public_token}").content.decode()
    assert "5 راض جدا" in shown
    assert "satisfied" not in shown
    assert '<html lang="ar" dir="rtl">' in shown
    assert "own words" not in shown
    assert 'lang="en" dir="ltr">Send</button>' in shown


@pytest.mark.parametrize("missing", ["question-0-low_ar", "question-1-text_ar", "thanks_ar"])
def test_in_such_a_language_nothing_may_be_left_to_us(as_: As, casey: Associate, missing: str) -> None:
    words = {f"question-0-{part}_ar": "كلمة" for part in ("text", "low", "high")}
    words |= dict.fromkeys(("question-1-text_ar", "subject_ar", "intro_ar", "thanks_ar"), "كلمة")
    answer = as_(casey).post(
        "/surveys/new", {**FORM, "languages": ["en"], "more_languages": "ar", **words, missing: ""}
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    said = "Write it in Arabic: we have no words of our own in it."
    assert page.count(said) == 1
    assert said in page[page.index(f'name="{missing}"') :].split("</div>")[0]
    assert '<details class="more" open>' in page
    assert not Survey.objects.exists()


def test_the_preview_is_seen_in_each_language(as_: As, casey: Associate) -> None:
    sent = {**FORM, "languages": ["en", "de"], "more_languages": "ar", "question-0-text_ar": "هل أنت راض؟"}
    german = as_(casey).post("/surveys/preview", {**sent, "seen_in": "de"}).content.decode()
    assert 'lang="de" dir="ltr"' in german
    arabic = as_(casey).post("/surveys/preview", {**sent, "seen_in": "ar"}).content.decode()
    assert 'lang="ar" dir="rtl"' in arabic
    assert "هل أنت راض؟" in arabic
    assert 'value="ar" checked>Arabic' in arabic


def test_another_question_keeps_the_preview(as_: As, casey: Associate) -> None:
    more = as_(casey).post("/surveys/new", {**FORM, "name": "", "intro_en": "Hello you", "more": "1"}).content.decode()
    shown = more[more.index('id="preview"') :]
    assert "Hello you" in shown
    assert "How fast was it?" in shown
    assert "recommend Acme" in shown or "satisfied" in shown


def test_the_preview_is_what_customers_see(as_: As, casey: Associate) -> None:
    shown = as_(casey).post("/surveys/preview", {**FORM, "intro_en": "<i>Hi</i>"}).content.decode()
    assert "How fast was it?" in shown
    assert "&lt;i&gt;Hi&lt;/i&gt;" in shown
    unfinished = as_(casey).post("/surveys/preview", {**FORM, "name": ""})
    assert unfinished.status_code == 200
    assert "How fast was it?" in unfinished.content.decode()
    nothing = as_(casey).post("/surveys/preview", {})
    assert nothing.status_code == 200
    assert "shown here" in nothing.content.decode()
    assert not Survey.objects.exists()


def test_a_survey_is_paused_goes_on_and_ends(as_: As, casey: Associate, delivery: Survey) -> None:
    client = as_(casey)
    for step, paused, ended in (("pause", True, False), ("resumption", False, False), ("ending", False, True)):
        assert client.post(f"/surveys/{delivery.pk}/{step}").status_code == 302
        delivery.refresh_from_db()
        assert (delivery.is_paused, delivery.ended_at is not None) == (paused, ended)
    assert "Delivery" in client.get("/surveys?show=ended").content.decode()
    assert client.get(f"/surveys/{delivery.pk}").status_code == 200


def test_the_budget_is_set_on_the_page(as_: As, casey: Associate) -> None:
    as_(casey).post("/surveys/budget", {"times": "3", "days": "14"})
    assert (surveys.budget().times, surveys.budget().days) == (3, 14)
    for times in ("", "-1", "0", "x", "9" * 50, "²"):
        as_(casey).post("/surveys/budget", {"times": times, "days": "14"})
    assert surveys.budget().times == 3


def test_the_code_leads_to_the_public_link(as_: As, mira: Associate, delivery: Survey) -> None:
    answer = as_(mira).get(f"/surveys/{delivery.pk}/qr.svg?download")
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="delivery.svg"'
    assert answer.content.startswith(b"<?xml")


def test_mallory_and_the_curious_change_nothing(
    as_: As, mallory: Associate, mira: Associate, bo: Associate, delivery: Survey, client: Client
) -> None:
    writes = [
        "new",
        "preview",
        "budget",
        *(f"{delivery.pk}/{part}" for part in ("edit", "pause", "resumption", "ending")),
    ]
    for who in (mira, bo):
        for part in writes:
            assert as_(who).post(f"/surveys/{part}", FORM).status_code == 403
    for part in ("", f"/{delivery.pk}", f"/{delivery.pk}/qr.svg", *(f"/{part}" for part in writes)):
        client.logout()
        assert client.get(f"/surveys{part}").status_code == 302
        client.force_login(mallory, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get(f"/surveys{part}").status_code in {302, 403}
    delivery.refresh_from_db()
    assert (delivery.name, delivery.is_paused, delivery.ended_at) == ("Delivery", False, None)
    assert Survey.objects.count() == 1


def test_a_survey_that_is_not_there_is_not_found(as_: As, casey: Associate) -> None:
    for path in ("/surveys/999", "/surveys/999/edit", "/surveys/999/qr.svg"):
        assert as_(casey).get(path).status_code == 404
    assert as_(casey).post("/surveys/999/pause").status_code == 404


def test_asks_of_a_public_sheet_are_in_no_rate(delivery: Survey) -> None:
    assert Invitation.objects.filter(channel="link").count() == 1
    assert tallies.of([delivery], **EVER)[delivery.pk].invited == 3
    assert tallies.scores(delivery, **EVER) == {"satisfaction": [(1, 1), (5, 1)]}


OWN = FORM | {
    "question-TOTAL_FORMS": "3",
    "question-0-code": "choice",
    "question-0-topic": "Reason",
    "question-0-options_en": "Price\n\n Quality ",
    "question-0-options_de": "Preis\nGüte",
    "question-1-code": "number",
    "question-1-text_en": "How many?",
    "question-1-text_de": "Wie viele?",
    "question-1-at_least": "0",
    "question-2-code": "ease",
    "question-2-scale": "1-5 stars",
}


def test_a_survey_asks_for_a_choice_a_number_and_on_its_own_scale(as_: As, casey: Associate) -> None:
    assert as_(casey).post("/surveys/new", OWN).status_code == 302
    survey = Survey.objects.get()
    choice, number, ease = survey.questions
    assert choice["code"] == "choice.reason"
    assert choice["options"] == [
        {"code": "price", "label": {"en": "Price", "de": "Preis"}},
        {"code": "quality", "label": {"en": "Quality", "de": "Güte"}},
    ]
    assert number == {"code": "number", "text": {"en": "How many?", "de": "Wie viele?"}, "at_least": 0}
    assert (ease["scale"], ease["stars"]) == ([1, 5], True)
    page = as_(casey).get(f"/surveys/{survey.pk}/edit").content.decode()
    assert "Price\nQuality</textarea>" in page
    assert '<option value="1-5 stars" selected>' in page


def test_a_choice_without_answers_is_asked_for_them(as_: As, casey: Associate) -> None:
    shown = as_(casey).post("/surveys/new", OWN | {"question-0-options_en": "", "question-0-options_de": ""})
    assert shown.status_code == 422
    assert "Write at least 2 answers, one on a line." in shown.content.decode()
    assert not Survey.objects.exists()


def test_the_preview_shows_options_and_numbers_while_they_are_written(as_: As, casey: Associate) -> None:
    shown = as_(casey).post("/surveys/preview", OWN).content.decode()
    assert "Quality</label>" in shown
    assert 'type="number"' in shown
    assert "3 ★" in shown

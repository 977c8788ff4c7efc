"""The cases as the desk sees them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from heedful.act import cases
from heedful.act.models import Case
from heedful.associates.models import Associate, Team
from heedful.courier.models import Mail
from heedful.customers.models import Customer, Feedback
from heedful.understand.models import Reading
from heedful.web import filters as look
from heedful.web.desk.cases import list as case_list
from tests.cast import arrived
from tests.web import desk
from tests.web.desk import As, opened, say

pytestmark = pytest.mark.django_db
case, feedback = desk.case, desk.feedback


def quiet(number: int) -> Customer:
    from heedful.customers.touchpoints import TouchpointDraft

    return arrived(f"quiet{number}@example.test", TouchpointDraft("bill_paid", timezone.now(), f"quiet-{number}"))


# The list


def test_the_queue_shows_my_cases_alone(as_: As, mira: Associate, case: Case, bruno: Customer) -> None:
    other = opened(bruno, "feedback:77", what="Wants to leave")
    cases.claim(case=case, by=mira.by, at=timezone.now())
    page = as_(mira).get("/queue")
    assert "alice@example.test" in say(page)
    assert other.title not in say(page)


def test_an_empty_queue_says_what_to_do_first(as_: As, mira: Associate) -> None:
    assert "Nobody waits for you" in say(as_(mira).get("/queue"))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("", {"alice", "bruno"}),
        ("?whose=mine", {"alice"}),
        ("?whose=unclaimed", {"bruno"}),
        ("?whose=lead", {"bruno"}),
        ("?state=late", {"bruno"}),
        ("?state=answered", {"alice"}),
        ("?state=closed", {"quiet1"}),
        ("?q=BRUNO", {"bruno"}),
        ("?q=leave", {"bruno"}),
        ("?priority=3", {"bruno"}),
        ("?sort=due", {"alice", "bruno"}),
        ("?show=all", {"alice", "bruno", "quiet1"}),
        ("?show=all&period=30", {"alice", "bruno"}),
        ("?show=all&days=30", {"alice", "bruno"}),
        ("?show=all&period=90", {"alice", "bruno", "quiet1"}),
        ("?state=closed&period=30", set()),
        ("?show=all&speed=due", {"alice", "bruno", "quiet1"}),
        ("?show=all&speed=acted", {"alice"}),
        ("?show=all&speed=late", {"bruno", "quiet1"}),
        ("?show=all&helped=any", {"quiet1"}),
        ("?show=all&helped=yes", {"quiet1"}),
        ("?show=all&helped=no", set()),
        ("?show=nonsense&period=nonsense&speed=nonsense&helped=nonsense", {"alice", "bruno"}),
        ("?promise=no%00ne", set()),
        ("?sort=nonsense&state=nonsense&whose=nonsense", {"alice", "bruno"}),
    ],
)
def test_the_address_says_which_cases(
    as_: As, mira: Associate, case: Case, bruno: Customer, address: str, expected: set[str]
) -> None:
    now = timezone.now()
    cases.log_call(case=case, text="Hello.", by=mira.by, at=now)
    late = opened(bruno, "feedback:77", what="Wants to leave", severity=3)
    Case.objects.filter(pk=late.pk).update(due_at=now - timedelta(hours=1), escalated_at=now)
    done = opened(quiet(1), "feedback:78")
    cases.close(case=done, outcome="solved", cause="late", by=mira.by, at=now)
    long_ago = now - timedelta(days=60)
    Case.objects.filter(pk=done.pk).update(opened_at=long_ago, due_at=long_ago, helped=True)
    page = as_(mira).get(f"/cases{address}")
    names = {name for name in ("alice", "bruno", "quiet1") if f"{name}@example.test</a>" in say(page)}
    assert names == expected


@pytest.mark.parametrize(
    ("address", "title", "action"),
    [
        ("?whose=mine", "You have no open case", "?whose=unclaimed"),
        ("?whose=lead", "Nothing needs the lead", "?"),
        ("?state=late", "Nobody waits too long", "?state=waiting"),
        ("?state=answered", "Nothing is answered and still open", "?state=waiting"),
        ("?state=closed", "Nothing was closed yet", "?"),
        ("?state=closed&sort=due", "Nothing was closed yet", "?"),
        ("?q=nobody", "Nobody fits “nobody”", "?q=nobody&amp;show=all"),
        ("?q=nobody&show=all", "Nothing fits", "?"),
        ("?priority=4&helped=no", "Nothing fits", "?"),
    ],
)
def test_an_empty_list_says_why_and_what_to_do(
    as_: As, mira: Associate, case: Case, address: str, title: str, action: str
) -> None:
    page = say(as_(mira).get(f"/cases{address}"))
    assert title in page
    assert f'class="button button-main" href="{action}"' in page


def test_a_filter_that_nobody_chose_has_no_cross(as_: As, bo: Associate) -> None:
    cross = look.icon("x", 12)
    assert cross not in say(as_(bo).get("/board/"))
    chosen = say(as_(bo).get("/board/?period=30"))
    assert chosen.count(cross) == 1
    assert 'href="?"' in chosen  # back to the default, without naming it


def test_the_most_urgent_stand_first(as_: As, mira: Associate, case: Case, bruno: Customer) -> None:
    opened(bruno, "feedback:77", severity=3)
    page = say(as_(mira).get("/cases"))
    assert page.index("bruno@example.test") < page.index("alice@example.test")


def test_what_was_answered_stands_after_what_still_waits(as_: As, mira: Associate, case: Case, bruno: Customer) -> None:
    urgent = opened(bruno, "feedback:77", severity=3)
    cases.log_call(case=urgent, text="Hello.", by=mira.by, at=timezone.now())
    page = say(as_(mira).get("/cases"))
    assert page.index("alice@example.test") < page.index("bruno@example.test")


def test_the_order_of_the_queue_is_read_from_its_index(case: Case) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
    plan = Case.objects.open().by_urgency().order_by(*case_list.ORDERS["first"])[:51].explain()
    assert "act_case_urgency" in plan
    assert "Sort" not in plan


def test_the_panel_says_answered_instead_of_due(as_: As, mira: Associate, case: Case) -> None:
    client = as_(mira)
    address = f"/cases/{case.pk}"
    assert "Nobody yet · due " in say(client.get(address))
    cases.log_call(case=case, text="Hello.", by=mira.by, at=timezone.now())
    page = say(client.get(address))
    assert " · answered" in page
    assert " · due " not in page


def test_a_long_list_has_a_next_page_and_few_queries(
    as_: As, mira: Associate, care: Team, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    for number in range(53):
        opened(quiet(number), f"feedback:{number + 100}")
    client = as_(mira)
    with django_assert_max_num_queries(14):  # type: ignore[attr-defined]
        page = client.get("/cases")
    assert say(page).count('id="case-') == 50 + 2
    following = page.context["page"].following
    assert say(client.get(f"/cases{following}")).count('id="case-') == 3 + 2


def test_the_export_holds_every_case(as_: As, lena: Associate, case: Case) -> None:
    page = as_(lena).get("/cases?format=csv")
    lines = b"".join(page.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert lines[0].startswith("\ufeffCase,Customer,About")
    assert lines[1].startswith(f"{case.pk},alice@example.test,Satisfaction: 2 of 5,Normal,Care,")


def test_an_open_list_is_told_what_came_and_what_changed(as_: As, mira: Associate, case: Case, bruno: Customer) -> None:
    from heedful.web.filters import case_mark

    seen = f"{case.pk}.{case_mark(case)}"
    fresh = opened(bruno, "feedback:77")
    client = as_(mira)
    news = say(client.get(f"/cases?since={case.pk}&shown={seen}", headers={"HX-Request": "true"}))
    assert f'id="case-{fresh.pk}"' in news
    assert "is-new" in news
    assert f'id="case-{case.pk}"' not in news
    cases.claim(case=case, by=mira.by, at=timezone.now())
    news = say(client.get(f"/cases?since={fresh.pk}&shown={seen}", headers={"HX-Request": "true"}))
    assert f'id="case-{case.pk}"' in news
    assert "is-new" not in news


# One case


def test_a_case_shows_what_was_heard_with_the_words_that_fired(
    as_: As, mira: Associate, case: Case, feedback: Feedback
) -> None:
    Reading.objects.create(
        feedback=feedback,
        customer=feedback.customer,
        happened_at=feedback.happened_at,
        language="en",
        language_confidence=1,
        sentiment="negative",
        sentiment_confidence=0.9,
        signals=[{"signal": "no_show", "words": ["nobody came"]}],
        model="test",
        text_digest="",
        read_at=timezone.now(),
    )
    page = say(as_(mira).get(f"/cases/{case.pk}"))
    assert "<mark>Nobody came</mark>." in page
    assert page.count("Satisfaction: 2 of 5") > 1
    assert 'id="customer"' in page


def test_the_page_leads_on_to_the_next_case_that_waits_for_me(
    as_: As, mira: Associate, case: Case, bruno: Customer
) -> None:
    client, other = as_(mira), opened(bruno, "feedback:77", severity=3)
    for row in (case, other):
        cases.claim(case=row, by=mira.by, at=timezone.now())
    assert f'href="/cases/{other.pk}"><span>Next: <bdi>bruno@' in say(client.get(f"/cases/{case.pk}"))
    assert f'href="/cases/{case.pk}"><span>Next: <bdi>alice@' in say(client.get(f"/cases/{other.pk}"))
    cases.close(case=other, outcome="solved", cause="late", by=mira.by, at=timezone.now())
    assert "Next: " not in say(client.get(f"/cases/{case.pk}"))
    cases.close(case=case, outcome="solved", cause="late", by=mira.by, at=timezone.now())
    assert 'data-key="g" href="/queue"' in say(client.get(f"/cases/{case.pk}"))


def test_the_panel_does_not_lead_to_the_page_on_which_it_stands(as_: As, mira: Associate, case: Case) -> None:
    client = as_(mira)
    here = say(client.get(f"/cases/{case.pk}")).partition('id="customer"')[2]
    assert f'href="/cases/{case.pk}"' not in here
    assert "This case" in here
    there = say(client.get(f"/customers/{case.customer_id}")).partition('id="customer"')[2]
    assert f'href="/cases/{case.pk}"' in there


def test_a_case_that_is_not_there_is_not_found(as_: As, mira: Associate) -> None:
    assert as_(mira).get("/cases/999999").status_code == 404


def test_an_associate_works_a_case_through_the_door(as_: As, mira: Associate, lena: Associate, case: Case) -> None:
    client, at = as_(mira), f"/cases/{case.pk}"
    assert client.post(f"{at}/claim").status_code == 302
    assert client.post(f"{at}/notes", {"text": "Rang the depot."}).headers["Location"] == f"{at}#latest"
    assert say(client.get(at)).count('id="latest"') == 1
    assert client.post(f"{at}/notes", {"text": "Asked the depot."}).status_code == 302
    assert client.post(f"{at}/mails", {"subject": "Your order", "text": "I am sorry."}).status_code == 302
    assert client.post(f"{at}/calls", {"text": "She was glad."}).status_code == 302
    assert Mail.objects.get().to == "alice@example.test"
    page = say(client.get(at))
    for words in ("Asked the depot.", "I am sorry.", "She was glad.", "Answered", "Yours"):
        assert words in page
    client.post(f"{at}/handover", {"to": lena.pk, "reason": "I am off."})
    assert Case.objects.get().owner == lena
    client.post(f"{at}/closure", {"outcome": "solved", "cause": "late"})
    page = say(client.get(at))
    assert "What came of it" in page
    assert "We were late" in page
    client.delete(f"{at}/closure")
    assert Case.objects.get().is_open
    client.post(f"{at}/closure", {"outcome": "no_trouble", "cause": "other"})
    client.post(f"{at}/reopening")
    assert Case.objects.get().reopened == 2


def test_the_second_to_claim_reads_who_was_first(as_: As, mira: Associate, lena: Associate, case: Case) -> None:
    cases.claim(case=case, by=lena.by, at=timezone.now())
    page = as_(mira).post(f"/cases/{case.pk}/claim", follow=True)
    assert "Lena has claimed this case already." in say(page)
    assert Case.objects.get().owner == lena


def test_a_case_is_given_back_and_the_page_says_through_whose_hands_it_went(
    as_: As, mira: Associate, lena: Associate, care: Team, case: Case
) -> None:
    client, at = as_(mira), f"/cases/{case.pk}"
    assert "Give back" not in say(client.get(at))
    client.post(f"{at}/claim")
    assert f'action="{at}/return"' in say(client.get(at))
    page = say(client.post(f"{at}/return", follow=True))
    assert "Given back. It waits in the queue of Care until somebody claims it." in page
    assert "Nobody has claimed it" in page
    story = page.partition("Since then")[2]
    assert story.index("claimed the case") < story.index("gave the case back to Care")
    cases.hand_over(case=case, to=mira, by=lena.by, at=timezone.now())
    as_(lena).post(f"{at}/return")
    page = say(client.get(at))
    assert "handed the case over to Mira" in page
    assert "gave the case back for Mira to Care" in page


def test_the_case_of_another_is_given_back_by_a_lead_alone(
    as_: As, mira: Associate, lena: Associate, bo: Associate, case: Case
) -> None:
    cases.claim(case=case, by=lena.by, at=timezone.now())
    assert "Give back" not in say(as_(mira).get(f"/cases/{case.pk}"))
    assert "Lena has this case." in say(as_(mira).post(f"/cases/{case.pk}/return", follow=True))
    assert Case.objects.get().owner == lena
    assert "Give back" in say(as_(bo).get(f"/cases/{case.pk}"))


def test_a_closed_case_is_not_given_back(as_: As, mira: Associate, case: Case) -> None:
    cases.claim(case=case, by=mira.by, at=timezone.now())
    cases.close(case=case, outcome="solved", cause="late", by=mira.by, at=timezone.now())
    assert "Give back" not in say(as_(mira).get(f"/cases/{case.pk}"))
    assert "Reopen it to go on" in say(as_(mira).post(f"/cases/{case.pk}/return", follow=True))
    assert Case.objects.get().owner == mira


def test_a_leader_takes_a_case_from_feedback(as_: As, bo: Associate, feedback: Feedback) -> None:
    page = as_(bo).post(f"/feedback/{feedback.pk}/case")
    case = Case.objects.get()
    assert page.headers["Location"] == reverse("desk:case", args=[case.pk])
    assert case.owner == bo


def test_nobody_comes_in_without_a_login(client: Client, case: Case) -> None:
    for address in ("/queue", "/cases", f"/cases/{case.pk}"):
        assert client.get(address).status_code == 302
    client.post(f"/cases/{case.pk}/claim")
    assert Case.objects.get().owner is None


def test_an_open_page_says_that_the_case_is_in_other_hands(
    as_: As, mira: Associate, lena: Associate, case: Case
) -> None:
    client, now = as_(mira), timezone.now()
    cases.claim(case=case, by=mira.by, at=now)
    address = f"/cases/{case.pk}?seen={mira.pk}.open"
    assert f'hx-get="{address}"' in say(client.get(f"/cases/{case.pk}"))

    def told() -> str:
        return say(client.get(address, headers={"HX-Request": "true"}))

    assert "See what can be done now" not in told()
    cases.hand_over(case=case, to=lena, by=lena.by, at=now)
    assert "Lena has this case now." in told()
    cases.give_back(case=case, by=lena.by, at=now)
    assert "Nobody has this case any more." in told()
    cases.close(case=case, outcome="solved", cause="late", by=lena.by, at=now)
    assert "This case was closed while you had it open." in told()


def test_the_story_says_who_closed_the_case_and_who_opened_it_again(
    as_: As, mira: Associate, lena: Associate, case: Case
) -> None:
    now = timezone.now()
    cases.close(case=case, outcome="solved", cause="late", by=lena.by, at=now)
    cases.reopen(case=case, reason="", by=mira.by, at=now)
    story = say(as_(mira).get(f"/cases/{case.pk}")).partition("Since then")[2]
    assert story.index("closed the case") < story.index("opened the case again")
    assert story.index("Lena") < story.index("closed the case")

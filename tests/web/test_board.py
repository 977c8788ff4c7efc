"""The board: what was promised, done, felt and worth, with the rows behind every number."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from heedful.act import cases
from heedful.act.models import Case
from heedful.associates.models import Associate, Company
from heedful.customers import messages
from heedful.customers.messages import Description, SourceMessage
from heedful.customers.models import Feedback
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import SYSTEM
from heedful.promise import promises
from heedful.promise.models import Commitment
from heedful.promise.standards import StandardDraft as Standard
from heedful.prove import directions, periods, scorecards
from tests.cast import make_promise
from tests.work import work

type As = Callable[[Associate], Client]


@pytest.fixture
def shop(acme: Company) -> None:
    """Forty orders delivered in time and liked, forty late and disliked, each customer worth 100 a year."""
    now = timezone.now()
    make_promise(
        wording=promises.Wording(words="Delivered within two days", counter_measure="A second van from May."),
        standards=[Standard(form="within", from_kind="order_placed", to_kind="delivered", within_s=172_800)],
        by=SYSTEM,
        at=now,
    )
    sent = []
    for n in range(80):
        who = (("user_id", f"u{n}"),)
        ordered = now - timedelta(days=30, minutes=n)
        late = n % 2
        came = ordered + timedelta(days=4 if late else 1)
        said = Description(who, ordered, {"value": {"amount": "100", "currency": "GBP", "source": "crm"}})
        sent += [
            SourceMessage(TouchpointDraft("order_placed", ordered, f"o{n}", who), said),
            SourceMessage(TouchpointDraft("delivered", came, f"d{n}", who)),
            SourceMessage(
                TouchpointDraft(
                    "survey_answered",
                    came + timedelta(hours=2),
                    f"s{n}",
                    who,
                    stage="purchase",
                    scores={"recommend": 2 if late else 10, "satisfaction": 2 if late else 5},
                    verbatim="It came far too late." if late else "Quick and friendly.",
                )
            ),
        ]
    messages.record(messages=sent, source="test", by=SYSTEM, at=now)
    work()


def test_a_promise_shows_its_walk_how_it_felt_and_its_worth(shop: None) -> None:
    now = timezone.now()
    card = scorecards.cards(period=periods.last("90", at=now), at=now)[0]
    assert (card.kept, card.due) == (40, 80)
    recommend = next(felt for felt in card.experience if felt.question == "recommend")
    assert recommend.kept is not None
    assert recommend.broken is not None
    assert (recommend.kept.value, recommend.kept.n) == (100, 40)
    assert (recommend.broken.value, recommend.broken.n) == (-100, 40)
    assert (card.worth.customers, int(card.worth.amount)) == (40, 4000)


def test_the_board_says_it_in_words(shop: None, as_: As, bo: Associate) -> None:
    page = as_(bo).get("/board/").content.decode()
    for words in (
        "Delivered within two days",
        "50.0 %",
        "worse when broken, more than chance",
        "£4,000",
        "A second van",
    ):
        assert words in page


def test_where_nobody_has_said_which_way_is_better_the_board_leads_to_saying_it(
    acme: Company, as_: As, bo: Associate, casey: Associate
) -> None:
    now = timezone.now()
    make_promise(
        wording=promises.Wording(words="Delivered within two days"),
        standards=[Standard(form="within", from_kind="order_placed", to_kind="delivered", within_s=172_800)],
        by=SYSTEM,
        at=now,
    )
    who, ordered = (("user_id", "u"),), now - timedelta(days=9)
    drafts = [
        TouchpointDraft("order_placed", ordered, "o", who),
        TouchpointDraft("delivered", ordered + timedelta(days=1), "d", who),
        TouchpointDraft("asked", ordered + timedelta(days=2), "s", who, scores={"yes.left": 1}),
    ]
    messages.record(messages=[SourceMessage(draft) for draft in drafts], source="test", by=SYSTEM, at=now)
    work()
    link = 'href="/board/scores/yes.left#direction"'
    assert link in as_(casey).get("/board/").content.decode()
    assert link not in as_(bo).get("/board/").content.decode()
    assert 'id="direction"' in as_(casey).get("/board/scores/yes.left").content.decode()
    directions.choose(question="yes.left", more_is="worse", by=casey.by, at=now)
    cache.clear()
    assert link not in as_(casey).get("/board/").content.decode()


def test_the_board_says_how_to_read_its_bars_and_intervals_in_numbers(shop: None, as_: As, bo: Associate) -> None:
    page = as_(bo).get("/board/").content.decode()
    for words in ("Changes are against the 90 days before.", "95 times in 100", "80 due · 39 to 61\xa0%", ">All time<"):
        assert words in page


def test_a_score_says_what_it_means_and_leads_to_the_other_questions(shop: None, as_: As, bo: Associate) -> None:
    page = as_(bo).get("/board/scores/recommend?by=stage").content.decode()
    assert "Of every hundred who answered" in page
    assert 'href="/board/scores/satisfaction"' in page
    assert 'href="/board/scores/recommend"' not in page


def test_every_score_opens_the_answers_behind_it(shop: None, as_: As, bo: Associate) -> None:
    page = as_(bo).get("/board/scores/recommend?by=stage&period=90").content.decode()
    assert "/feedback?question=recommend&amp;period=90&amp;words=any&amp;stage=purchase" in page
    rows = as_(bo).get("/feedback?question=recommend&period=90&words=any&stage=purchase").content.decode()
    assert "80 answers" in rows


def test_one_part_alone_is_not_compared(shop: None, as_: As, bo: Associate) -> None:
    page = as_(bo).get("/board/scores/recommend?by=stage&period=90").content.decode()
    assert "There are no two with enough answers to compare." in page
    assert "These cannot be told apart." not in page


def test_too_few_answers_are_said_to_be_too_few(shop: None, as_: As, bo: Associate) -> None:
    messages.record(
        messages=[
            SourceMessage(TouchpointDraft("chat", timezone.now(), f"e{n}", (("user_id", f"u{n}"),), scores={"ease": 7}))
            for n in range(3)
        ],
        source="test",
        by=SYSTEM,
        at=timezone.now(),
    )
    assert "3 answers: too few to tell" in as_(bo).get("/board/").content.decode()


def test_an_empty_board_says_what_to_do_and_leads_there(acme: Company, as_: As, bo: Associate) -> None:
    page = as_(bo).get("/board/").content.decode()
    for words, address in (
        ("No promises yet", "/promises"),
        ("Nobody was asked in this time", "/surveys"),
        ("No case was opened in this time", "/feedback"),
        ("Nobody wrote anything in this time", "?period=all"),
    ):
        empty = page[page.index(words) :]
        assert f'class="button button-main" href="{address}"' in empty[: empty.index("</div>")]


def test_an_empty_board_explains_no_bars(acme: Company, as_: As, bo: Associate) -> None:
    assert "95 times in 100" not in as_(bo).get("/board/").content.decode()


def test_who_may_make_promises_is_led_to_the_first(acme: Company, as_: As, casey: Associate) -> None:
    assert 'href="/promises/new"' in as_(casey).get("/board/").content.decode()


def test_over_the_whole_time_an_empty_board_does_not_lead_to_itself(acme: Company, as_: As, bo: Associate) -> None:
    page = as_(bo).get("/board/?period=all").content.decode()
    assert "Nobody has written anything yet" in page
    assert 'href="?period=all"' not in page


def test_where_nothing_happened_lately_the_board_is_of_the_whole_time(shop: None, as_: As, bo: Associate) -> None:
    long_ago = timezone.now() - timedelta(days=400)
    assert as_(bo).get("/board/").context["period"].choice == "90"
    Commitment.objects.update(counts_at=long_ago)
    Feedback.objects.update(happened_at=long_ago)
    assert as_(bo).get("/board/").context["period"].choice == "all"
    for address in ("/board/?period=30", "/board/?days=30", "/board/scores/recommend?days=30"):
        assert as_(bo).get(address).context["period"].choice == "30"


def test_all_but_the_first_five_promises_are_folded_and_none_is_lost(shop: None, as_: As, bo: Associate) -> None:
    for n in range(6):
        make_promise(
            wording=promises.Wording(words=f"Another promise {n}"),
            standards=[Standard(form="score", question="satisfaction", at_least=4)],
            by=SYSTEM,
            at=timezone.now(),
        )
    page = as_(bo).get("/board/").content.decode()
    open_ones, _, folded = page.partition("All promises: 2 more")
    assert open_ones.count('class="promise-row"') == 5
    assert "Delivered within two days" in open_ones
    assert folded.count('class="promise-row"') == 2


def test_what_is_still_open_is_counted_whenever_it_is_due(shop: None, as_: As, bo: Associate) -> None:
    now = timezone.now()
    messages.record(
        messages=[SourceMessage(TouchpointDraft("order_placed", now, "new", (("user_id", "u1"),)))],
        source="test",
        by=SYSTEM,
        at=now,
    )
    work()
    assert scorecards.cards(period=periods.last("90", at=now), at=now)[0].open == 1
    assert (
        'href="/promises/delivered-within-two-days?state=open">1 still open' in as_(bo).get("/board/").content.decode()
    )
    assert "1 time<" in as_(bo).get("/promises/delivered-within-two-days?state=open").content.decode()


def test_the_number_of_queries_does_not_grow_with_promises(
    shop: None, as_: As, bo: Associate, django_assert_max_num_queries: object
) -> None:
    client = as_(bo)
    client.get("/board/")
    for n in range(5):
        make_promise(
            wording=promises.Wording(words=f"Another promise {n}"),
            standards=[Standard(form="score", question="satisfaction", at_least=4)],
            by=SYSTEM,
            at=timezone.now(),
        )
    with django_assert_max_num_queries(40):  # type: ignore[operator]
        client.get("/board/")


@pytest.mark.parametrize("address", ["/board/?period=nonsense", "/board/scores/recommend?by=nonsense&period=%00"])
def test_a_strange_address_is_read_as_the_plain_one(address: str, as_: As, bo: Associate) -> None:
    assert as_(bo).get(address).status_code == 200


def test_a_question_that_is_none_is_not_there(as_: As, bo: Associate) -> None:
    assert as_(bo).get("/board/scores/loyalty").status_code == 404


def test_the_walk_and_the_worth_open_the_rows_behind_them(shop: None, as_: As, bo: Associate) -> None:
    board = as_(bo).get("/board/?period=all").content.decode()
    walk = "/promises/delivered-within-two-days?period=all"
    assert f'href="{walk}"' in board
    assert "80 due" in as_(bo).get(walk).content.decode()
    assert 'href="/promises/delivered-within-two-days?period=90&amp;state=broken"' in board


def test_the_cases_of_a_promise_and_their_speed_open_the_rows_behind_them(
    shop: None, as_: As, bo: Associate, mira: Associate
) -> None:
    now = timezone.now()
    Case.objects.all().delete()
    worked = []
    for broken in Commitment.objects.filter(state="broken").order_by("pk")[:3]:
        Commitment.objects.filter(pk=broken.pk).update(counts_at=now)
        broken.refresh_from_db()
        found = cases.open_for_broken_promise(commitment=broken, by=SYSTEM, at=now)
        assert found is not None
        worked.append(found)
    cases.log_call(case=worked[0], text="Hello.", by=mira.by, at=now)
    cases.close(case=worked[1], outcome="solved", cause="late", by=mira.by, at=now)
    client = as_(bo)
    board = client.get("/board/?period=30").content.decode()
    for address, words, behind in (
        ("/cases?promise=delivered-within-two-days", "2 open cases", "2 cases"),
        ("/cases?show=all&amp;period=30", "3 cases: too few to tell", "3 cases"),
        ("/cases?state=closed&amp;period=30", "1 case: too few to tell", "1 case<"),
        ("/cases?show=all&amp;period=30&amp;speed=due", "2 cases due", "2 cases"),
    ):
        assert f'href="{address}"' in board
        assert words in board
        assert behind in client.get(address.replace("&amp;", "&")).content.decode()

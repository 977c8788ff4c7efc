"""What somebody meant to fill in and did not is asked about, and a misspelt blank is refused by name."""

from datetime import datetime

import pytest

from heedful.act import cases, gaps, replies
from heedful.act.models import Case, Reply
from heedful.associates.models import Associate
from heedful.courier.models import Mail
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Refused
from tests.act.conftest import trouble


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("You will be online by …", ["by …"]),
        ("You will be online by ... and then", ["by ..."]),
        ("We come on [date] at [time].", ["[date]", "[time]"]),
        ("We come on XX.XX. and pay XXX euros", ["XX.XX", "XXX"]),
        ("Dear <name>, your order %ORDER% is here", ["<name>", "%ORDER%"]),
        ("Sie sind am … online", ["am …"]),
        ("It costs ____ or TBD", ["____", "TBD"]),
        ("A {thing of ours}", ["{thing of ours}"]),
        ("Your date: …", [": …"]),
        ("We come on…", ["on…"]),
        ("[date] or [date]", ["[date]"]),
    ],
)
def test_a_gap_is_found(text: str, found: list[str]) -> None:
    assert gaps.find(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "Well… I am sorry, and thank you...",
        "See [1], tick [x], or [our page](https://acme.test/[id).",
        "Write to <https://acme.test/a> or <mira@acme.test>.",
        "> I wait since ... [date] XXX\nWe come at ten.",
        "Between 8 and 12, 100 % sure? Yes! Mr. Xx, snake_case, a__b.",
        "…and so it went.",
    ],
)
def test_what_is_no_gap_is_none(text: str) -> None:
    assert gaps.find(text) == []


@pytest.mark.parametrize(
    ("blank", "near"),
    [
        ("{first name}", "{name}"),
        ("{nmae}", "{name}"),
        ("{Vorname}", "{name}"),
        ("{my promise}", "{promise}"),
        ("{{first_name}}", "{name}"),
        ("{customer.name}", "{name}"),
    ],
)
@pytest.mark.django_db
def test_a_misspelt_blank_is_refused_with_the_nearest(blank: str, near: str, noon: datetime) -> None:
    sentence = f"There is no blank {blank}. The nearest is {near}."
    with pytest.raises(Refused) as in_reply:
        replies.add(name="Hello", text=f"Dear {blank},", by=SYSTEM, at=noon)
    with pytest.raises(Refused) as in_mail:
        gaps.refuse("Hello", f"Dear {blank},", but=[blank])
    assert (in_reply.value.sentence, in_mail.value.sentence) == (sentence, sentence)
    assert not Reply.objects.exists()


def test_doubled_braces_are_filled_whole() -> None:
    assert gaps.fill("Dear {{ name }}, {Me} {x}", {"name": "Carla", "me": "Mira"}) == "Dear Carla, Mira {x}"


@pytest.mark.django_db
def test_what_was_seen_and_is_meant_so_is_sent_and_a_new_gap_is_asked_about(
    carla: Customer, mira: Associate, noon: datetime
) -> None:
    case = cases.open_for_trouble(trouble=trouble(carla), by=SYSTEM, at=noon)

    def write(subject: str, text: str, *seen: str) -> None:
        cases.write(case=case, subject=subject, text=text, with_gaps=seen, by=mira.by, at=noon)

    for subject, text, seen in (("Hi", "On [date].", []), ("[ticket]", "Hi", []), ("Hi", "On [date] XXX", ["[date]"])):
        with pytest.raises(Refused, match="Is there something to fill in at") as no:
            write(subject, text, *seen)
        assert no.value.code == "gap"
    assert (Mail.objects.count(), Case.objects.get().owner) == (0, None)
    write("Hi", "On [date].", "[date]")
    assert Mail.objects.get().text == "On [date]."

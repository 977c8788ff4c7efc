"""Who leads a team hears of each case that is nearly late, once: the first at once, what follows in one mail."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from heedful.act import cases, escalations
from heedful.act.models import Case
from heedful.associates.models import Associate, Role, Team
from heedful.courier import digests
from heedful.courier.models import Mail, Notice
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM
from tests.act.conftest import trouble
from tests.work import work

pytestmark = pytest.mark.django_db
NOW = timezone.now()
PAUSE = digests.PAUSE


def minutes(number: float) -> datetime:
    return NOW + timedelta(minutes=number)


def opened(customer: Customer, number: int) -> list[Case]:
    """So many cases, each of a matter of its own, whose customers still wait."""
    first = cases.open_for_trouble(trouble=trouble(customer), by=SYSTEM, at=NOW)
    rows = [first]
    for serial in range(1, number):
        row = Case.objects.get(pk=first.pk)
        row.pk, row.title = None, f"Matter {serial}"
        row.save(force_insert=True)
        rows.append(row)
    ProcrastinateJob.objects.all().delete()
    return rows


def tell(case: Case, at: datetime) -> None:
    escalations.write_to_the_leads(case=Case.objects.get(pk=case.pk), at=at)


def gather(lead: Associate, at: datetime) -> None:
    """What the worker does when the pause is over."""
    digests.write(associate=lead.pk, purpose="escalation", at=at)


def named(mail: Mail) -> list[int]:
    return [int(pk) for pk in re.findall(r"/cases/(\d+)\n", mail.text)]


def letters(to: Associate | None = None) -> list[tuple[str, list[int]]]:
    rows = Mail.objects.filter(purpose="escalation").order_by("pk")
    return [(mail.subject, named(mail)) for mail in rows if to is None or mail.to == to.email]


def test_sixty_that_are_nearly_late_are_two_mails_that_name_each_once(carla: Customer, lena: Associate) -> None:
    sixty = opened(carla, 60)
    for number, case in enumerate(sixty):
        tell(case, minutes(number / 10))
    assert letters() == [("Carla has nearly waited too long", [sixty[0].pk])]
    assert [job.scheduled_at for job in ProcrastinateJob.objects.all()] == [NOW + PAUSE]
    gather(lena, at=NOW + PAUSE)
    assert letters()[1] == ("59 customers have nearly waited too long", [case.pk for case in sixty[1:]])
    text = Mail.objects.latest("pk").text
    assert "Carla waits to hear from us about this: Matter 59\n" in text
    assert "These 59 customers have nearly waited too long." in text
    for case in sixty:
        tell(case, minutes(30))
    gather(lena, at=minutes(45))
    assert len(letters()) == 2


@pytest.mark.parametrize(
    ("after", "mails"),
    [
        ([0, 1, 2], [[0], [1, 2]]),
        ([0, 15], [[0], [1]]),
        ([0, 14.9], [[0], [1]]),
        ([0, 1, 16, 29, 31], [[0], [1], [2, 3], [4]]),
        ([0, 60, 120], [[0], [1], [2]]),
    ],
)
def test_the_first_leaves_at_once_and_the_others_when_the_pause_is_over(
    carla: Customer, lena: Associate, after: list[float], mails: list[list[int]]
) -> None:
    rows = opened(carla, len(after))
    for number, case in zip(after, rows, strict=True):
        while (job := ProcrastinateJob.objects.first()) and job.scheduled_at <= minutes(number):
            gather(lena, at=job.scheduled_at)
            ProcrastinateJob.objects.all().delete()
        tell(case, minutes(number))
    if job := ProcrastinateJob.objects.first():
        gather(lena, at=job.scheduled_at)
    assert [numbers for _, numbers in letters()] == [[rows[number].pk for number in each] for each in mails]


def test_what_was_answered_meanwhile_is_left_out(carla: Customer, lena: Associate) -> None:
    first, second, third = opened(carla, 3)
    for case in (first, second, third):
        tell(case, NOW)
    Case.objects.filter(pk=second.pk).update(answered_at=NOW)
    gather(lena, at=NOW + PAUSE)
    assert letters()[1] == ("Carla has nearly waited too long", [third.pk])
    assert set(Notice.objects.values_list("mailed_at", flat=True)) == {NOW, NOW + PAUSE}


@pytest.mark.parametrize("way", ["left", "leads no longer", "wants none"])
def test_what_waits_for_a_lead_who_is_gone_goes_to_who_leads_now(
    carla: Customer, lena: Associate, care: Team, way: str
) -> None:
    other = Associate.objects.create(email="lee@example.com", name="Lee", role=Role.LEAD, created_at=NOW)
    rows = opened(carla, 4)
    for case in rows:
        tell(case, NOW)
    changes: dict[str, Callable[[], int]] = {
        "left": lambda: Associate.objects.filter(pk=lena.pk).update(is_active=False),
        "leads no longer": lambda: Associate.objects.filter(pk=lena.pk).update(role=Role.CX),
        "wants none": lambda: Associate.objects.filter(pk=lena.pk).update(hears_escalations=False),
    }
    changes[way]()
    gather(lena, at=NOW + PAUSE)
    gather(other, at=NOW + 2 * PAUSE)
    expected = [] if way == "wants none" else [[rows[1].pk], [rows[2].pk, rows[3].pk]]
    assert [numbers for _, numbers in letters(other)] == expected
    assert [numbers for _, numbers in letters(lena)] == [[rows[0].pk]]


def test_the_worker_writes_what_was_gathered(carla: Customer, lena: Associate) -> None:
    rows = opened(carla, 3)
    for case in rows:
        tell(case, timezone.now() - PAUSE + timedelta(seconds=-1) if case == rows[0] else timezone.now() - PAUSE)
    work()
    assert [numbers for _, numbers in letters()] == [[rows[0].pk]]
    work(at=timezone.now())
    assert [numbers for _, numbers in letters()] == [[rows[0].pk], [rows[1].pk, rows[2].pk]]

"""What we said: promises, their standards, the calendars they run by, and every commitment with its history."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from heedful.associates.models import of_brand
from heedful.customers.models import Customer, Stage
from heedful.kit.visibility import VisibleManager


class Calendar(models.Model):
    """When the company works: several periods a day, holidays, and a time zone."""

    name = models.CharField(max_length=120, unique=True)
    time_zone = models.CharField(max_length=64)
    week = models.JSONField()
    """Seven lists, Monday first, of ["09:00", "17:30"] periods."""
    holidays = models.JSONField(default=list)
    region = models.CharField(max_length=20, blank=True, default="", db_default="")
    """The country or region whose public holidays are taken over for the coming years, such as `GB-WLS`."""
    public_holidays = models.JSONField(default=list, db_default=[])
    """The days that were taken over from it; those that are no longer among the holidays were removed by hand."""
    since = models.DateTimeField(null=True, blank=True)
    """From when on these hours hold; null where they always did."""
    earlier = models.JSONField(null=True, blank=True)
    """The hours from before: their time zone, week and holidays, and since and earlier where they were changed too."""
    is_default = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name

    @property
    def hours(self) -> dict[str, Any]:
        """Its hours with those from before, as the arithmetic of working time reads them."""
        plain = {"time_zone": self.time_zone, "week": self.week, "holidays": self.holidays}
        return plain | ({"since": self.since.isoformat(), "earlier": self.earlier} if self.since else {})


class PromiseQuerySet(models.QuerySet["Promise"]):
    """Questions about many promises."""

    def active(self) -> "PromiseQuerySet":
        """Promises that the company makes today."""
        return self.filter(ended_at=None)


class Promise(models.Model):
    """What the company says it will do, in the words that a customer hears."""

    slug = models.SlugField(max_length=80, unique=True)
    words = models.CharField(max_length=300)
    stage = models.ForeignKey(Stage, null=True, on_delete=models.SET_NULL, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    audience = models.JSONField(default=dict)
    """Whom it is made to: attribute -> list of accepted values, on the person; empty means everybody."""
    is_case_clock = models.BooleanField(default=False)
    """The promise that every case runs by, such as a call back within one working day."""
    severity = models.PositiveSmallIntegerField(default=2)
    """How bad it is for a customer when it is broken: 1 is mild, 2 is serious, 3 is grave."""
    counter_measure = models.TextField(blank=True)
    """What is being done where it is broken, in the owner's words."""
    stated_expectation = models.JSONField(default=dict)
    """What its words let customers expect: question -> value on that question's scale."""
    experience_question = models.CharField(max_length=80, blank=True, default="", db_default="")
    """The question by which its owner wants to know how it felt; empty is whichever is answered most."""
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = PromiseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_case_clock"], condition=Q(is_case_clock=True, ended_at=None), name="promise_one_case_clock"
            )
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def is_active(self) -> bool:
        """Whether the company makes this promise today."""
        return self.ended_at is None

    @property
    def counting(self) -> "Recount | None":
        """The recount that runs now: until it is done, its figures are not yet whole."""
        recount: Recount | None = getattr(self, "recount", None)
        return recount if recount and recount.finished_at is None else None


class StandardQuerySet(models.QuerySet["Standard"]):
    """Questions about many standards."""

    def today(self) -> "StandardQuerySet":
        """Standards that new moments are measured by."""
        return self.filter(ended_at=None)


class Standard(models.Model):
    """How a promise is measured."""

    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, related_name="standards")
    form = models.CharField(max_length=20)
    """The code of a form in `standards/`."""
    from_kind = models.CharField(max_length=120, blank=True)
    to_kind = models.CharField(max_length=120, blank=True)
    within_s = models.PositiveBigIntegerField(null=True, blank=True)
    within_days = models.PositiveSmallIntegerField(null=True, blank=True)
    calendar = models.ForeignKey(Calendar, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """Counts working time by this calendar; without one, clock time."""
    property = models.CharField(max_length=120, blank=True)
    question = models.CharField(max_length=80, blank=True)
    at_least = models.SmallIntegerField(null=True, blank=True)
    match_property = models.CharField(max_length=120, blank=True)
    at_risk_share = models.FloatField(default=0.75)
    starts_at = models.DateTimeField(null=True, blank=True)
    """Moments before it are not measured by this standard; null measures all of history."""
    ended_at = models.DateTimeField(null=True, blank=True)
    """Moments from here on are no longer measured by it; those from before still are."""
    is_waiting = models.BooleanField(default=False, db_default=False)
    """Nothing has come in yet of a kind that it needs, so that it cannot be measured, and nothing is counted."""

    objects = StandardQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.form} {self.from_kind} {self.to_kind}".strip()


class CommitmentQuerySet(models.QuerySet["Commitment"]):
    """Questions about many commitments."""

    def settled(self) -> "CommitmentQuerySet":
        """Kept or broken."""
        return self.filter(state__in=["kept", "broken"])

    def due_between(self, start: datetime, end: datetime) -> "CommitmentQuerySet":
        """Commitments that counted in this time."""
        return self.filter(counts_at__gte=start, counts_at__lt=end)


class Commitment(models.Model):
    """One time that a promise was made to one customer."""

    class State(models.TextChoices):
        PENDING = "pending", "Pending"
        AT_RISK = "at_risk", "At risk"
        KEPT = "kept", "Kept"
        BROKEN = "broken", "Broken"

    standard = models.ForeignKey(Standard, on_delete=models.CASCADE, related_name="commitments")
    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, related_name="commitments")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+", db_index=False)
    opened_by = models.BigIntegerField()
    """The touchpoint that opened it."""
    started_at = models.DateTimeField()
    at_risk_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.BigIntegerField(null=True)
    state = models.CharField(max_length=8, choices=State.choices)
    measured = models.FloatField(null=True)
    counts_at = models.DateTimeField()
    """When it counts: the time it was due, or settled where it has no due time."""
    changes_at = models.DateTimeField(null=True)
    """When it changes by the clock alone; null once it is settled."""
    brand = of_brand()
    source = models.CharField(max_length=80, blank=True, default="", db_default="")
    """From where the touchpoint came that opened it."""

    objects = VisibleManager.from_queryset(CommitmentQuerySet)()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["standard", "opened_by"], name="promise_instance_once")]
        indexes = [
            models.Index(
                fields=["promise", "counts_at"],
                include=["state", "customer", "started_at"],
                name="promise_instance_walk",
            ),
            models.Index(
                fields=["settled_at"],
                include=["promise", "state", "customer", "counts_at", "id"],
                condition=Q(settled_at__isnull=False),
                name="promise_instance_settled",
            ),
            models.Index(
                fields=["brand", "promise", "counts_at"],
                include=["state", "customer", "started_at", "source"],
                condition=Q(brand__isnull=False),
                name="promise_instance_of_brand",
            ),
            models.Index(fields=["customer", "-started_at"], name="promise_instance_by"),
            models.Index(fields=["changes_at"], condition=Q(changes_at__isnull=False), name="promise_instance_clock"),
        ]

    def __str__(self) -> str:
        return f"{self.promise_id}: {self.state}"


class Flip(models.Model):
    """A commitment changed its state: the history that a dispute is settled with."""

    commitment = models.ForeignKey(Commitment, on_delete=models.CASCADE, related_name="flips")
    state = models.CharField(max_length=8, choices=Commitment.State.choices)
    true_from = models.DateTimeField()
    """When it became true, by the log."""
    found_at = models.DateTimeField()
    """When the system found out."""
    because = models.CharField(max_length=120, blank=True)

    def __str__(self) -> str:
        return f"{self.state} from {self.true_from:%Y-%m-%d %H:%M:%S}"


class Unreadable(models.Model):
    """A touchpoint that should have opened a commitment, and could not be understood."""

    standard = models.ForeignKey(Standard, on_delete=models.CASCADE, related_name="unread")
    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, related_name="unread")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    opened_by = models.BigIntegerField()
    """The touchpoint."""
    property = models.CharField(max_length=120)
    reason = models.CharField(max_length=200)
    found_at = models.DateTimeField()
    brand = of_brand()

    objects = VisibleManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["standard", "opened_by"], name="promise_unread_once")]

    def __str__(self) -> str:
        return f"{self.property}: {self.reason}"


class Recount(models.Model):
    """A promise is counted anew over the whole log, person by person: how far it is, and from where it goes on."""

    promise = models.OneToOneField(Promise, on_delete=models.CASCADE, related_name="recount", primary_key=True)
    because = models.CharField(max_length=120)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    last_person = models.BigIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.done} of {self.total}"

    @property
    def percent(self) -> int:
        """How much of it is done."""
        return 100 if self.finished_at else min(99, 100 * self.done // max(self.total, 1))

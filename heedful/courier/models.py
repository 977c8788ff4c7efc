"""What leaves the building: one row per piece in the outbox, one per try, and one per destination."""

from datetime import datetime

from django.db import models


class Sending(models.TextChoices):
    """Where something that leaves stands."""

    WAITING = "waiting", "Waiting"
    SENT = "sent", "Sent"
    KEPT = "kept", "Kept"
    FAILED = "failed", "Given up"


class Destination(models.Model):
    """Where a carrier takes things: a mail server, an endpoint. After a failure it is left alone, longer each time."""

    carrier = models.CharField(max_length=20)
    key = models.CharField(max_length=300)
    """By what the carrier knows it, such as the server's address without the password."""
    failures = models.PositiveIntegerField(default=0)
    """Failures since the last success."""
    failing_since = models.DateTimeField(null=True, blank=True)
    resting_until = models.DateTimeField(null=True, blank=True)
    busy_until = models.DateTimeField(null=True, blank=True)
    """Somebody is delivering there; nobody else does so before this time, unless who does is gone."""
    held_by = models.BigIntegerField(null=True, blank=True)
    """The number of the process that delivers there, by which others see whether it lives."""
    is_slow = models.BooleanField(default=True, db_default=True)
    """Whether it takes its time to answer, as far as is known; it is until it was quick once."""
    answer = models.TextField(blank=True)
    """What it said when it failed last."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["carrier", "key"], name="courier_destination_once")]

    def __str__(self) -> str:
        return self.key

    def is_backing_off(self, *, at: datetime) -> bool:
        """Whether this destination is to be left alone."""
        return self.resting_until is not None and self.resting_until > at


class OutboxQuerySet[Row: "OutboxItem"](models.QuerySet[Row]):
    """Questions about many pieces."""

    def due(self, *, at: datetime) -> "OutboxQuerySet[Row]":
        """What is to be tried now: the most urgent first, then what waits longest."""
        waiting = self.filter(state=Sending.WAITING, next_try_at__lte=at)
        return waiting.order_by("urgency", "next_try_at", "pk")


class OutboxItem(models.Model):
    """One piece that leaves by a carrier for one destination."""

    carrier = models.CharField(max_length=20)
    destination = models.ForeignKey(Destination, null=True, on_delete=models.PROTECT, related_name="items")
    """None as long as the company has no way out for it."""
    purpose = models.CharField(max_length=80)
    urgency = models.PositiveSmallIntegerField(default=0)
    """0 goes before 1: what people wrote before what a survey asks."""
    reference = models.CharField(max_length=120, unique=True, null=True)
    """What this is about, such as `invitation:12`; a second piece with the same reference is the same."""
    message_id = models.CharField(max_length=200, unique=True)
    """By which the other side sees that a second arrival is the first one again."""
    payload = models.JSONField(default=dict)
    """What the carrier needs in order to put it together."""
    state = models.CharField(max_length=8, choices=Sending.choices, default=Sending.WAITING)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    said = models.CharField(max_length=300, blank=True)
    """How it stands, in a sentence for a person."""

    objects = OutboxQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["carrier", "-id"], name="courier_outbox_recent"),
            models.Index(
                fields=["destination", "urgency", "next_try_at"],
                condition=models.Q(state="waiting"),
                name="courier_outbox_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} by {self.carrier}"


class OutboxTry(models.Model):
    """One attempt to hand a piece over."""

    item = models.ForeignKey(OutboxItem, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    ok = models.BooleanField()
    status = models.PositiveSmallIntegerField(null=True)
    """The other side's number for how it went, where it has such."""
    answer = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.status or ''} {self.answer[:60]}".strip()


class CarrierManager[Row: OutboxItem](models.Manager[Row]):
    """The pieces of one carrier."""

    def __init__(self, carrier: str = "") -> None:
        super().__init__()
        self.carrier = carrier

    def get_queryset(self) -> OutboxQuerySet[Row]:
        """Only what goes by this carrier."""
        return OutboxQuerySet(self.model, using=self._db).filter(carrier=self.carrier)


class Mail(OutboxItem):
    """One e-mail to one person. Without a mail server it is kept, and can be read here."""

    objects = CarrierManager("smtp")  # type: ignore[assignment,misc]

    class Meta:
        proxy = True

    def __str__(self) -> str:
        return f"{self.subject} to {self.to}"

    @property
    def to(self) -> str:
        """The address."""
        return str(self.payload["to"])

    @property
    def to_name(self) -> str:
        """Whose address it is."""
        return str(self.payload["to_name"])

    @property
    def subject(self) -> str:
        """The line by which it is seen."""
        return str(self.payload["subject"])

    @property
    def text(self) -> str:
        """The words, plain."""
        return str(self.payload["text"])

    @property
    def html(self) -> str:
        """The words as a page; empty where there is none."""
        return str(self.payload["html"])

    @property
    def sender(self) -> str:
        """The address that it comes from, where that is not the company's own."""
        return str(self.payload.get("sender", ""))

    @property
    def cc(self) -> list[tuple[str, str]]:
        """Who gets it too, each as (name, address)."""
        return [(name, address) for name, address in self.payload.get("cc", ())]

    @property
    def headers(self) -> dict[str, str]:
        """Headers beyond those that each mail has."""
        return dict(self.payload["headers"])


class Notice(models.Model):
    """Something that an associate is to hear of by mail, each thing once; several that come in a heap are one mail."""

    associate = models.ForeignKey("associates.Associate", on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=20)
    reference = models.CharField(max_length=120)
    """What it is about, such as `case:12`."""
    created_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True, blank=True)
    """When the mail that names it was written."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["associate", "purpose", "reference"], name="courier_notice_once")
        ]

    def __str__(self) -> str:
        return f"{self.purpose} about {self.reference}"


class Delivery(OutboxItem):
    """One event on its way to one endpoint."""

    objects = CarrierManager("webhook")  # type: ignore[assignment,misc]

    class Meta:
        proxy = True

    def __str__(self) -> str:
        return f"{self.kind} by webhook"

    @property
    def kind(self) -> str:
        """The kind of event."""
        return self.purpose

    @property
    def body(self) -> str:
        """What is sent, to the letter: it is signed."""
        return str(self.payload["body"])


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    """Questions about many endpoints."""

    def live(self) -> "EndpointQuerySet":
        """Endpoints that are told things."""
        return self.filter(disabled_at=None)


class Endpoint(models.Model):
    """An address that is told what happens here, by Standard Webhooks."""

    destination = models.OneToOneField(Destination, on_delete=models.PROTECT, related_name="endpoint")
    url = models.URLField(max_length=500)
    name = models.CharField(max_length=120)
    kinds = models.JSONField(default=list)
    """The kinds of event that it hears; empty means all."""
    secret = models.CharField(max_length=120)
    old_secret = models.CharField(max_length=120, blank=True)
    """Signs beside the new one for a day after a rotation."""
    rotated_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_reason = models.CharField(max_length=300, blank=True)

    objects = EndpointQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def resting_until(self) -> datetime | None:
        """Until when it is left alone because it failed."""
        return self.destination.resting_until

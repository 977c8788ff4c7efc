"""What leaves the building: one row per mail and per webhook delivery, and one per try."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Case, Value, When


class Sending(models.TextChoices):
    """Where something that leaves stands."""

    WAITING = "waiting", "Waiting"
    SENT = "sent", "Sent"
    KEPT = "kept", "Kept"
    FAILED = "failed", "Given up"


class Resting(models.Model):
    """A destination that is left alone for a while after it failed, longer each time."""

    failures = models.PositiveIntegerField(default=0)
    """Failures since the last success."""
    failing_since = models.DateTimeField(null=True, blank=True)
    resting_until = models.DateTimeField(null=True, blank=True)
    busy_until = models.DateTimeField(null=True, blank=True)
    """Somebody is delivering there; nobody else does so before this time, unless who does is gone."""
    held_by = models.BigIntegerField(null=True, blank=True)
    """The number of the process that delivers there, by which others see whether it lives."""

    class Meta:
        abstract = True

    def rests(self, *, at: datetime) -> bool:
        """Whether this destination is to be left alone."""
        return self.resting_until is not None and self.resting_until > at


class MailServer(Resting):
    """The server that mails are handed to, by its address without the password."""

    address = models.CharField(max_length=300, unique=True)
    answer = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.address


class MailQuerySet(models.QuerySet["Mail"]):
    """Questions about many mails."""

    def due(self, *, at: datetime) -> "MailQuerySet":
        """Mails to be tried now: what people wrote goes before what a survey asks."""
        urgency = Case(When(purpose="survey", then=Value(1)), default=Value(0))
        return self.filter(state=Sending.WAITING, next_try_at__lte=at).order_by(urgency, "next_try_at", "pk")


class Mail(models.Model):
    """One e-mail to one person. Without a mail server it is kept, and can be read here."""

    to = models.EmailField()
    to_name = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=250)
    text = models.TextField()
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    purpose = models.CharField(max_length=40)
    reference = models.CharField(max_length=120, unique=True, null=True)
    """What this mail is about, such as `invitation:12`; a second mail with the same reference is the same mail."""
    message_id = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=8, choices=Sending.choices, default=Sending.WAITING)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    said = models.CharField(max_length=300, blank=True)
    """How it stands, in a sentence for a person."""

    objects = MailQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-id", "state"], name="courier_mail_recent"),
            models.Index(fields=["next_try_at"], condition=models.Q(state="waiting"), name="courier_mail_due"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} to {self.to}"


class MailTry(models.Model):
    """One attempt to hand a mail over."""

    mail = models.ForeignKey(Mail, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    ok = models.BooleanField()
    answer = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.answer[:60]


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    """Questions about many endpoints."""

    def live(self) -> "EndpointQuerySet":
        """Endpoints that are told things."""
        return self.filter(disabled_at=None)


class Endpoint(Resting):
    """An address that is told what happens here, by Standard Webhooks."""

    url = models.URLField(max_length=500)
    name = models.CharField(max_length=120)
    kinds = models.JSONField(default=list)
    """The kinds of event that it hears; empty means all."""
    secret = models.CharField(max_length=120)
    old_secret = models.CharField(max_length=120, blank=True)
    """Signs beside the new one for a day after a rotation."""
    rotated_at = models.DateTimeField(null=True, blank=True)
    is_slow = models.BooleanField(default=True, db_default=True)
    """Whether it takes its time to answer, as far as is known; it is until it was quick once."""
    created_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_reason = models.CharField(max_length=300, blank=True)

    objects = EndpointQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Questions about many deliveries."""

    def due(self, *, at: datetime) -> "DeliveryQuerySet":
        """Deliveries to be tried now, the longest waiting first."""
        return self.filter(state=Sending.WAITING, next_try_at__lte=at).order_by("next_try_at", "entry_id")


class Delivery(models.Model):
    """One event on its way to one endpoint."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    entry_id = models.BigIntegerField()
    kind = models.CharField(max_length=80)
    body = models.TextField()
    state = models.CharField(max_length=8, choices=Sending.choices, default=Sending.WAITING)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["endpoint", "entry_id"], name="courier_delivery_once")]
        indexes = [
            models.Index(
                fields=["endpoint", "next_try_at"], condition=models.Q(state="waiting"), name="courier_delivery_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.endpoint}"


class DeliveryTry(models.Model):
    """One attempt to deliver."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.status} {self.answer[:60]}"

"""What leaves the building: one row per mail and per webhook delivery, and one per try."""

import uuid

from django.db import models


class Sending(models.TextChoices):
    """Where something that leaves stands."""

    WAITING = "waiting", "Waiting"
    SENT = "sent", "Sent"
    KEPT = "kept", "Kept"
    FAILED = "failed", "Given up"


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
    """What this mail is about, such as `ask:12`; a second mail with the same reference is the same mail."""
    message_id = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=8, choices=Sending.choices, default=Sending.WAITING)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-id", "state"], name="courier_mail_recent")]

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


class Endpoint(models.Model):
    """An address that is told what happens here, by Standard Webhooks."""

    url = models.URLField(max_length=500)
    name = models.CharField(max_length=120)
    kinds = models.JSONField(default=list)
    """The kinds of event that it hears; empty means all."""
    secret = models.CharField(max_length=120)
    old_secret = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_reason = models.CharField(max_length=200, blank=True)
    resting_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


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

    class Meta:
        constraints = [models.UniqueConstraint(fields=["endpoint", "entry_id"], name="courier_delivery_once")]

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

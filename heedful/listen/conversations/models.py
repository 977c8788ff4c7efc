"""Threads, and the messages in them."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from heedful.associates.models import Associate, Team, of_brand
from heedful.courier.models import OutboxItem, Sending
from heedful.customers.models import Customer
from heedful.kit.visibility import VisibleManager


class ThreadQuerySet(models.QuerySet["Thread"]):
    """Questions about many threads."""

    def of_person(self, person_id: int) -> "ThreadQuerySet":
        """Threads with everybody who is this person, whichever record they arrived with."""
        return self.filter(customer__person=person_id)


class Thread(models.Model):
    """What is said with one customer on one channel, for as long as one answers the other."""

    customer = models.ForeignKey(Customer, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    """The record with which it began; none as long as nobody knows who it is."""
    channel = models.CharField(max_length=20)
    subject = models.CharField(max_length=250, blank=True)
    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    """Whose queue it belongs to, where the way by which it came in says so."""
    started_at = models.DateTimeField()
    last_in_at = models.DateTimeField(null=True)
    """When the customer said something last."""
    last_out_at = models.DateTimeField(null=True)
    """When we said something last."""
    brand = of_brand()

    objects = VisibleManager.from_queryset(ThreadQuerySet)()

    class Meta:
        indexes = [models.Index(fields=["customer", "-started_at"], name="listen_thread_of_customer")]

    def __str__(self) -> str:
        return self.subject or f"Thread {self.pk}"


class Participant(models.Model):
    """Who takes part in a thread, by an address: whoever wrote in it, was written to, or was copied in."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="participants", db_index=False)
    address = models.CharField(max_length=254)
    name = models.CharField(max_length=200, blank=True)
    is_copied = models.BooleanField(default=False)
    """Whether they read along: they stay in the answers."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "address"], name="listen_participant_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.address}".strip()


class MessageQuerySet(models.QuerySet["Message"]):
    """Questions about many messages."""

    def with_sending(self) -> "MessageQuerySet":
        """Messages with who wrote them and how they left, without a second copy of their words."""
        return self.select_related("associate", "outbox_item").defer("outbox_item__payload")

    def left(self) -> "MessageQuerySet":
        """Messages from us that left the building, by our ways or by others."""
        gone = Q(outbox_item=None) | Q(outbox_item__state=Sending.SENT)
        return self.filter(gone, direction=Message.Direction.OUT)

    def first_departure(self) -> tuple[datetime, datetime] | None:
        """When the first of them to leave was written, and when it left."""
        rows = self.left().annotate(gone_at=Coalesce("outbox_item__sent_at", "occurred_at"))
        return rows.order_by("gone_at", "pk").values_list("occurred_at", "gone_at").first()


class OfThread[M: models.Model](VisibleManager[M]):
    """Reads what was said in those threads that may be seen."""

    path = "thread__brand"


class Message(models.Model):
    """One piece of a conversation: what was said, by whom, when, and where it came from or went."""

    class Direction(models.TextChoices):
        IN = "in", "To us"
        OUT = "out", "From us"

    class Author(models.TextChoices):
        ASSOCIATE = "associate", "Associate"
        CUSTOMER = "customer", "Customer"
        SYSTEM = "system", "Heedful"

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="messages", db_index=False)
    direction = models.CharField(max_length=3, choices=Direction.choices)
    channel = models.CharField(max_length=20)
    """By which this one came or went: its thread's, unless the customer goes on elsewhere."""
    author = models.CharField(max_length=9, choices=Author.choices)
    associate = models.ForeignKey(Associate, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    """Who of us wrote it."""
    customer = models.ForeignKey(Customer, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    """The record of the customer who wrote it, who need not be the one of the thread."""
    subject = models.CharField(max_length=250, blank=True)
    text = models.TextField()
    folded = models.TextField(blank=True, default="", db_default="")
    """What came with it and was said before: quotations and signatures."""
    sender = models.CharField(max_length=500, blank=True, default="", db_default="")
    """Who wrote it as the message itself says: a name, an address."""
    occurred_at = models.DateTimeField()
    outbox_item = models.ForeignKey(OutboxItem, null=True, on_delete=models.SET_NULL, related_name="+")
    """What left the building with these words, by whichever carrier."""
    external_id = models.CharField(max_length=500, null=True)
    """By what the other side knows it, such as the Message-ID of a mail; what comes with it again is the same."""
    source = models.CharField(max_length=80, blank=True)
    """What brought it here: this system itself, a mailbox, a widget, an import."""

    objects = OfThread.from_queryset(MessageQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "external_id"],
                condition=Q(external_id__isnull=False),
                name="listen_message_arrives_once",
            ),
            models.CheckConstraint(
                condition=Q(direction="out") | Q(outbox_item=None), name="listen_message_in_does_not_leave"
            ),
        ]
        indexes = [
            models.Index(fields=["thread", "occurred_at", "id"], name="listen_message_of_thread"),
            models.Index(fields=["customer"], condition=Q(customer__isnull=False), name="listen_message_of_customer"),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def is_incoming(self) -> bool:
        """Whether it came to us."""
        return self.direction == self.Direction.IN

    @property
    def sending(self) -> Sending | None:
        """Where it stands on its way out; nothing for what came in, and for what left by other ways than ours."""
        return Sending(self.outbox_item.state) if self.outbox_item is not None else None

    @property
    def has_left(self) -> bool:
        """Whether it was handed over: what was written may still wait, be kept here, or be given up."""
        return self.sending == Sending.SENT

    @property
    def left_at(self) -> datetime | None:
        """When it left the building; nothing for what came in, and for what was written and not sent."""
        if self.is_incoming or self.outbox_item is None:
            return None if self.is_incoming else self.occurred_at
        return self.outbox_item.sent_at if self.has_left else None

    @property
    def author_name(self) -> str:
        """Who wrote it, as colleagues call them; empty where it was the system, or somebody who is no longer here."""
        return self.associate.name if self.associate is not None else ""


class Blob(models.Model):
    """Bytes under their digest, each kept once."""

    digest = models.CharField(max_length=64, primary_key=True)
    """SHA-256, in hexadecimal."""
    size = models.PositiveBigIntegerField()
    data = models.BinaryField()

    def __str__(self) -> str:
        return self.digest


class Attachment(models.Model):
    """A file that came with a message."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    blob = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    """None where it was too large to be taken in."""
    name = models.CharField(max_length=250)
    content_type = models.CharField(max_length=120)
    """As its content shows, whatever the sender called it."""
    size = models.PositiveBigIntegerField()
    content_id = models.CharField(max_length=250, blank=True)

    def __str__(self) -> str:
        return self.name

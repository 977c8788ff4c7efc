"""Mailboxes that are read, what came out of each, and what a thread of mails remembers beside its messages."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from heedful.associates.models import Team
from heedful.listen.conversations.models import Blob, Message, Thread


class Mailbox(models.Model):
    """An address of the company whose mail is taken in over IMAP, and answered from."""

    class Cover(models.TextChoices):
        TLS = "tls", "TLS from the start (port 993)"
        STARTTLS = "starttls", "STARTTLS (port 143)"
        NONE = "none", "None, for a server on this machine"

    class Login(models.TextChoices):
        PASSWORD = "password", "Password"
        XOAUTH2 = "xoauth2", "OAuth 2 (Google, Microsoft)"

    class Mark(models.TextChoices):
        ADDRESS = "address", "In the reply address (care+...@example.com)"
        SUBJECT = "subject", "In the subject"
        NONE = "none", "Nowhere"

    name = models.CharField(max_length=120)
    address = models.CharField(max_length=254, unique=True)
    """Under which customers write, and from which they are answered."""
    host = models.CharField(max_length=200)
    port = models.PositiveIntegerField()
    cover = models.CharField(max_length=8, choices=Cover.choices, default=Cover.TLS)
    login = models.CharField(max_length=8, choices=Login.choices, default=Login.PASSWORD)
    user = models.CharField(max_length=254)
    secret = models.TextField(blank=True)
    """The password, or the refresh token; it is written here and never shown again."""
    token_url = models.CharField(max_length=500, blank=True)
    """Where a refresh token is exchanged for one that opens the mailbox."""
    client_id = models.CharField(max_length=254, blank=True)
    client_secret = models.TextField(blank=True)
    folder = models.CharField(max_length=200, default="INBOX")
    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="+")
    """Where its cases go; where it is none, the routes decide."""
    mark = models.CharField(max_length=8, choices=Mark.choices, default=Mark.SUBJECT)
    """Where a sign stands by which an answer is recognised that has lost its headers."""
    since = models.DateTimeField()
    """What came before is left in the mailbox."""
    created_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    uid_validity = models.BigIntegerField(null=True)
    last_uid = models.BigIntegerField(default=0)
    """Up to which number of the server's everything was dealt with."""
    old_below = models.BigIntegerField(default=0)
    """Numbers below were there when it was first read as it is numbered now: of them only what is new counts."""
    checked_at = models.DateTimeField(null=True)
    """When it was last asked whether there is something new."""
    last_mail_at = models.DateTimeField(null=True)
    waiting_since = models.DateTimeField(null=True)
    """When the oldest mail came that is in the mailbox and was not dealt with yet."""
    waiting = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    """Failures since the last success."""
    failing_since = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)
    """What went wrong last, in a sentence."""

    def __str__(self) -> str:
        return self.name

    @property
    def source(self) -> str:
        """By what messages say that they came out of it."""
        return f"mailbox:{self.pk}"

    def is_resting(self, *, at: datetime) -> bool:
        """Whether it is left alone now, because it failed or because somebody paused it."""
        return self.paused_at is not None or (self.next_try_at is not None and self.next_try_at > at)


class InboxItem(models.Model):
    """One mail as it came out of a mailbox, and what became of it."""

    class State(models.TextChoices):
        TAKEN = "taken", "Taken in"
        LEFT_OUT = "left_out", "Left out"
        ASIDE = "aside", "Put aside"

    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="items", db_index=False)
    uid_validity = models.BigIntegerField()
    uid = models.BigIntegerField()
    external_id = models.CharField(max_length=500, blank=True)
    """Its Message-ID."""
    state = models.CharField(max_length=8, choices=State.choices)
    kind = models.CharField(max_length=20, blank=True)
    """What it was read as: of a person, an automatic reply, a bounce."""
    reason = models.CharField(max_length=300, blank=True)
    """Why it was left out or put aside, in a sentence."""
    sender = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=250, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    raw = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    """The mail to the letter; none where it was too large to be fetched."""
    message = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="+")
    received_at = models.DateTimeField()
    """When the mail server got it."""
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mailbox", "uid_validity", "uid"], name="listen_inbox_once")]
        indexes = [
            models.Index(fields=["mailbox", "external_id"], name="listen_inbox_by_id"),
            models.Index(fields=["mailbox", "-taken_at"], name="listen_inbox_recent"),
            models.Index(fields=["sender", "taken_at"], name="listen_inbox_of_sender"),
            models.Index(fields=["mailbox", "-id"], condition=Q(state="aside"), name="listen_inbox_aside"),
        ]

    def __str__(self) -> str:
        return self.subject or f"Mail {self.uid}"


class MailThread(models.Model):
    """What a thread of mails knows beside its messages."""

    thread = models.OneToOneField(Thread, primary_key=True, on_delete=models.CASCADE, related_name="+")
    mailbox = models.ForeignKey(Mailbox, null=True, on_delete=models.SET_NULL, related_name="+")
    """From which it is answered."""
    conversation_index = models.CharField(max_length=44, blank=True, db_index=True)
    """By which Outlook knows a conversation: the part of its Thread-Index that all its mails share."""
    refers_to = models.ForeignKey(Thread, null=True, on_delete=models.SET_NULL, related_name="+")
    """The thread that this one answers, where who wrote takes no part in that."""

    def __str__(self) -> str:
        return f"Mails of thread {self.thread_id}"


class UndeliverableAddress(models.Model):
    """An address from which a mail of ours came back."""

    address = models.CharField(max_length=254, unique=True)
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.address

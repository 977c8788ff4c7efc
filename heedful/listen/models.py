"""How we hear: surveys, whom they ask and whom they spare. Threads and messages stand in `conversations`."""

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q

from heedful.associates.models import Associate, Company, of_brand
from heedful.customers import question_kinds
from heedful.customers.models import Customer
from heedful.kit.visibility import VisibleManager
from heedful.listen.channels.email.models import InboxItem as InboxItem
from heedful.listen.channels.email.models import Mailbox as Mailbox
from heedful.listen.channels.email.models import MailThread as MailThread
from heedful.listen.channels.email.models import UndeliverableAddress as UndeliverableAddress
from heedful.listen.conversations.models import Attachment as Attachment
from heedful.listen.conversations.models import Blob as Blob
from heedful.listen.conversations.models import Message as Message
from heedful.listen.conversations.models import Participant as Participant
from heedful.listen.conversations.models import Thread as Thread


class Budget(models.Model):
    """How often a customer may be asked over all surveys; one row for the company."""

    company = models.OneToOneField(Company, on_delete=models.CASCADE, related_name="+", primary_key=True)
    times = models.PositiveSmallIntegerField(default=2)
    days = models.PositiveSmallIntegerField(default=30)

    def __str__(self) -> str:
        return f"{self.times} in {self.days} days"


class SurveyQuerySet(models.QuerySet["Survey"]):
    """Questions about many surveys."""

    def running(self) -> "SurveyQuerySet":
        """Surveys that ask today."""
        return self.filter(ended_at=None, is_paused=False)


class Survey(models.Model):
    """A few questions, asked at a key moment or through a link."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    questions = models.JSONField()
    """In order: {"code": "recommend", "text": {"en": "...", "de": "..."}}, and what its kind lets a survey choose."""
    languages = models.JSONField(default=list)
    thanks = models.JSONField(default=dict)
    subject = models.JSONField(default=dict)
    intro = models.JSONField(default=dict)
    moment_kind = models.CharField(max_length=120, blank=True)
    delay_s = models.PositiveIntegerField(default=0)
    share = models.FloatField(default=1.0)
    times = models.PositiveSmallIntegerField(default=1)
    days = models.PositiveSmallIntegerField(default=90)
    is_paused = models.BooleanField(default=False)
    is_service = models.BooleanField(default=False)
    """A service message, such as the question whether it helped."""
    public_token = models.CharField(max_length=40, unique=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    brand = of_brand()
    """The business unit that asks, and that answers are of."""

    objects = VisibleManager.from_queryset(SurveyQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(share__gte=0, share__lte=1), name="listen_survey_share"),
        ]

    def __str__(self) -> str:
        return self.name

    def question(self, code: str) -> dict[str, Any] | None:
        """What the survey says of one question; nothing where it does not ask it."""
        return next((question for question in self.questions if question["code"] == code), None)


OPEN_FOR = timedelta(days=60)
CHANGEABLE_FOR = timedelta(hours=1)


class Invitation(models.Model):
    """One survey for one customer: planned, asked, answered, or not asked and why."""

    class State(models.TextChoices):
        PLANNED = "planned", "Planned"
        ASKED = "asked", "Asked"
        ANSWERED = "answered", "Answered"
        NOT_ASKED = "not_asked", "Not asked"

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="invitations")
    customer = models.ForeignKey(Customer, null=True, on_delete=models.CASCADE, related_name="+")
    """Whom; null for an associate, and for somebody who came by the public link."""
    associate = models.ForeignKey(Associate, null=True, on_delete=models.CASCADE, related_name="+")
    """Which of our own people, where one of them is asked."""
    moment_id = models.BigIntegerField(null=True)
    """The touchpoint at which it is asked."""
    case_id = models.BigIntegerField(null=True)
    stage_slug = models.CharField(max_length=40, blank=True)
    channel = models.CharField(max_length=40, default="email")
    state = models.CharField(max_length=10, choices=State.choices)
    reason = models.CharField(max_length=120, blank=True)
    answers = models.JSONField(default=dict)
    is_complete = models.BooleanField(default=False, db_default=False)
    """Whether every question but those for words was answered, of those that the sheet had then."""
    token = models.CharField(max_length=40, unique=True)
    created_at = models.DateTimeField()
    ask_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    """When the first answer came."""
    submitted_at = models.DateTimeField(null=True)
    brand = of_brand()
    """That of the survey, else of what it is asked about."""

    objects = VisibleManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["survey", "moment_id"], condition=Q(moment_id__isnull=False), name="listen_ask_once"
            ),
            models.CheckConstraint(
                condition=Q(customer__isnull=True) | Q(associate__isnull=True), name="listen_ask_one_respondent"
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-asked_at"], name="listen_ask_budget"),
            models.Index(fields=["survey", "state", "-created_at"], name="listen_ask_list"),
            models.Index(
                fields=["survey", "created_at"],
                include=["state", "reason", "channel", "moment_id", "case_id", "is_complete"],
                name="listen_ask_tally",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.survey_id} for {self.customer_id}: {self.state}"

    @property
    def respondent(self) -> Customer | Associate | None:
        """Who answers: a customer, an associate, or nobody whom we know."""
        return self.associate or self.customer

    @property
    def changeable_until(self) -> datetime:
        """Until when answers can be given and changed."""
        if self.submitted_at is not None:
            return self.submitted_at + CHANGEABLE_FOR
        return (self.asked_at or self.created_at) + OPEN_FOR

    def given(self, question: str) -> int | float | str | None:
        """The answer that stands for a question."""
        answer = self.answers.get(question)
        return answer["value"] if answer else None

    def answers_all(self) -> bool:
        """Whether every question of the survey but those for words is answered."""
        return all(
            question["code"] in self.answers
            for question in self.survey.questions
            if not question_kinds.is_in_words(question["code"])
        )

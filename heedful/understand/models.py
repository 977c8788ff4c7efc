"""What it means: topics that the company cares about, and a reading of every verbatim."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models

from heedful.customers.models import Customer, Feedback
from heedful.kit.visibility import VisibleManager


class Topic(models.Model):
    """Something that customers talk about, told by a sentence and a few examples."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    description = models.TextField()
    examples = models.JSONField(default=list)
    threshold = models.FloatField(default=0.25)
    """How sure we must be, from 0 to 1, before a text is counted to it."""
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Rereading(models.Model):
    """All verbatims are read again after the topics changed: how far that has come."""

    because = models.CharField(max_length=200)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    upto = models.BigIntegerField(default=0)
    """The last feedback that was read again, so that a restart goes on from there."""
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.done} of {self.total}"

    @property
    def share(self) -> float:
        """How much of it is done, from 0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 1.0


class TroubleRule(models.Model):
    """What counts as trouble: a score at or below a limit, or a signal in the words."""

    question = models.CharField(max_length=80, blank=True)
    at_most = models.SmallIntegerField(null=True, blank=True)
    signal = models.CharField(max_length=40, blank=True)
    severity = models.PositiveSmallIntegerField(default=2)
    """1 is mild, 2 is serious, 3 is grave."""
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.question} <= {self.at_most}" if self.question else self.signal


class OfFeedback[M: models.Model](VisibleManager[M]):
    """Reads what belongs to feedback that may be seen."""

    path = "feedback__brand"


class Reading(models.Model):
    """What we understood from one verbatim, and which model said so."""

    feedback = models.OneToOneField(Feedback, on_delete=models.CASCADE, related_name="reading")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    happened_at = models.DateTimeField()
    language = models.CharField(max_length=8)
    language_confidence = models.FloatField()
    sentiment = models.CharField(max_length=8, blank=True)
    """Empty where we are not sure enough to say it, and where the language is not read."""
    sentiment_confidence = models.FloatField()
    """How often such a reading is right."""
    topics = models.JSONField(default=list)
    """[{"slug": ..., "confidence": ...}], the surest first."""
    signals = models.JSONField(default=list)
    """[{"signal": ..., "words": [...]}], with "mild": true where the customer is pleased all the same."""
    model = models.CharField(max_length=80)
    text_digest = models.CharField(max_length=32)
    """Of the words that were read; a changed verbatim is read again."""
    read_at = models.DateTimeField()

    objects = OfFeedback()

    class Meta:
        indexes = [
            models.Index(fields=["-happened_at"], include=["sentiment"], name="understand_reading_recent"),
            models.Index(fields=["sentiment", "-happened_at"], name="understand_reading_felt"),
            GinIndex(fields=["topics"], opclasses=["jsonb_path_ops"], name="understand_reading_topics"),
            GinIndex(fields=["signals"], opclasses=["jsonb_path_ops"], name="understand_reading_signals"),
        ]

    def __str__(self) -> str:
        return f"{self.sentiment} ({self.language})"


class TroubleReport(models.Model):
    """That trouble in feedback was reported, so that whoever reads it once more does not report it once more."""

    feedback = models.OneToOneField(Feedback, on_delete=models.CASCADE, primary_key=True, related_name="+")
    digest = models.CharField(max_length=32)
    """Of the trouble as it was reported; one that became another is reported again."""
    reported_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.feedback_id} at {self.reported_at}"


class Correction(models.Model):
    """That a verbatim was read wrongly, said by somebody who knows better: a label for what learns later."""

    class Part(models.TextChoices):
        """What was read."""

        SENTIMENT = "sentiment"
        TOPIC = "topic"
        SIGNAL = "signal"

    feedback = models.ForeignKey(Feedback, on_delete=models.CASCADE, related_name="+")
    part = models.CharField(max_length=12, choices=Part.choices)
    value = models.CharField(max_length=80)
    """What it is not: a feeling, a topic's slug or a signal."""
    taken = models.JSONField()
    """The piece of the reading as it was, to be put back."""
    model = models.CharField(max_length=80)
    """Which one was wrong."""
    text_digest = models.CharField(max_length=32)
    """Of the words that were read; of other words it says nothing."""
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["feedback", "part", "value", "text_digest"],
                condition=models.Q(undone_at=None),
                name="understand_correction_once",
            )
        ]

    def __str__(self) -> str:
        return f"not {self.value}"

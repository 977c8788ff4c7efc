"""Imports as they are kept: each file that was read in, what its batches brought, and what came in by two of them."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


def importers() -> ArrayField:  # type: ignore[type-arg]  # it takes none when it runs
    """The imports that alone brought a row; null where anybody else did too."""
    return ArrayField(models.BigIntegerField(), null=True)


class ImportQuerySet(models.QuerySet["Import"]):
    """Questions about many imports."""

    def standing(self) -> "ImportQuerySet":
        """Those that have not been taken back, wholly or in part."""
        return self.filter(undo_started_at=None)


class Import(models.Model):
    """A file that was read in, and how far."""

    class State(models.TextChoices):
        WAITING = "waiting", "Not read in yet"
        RUNNING = "running", "Running"
        STOPPED = "stopped", "Stopped"
        FINISHED = "finished", "Finished"
        UNDOING = "undoing", "Being taken back"
        UNDONE = "undone", "Taken back"

    source = models.CharField(max_length=80)
    file_name = models.CharField(max_length=250)
    file_digest = models.CharField(max_length=32)
    map_digest = models.CharField(max_length=32)
    map_text = models.TextField(blank=True, db_default="")
    """The map as it was written."""
    rows = models.PositiveBigIntegerField(null=True)
    """How many rows the file has, where they were counted before."""
    position = models.PositiveBigIntegerField(default=0)
    """The number of the last row that is done."""
    taken = models.PositiveBigIntegerField(default=0)
    known = models.PositiveBigIntegerField(default=0)
    """Touchpoints that were there already."""
    changed = models.PositiveBigIntegerField(default=0, db_default=0)
    """Touchpoints that were there already and say something else now."""
    joined = models.PositiveBigIntegerField(default=0, db_default=0)
    """Rows by which people who were apart became one."""
    rejected = models.PositiveBigIntegerField(default=0)
    imported_by = models.CharField(max_length=200, blank=True, db_default="")
    """Who had it read in."""
    associate = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    size = models.PositiveBigIntegerField(null=True)
    """The bytes of a file that is brought through the page, as the browser has them."""
    preview = models.JSONField(null=True)
    """The first rows of such a file, how it is written, and what is doubtful of the proposed map."""
    trial = models.JSONField(null=True)
    """What the last dry run counted, by which map."""
    problem = models.CharField(max_length=300, blank=True, db_default="")
    """Why it does not go on."""
    replaces = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    """The import that is taken back before this one is read in."""
    stages = models.JSONField(default=list, db_default=[])
    """The stages that its map added to the company's."""
    queued_at = models.DateTimeField(null=True)
    """When somebody had the worker read it in."""
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    undo_started_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=200, blank=True, db_default="")
    remaining_cases = models.PositiveIntegerField(default=0, db_default=0)
    """Cases that stayed when it was taken back, because somebody had worked on them."""

    objects = ImportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["file_digest", "map_digest"], condition=Q(undo_started_at=None), name="customers_import_once"
            )
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def state(self) -> State:
        """Where it stands."""
        if self.undo_started_at is not None:
            return self.State.UNDONE if self.undone_at is not None else self.State.UNDOING
        if self.finished_at is not None:
            return self.State.FINISHED
        if self.problem:
            return self.State.STOPPED
        return self.State.RUNNING if self.queued_at is not None or self.position else self.State.WAITING

    @property
    def percent(self) -> int:
        """How much of it is read in."""
        return 100 if self.finished_at else min(99, 100 * self.position // max(self.rows or 0, 1)) if self.rows else 0


class ImportBatch(models.Model):
    """What a part of a file brought: the range in which its touchpoints lie, and the records that it spoke of."""

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="batches")
    number = models.BigIntegerField(null=True)
    """The batch of its touchpoints; null where it brought none."""
    first_id = models.BigIntegerField(null=True)
    last_id = models.BigIntegerField(null=True)
    earliest = models.DateTimeField(null=True)
    latest = models.DateTimeField(null=True)
    records = models.TextField()
    """Numbers of records, with commas; a list of them is never looked into by the database."""

    class Meta:
        indexes = [models.Index(fields=["number"], name="customers_import_batch")]

    def __str__(self) -> str:
        return f"{self.number} of import {self.of_id}"

    @property
    def record_ids(self) -> list[int]:
        """The records that it spoke of."""
        return [int(number) for number in self.records.split(",") if number]


class ImportClaim(models.Model):
    """A touchpoint that had come before, and that this import brought too: it stays as long as one of them does."""

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="+")
    message = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "of"], name="customers_import_claim_once")]

    def __str__(self) -> str:
        return f"{self.message} of import {self.of_id}"

"""The ledger's rows: one entry for everything that happened."""

from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.db import models


class EntryQuerySet(models.QuerySet["Entry"]):
    """Questions about many entries."""

    def about(self, **subject: Any) -> "EntryQuerySet":
        """Entries whose data name this subject, such as `about(case=12)`."""
        return self.filter(data__contains=subject)


class Entry(models.Model):
    """Something that happened: who, when, what. Entries are written once and never changed."""

    kind = models.CharField(max_length=80)
    data = models.JSONField(default=dict)
    by_kind = models.CharField(max_length=20)
    by_id = models.CharField(max_length=80, blank=True)
    by_label = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    objects = EntryQuerySet.as_manager()

    class Meta:
        indexes = [
            GinIndex(fields=["data"], opclasses=["jsonb_path_ops"], name="ledger_entry_data"),
            models.Index(fields=["kind", "-id"], name="ledger_entry_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.data}"


class IdempotentReply(models.Model):
    """The answer to a request that came with an Idempotency-Key, or to a form with its token."""

    actor = models.CharField(max_length=100)
    key = models.CharField(max_length=200)
    request = models.CharField(max_length=32)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="ledger_answered_once")]
        indexes = [models.Index(fields=["at"], name="ledger_answered_at")]

    def __str__(self) -> str:
        return self.key

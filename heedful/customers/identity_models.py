"""The rows by which it is known who is one person: identities, what joins them, and what does not."""

from django.db import models
from django.db.models import F, Q

from heedful.customers.import_log import importers

FORM = 1
"""The rules by which identities are written today; a change of them that makes two of one, or one of two, counts up."""


class Identity(models.Model):
    """Something by which a customer is recognised."""

    class TouchpointKind(models.TextChoices):
        USER = "user_id", "User id"
        EXTERNAL = "external", "External id"
        EMAIL = "email", "E-mail"
        PHONE = "phone", "Phone"
        ANONYMOUS = "anonymous_id", "Anonymous id"
        DEVICE = "device", "Device"

    kind = models.CharField(max_length=12, choices=TouchpointKind.choices)
    value = models.CharField(max_length=254)
    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="identities")
    verified = models.BooleanField(default=False, db_default=True)
    """Whether somebody whom we trust named it: a server, an associate, an import, or the customer."""
    contested = models.BooleanField(default=False, db_default=False)
    """Whether several customers have it, so that it joins nobody."""
    form = models.SmallIntegerField(default=FORM, db_default=FORM)
    """By which rules it was written in its one form; see `renormalisation`."""
    first_seen_at = models.DateTimeField()
    imported_by = importers()
    verified_by = importers()
    """The same, of who verified it."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="customers_identity_once")]
        indexes = [models.Index(fields=["id"], condition=Q(form__lt=FORM), name="customers_identity_old_form")]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class IdentityLink(models.Model):
    """Two identities that one message named together: evidence that they are one person. `a` has the smaller id."""

    a = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="links_up")
    b = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="links_down")
    verified = models.BooleanField(default=False, db_default=True)
    """Whether somebody whom we trust named them together; what browsers say alone joins no two known people."""
    first_seen_at = models.DateTimeField()
    source = models.CharField(max_length=200, blank=True, db_default="")
    """Who sent the message, such as `key:3`."""
    message = models.CharField(max_length=300, blank=True, db_default="")
    """Which message it was, by its own id; of a file, which row."""
    parted_by = models.CharField(max_length=200, blank=True, db_default="")
    parted_at = models.DateTimeField(null=True)
    """When somebody said that the two are not one person, whatever messages say."""
    imported_by = importers()
    verified_by = importers()
    """The same, of who verified it."""
    quoted = models.JSONField(null=True)
    """When, by whom and in which message a browser named them together, before an import verified it."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["a", "b"], name="customers_link_once"),
            models.CheckConstraint(condition=Q(a__lt=F("b")), name="customers_link_ordered"),
        ]

    def __str__(self) -> str:
        return f"{self.a_id} - {self.b_id}"


class ContestedIdentity(models.Model):
    """An identity that joins nobody, with who sent it and why."""

    class Reason(models.TextChoices):
        SHARED = "shared", "It stands for whoever is not logged in"
        EMAILS = "emails", "It showed up with many e-mails in one day"
        SPELLING = "spelling", "Another customer has the same, written otherwise"

    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="contests")
    source = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=10, choices=Reason.choices)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["identity", "source"], name="customers_contest_once")]
        indexes = [models.Index(fields=["source", "-at", "-id"], name="customers_contests_of")]

    def __str__(self) -> str:
        return f"{self.identity_id}: {self.reason}"


class AddressChange(models.Model):
    """The e-mail or phone of a customer became another, by which whoever writes next is warned."""

    class TouchpointKind(models.TextChoices):
        EMAIL = "email", "E-mail"
        PHONE = "phone", "Phone"

    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="address_changes")
    kind = models.CharField(max_length=5, choices=TouchpointKind.choices)
    old = models.CharField(max_length=254)
    new = models.CharField(max_length=254, blank=True)
    changed_by = models.CharField(max_length=200)
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["customer", "changed_at"], name="customers_address_changes")]

    def __str__(self) -> str:
        return f"{self.old} -> {self.new}"


class Merge(models.Model):
    """Somebody said that two records are one person; undoing it takes exactly this saying back."""

    a = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="merges_up")
    b = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="merges_down")
    reason = models.CharField(max_length=200, blank=True)
    merged_by = models.CharField(max_length=200)
    merged_at = models.DateTimeField()
    undone_by = models.CharField(max_length=200, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(a=F("b")), name="customers_merge_two")]

    def __str__(self) -> str:
        return f"{self.a_id} + {self.b_id}"

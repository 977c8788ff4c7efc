"""Their people's rows: customers, organisations, identities, touchpoints, feedback, consent and value."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Upper

from heedful.associates.models import of_brand
from heedful.customers import question_kinds, slugs
from heedful.customers.identity_models import AddressChange as AddressChange
from heedful.customers.identity_models import ContestedIdentity as ContestedIdentity
from heedful.customers.identity_models import Identity as Identity
from heedful.customers.identity_models import IdentityLink as IdentityLink
from heedful.customers.identity_models import Merge as Merge
from heedful.customers.import_log import Import as Import
from heedful.customers.import_log import ImportBatch as ImportBatch
from heedful.customers.import_log import ImportClaim as ImportClaim
from heedful.customers.import_log import importers
from heedful.customers.question_kinds.kind import whole
from heedful.kit import characters
from heedful.kit.visibility import VisibleManager


class Stage(models.Model):
    """A stage of the relationship; the list is the company's to edit."""

    slug = models.SlugField(max_length=40, primary_key=True)
    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name


class Organisation(models.Model):
    """A company that customers belong to, in business with businesses."""

    external_id = models.CharField(max_length=200, unique=True)
    name = models.CharField(max_length=200, blank=True)
    search_text = models.TextField(blank=True, default="", db_default="")
    """The name as it is looked for; see `folding`."""
    attributes = models.JSONField(default=dict)
    said_at = models.JSONField(default=dict)
    """Attribute, or `name` -> when it was said; what is not in it was said before times were kept."""
    created_at = models.DateTimeField()
    imported_by = importers()

    class Meta:
        indexes = [GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="customers_organisation_text")]

    def __str__(self) -> str:
        return characters.straight(self.name or self.external_id)


BULK = ("facts", "imported", "unverified", "parted", "attributes", "search_text")
"""What no list shows of a customer, and what takes longest to read."""


BULK_OF_CUSTOMER = tuple(f"{path}{name}" for path in ("customer__", "customer__person__") for name in BULK)
"""The same of whom a row is about, to be left out where fifty of them are read."""


class CustomerQuerySet(models.QuerySet["Customer"]):
    """Questions about many customers."""

    def people(self) -> "CustomerQuerySet":
        """One row per person: the roots of the records that belong together."""
        return self.filter(person_id=F("pk"))


class Customer(models.Model):
    """A record of a customer; the records that belong to one person share a `person`, whose row carries the whole view.

    A record never moves and nothing that points to it is ever changed; `person` alone says who belongs together.
    """

    person = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="records", db_index=False)
    facts = models.JSONField(default=dict)
    """What this record's own arrivals said: attribute -> [value, when it happened]."""
    imported = models.JSONField(null=True)
    """Of a record that an import described: what each source of facts said; see `layers`."""
    unverified = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    """The same, of what a browser said: shown as such, and never taken for true of a customer whom we know."""
    is_attached = models.BooleanField(default=False, db_default=False)
    """True when nothing but a browser's word joins this record to its person: what is said of it counts for nobody."""

    parted = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    """Identities of which somebody said that they are not this record's: each a kind and a value."""

    name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=32, blank=True)
    search_text = models.TextField(blank=True, default="", db_default="")
    """Name, addresses and numbers as they are looked for; see `folding`."""
    handle = models.CharField(max_length=254, blank=True, db_default="")
    """The number or name that the company's own systems know the customer by, where one is known."""
    language = models.CharField(max_length=16, blank=True)
    segment = models.CharField(max_length=80, blank=True)
    attributes = models.JSONField(default=dict)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.SET_NULL, related_name="customers")
    stage = models.ForeignKey(Stage, null=True, on_delete=models.SET_NULL, related_name="+")
    value_amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    value_currency = models.CharField(max_length=3, blank=True)
    value_source = models.CharField(max_length=80, blank=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    own_first_at = models.DateTimeField()
    """When this record itself was first seen, whoever it belongs to."""
    own_last_at = models.DateTimeField()
    is_known = models.BooleanField(default=False)
    """True when somebody said who this is; a device or an anonymous visitor alone is not known."""

    objects = CustomerQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["person"], include=["id"], name="customers_person"),
            models.Index(fields=["id"], include=["person"], condition=Q(person__lt=F("id")), name="customers_moved"),
            models.Index(
                F("last_seen_at").desc(), F("id").desc(), condition=Q(person=F("id")), name="customers_recent"
            ),
            GinIndex(
                OpClass(F("search_text"), name="gin_trgm_ops"), name="customers_by_text", condition=Q(person=F("id"))
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(value_amount__gte=0), name="customers_worth_nothing_or_more"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What to call this customer in a list."""
        name = self.name or self.email or self.phone or self.handle
        return characters.straight(name) or f"Visitor {self.pk}"

    @property
    def is_root(self) -> bool:
        """Whether this record stands for the whole person."""
        return self.person_id == self.pk


class Consent(models.Model):
    """What a customer allowed or refused, for one purpose; between several records of a person the stricter wins."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=40)
    granted = models.BooleanField()
    at = models.DateTimeField()
    source = models.CharField(max_length=80, blank=True)
    imported = models.JSONField(null=True)
    """Of a word that an import brought: what each source said; see `layers`."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "purpose"], name="customers_consent_once")]

    def __str__(self) -> str:
        return f"{self.purpose}: {'yes' if self.granted else 'no'}"


class StageChange(models.Model):
    """A customer came into a stage."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="stage_changes")
    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    source = models.CharField(max_length=80, blank=True)
    imported_by = importers()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "stage", "at"], name="customers_stage_once")]

    def __str__(self) -> str:
        return f"{self.stage_id} from {self.at:%Y-%m-%d}"


class TouchpointKindQuerySet(models.QuerySet["TouchpointKind"]):
    """Questions about kinds of touchpoint."""

    def relevant_first(self) -> "TouchpointKindQuerySet":
        """Those that somebody waits for, named or placed, and then those that arrived last."""
        is_relevant = Q(watchers__gt=0) | ~Q(name="") | Q(stage__isnull=False)
        return self.order_by(
            Case(When(is_relevant, then=0), default=1), F("last_arrived_at").desc(nulls_last=True), "slug"
        )


class TouchpointKind(models.Model):
    """A kind of touchpoint that was seen, with what the company calls it and whether somebody waits for it."""

    slug = models.CharField(max_length=120, primary_key=True)
    name = models.CharField(max_length=120, blank=True)
    stage = models.ForeignKey(Stage, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    moves_stage = models.BooleanField(default=False)
    watchers = models.PositiveIntegerField(default=0)
    """How many promises and surveys wait for this kind."""
    last_arrived_at = models.DateTimeField(null=True)
    """When one last arrived, to the hour."""
    imported = models.JSONField(null=True)
    """Of a kind that an import brought: when each source last did; see `layers`."""

    objects = TouchpointKindQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name or slugs.words(self.slug)


class TouchpointSource(models.Model):
    """Somewhere from which touchpoints of a brand came: a key, an import, a survey."""

    slug = models.CharField(max_length=80)
    brand = of_brand()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slug", "brand"], nulls_distinct=False, name="customers_source_once")
        ]

    def __str__(self) -> str:
        return self.slug


class Touchpoint(models.Model):
    """Anything that happened between a customer and the company; written once, partitioned by month."""

    id = models.BigAutoField(primary_key=True)
    happened_at = models.DateTimeField()
    arrived_at = models.DateTimeField()
    customer = models.ForeignKey(Customer, on_delete=models.DO_NOTHING, db_constraint=False, related_name="touchpoints")
    kind = models.CharField(max_length=120)
    channel = models.CharField(max_length=40, blank=True)
    stage_slug = models.CharField(max_length=40, blank=True, db_column="stage")
    message = models.UUIDField()
    source = models.CharField(max_length=80, blank=True)
    properties = models.JSONField(default=dict)
    scores = models.JSONField(null=True)
    verbatim = models.TextField(null=True)
    subject = models.CharField(max_length=120, null=True)
    clamped = models.BooleanField(default=False)
    batch = models.BigIntegerField()
    brand = of_brand()

    objects = VisibleManager()

    class Meta:
        managed = False
        db_table = "customers_touchpoint"

    def __str__(self) -> str:
        return f"{self.kind} at {self.happened_at:%Y-%m-%d %H:%M}"

    @property
    def words(self) -> str:
        """The kind as a person would say it."""
        return slugs.words(self.kind)


class Feedback(models.Model):
    """One answer sheet: what a customer said about one moment, in words, scores or both."""

    subject = models.CharField(max_length=120, unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="feedback")
    touchpoint_id = models.BigIntegerField()
    happened_at = models.DateTimeField()
    kind = models.CharField(max_length=120)
    channel = models.CharField(max_length=40, blank=True)
    stage_slug = models.CharField(max_length=40, blank=True, db_column="stage")
    survey = models.CharField(max_length=80, blank=True)
    verbatim = models.TextField(blank=True)
    brand = of_brand()
    source = models.CharField(max_length=80, blank=True, default="", db_default="")

    objects = VisibleManager()

    class Meta:
        indexes = [
            models.Index(
                F("brand"),
                F("happened_at").desc(),
                F("id").desc(),
                condition=Q(brand__isnull=False),
                name="customers_feedback_of_brand",
            ),
            models.Index(F("happened_at").desc(), F("id").desc(), name="customers_feedback_recent"),
            models.Index(fields=["customer", "-happened_at"], name="customers_feedback_by"),
            GinIndex(OpClass(Upper("verbatim"), name="gin_trgm_ops"), name="customers_feedback_words"),
        ]

    def __str__(self) -> str:
        return self.verbatim[:60] or self.subject


class WholeOrFloatField(models.FloatField):  # type: ignore[type-arg]  # it takes none when it runs
    """A number; one without a fraction comes back whole, as it was given."""

    def from_db_value(self, value: float | None, *_: object) -> int | float | None:
        return None if value is None else whole(value)


class Score(models.Model):
    """One answer that a customer gave; a later one to the same question of the same sheet replaces it.

    `value` is its place on the question's own scale. Where it was asked on another, that is kept with what was given.
    That sheet and customer are there the sheet's own row makes sure, which is written, and held, before its scores.
    """

    feedback = models.ForeignKey(
        Feedback, on_delete=models.CASCADE, related_name="scores", db_index=False, db_constraint=False
    )
    question = models.CharField(max_length=80)
    value = WholeOrFloatField()
    given = WholeOrFloatField(null=True)
    lowest = models.SmallIntegerField(null=True)
    highest = models.SmallIntegerField(null=True)
    label = models.CharField(max_length=80, blank=True, default="", db_default="")
    """What was chosen, where the answer is one of several."""
    happened_at = models.DateTimeField()
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=120)
    channel = models.CharField(max_length=40, blank=True)
    stage_slug = models.CharField(max_length=40, blank=True, db_column="stage")
    brand = of_brand()
    source = models.CharField(max_length=80, blank=True, default="", db_default="")

    objects = VisibleManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feedback", "question"], name="customers_score_once")]
        indexes = [
            models.Index(
                fields=["brand", "question", "happened_at"],
                include=["value", "stage_slug", "channel", "customer", "kind", "lowest", "highest", "source"],
                condition=Q(brand__isnull=False),
                name="customers_score_of_brand",
            ),
            models.Index(
                fields=["question", "happened_at"],
                include=["value", "stage_slug", "channel", "customer", "kind", "lowest", "highest"],
                name="customers_score_covering",
            ),
            models.Index(fields=["customer", "question", "happened_at"], name="customers_score_by"),
        ]

    def __str__(self) -> str:
        return f"{self.question} {self.value}"

    @property
    def answer(self) -> question_kinds.Score:
        """The answer as it was given."""
        return question_kinds.as_given(self.value, self.given, self.lowest, self.highest, self.label)


class UnknownBrand(models.Model):
    """A name that the messages of a key call a brand, and that none of ours has."""

    key = models.ForeignKey("associates.Key", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    """When it last came, to the hour."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "name"], name="customers_unknown_brand_once")]

    def __str__(self) -> str:
        return self.name


class Rejection(models.Model):
    """An event that was not taken, with the reason and what was sent."""

    key = models.ForeignKey("associates.Key", null=True, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=300)
    sent = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["key", "-at"], name="customers_rejection_by")]

    def __str__(self) -> str:
        return self.reason

"""Our people's rows: the company, its brands and teams, its associates and the keys that its programs use."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower

from heedful.kit.actor import By


class Company(models.Model):
    """The one company that this installation belongs to."""

    name = models.CharField(max_length=120)
    colour = models.CharField(max_length=7, default="#2f6f5e")
    time_zone = models.CharField(max_length=64, default="UTC")
    currency = models.CharField(max_length=3, default="EUR")
    country = models.CharField(max_length=2, default="GB")
    vision = models.TextField(blank=True)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="associates_one_company")]

    def __str__(self) -> str:
        return self.name


class ExchangeRate(models.Model):
    """What one of another currency is in the company's, from a day on."""

    currency = models.CharField(max_length=3)
    into = models.CharField(max_length=3)
    """The company's currency when it was entered; after a change of it the rate says nothing."""
    day = models.DateField()
    rate = models.DecimalField(max_digits=20, decimal_places=10)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["into", "currency", "day"], name="associates_rate_once"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="associates_rate_above_nothing"),
        ]

    def __str__(self) -> str:
        return f"1 {self.currency} = {self.rate.normalize():f} {self.into}"


class Team(models.Model):
    """People who share a queue of cases."""

    name = models.CharField(max_length=120, unique=True)
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Brand(models.Model):
    """A business unit under whose name a part of the customers is served."""

    id = models.SmallAutoField(primary_key=True)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


def of_brand() -> models.ForeignKey[Brand | None]:
    """The brand that a row is of; no constraint is looked up at each row, since a brand is archived and never gone."""
    return models.ForeignKey(
        Brand, null=True, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )


class Role(models.TextChoices):
    """What somebody is here for; each role may do what the ones before it may, except that CX and leader differ."""

    ASSOCIATE = "associate", "Associate"
    LEAD = "lead", "Team lead"
    CX = "cx", "CX manager"
    LEADER = "leader", "Leader"
    ADMIN = "admin", "Administrator"


class AssociateManager(BaseUserManager["Associate"]):
    """Lets Django's login find an associate by e-mail, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "Associate":
        return self.get(email__iexact=username)


class Associate(AbstractBaseUser):
    """Somebody who works here."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.ASSOCIATE)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="associates")
    is_active = models.BooleanField(default=True)
    hears_escalations = models.BooleanField(default=True)
    """Whether a lead is written to when a case of the team is about to be late."""
    brands = ArrayField(models.SmallIntegerField(), default=list, db_default=Value("{}"))
    """The brands to which somebody is limited; nobody who has none is."""
    created_at = models.DateTimeField()

    objects: ClassVar[AssociateManager] = AssociateManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="associates_email_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def by(self) -> By:
        """This associate as the actor of a change."""
        return By("associate", str(self.pk), self.name)

    @property
    def limit(self) -> frozenset[int] | None:
        """The brands that this associate may see; None is everything, and what is of no brand."""
        return frozenset(self.brands) or None

    def may_see(self, brand: int | None) -> bool:
        """Whether what is of a brand, or of none, is for this associate."""
        return self.limit is None or brand in self.limit

    def get_short_name(self) -> str:
        """The first name."""
        return self.name.split()[0] if self.name else self.email


def seers(brand: int | None) -> Q:
    """Which associates may see what is of a brand, or of none."""
    return Q(brands=[]) if brand is None else Q(brands=[]) | Q(brands__contains=[brand])


class View(models.Model):
    """What somebody wants to see of a list, kept under a name of their own."""

    associate = models.ForeignKey(Associate, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    query = models.TextField(blank=True)
    """What the address of the list asks for, such as `state=late&team=3`."""
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["associate", "page", "name"], name="associates_view_once")]

    def __str__(self) -> str:
        return self.name


class KeyQuerySet(models.QuerySet["Key"]):
    """Questions about many keys."""

    def live(self) -> "KeyQuerySet":
        """Keys that have not been revoked."""
        return self.filter(revoked_at=None)


class Key(models.Model):
    """What a program shows to be let in; only its hash is kept."""

    class Scope(models.TextChoices):
        BROWSER = "browser", "Send events from browsers, apps and mails"
        SEND = "send", "Send events from your servers"
        FULL = "full", "Send events and use the API"

    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scope = models.CharField(max_length=8, choices=Scope.choices, default=Scope.SEND)
    created_by = models.ForeignKey(Associate, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    brand = of_brand()
    """Of which brand is what it sends, where that says none; and the one to which it is limited when it reads."""

    objects = KeyQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def consequence(self) -> str:
        """What somebody can do who finds this key, and so where it may lie."""
        return CONSEQUENCES[self.scope]

    @property
    def is_public(self) -> bool:
        """Whether everybody may read this key, as they may in a page or a mail."""
        return self.scope == self.Scope.BROWSER

    @property
    def limit(self) -> frozenset[int] | None:
        """The brand that this key may read; None is everything."""
        return None if self.brand_id is None else frozenset({self.brand_id})

    @property
    def by(self) -> By:
        """This key as the actor of a change."""
        return By("key", str(self.pk), self.name)


CONSEQUENCES: dict[str, str] = {
    Key.Scope.BROWSER: "May add what visitors do and say, and changes no customer whom you know: a page may show it.",
    Key.Scope.SEND: "May change any customer's name and address: keep it on your servers.",
    Key.Scope.FULL: "May change any customer, and read and do what the API offers: keep it on your servers.",
}
"""Scope -> what somebody can do who finds such a key."""


class FirstLink(models.Model):
    """The one-time link with which the first administrator sets up the installation; only its hash is kept."""

    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"first link of {self.created_at:%Y-%m-%d}"


class WelcomeLink(models.Model):
    """The one-time link with which an associate who was added chooses a password; only its hash is kept."""

    associate = models.ForeignKey(Associate, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"welcome link of {self.created_at:%Y-%m-%d}"


class RateLimit(models.Model):
    """When something was done under one name lately; it counts until `ends_at`."""

    name = models.CharField(max_length=120, primary_key=True)
    times = ArrayField(models.DateTimeField())
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.name


class Disclosure(models.Model):
    """Which customers somebody, or a program, was shown on one day."""

    actor = models.CharField(max_length=100)
    day = models.DateField()
    customers = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "day"], name="associates_disclosure_once")]

    def __str__(self) -> str:
        return f"{self.actor} on {self.day}"

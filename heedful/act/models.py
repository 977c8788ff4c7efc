"""What we do about it: cases, what was heard that opened them, what people wrote on them, and the threads of each."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value, When
from django.db.models.functions import Lower

from heedful.associates.models import Team, of_brand
from heedful.customers import search
from heedful.customers.models import Customer, Stage
from heedful.kit.visibility import VisibleManager
from heedful.ledger import references
from heedful.listen.models import Thread
from heedful.promise.models import Promise

URGENCY = models.Case(
    When(is_heard_again=True, then=Value(0)), When(answered_at=None, then=Value(5)), default=Value(15)
) - F("priority")
"""Who was heard again, then what waits for us, then what was answered, and the highest priority first in each: a low
number comes first."""


class CaseQuerySet(models.QuerySet["Case"]):
    """Questions about many cases."""

    def open(self) -> "CaseQuerySet":
        """Cases that somebody still works on."""
        return self.filter(closed_at=None)

    def overdue(self, *, at: datetime) -> "CaseQuerySet":
        """Open cases whose customer should have heard from us by now."""
        return self.open().filter(answered_at=None, due_at__lt=at)

    def of_person(self, person_id: int) -> "CaseQuerySet":
        """Cases of everybody who is this person, whichever record they arrived with."""
        return self.filter(customer__person=person_id)

    def search(self, words: str) -> "CaseQuerySet":
        """Cases by number, by what they are about, or of customers whom the words find."""
        words = words.replace("\x00", "").strip().removeprefix("#")
        condition = Q(title__icontains=words)
        if search.is_enough(words):
            people = search.find(words).values("pk")
            condition |= Q(customer__in=Customer.objects.filter(person__in=people).values("pk"))
        return self.filter(condition | Q(pk=int(words)) if words.isdecimal() and len(words) < 18 else condition)

    def by_urgency(self) -> "CaseQuerySet":
        """Cases with what a list sorts by: the most urgent have the lowest number, to be followed by `due_at`."""
        return self.annotate(urgency=URGENCY)

    def for_leads(self) -> "CaseQuerySet":
        """Open cases that a lead must look at: given to the lead, or about to be late."""
        return self.open().filter(Q(with_lead=True) | Q(answered_at=None, escalated_at__isnull=False))


class Case(models.Model):
    """The work for one customer after trouble was heard, until it is closed with an outcome and a cause."""

    class Priority(models.IntegerChoices):
        LOW = 1, "Low"
        NORMAL = 2, "Normal"
        HIGH = 3, "High"
        URGENT = 4, "Urgent"

    class Outcome(models.TextChoices):
        SOLVED = "solved", "Solved"
        EXPLAINED = "explained", "Explained"
        COMPENSATED = "compensated", "Made good"
        NOT_SOLVED = "not_solved", "Could not be solved"
        NO_ANSWER = "no_answer", "Customer did not answer"
        NO_TROUBLE = "no_trouble", "There was no trouble"

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    title = models.CharField(max_length=200)
    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    priority = models.PositiveSmallIntegerField(choices=Priority.choices, default=Priority.NORMAL)
    severity = models.PositiveSmallIntegerField(default=2)
    is_repeat = models.BooleanField(default=False)
    """The second failure of this customer within 90 days: it goes to a lead with a shorter clock."""
    with_lead = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    heard_at = models.DateTimeField()
    """When the customer gave the sign that opened it."""
    escalate_at = models.DateTimeField()
    due_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    first_act_at = models.DateTimeField(null=True)
    """When the first words to the customer left, or somebody called or closed; stays when the case goes on."""
    first_due_at = models.DateTimeField(null=True)
    """By when that was due; empty as long as the first clock is the only one, whose end is `due_at`."""
    answered_at = models.DateTimeField(null=True)
    """When the running clock was stopped; empty while the customer waits, again when the case goes on."""
    clock_number = models.PositiveSmallIntegerField(default=0, db_default=0)
    """Which clock of the case this is: it gets another whenever it is opened again or the customer is heard again."""
    clock_started_at = models.DateTimeField(null=True)
    """When that clock began; empty for the first, which begins with the case."""
    is_heard_again = models.BooleanField(default=False, db_default=False)
    """Whether the customer waits because of what came after our last word."""
    escalated_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    cause = models.CharField(max_length=120, blank=True)
    reopened = models.PositiveSmallIntegerField(default=0)
    helped = models.BooleanField(null=True)
    helped_at = models.DateTimeField(null=True)
    flood_of = models.ForeignKey(Promise, null=True, on_delete=models.SET_NULL, related_name="+")
    """The promise that broke for so many at once that one case stands for all; its customer is the first of them."""
    brand = of_brand()
    source = models.CharField(max_length=80, blank=True, default="", db_default="")
    """From where that came which opened it."""

    objects = VisibleManager.from_queryset(CaseQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None) | (~Q(outcome="") & ~Q(cause="")), name="act_closed_case_has_outcome"
            )
        ]
        indexes = [
            models.Index(URGENCY, F("due_at"), F("id"), condition=Q(closed_at=None), name="act_case_urgency"),
            models.Index(fields=["customer", "-opened_at"], name="act_case_by"),
            models.Index(fields=["-opened_at"], name="act_case_recent"),
            models.Index(fields=["due_at"], condition=Q(closed_at=None, answered_at=None), name="act_case_waiting"),
            models.Index(F("brand"), F("opened_at").desc(), condition=Q(brand__isnull=False), name="act_case_of_brand"),
            models.Index(fields=["owner"], condition=Q(closed_at=None), name="act_case_mine"),
            models.Index(fields=["-closed_at"], condition=Q(closed_at__isnull=False), name="act_case_closed"),
        ]

    def __str__(self) -> str:
        return f"Case {self.pk}: {self.title}"

    @property
    def is_open(self) -> bool:
        """Whether somebody still works on it."""
        return self.closed_at is None

    @property
    def who(self) -> Customer:
        """The person whose case it is, with the whole view, whichever record the trouble came with."""
        return self.customer.person or self.customer

    @property
    def is_waiting(self) -> bool:
        """Whether the customer still waits to hear from us."""
        return self.closed_at is None and self.answered_at is None

    @property
    def clock(self) -> str:
        """The name of the running clock in the customer's log: the case, and which of its clocks it is."""
        return f"{self.pk}.{self.clock_number}" if self.clock_number else str(self.pk)

    @property
    def waits_since(self) -> datetime:
        """When the running clock began."""
        return self.clock_started_at or self.opened_at


class OfCase[M: models.Model](VisibleManager[M]):
    """Reads what is of those cases that may be seen."""

    path = "case__brand"


class CaseTrouble(models.Model):
    """A sign that somebody must act: what was heard, when, and the case that it opened or joined."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="troubles", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    reference = models.CharField(max_length=120, unique=True)
    """Where it comes from, such as `feedback:12` or `commitment:7:broken`; the same sign is heard once."""
    what = models.CharField(max_length=300)
    words = models.TextField(blank=True)
    severity = models.PositiveSmallIntegerField()
    is_failure = models.BooleanField(default=True, db_default=True)
    """Whether we failed the customer; praise that somebody takes as a case says that we did not."""
    promise = models.ForeignKey(Promise, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    """The promise that was broken or at risk, where it was one."""
    happened_at = models.DateTimeField()
    heard_at = models.DateTimeField()
    """When we found out."""

    objects = OfCase()

    class Meta:
        indexes = [
            models.Index(fields=["promise", "-heard_at"], name="act_trouble_of_promise"),
            models.Index(fields=["case", "happened_at", "id"], name="act_trouble_of_case"),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def feedback_id(self) -> int | None:
        """The answer sheet in which it was heard, where it was one."""
        return self._number_of("feedback")

    @property
    def message_id(self) -> int | None:
        """The message in which it was heard, where it was one."""
        return self._number_of("message")

    @property
    def commitment_id(self) -> int | None:
        """The promise to one customer that was broken or at risk, where it was one."""
        return self._number_of("commitment")

    def _number_of(self, kind: str) -> int | None:
        return references.numbers(kind, [self.reference]).get(self.reference)


class Route(models.Model):
    """Which team gets a case, by the stage it happened in or a topic of what was said; the first that fits decides."""

    position = models.PositiveSmallIntegerField(default=0)
    stage = models.ForeignKey(Stage, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    topic = models.SlugField(max_length=80, blank=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return f"{self.stage_id or self.topic or 'everything'} to {self.team_id}"


class CasePolicy(models.Model):
    """How this company works its cases; one row."""

    class AtRisk(models.TextChoices):
        JOIN = "join", "Tell the open case, open none"
        VALUABLE = "valuable", "Open a case for customers of high value"
        ALWAYS = "always", "Open a case for everybody"

    high_value = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    """From which yearly value a customer comes first; empty means the highest tenth of all who have a value."""
    at_risk = models.CharField(max_length=8, choices=AtRisk.choices, default=AtRisk.VALUABLE)
    """What happens when a promise is about to be broken."""
    flood_cases = models.PositiveIntegerField(default=50)
    """How many cases one broken promise opens in an hour before one case for the lead stands for the rest."""
    repeat_days = models.PositiveSmallIntegerField(default=90)
    """Within how many days another failure is a second one, and a message on a closed case makes it go on."""
    answer_within_s = models.PositiveIntegerField(default=86_400)
    """The clock of a case as long as no promise is marked as the case clock."""

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="act_one_practice")]

    def __str__(self) -> str:
        return "How we work our cases"


class Cause(models.Model):
    """Why cases happen, in the company's own list."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class ReplyQuerySet(models.QuerySet["Reply"]):
    """Questions about many saved replies."""

    def offered(self) -> "ReplyQuerySet":
        """Replies that one may choose today."""
        return self.filter(archived_at=None)


class Reply(models.Model):
    """Words that were saved for mails to customers, with blanks such as `{name}`."""

    name = models.CharField(max_length=120)
    text = models.TextField()
    changed_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    objects = ReplyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("name"), condition=Q(archived_at=None), name="act_reply_offered_once")
        ]

    def __str__(self) -> str:
        return self.name


class CaseThread(models.Model):
    """A thread that belongs to a case: what is said in it is about that matter."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="threads")
    thread = models.OneToOneField(Thread, on_delete=models.CASCADE, related_name="+")

    objects = OfCase()

    def __str__(self) -> str:
        return f"Thread {self.thread_id} of case {self.case_id}"


class Note(models.Model):
    """Something that an associate wrote down on a case, for colleagues.

    Its number comes from the sequence of the messages, for both stand in one list.
    """

    class Kind(models.TextChoices):
        NOTE = "note", "Note"
        CALL = "call", "Call with the customer"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes", db_index=False)
    kind = models.CharField(max_length=6, choices=Kind.choices, default=Kind.NOTE)
    text = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    objects = OfCase()

    class Meta:
        indexes = [models.Index(fields=["case", "at", "id"], name="act_note_of_case")]

    def __str__(self) -> str:
        return self.text[:60]

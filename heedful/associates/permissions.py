"""Who may do what: one table, read from left to right."""

from heedful.associates.models import Role

ASSOCIATE, LEAD, CX, LEADER, ADMIN = Role.ASSOCIATE, Role.LEAD, Role.CX, Role.LEADER, Role.ADMIN
EVERYBODY = frozenset(Role)
PROGRAMME = frozenset({CX, ADMIN})
LEADING = frozenset({LEAD, CX, LEADER, ADMIN})

TABLE: dict[str, frozenset[Role]] = {
    "account.edit": EVERYBODY,
    "case.read": EVERYBODY,
    "case.work": EVERYBODY,
    "case.close": EVERYBODY,
    "case.assign": EVERYBODY,
    "case.lead": LEADING,
    "customer.read": EVERYBODY,
    "customer.edit": EVERYBODY,
    "customer.merge": EVERYBODY,
    "customer.write": EVERYBODY,
    "customer.export": LEADING,
    "feedback.read": EVERYBODY,
    "feedback.correct": EVERYBODY,
    "topic.read": EVERYBODY,
    "topic.edit": PROGRAMME,
    "promise.read": EVERYBODY,
    "promise.edit": PROGRAMME,
    "survey.read": EVERYBODY,
    "survey.edit": PROGRAMME,
    "board.read": EVERYBODY,
    "setup.read": LEADING,
    "mail.read": LEADING,
    "ledger.read": LEADING,
    "reply.edit": frozenset({LEAD, CX, ADMIN}),
    "stage.edit": PROGRAMME,
    "calendar.edit": PROGRAMME,
    "rate.edit": PROGRAMME,
    "brand.read": EVERYBODY,
    "brand.edit": frozenset({ADMIN}),
    "team.edit": frozenset({LEAD, ADMIN}),
    "company.edit": frozenset({ADMIN}),
    "associate.edit": frozenset({ADMIN}),
    "import.edit": PROGRAMME,
    "key.edit": frozenset({ADMIN}),
    "webhook.edit": frozenset({ADMIN}),
    "mailbox.edit": frozenset({ADMIN}),
}
"""Action -> the roles that may do it. The scorecard is open to everybody; who works with customers decides."""

OWN = frozenset({"account.edit"})
"""Actions that everybody may do to themselves alone."""

OF_BRANDS = frozenset(
    {
        "account.edit",
        "case.read",
        "case.work",
        "case.close",
        "case.assign",
        "case.lead",
        "customer.read",
        "customer.edit",
        "customer.merge",
        "customer.write",
        "customer.export",
        "feedback.read",
        "feedback.correct",
        "topic.read",
        "promise.read",
        "survey.read",
        "board.read",
        "brand.read",
        "reply.edit",
    }
)
"""What somebody may still do who is limited to some brands: what can be cut by brand. The rest concerns the whole."""

KEYS = frozenset(
    {
        "board.read",
        "brand.edit",
        "brand.read",
        "case.assign",
        "case.close",
        "case.read",
        "case.work",
        "customer.edit",
        "customer.export",
        "customer.merge",
        "customer.read",
        "feedback.correct",
        "customer.write",
        "feedback.read",
        "mailbox.edit",
        "promise.edit",
        "promise.read",
        "rate.edit",
        "survey.edit",
        "survey.read",
        "topic.edit",
        "topic.read",
    }
)
"""What a program with a full key may do; a key that is limited to sending may do none of it."""

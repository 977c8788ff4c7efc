"""What can happen to a case."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CaseOpened:
    """Trouble was heard, and somebody will act on it."""

    case: int
    customer: int
    priority: int
    is_repeat: bool
    reference: str


@dataclass(frozen=True, slots=True)
class CaseJoined:
    """More trouble of the same customer came to the open case."""

    case: int
    customer: int
    priority: int
    reference: str


@dataclass(frozen=True, slots=True)
class CaseHeardAgain:
    """Something came after our last word: the customer waits again, with a clock of its own."""

    case: int
    customer: int


@dataclass(frozen=True, slots=True)
class CaseEscalated:
    """The customer has waited for most of the time that we promised: a lead is called."""

    case: int


@dataclass(frozen=True, slots=True)
class CaseClaimed:
    """Somebody said: this is mine."""

    case: int
    owner: int


@dataclass(frozen=True, slots=True)
class CaseHandedOver:
    """The case went to somebody else, or back to a team."""

    case: int
    owner: int | None
    team: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class CaseGivenBack:
    """Who had the case no longer has it: it waits in the team's queue again."""

    case: int
    owner: int
    team: int | None


@dataclass(frozen=True, slots=True)
class CaseReleased:
    """Who had the case no longer works here: it waits in the team's queue again."""

    case: int
    owner: int
    team: int | None


@dataclass(frozen=True, slots=True)
class CaseNoted:
    """Somebody wrote something down for colleagues."""

    case: int
    note: int


@dataclass(frozen=True, slots=True)
class CustomerWrittenTo:
    """Somebody wrote to the customer."""

    case: int
    message: int
    mail: int | None


@dataclass(frozen=True, slots=True)
class CustomerApproached:
    """Somebody wrote to a customer who has no open case."""

    customer: int
    message: int
    mail: int | None


@dataclass(frozen=True, slots=True)
class CustomerCalled:
    """Somebody spoke with the customer."""

    case: int
    note: int


@dataclass(frozen=True, slots=True)
class CaseClosed:
    """The work is done, with an outcome and a cause."""

    case: int
    customer: int
    outcome: str
    cause: str


@dataclass(frozen=True, slots=True)
class CaseReopened:
    """The work goes on."""

    case: int
    customer: int
    reason: str
    with_lead: bool


@dataclass(frozen=True, slots=True)
class CustomerSaidWhetherItHelped:
    """The customer's own word on a closed case."""

    case: int
    helped: bool

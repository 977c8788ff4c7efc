"""Who did it: an associate, a customer, a key, an import or the system itself."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["associate", "customer", "key", "import", "system"]


@dataclass(frozen=True, slots=True)
class By:
    """The actor of a change, as it is written into the ledger."""

    kind: Kind
    id: str = ""
    label: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else self.kind


SYSTEM = By("system", label="Heedful")

"""How the product says no."""


class Refused(Exception):
    """An operation's no, with a sentence that a person can act on.

    `code` is a stable word for programs. Doors show the sentence as it is; nothing has changed when it is raised.
    """

    def __init__(self, sentence: str, *, code: str = "refused") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code


class Forbidden(Refused):
    """The asker may not do this, whatever the state of the thing."""

    def __init__(self, sentence: str = "You may not do this.") -> None:
        super().__init__(sentence, code="forbidden")


class TooMany(Refused):
    """It was done too often: later it may be done again."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, code="too_many")

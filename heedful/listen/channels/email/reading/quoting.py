"""Which lines of a mail are new, and which are folded: quotations, mails before, signatures.

Every line is in one of the two. Answers between quoted lines are shown with these, and a reply that would be empty
shows all.
"""

from dataclasses import dataclass

from heedful.listen.channels.email.reading import attributions, signatures

MOST_LINES = 20_000
LONGEST_MARK = 3
LONG_LINE = 70
REACH = 60
"""So many lines a signature or a paragraph below it has at most."""


@dataclass(frozen=True, slots=True)
class VisibleReply:
    """A text in two: what is new, and the rest."""

    visible: str
    folded: str


def split(text: str) -> VisibleReply:
    """Return the new words of a mail and the rest."""
    reader = _Reader(text.split("\n"))
    reader.read()
    visible = _joined(reader.lines, reader.shown, is_shown=True)
    if not visible.strip():
        return VisibleReply(text.strip("\n"), "")
    return VisibleReply(visible, _joined(reader.lines, reader.shown, is_shown=False))


def _joined(lines: list[str], shown: list[bool], *, is_shown: bool) -> str:
    return "\n".join(line for line, is_here in zip(lines, shown, strict=True) if is_here == is_shown).strip("\n")


def is_quoted(line: str) -> bool:
    """Whether a line is marked as somebody else's: “> words”, “AB> words”."""
    text = line.lstrip(" \t")
    if text.startswith(">"):
        return True
    mark, sign, _ = text[: LONGEST_MARK + 1].partition(">")
    return bool(sign) and mark.isalpha() and mark.isupper()


class _Reader:
    """Goes through the lines twice: for what begins a mail before, then from the end for what is below the words."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.shown = [True] * len(lines)
        self.quoted = [is_quoted(line) for line in lines]
        self._mark_broken_quotations()
        self.first_words = len(lines)

    def read(self) -> None:
        """Decide of each line whether it is shown."""
        if len(self.lines) > MOST_LINES:
            self._hide(MOST_LINES, len(self.lines))
        self._hide_from(self._mail_before())
        self._trim(self._last())

    def _mark_broken_quotations(self) -> None:
        """The end of a long quoted line, which a program broke without marking it, is quoted too."""
        for at in range(1, len(self.lines)):
            before, line = self.lines[at - 1], self.lines[at].strip()
            if self.quoted[at - 1] and len(before) >= LONG_LINE and line[:1].islower():
                self.quoted[at] = self.quoted[at] or before.rstrip()[-1] not in ".!?:"

    def _hide(self, start: int, end: int) -> None:
        self.shown[start:end] = [False] * (end - start)

    def _hide_from(self, start: int) -> None:
        self._hide(start, len(self.lines))

    def _mail_before(self) -> int:
        """Where the first mail before begins that goes on to the end; on the way, attributions are hidden."""
        for at in range(min(len(self.lines), MOST_LINES)):
            if self._is_beginning(at) and (self.first_words < at or attributions.is_forward_divider(self.lines[at])):
                return at if not self.quoted[at] else len(self.lines)
            start = attributions.attribution_at(self.lines, at)
            if start < 0:
                self._note_words(at)
            elif self.first_words < start and self._is_above_unquoted(start, at):
                return start
            elif not self.lines[start].lstrip().startswith(">"):
                self._hide(start, at + 1)
                self.first_words = self.first_words if self.first_words < start else len(self.lines)
        return len(self.lines)

    def _note_words(self, at: int) -> None:
        """Remember where the first new words stand."""
        if at < self.first_words and self.lines[at].strip() and not self.quoted[at] and not self._says_nothing(at):
            self.first_words = at

    def _says_nothing(self, at: int) -> bool:
        return signatures.is_signs(self.lines[at]) or signatures.is_device(self.lines[at])

    def _is_beginning(self, at: int) -> bool:
        """Whether a mail before begins here with headers or dashes."""
        line = self.lines[at]
        if attributions.is_original_divider(line) or attributions.is_forward_divider(line):
            return True
        return attributions.header_block_at(self.lines, at) >= 0

    def _is_above_unquoted(self, start: int, end: int) -> bool:
        """Whether the mail below an attribution is not marked line by line, so that all of it is the mail before."""
        for at in range(end + 1, len(self.lines)):
            if self.lines[at].strip():
                return not self.quoted[at] and attributions.is_certain(" ".join(self.lines[start : end + 1]))
        return True

    def _last(self) -> int:
        """Where the shown lines end."""
        return next(
            (at + 1 for at in range(len(self.lines) - 1, -1, -1) if self.shown[at] and self.lines[at].strip()), 0
        )

    def _trim(self, end: int) -> None:
        """Hide from the end what stands below the words."""
        start = self._tail(end) if end else 0
        while start < end:
            self._hide(start, end)
            end = start
            start = self._tail(end) if end else 0

    def _tail(self, end: int) -> int:
        """Where the last thing begins that is not words."""
        at = end - 1
        line = self.lines[at]
        if not self.shown[at] or not line.strip() or self.quoted[at]:
            return at
        if signatures.is_signs(line) or signatures.is_device(line):
            return at
        begin = self._paragraph(end)
        if signatures.is_disclaimer(self.lines[begin:end]):
            return begin
        floor = self._after_quotation(end)
        return floor + signatures.signature_begins(self.lines[floor:end])

    def _paragraph(self, end: int) -> int:
        at = end
        while (
            at > max(0, end - REACH) and self.lines[at - 1].strip() and not self.quoted[at - 1] and self.shown[at - 1]
        ):
            at -= 1
        return at

    def _after_quotation(self, end: int) -> int:
        """A signature does not reach over a quotation."""
        at = end
        while at > max(0, end - REACH) and not self.quoted[at - 1] and self.shown[at - 1]:
            at -= 1
        return at

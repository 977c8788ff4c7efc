"""Several cases at once to somebody else: to whom, and what is said of those that could not be given."""

from typing import Self

from django import forms

from heedful.act.cases import BulkHandover
from heedful.associates.models import Associate, Team
from heedful.kit import bundle
from heedful.web import wording

type Choices = list[tuple[str, str | list[tuple[str, str]]]]


class Receivers:
    """To whom cases may go."""

    def __init__(self) -> None:
        self.teams = Team.objects.order_by("name")
        self.colleagues = Associate.objects.filter(is_active=True).order_by("name")
        bundle.fetch(self.teams, self.colleagues)


def receivers(among: Receivers | None = None) -> Choices:
    """To whom cases may go: teams first, for that is where they wait."""
    among = among or Receivers()
    teams = [(f"team.{team.pk}", team.name) for team in among.teams]
    people = [(f"to.{who.pk}", who.name) for who in among.colleagues]
    return [("", "Choose"), ("Teams", teams), ("Colleagues", people)]


class BulkHandoverForm(forms.Form):
    """To whom, and why."""

    whom = forms.ChoiceField(label="Hand over to", choices=receivers)
    reason = forms.CharField(label="What they need to know", required=False, max_length=2000)

    def offer(self, among: Receivers) -> Self:
        """Offer those who were read already."""
        self.fields["whom"].choices = receivers(among)  # type: ignore[attr-defined]
        return self

    def receiver(self) -> Associate | Team:
        """The colleague or the team that was chosen."""
        kind, _, pk = str(self.cleaned_data["whom"]).partition(".")
        return Team.objects.get(pk=pk) if kind == "team" else Associate.objects.get(pk=pk)


def success_sentence(handed: BulkHandover, whom: Associate | Team) -> str:
    """The sentence for what changed hands; none where nothing did."""
    if not handed.done:
        return ""
    them = "it" if len(handed.done) == 1 else "them"
    return f"Handed over: {wording.count_of(len(handed.done), 'cases')}. {whom} will see {them} now."


def refusal_sentence(handed: BulkHandover) -> list[str]:
    """Why the others did not: each by its number and customer, those with the same reason in one sentence."""
    of: dict[str, list[str]] = {}
    for case, sentence in handed.refused:
        of.setdefault(sentence, []).append(f"{case.pk} ({case.who.label})")
    return [f"Not handed over: {', '.join(names)}. {sentence}" for sentence, names in of.items()]

"""How people are looked for: by any words of their name and address, whatever the accents, the order and the spaces."""

from functools import reduce
from itertools import groupby
from operator import and_

from django.db.models import Q, QuerySet

from heedful.associates import company
from heedful.customers import folding, phones
from heedful.customers.models import Customer, CustomerQuerySet, Identity, Organisation
from heedful.kit import bundle, emails

LONGEST_WORDS = 200
MOST_MATCHES = 50
"""Organisations, and people with an identity of just this writing, that are looked at."""
MOST_WORDS = 12
SHORTEST = 2
"""Letters that are enough to go by."""
SHORTEST_WITHIN = 3
"""Letters that are looked for within words too; fewer only where a word begins, which the index can answer."""
SHORTEST_NUMBER = 4

_NUMBER = frozenset("0123456789+()-./")
"""What telephone numbers are written with, beside spaces."""


def is_enough(words: str) -> bool:
    """Whether there is anything to look for."""
    return len(folding.fold(words)) >= SHORTEST


def matching(words: str) -> Q:
    """Return the condition for people of whom all these words are true: the one rule of all lists and of programs."""
    query = Q()
    for is_number, part in groupby(words[:LONGEST_WORDS].split(), key=_is_of_a_number):
        joined = " ".join(part)
        condition = _all_of(folding.fold(joined))
        if is_number and len(folding.digits(joined)) >= SHORTEST_NUMBER:
            condition |= _number(joined)
        query &= condition
    return query


def _is_of_a_number(word: str) -> bool:
    """Whether a word may be a part of a telephone number."""
    return _NUMBER.issuperset(word) and any(map(str.isdigit, word))


def _all_of(folded: str) -> Q:
    """All words, each wherever it stands."""
    return reduce(and_, (_holds(_part(word)) for word in folded.split()[:MOST_WORDS]), Q())


def _part(word: str) -> str:
    return f" {word}" if len(word) < SHORTEST_WITHIN and word.isascii() else word


def _number(number: str) -> Q:
    """A telephone number, however it is written; without its prefix, the noughts that lead it stand nowhere."""
    whole = folding.digits(phones.attribute(number, _country()))
    return _holds(whole) | _holds(folding.digits(number).lstrip("0") or whole)


def _country() -> str:
    """Whose numbers are written without a prefix."""
    ours = company.find()
    return ours.country if ours else "GB"


def _holds(part: str) -> Q:
    return Q(search_text__contains=part)


def find(words: str) -> CustomerQuerySet:
    """Find people by words of their name and addresses, by their organisation's name, or by a whole identity."""
    people = Customer.objects.people()
    if not is_enough(words):
        return people
    named = Identity.objects.filter(value__in=writings(words)).values_list("customer__person", flat=True)[:MOST_MATCHES]
    theirs = _organisations(words).values_list("pk", flat=True)
    bundle.fetch(named, theirs)
    return people.filter(matching(words) | Q(pk__in=list(named)) | Q(organisation__in=list(theirs)))


def organisations(words: str) -> list[Organisation]:
    """Find organisations by words of their name, or by the whole of the id that they are known by."""
    return list(_organisations(words)) if is_enough(words) else []


def _organisations(words: str) -> QuerySet[Organisation]:
    whole = _cleaned(words)
    rows = Organisation.objects.filter(matching(words) | Q(name__icontains=whole) | Q(external_id=whole))
    return rows.order_by("name", "pk")[:MOST_MATCHES]


def is_in(words: str, text: str) -> bool:
    """Whether all words stand in a text, by the same folding; for lists so short that no index is needed."""
    folded = folding.fold(text)
    return all(word in folded for word in folding.fold(words).split())


def writings(words: str) -> set[str]:
    """The ways in which an identity that somebody looks for may be written."""
    whole = _cleaned(words)
    number = phones.attribute(whole, _country())
    return {whole, whole.lower(), whole.replace(" ", ""), emails.normal(whole), number} - {""}


def _cleaned(words: str) -> str:
    return words.replace("\x00", "").strip()[:LONGEST_WORDS]

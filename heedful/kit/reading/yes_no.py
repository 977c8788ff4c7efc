"""Whether somebody says yes or no, in the words of many languages and in the ways in which programs write them."""

import unicodedata

# Programs, forms and spreadsheets, each in its own language; Germanic and Romance languages; Slavic and Baltic ones;
# others of Europe; the world.
YES = frozenset(
    """
    1 1.0 true t yes y on x ✓ ✔ ☑ wahr vrai verdadero vero verdadeiro waar prawda истина
    sant sann tosi pravda igaz doğru
    ja j jo oui o si sí sì sim da
    да так ano áno tak taip jā
    ναι jah kyllä igen iva po evet
    はい 是 是的 예 네 نعم بله כן हाँ हां có ใช่ ya
""".split()  # noqa: SIM905 - a word is seen better without its quotes
)
NO = frozenset(
    """
    0 0.0 false f no n off ✗ ✘ ☐ falsch faux falso onwaar fałsz ложь falskt falsk usann epätosi nepravda hamis yanlış
    nein non nee nej nei não nu
    не нет ні ne nie nē
    όχι ei nem le hayır hayir
    いいえ 否 不 不是 아니요 아니오 لا خیر לא नहीं không ไม่ tidak
""".split()  # noqa: SIM905
)


def yes_of(value: object) -> bool | None:
    """True for a yes, False for a no, None for anything else."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return None if value not in (0, 1) else value == 1
    if not isinstance(value, str) or len(value) > 40:
        return None
    word = unicodedata.normalize("NFKC", value).strip().casefold()
    return True if word in YES else False if word in NO else None

"""Whether somebody says yes or no, in the words of many languages and in the ways in which programs write them."""

import re
import unicodedata

LONGEST = 40
"""Characters; what is longer is no yes and no no."""

# Programs, forms and spreadsheets, each in its own language; Germanic and Romance languages; Slavic and Baltic ones;
# others of Europe; the world; then consent in particular, a phrase a line.
YES = frozenset(
    """
    1 1.0 true t yes y on x ✓ ✔ ☑ ✅ √ wahr vrai verdadero vero verdadeiro waar prawda истина
    sant sann sanna tosi pravda igaz doğru adevărat tõene cierto certo gwir
    ja j jo oui o si sí sì sim da já
    да так ano áno tak taip jā
    ναι jah kyllä igen iva po evet ydw ydy ie tá
    はい 是 是的 예 네 نعم بله כן हाँ हां có ใช่ ya
    ok okay agreed agree accepted accept granted grant allowed allow consented consent given confirmed subscribed
    einverstanden zugestimmt erteilt akzeptiert accepté accordé aceptado acepto autorizado accettato aceito
    akkoord toegestaan godkänd godkendt samtykket zgoda souhlas
""".split()  # noqa: SIM905 - a word is seen better without its quotes
) | {
    "yes please",
    "opt in",
    "optin",
    "opted in",
    "double opt in",
    "ja bitte",
    "ja gerne",
    "oui merci",
    "ja graag",
    "ja tack",
    "ja tak",
    "si por favor",
    "sim por favor",
}
NO = frozenset(
    """
    0 0.0 false f no n off ✗ ✘ ☐ ❌ ☒ falsch faux falso onwaar fałsz ложь falskt falsk falska usann epätosi
    nepravda hamis yanlış väär neadevărat
    nein non nee nej nei não nu
    не нет ні ne nie nē
    όχι ei nem le hayır hayir nage
    いいえ 否 不 不是 아니요 아니오 لا خیر לא नहीं không ไม่ tidak
    refused refuse denied deny declined decline disagree rejected withdrawn revoked unsubscribed disallowed
    abgelehnt widerrufen verweigert refusé retiré rechazado revocado rifiutato revocato recusado
    geweigerd ingetrokken nekad afvist avslått odmowa nesouhlas
""".split()  # noqa: SIM905
) | {
    "no thanks",
    "no thank you",
    "opt out",
    "optout",
    "opted out",
    "nein danke",
    "non merci",
    "nee bedankt",
    "nej tack",
    "nej tak",
    "no gracias",
    "no grazie",
    "não obrigado",
}
BESIDE_WORDS = re.compile(r"[\s_.,;:!\u2010-\u2015\ufe0e\ufe0f-]+")
"""What people put between and after the words, and what a phone adds to a tick."""


def yes_of(value: object) -> bool | None:
    """True for a yes, False for a no, None for anything else."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return None if value not in (0, 1) else value == 1
    if not isinstance(value, str) or len(value) > LONGEST:
        return None
    word = unicodedata.normalize("NFKC", value).strip().casefold()
    if word not in YES and word not in NO:
        word = BESIDE_WORDS.sub(" ", word).strip()
    return True if word in YES else False if word in NO else None

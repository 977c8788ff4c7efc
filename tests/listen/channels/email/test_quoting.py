"""Which words of a mail are new."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heedful.listen.channels.email.reading import quoting

ABOVE = [
    "On Mon, 2 Mar 2026 at 10:00, Ann Lee <ann@example.com> wrote:",
    "On Mon, 2 Mar 2026 at 10:00, A Very Long Name of a Department <\nann@example.com> wrote:",
    "Am 02.03.2026 um 10:00 schrieb Ann Lee:",
    "Le lun. 2 mars 2026 à 10:00, Ann Lee <ann@example.com> a écrit :",
    "El lun, 2 mar 2026 a las 10:00, Ann Lee (<ann@example.com>) escribió:",
    "Op ma 2 mrt. 2026 om 10:00 schreef Ann Lee <ann@example.com>:",
    "Il giorno lun 2 mar 2026 alle ore 10:00 Ann Lee <ann@example.com> ha scritto:",
    "Em seg., 2 de mar. de 2026 às 10:00, Ann Lee <ann@example.com> escreveu:",
    "Den mån 2 mars 2026 kl 10:00 skrev Ann Lee <ann@example.com>:",
    "pon., 2 mar 2026 o 10:00 Ann Lee <ann@example.com> napisał(a):",
    "пн, 2 мар. 2026 г. в 10:00, Ann Lee <ann@example.com>:",
    "2 Mart 2026 Pzt, 10:00 tarihinde Ann Lee <ann@example.com> şunu yazdı:",
    "2026年3月2日(月) 10:00 Ann Lee <ann@example.com>:",
    "Ann Lee <ann@example.com> 于2026年3月2日周一 10:00写道：",
    "2026-03-02 10:00 GMT+01:00 Ann Lee <ann@example.com>:",
    "---- On Mon, 02 Mar 2026 10:00:00 +0100 ann@example.com wrote ----",
    "-----Original Message-----",
    "-----Ursprüngliche Nachricht-----",
    "-------- Message d'origine --------",
    "---------- Forwarded message ---------",
    "________________________________\nFrom: Ann Lee <ann@example.com>\nSent: Monday\nTo: Bo\nSubject: The router",
    "Von: Ann Lee\nGesendet: Montag, 2. März 2026 10:00\nAn: Bo\nBetreff: Der Router",
    "De : Ann Lee\nEnvoyé : lundi 2 mars 2026\nÀ : Bo\nObjet : Le routeur",
    "*De:* Ann Lee\n*Enviado el:* lunes\n*Para:* Bo\n*Asunto:* El router",
    "Van: Ann Lee\nVerzonden: maandag\nAan: Bo\nOnderwerp: De router",
    "Da: Ann Lee\nInviato: lunedì\nA: Bo\nOggetto: Il router",
]


@pytest.mark.parametrize("above", ABOVE)
@pytest.mark.parametrize("mark", ["", "> "])
def test_an_answer_above_a_mail_is_new_and_the_mail_is_folded(above: str, mark: str) -> None:
    reply = quoting.split(f"It works now.\nThank you.\n\n{above}\n\n{mark}Did it help?\n{mark}\n{mark}Yours, Ann")
    assert reply.visible == "It works now.\nThank you."
    assert reply.folded.startswith(above)


def test_answers_between_quoted_lines_are_shown_with_these() -> None:
    reply = quoting.split(f"{ABOVE[0]}\n> Is it red?\n\nYes.\n\n> Is it on?\n\nNo.\n\n> Yours, Ann")
    assert reply.visible == "> Is it red?\n\nYes.\n\n> Is it on?\n\nNo."
    assert reply.folded == f"{ABOVE[0]}\n\n> Yours, Ann"


@pytest.mark.parametrize(
    "whole", ["> only quoted", f"{ABOVE[0]}\n\n> only quoted", "-- \nAnn", "Sent from my iPhone", ""]
)
def test_a_reply_that_would_be_empty_shows_all(whole: str) -> None:
    assert quoting.split(whole) == quoting.VisibleReply(whole, "")


@pytest.mark.parametrize(
    "below",
    [
        "-- \nAnn Lee\nLee Ltd, 12 High Street",
        "--\nAnn",
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPhone",
        "Enviado desde mi Samsung Galaxy",
        "Verzonden vanaf mijn iPad",
        "Get Outlook for Android<https://aka.ms/x>",
        "______________________\nAnn Lee",
        "Sent from my iPhone\n\nThis e-mail is confidential and intended solely for the intended recipient.",
        "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind, löschen Sie sie.",
    ],
)
def test_what_stands_below_the_words_is_folded(below: str) -> None:
    reply = quoting.split(f"It works.\n\n{below}")
    assert (reply.visible, reply.folded) == ("It works.", below)


@pytest.mark.parametrize(
    "words",
    [
        "On Monday I wrote to you, and nothing happened.\nCan you help?",
        "He wrote: I want my money back.\nDo that, please.",
        "From: my heart\nThank you.",
        "Three things:\n-- the light is red\n-- it is hot\n-- it is loud\nWhat now?",
        "The mail was sent from my phone, and it never came.\nWhy?",
        "Prices:\n----\nA 1\nB 2\n----\nIs that right?",
        "On the one hand it works.\nOn the other hand it is slow.",
        "That is confidential.",
    ],
)
def test_words_that_look_like_a_quotation_are_shown(words: str) -> None:
    assert quoting.split(words) == quoting.VisibleReply(words, "")


@given(
    st.lists(st.sampled_from([*ABOVE, "words", "> quoted", "", "-- ", "Sent from my iPhone", "From: a", "X> y", "___"]))
)
def test_no_line_is_lost(lines: list[str]) -> None:
    text = "\n".join(lines)
    reply = quoting.split(text)
    kept = sorted(line for line in f"{reply.visible}\n{reply.folded}".split("\n") if line.strip())
    assert kept == sorted(line for line in text.split("\n") if line.strip())
    assert bool(reply.visible.strip()) == bool(text.strip())

"""Signs of trouble are heard in the customer's own words, and not where they are taken back."""

import pytest

from heedful.understand import light
from heedful.understand.light import signals


def mild(text: str) -> set[str]:
    return {signal.signal for signal in light.read([text])[0].signals if signal.is_mild}


def heard(text: str) -> dict[str, tuple[str, ...]]:
    return {signal.signal: signal.words for signal in light.read([text])[0].signals}


@pytest.mark.parametrize(
    ("text", "signal", "words"),
    [
        ("I want to CANCEL my contract today", "cancellation", "want to CANCEL"),
        ("We are switching to another provider next month", "cancellation", "switching to another provider"),
        ("Hiermit kündige ich meinen Vertrag", "cancellation", "kündige"),
        ("Je souhaite résilier mon abonnement", "cancellation", "résilier"),
        ("Quiero darme de baja ya mismo por favor", "cancellation", "darme de baja"),
        ("Ik wil mijn abonnement opzeggen", "cancellation", "opzeggen"),
        ("Voglio dare disdetta al contratto", "cancellation", "disdetta"),
        ("I will take this to the ombudsman", "escalation", "ombudsman"),
        ("You will hear from my solicitor", "escalation", "solicitor"),
        ("Ich werde meinen Anwalt einschalten", "escalation", "Anwalt"),
        ("I was charged twice this month", "billing", "charged twice"),
        ("Where is my refund?", "billing", "refund"),
        ("On m'a prélevé deux fois, remboursez-moi", "billing", "remboursez"),
        ("We have had no internet since Tuesday", "outage", "no internet"),
        ("The box stopped working again", "outage", "stopped working"),
        ("Seit gestern kein Internet bei uns zu Hause", "outage", "kein Internet"),
        ("Nous n'avons pas d'internet depuis lundi", "outage", "pas d'internet"),
        ("I have been waiting for six weeks", "no_answer", "been waiting"),
        ("Nobody ever called me back about it", "no_answer", "Nobody ever called"),
        ("Niemand meldet sich bei mir zurück", "no_answer", "Niemand meldet"),
        ("Nadie contesta el teléfono en esta empresa", "no_answer", "Nadie contesta"),
        ("The engineer never showed up", "broken_promise", "never showed"),
        ("I was told it would be free", "broken_promise", "was told"),
        ("De monteur is niet op komen dagen, zoals beloofd", "broken_promise", "beloofd"),
        ("My husband passed away in March", "vulnerable", "passed away"),
        ("My mother is 87 years old and alone", "vulnerable", "87 years old"),
        ("Meine Mutter sitzt im Rollstuhl und braucht Hilfe", "vulnerable", "Rollstuhl"),
        ("You shared my personal data with strangers", "privacy", "shared my personal data"),
        ("My account was hacked last night", "privacy", "hacked"),
        ("The plug caught fire last night", "safety", "caught fire"),
        ("There is a smell of gas in the kitchen", "safety", "smell of gas"),
        ("I will cancel", "cancellation", "will cancel"),
        ("I'll cancel if this happens again", "cancellation", "I'll cancel"),
        ("It is impossible to cancel online", "cancellation", "impossible to cancel"),
        ("This is my notice of cancellation", "cancellation", "notice of cancellation"),
        ("I am done with you", "cancellation", "am done with you"),
        ("Ich kündige", "cancellation", "kündige"),
        ("Ich wechsle zur Konkurrenz", "cancellation", "zur Konkurrenz"),
        ("Je vais résilier", "cancellation", "résilier"),
        ("Je veux annuler tout de suite", "cancellation", "veux annuler"),
        ("Quiero cancelar", "cancellation", "Quiero cancelar"),
        ("Me voy a otra compañía", "cancellation", "Me voy a otra"),
        ("Ik zeg mijn abonnement op", "cancellation", "zeg mijn abonnement"),
        ("Disdico", "cancellation", "Disdico"),
        ("The technician was rude to my wife", "rude", "rude"),
        ("Your agent shouted at me on the phone", "rude", "shouted at me"),
        ("He talked down to me as if I knew nothing", "rude", "talked down to"),
        ("I was treated like an idiot", "rude", "treated like an idiot"),
        ("der Techniker war unverschämt", "rude", "unverschämt"),
        ("Der Mitarbeiter hat mich am Telefon angeschrien", "rude", "angeschrien"),
        ("Le technicien était très impoli", "rude", "impoli"),
        ("Le conseiller m'a raccroché au nez, quel manque de respect", "rude", "manque de respect"),
        ("El técnico fue muy maleducado", "rude", "maleducado"),
        ("Me gritaron por teléfono", "rude", "Me gritaron"),
        ("De monteur was onbeschoft", "rude", "onbeschoft"),
        ("Il tecnico è stato molto scortese", "rude", "scortese"),
        ("I will sue", "escalation", "will sue"),
        ("Ich beschreite jetzt den Rechtsweg", "escalation", "Rechtsweg"),
        ("Nous allons engager une action en justice", "escalation", "justice"),
        ("Tomaré acciones legales contra ustedes", "escalation", "acciones legales"),
        ("Il y a une facture erronée sur mon compte", "billing", "facture erronée"),
        ("La factura es incorrecta otra vez", "billing", "factura es incorrecta"),
        ("Mir wurde zu viel abgebucht", "billing", "abgebucht"),
        ("I have called five times about this", "no_answer", "called five times"),
        ("This is the third time that it broke", "no_answer", "third time"),
        ("I keep having to explain it, I keep calling", "no_answer", "keep calling"),
        ("Ich habe jetzt mehrfach angerufen", "no_answer", "mehrfach angerufen"),
        ("C'est la troisième fois que j'appelle", "no_answer", "troisième fois"),
        ("Es la tercera vez que llamo", "no_answer", "tercera vez"),
        ("In der Wohnung riecht es nach Gas", "safety", "riecht es nach Gas"),
        ("Ça sent le gaz chez moi", "safety", "sent le gaz"),
        ("Huele a gas en la cocina", "safety", "Huele a gas"),
        ("The engineer cancelled twice already", "broken_promise", "engineer cancelled"),
    ],
)
def test_a_sign_is_heard_with_the_words_that_are_the_sign(text: str, signal: str, words: str) -> None:
    assert words in " | ".join(heard(text).get(signal, ())), heard(text)


@pytest.mark.parametrize(
    "text",
    [
        "I am not going to cancel my contract",
        "No need to cancel my account after all",
        "I did not have to speak to a manager",
        "Ich kündige nicht",
        "Nobody was injured",
        "I did not cancel",
        "I will not cancel",
        "I haven't cancelled anything",
        "Please cancel my appointment on Monday",
        "I want to cancel my appointment",
        "They will cancel my late fee",
        "The noise cancelling headphones arrived",
        "Ich habe nicht gekündigt",
        "Ich möchte den Termin stornieren",
        "Je ne vais pas résilier",
        "Je voudrais annuler mon rendez-vous",
        "No quiero cancelar",
        "Quiero cancelar la cita",
        "I would not sue",
        "Ich brauche keinen Anwalt",
    ],
)
def test_a_sign_that_is_taken_back_is_not_heard(text: str) -> None:
    assert not {"cancellation", "escalation"} & set(heard(text)), heard(text)


@pytest.mark.parametrize(
    "text",
    [
        "The technician was not rude at all",
        "Nobody was ever rude to me",
        "Der Techniker war nicht unfreundlich",
        "Das ist unverschämt teuer",
        "Le technicien n'était pas impoli",
        "El técnico no fue grosero",
        "A crude oil delivery",
        "I was treated like a friend",
    ],
)
def test_kindness_and_prices_are_not_rude(text: str) -> None:
    assert "rude" not in heard(text), heard(text)


@pytest.mark.parametrize(
    ("text", "is_broken"),
    [
        ("You have never let me down", False),
        ("They did not let us down once", False),
        ("I feel let down", True),
        ("Somebody told me when it was mended", False),
        ("They told me it would come on Monday", True),
        ("The speed is what was promised", False),
        ("Exactly as promised", False),
        ("It is not what was promised", True),
        ("Not as promised", True),
    ],
)
def test_a_word_that_was_kept_is_not_a_broken_one(text: str, is_broken: bool) -> None:
    assert ("broken_promise" in heard(text)) is is_broken


def test_what_is_found_by_accident_is_no_danger() -> None:
    assert "safety" not in heard("I found out by accident")
    assert "safety" in heard("There was an accident with the boiler")


def test_a_text_whose_language_nobody_can_tell_is_held_against_all() -> None:
    assert light.read(["Disdico"])[0].language == "und"
    assert "cancellation" in heard("Disdico")


def test_what_takes_a_sign_back_takes_back_no_other_one() -> None:
    assert heard("Cancel my appointment, and then cancel my contract")["cancellation"] == ("cancel my contract",)


def test_a_negation_in_another_clause_takes_nothing_back() -> None:
    assert "cancellation" in heard("No, I want to cancel my contract")


def test_a_pleased_customer_who_mentions_a_refund_is_not_trouble() -> None:
    assert "billing" not in heard("Brilliant! The refund arrived the same day, thank you so much, excellent service")
    assert "billing" in heard("The refund still is not here, this is a disgrace")


def test_grave_signs_are_heard_from_pleased_customers_too() -> None:
    assert "vulnerable" in heard("Wonderful staff, so kind and helpful after my husband passed away, thank you so much")


@pytest.mark.parametrize(
    "text", ["The brand is great", "I love the new app", "Where can I buy one?", "my phone died", ""]
)
def test_ordinary_talk_has_no_signs(text: str) -> None:
    assert heard(text) == {}


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("Da vorne ist die Anzeige am Gleis", "escalation"),
        ("Das Gericht war kalt und die Beilage auch", "escalation"),
        ("Die Bahn kündigte die Übernahme von Hotels an", "cancellation"),
        ("Der neue Song ist eine Explosion der Farben", "safety"),
        ("Wir fahren nie wieder nackt Bahn, lol", "cancellation"),
        ("Die Wiedergabe läuft, das Album heißt Fire Hazard", "safety"),
        ("The lounge gives you privacy and quiet corners", "privacy"),
        ("Homeless people were begging for money outside", "vulnerable"),
        ("To add insult to injury the screen did not work", "safety"),
        ("It is a direct debt from my bank", "vulnerable"),
        ("Very happy since I switched to you", "cancellation"),
        ("You cancelled my order without telling me", "cancellation"),
        ("The economy went into a depression", "vulnerable"),
        ("They talk about racism in the papers all day", "safety"),
        ("I am leaving 4 stars for the friendly staff", "cancellation"),
        ("No hidden charges, which I like", "billing"),
    ],
)
def test_the_same_word_may_mean_something_else(text: str, signal: str) -> None:
    assert signal not in heard(text), heard(text)


@pytest.mark.parametrize(
    "text",
    [
        "Zugausfälle zwischen Halle und Magdeburg, die Störung dauert bis 17 Uhr https://t.co/x",
        "RT @welt: Hunderte verletzt, Brand im Bahnhof https://t.co/x",
        "Police: man injured in accident, ambulance called https://t.co/x #news",
        "Hackers stole personal data of thousands http://example.org/a via @news",
    ],
)
def test_what_is_passed_on_is_nobodys_trouble(text: str) -> None:
    assert heard(text) == {}


def test_a_customer_who_posts_a_link_is_heard() -> None:
    assert "outage" in heard("My internet is down again, look: https://example.org/shot.png")
    assert "outage" in heard("@DB_Bahn das WLAN funktioniert nicht #ICE https://t.co/x")


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("Could somebody call me about this?", "contact"),
        ("Give me a call like I asked", "contact"),
        ("I just need to speak to someone", "contact"),
        ("Bitte rufen Sie mich zurück", "contact"),
        ("Bitte melden Sie sich bei mir", "contact"),
        ("Merci de me rappeler", "contact"),
        ("Necesito hablar con una persona", "contact"),
        ("I need it today", "urgent"),
        ("Please freeze my card immediately", "urgent"),
        ("Make the delivery asap", "urgent"),
        ("Ich brauche das Ersatzteil noch heute", "urgent"),
        ("Es eilt, bitte schnellstmöglich antworten", "urgent"),
        ("C'est urgent", "urgent"),
        ("Lo necesito hoy mismo", "urgent"),
    ],
)
def test_who_asks_to_be_called_or_cannot_wait_is_heard(text: str, signal: str) -> None:
    assert signal in heard(text), heard(text)


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("Nobody ever called me back", "contact"),
        ("Someone was supposed to call me on Thursday", "contact"),
        ("Please do not call me any more", "contact"),
        ("I will do that right away", "urgent"),
        ("It is not urgent", "urgent"),
        ("We left as soon as possible", "urgent"),
        ("Das Lokal sucht dringend eine Aushilfe", "urgent"),
    ],
)
def test_talk_of_calls_and_haste_asks_for_nothing(text: str, signal: str) -> None:
    assert signal not in heard(text), heard(text)


def test_a_sign_in_a_happy_text_is_mild_or_none() -> None:
    grave = "Wonderful staff, so kind and helpful after my husband passed away, thank you so much"
    assert mild(grave) == {"vulnerable"}
    assert mild("My husband passed away and nobody helped me, this is awful") == set()
    praise = "Lovely room. Kind staff. Great breakfast. We enjoyed every minute of it. Beautiful garden, lovely pool. "
    assert heard(praise * 3 + "Only the wifi did not work. Thank you so much, we will be back.") == {}


def test_the_words_stand_in_the_text_as_they_are_quoted() -> None:
    text = "So I’ve been WAITING… three weeks, and “nobody   called”!"
    for signal in light.read([text])[0].signals:
        for quoted in signal.words:
            assert quoted in text


def test_a_phrase_does_not_reach_over_the_end_of_a_sentence() -> None:
    assert "cancellation" not in heard("They cancel. My contract is fine")


def test_every_signal_says_something_in_each_language_and_can_be_heard_alone() -> None:
    held = signals.phrases()
    for name in signals.names():
        assert {phrase.language for phrase in held.phrases if phrase.signal == name} == {
            "en",
            "de",
            "fr",
            "es",
            "nl",
            "it",
            "pt",
        }
    assert set(held.negators) == {"en", "de", "fr", "es", "nl", "it", "pt"}


def test_a_seat_that_is_difficult_to_reach_is_no_company_that_is() -> None:
    assert "no_answer" not in heard("The window seats are really difficult to reach.")
    assert "no_answer" in heard("Your team is really difficult to reach.")


def test_trouble_in_portuguese_is_heard() -> None:
    text = "Ninguém responde meus e-mails e fui cobrado duas vezes, quero cancelar minha assinatura"
    assert {"no_answer", "cancellation"} <= set(heard(text))


def test_no_phrase_begins_or_ends_with_a_gap() -> None:
    for phrase in signals.phrases().phrases:
        assert not phrase.elements[0].is_gap
        assert not phrase.elements[-1].is_gap
        assert not phrase.elements[phrase.anchor].is_gap

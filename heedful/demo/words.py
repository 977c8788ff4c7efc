"""What the demo's customers say: sentences put together anew for each of them, in the languages that they speak."""

import re
from collections.abc import Mapping, Sequence
from random import Random

type Lines = Sequence[str]

SLOT = re.compile(r"\{(\w+)\}")

SLOTS: Mapping[str, Lines] = {
    "day": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"),
    "time": ("at nine", "before noon", "after lunch", "at half past three", "in the afternoon", "first thing"),
    "few": ("two", "three", "four", "five"),
    "many": ("six", "eight", "nine", "ten", "eleven", "twelve"),
    "mins": ("twenty", "twenty-five", "thirty", "forty", "forty-five", "fifty"),
    "who": ("my mother", "my neighbour", "the tenants", "my husband", "my wife", "my daughter", "our office"),
    "use": ("work from home", "teach online", "run a small shop from here", "have two children at school",
            "look after my dad", "do my college work at night"),
    "name": ("Priya", "Jack", "Seren", "Gethin", "Tomos", "Zofia", "Dilys"),
    "pounds": ("six", "eight", "nine", "twelve", "eighteen", "twenty-four"),
    "tagde": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag"),
    "zahl": ("zwei", "drei", "vier", "fünf", "sechs"),
    "jour": ("lundi", "mardi", "mercredi", "jeudi", "vendredi"),
    "nombre": ("deux", "trois", "quatre", "cinq", "six"),
    "dydd": ("dydd Llun", "dydd Mawrth", "dydd Mercher", "dydd Iau", "dydd Gwener"),
}  # fmt: skip

ENGLISH: Mapping[str, Lines] = {
    "order.good": (
        "Ordering took five minutes and the price was the one on the website.",
        "The man on the phone explained every package and did not push the dearest one.",
        "Found it easy to see what I would pay and from when.",
        "Very friendly sales team, and they rang back {time} as they said.",
        "I {use}, so I asked a lot of questions and got straight answers to all of them.",
        "{who} recommended you and so far I can see why.",
        "Clear offer, no small print surprises, date given on the spot.",
        "The lady in the shop in town did it all for me while I waited.",
        "Checking my address took seconds, and choosing was simple.",
        "Best price for this speed out here, and a date I could live with.",
        "Nice to be able to choose the day of the engineer myself.",
        "A smooth order, now I hope the rest goes as well.",
        "Good deal for switching, and everything was confirmed by e-mail straight away.",
        "I liked the chat, somebody answered within a minute.",
    ),
    "order.bad": (
        "The website lost my basket {few} times before the order went through.",
        "Had to give the same address {few} times, then ring up anyway.",
        "The price at the end was not the price at the start.",
        "It was not clear whether the router is part of it.",
        "Pushed towards the dearest package although I said twice that I only read my mail.",
    ),
    "start.good": (
        "The engineer came {time} on {day}, as agreed, and was done in under an hour.",
        "Plugged the router in and it simply worked.",
        "{name} stayed until the signal reached the back bedroom. Could not ask for more.",
        "On the day, on the hour, tidy work and he even took the packaging with him.",
        "Everything arrived early and the leaflet was clear enough for me at 74.",
        "Moved over from our old provider without losing the line for a minute.",
        "I got a text the evening before and another when the engineer set off. Lovely.",
        "Faster than promised and the upload is brilliant, I {use}.",
        "Polite engineer, explained the box on the wall and drilled where I wanted it.",
        "No fuss at all. Online by lunch.",
        "Setting up was child's play.",
        "Better than I feared after what I had read.",
    ),
    "start.router": (
        "The router came {few} days late and nobody could tell me where it was.",
        "Engineer was here on {day}, but without the router he could not do anything.",
        "I waited for the parcel {few} days at home. It then lay with a neighbour whom I do not know.",
        "The tracking said delivered, the router was not there. It came {few} days after.",
        "Still no router when the engineer rang the bell.",
        "Three working days, you said. It took {many}.",
    ),
    "start.missed": (
        "The engineer never came. I took {day} off work for nothing.",
        "I was promised {day}. Then it was the week after. Then nobody knew.",
        "Nobody turned up and nobody rang. I found out by calling myself.",
        "Went live {many} days after the date on my order. I {use}, so that was a disaster.",
        "The date was changed {few} times, always on the day itself.",
        "Sales gave me a date which, the engineer told me, was never even booked.",
        "We had no internet for {many} days because our old line was cut on time and yours was not ready.",
        "Second appointment missed. {who} had to sit here all day again.",
        "I was told the work outside was done. It was not, and I was told that only when the engineer stood there.",
        "Your left hand does not know what your right hand does: one says booked, the other says cancelled.",
    ),
    "start.silence": (
        "After the order not a word for {many} days.",
        "You took the order in five minutes and then nobody told me anything.",
        "I had to ring {few} times to find out what happens next.",
        "No message, no date, no reply. I thought you had forgotten me.",
        "Nobody answered my e-mails about the installation.",
        "I only heard from you when the first bill came.",
        "Selling, you can do. What comes after, you cannot.",
        "Lots of mails before I signed, silence since.",
    ),
    "contact.good": (
        "{name} listened, looked it up and sorted it while I was on the line.",
        "Answered quickly and the problem was gone the same evening.",
        "Kind, patient and she knew what she was talking about.",
        "I did not have to explain it twice, he had read what I wrote.",
        "Got through within a minute and was not passed around.",
        "They rang me back {time} as they had said.",
        "Simple question, simple answer. Thank you.",
        "He said straight out that it was your fault and put it right.",
        "Very helpful with the app, I would never have found that switch.",
    ),
    "contact.bad": (
        "I waited {mins} minutes on hold and was then cut off.",
        "Passed around between {few} departments, each of which asked for my address again.",
        "Nobody called me back although it was promised twice.",
        "The answer came after {few} days and it was to another question.",
        "Rude and in a hurry, he hung up before I had finished.",
        "I still have no answer to my message from last {day}.",
        "The chat sent me to the phone, the phone sent me to the website.",
        "Had to explain everything from the beginning for the third time.",
        "She was nice, but she was not allowed to decide anything.",
    ),
    "bill.bad": (
        "I was charged {pounds} pounds more than agreed, again.",
        "The bill has an engineer's visit on it that never took place.",
        "Charged twice this month and no refund yet.",
        "Nobody can explain to me what the extra {pounds} pounds are for.",
        "The discount that I was promised is not on the bill.",
    ),
    "repair.good": (
        "The fault was mended within hours, and somebody told me when it was.",
        "Engineer found a chewed cable behind the shed. Working again the same day.",
        "Back online by the evening, a good job.",
        "{name} kept me posted all the time, that made it bearable.",
        "Quick, clean, friendly.",
        "He also swapped the old box, so it is faster than before the fault.",
    ),
    "repair.bad": (
        "No internet for {many} days, and I {use}.",
        "It was mended on {day} and broken again on the next day.",
        "The line still drops every evening.",
        "I was told two days. It took {many}.",
        "The first engineer had the wrong parts, the second had no ladder.",
        "Nobody told me that it was working again, I found out by accident.",
        "We have had this {few} times since the winter.",
    ),
    "use.good": (
        "It works, day and night. I do not think about it, and that is what I pay for.",
        "Steady connection even in the storms, I {use}.",
        "Fast, and no nonsense on the bill.",
        "Whenever I rang, somebody local answered who knew the valley.",
        "Happy. I told {who} to switch as well.",
        "Speed is what was promised, price is fair.",
        "No outage that I noticed this half year.",
        "Good value and a proper person on the phone.",
        "Films, games and work at the same time, all fine.",
    ),
    "use.middle": (
        "Fine when it works. In the evenings it gets slow.",
        "Good line, but the beginning was a mess and I have not forgotten it.",
        "It is all right. New customers pay less than I do, though.",
        "Speed is good, your app is not.",
        "OK on the whole, just do not make me ring you.",
        "The internet is fine, the letters you send are impossible to understand.",
    ),
    "use.bad": (
        "Slow every evening, and every time I am told to restart the router.",
        "It drops {few} times a week. I {use}, so I cannot live with that.",
        "Since the start nothing has gone as promised.",
        "The price went up by {pounds} pounds and the speed did not.",
        "When my contract ends I will switch to another provider.",
        "I have given up ringing you.",
        "Third bill in a row that is wrong.",
    ),
    "renewal.stay": (
        "It works, and you did not make me threaten to leave to get a fair price.",
        "Renewing took one click, good.",
        "Happy to stay, the line has been solid.",
        "{name} found me a better package without being asked.",
        "No reason to leave.",
        "Staying, because out here you are the best of the lot.",
    ),
    "renewal.leave": (
        "I am leaving because of the start. {many} days without internet, and not one call.",
        "Too many promises, too few of them kept.",
        "The other company came to us on the day that they said.",
        "Cancelled my contract: a year of wrong bills was enough.",
        "I asked for help {few} times. Nobody answered.",
        "You were lovely until I had signed.",
        "Price went up, service did not.",
        "Moving house, and I will not take you with me.",
    ),
    "helped.yes": (
        "Yes, sorted now, thank you.",
        "{name} kept at it until it worked.",
        "It should not have happened, but you made it good.",
        "Thank you for ringing, that was all I wanted.",
        "The money is back and the apology was a real one.",
    ),
    "helped.no": (
        "It was closed and nothing has changed.",
        "You apologised, and the line still drops.",
        "I was promised a call back, it did not come.",
        "The next bill is wrong in the same way.",
    ),
}  # fmt: skip
OPENINGS: Mapping[str, Lines] = {
    "good": ("", "", "", "", "Really pleased. ", "Well done. ", "Honestly impressed. ", "Great so far. ",
             "Can't complain. "),
    "bad": ("", "", "", "", "Not good enough. ", "Very disappointed. ", "To be honest: ", "Where do I begin. ",
            "Sorry, but no. "),
    "middle": ("", "", "", "Mixed. ", "So so. "),
}  # fmt: skip
CLOSINGS: Mapping[str, Lines] = {
    "good": ("", "", "", "", " Thank you!", " Keep it up.", " Would do it again.", " Diolch!"),
    "bad": ("", "", "", "", " Please get in touch.", " I expect better for this money.", " What a shame.",
            " Please sort it out.", " I will take this to the ombudsman if nobody rings me."),
    "middle": ("", "", "", " We will see."),
}  # fmt: skip
ELSEWHERE: Mapping[str, Mapping[str, Lines]] = {
    "de": {
        "good": (
            "Alles hat geklappt, der Techniker kam am {tagde} pünktlich und war sehr freundlich.",
            "Die Bestellung war einfach und der Preis ist fair.",
            "Schnelle Hilfe am Telefon, vielen Dank.",
            "Seit {zahl} Monaten läuft die Leitung ohne Probleme.",
        ),
        "bad": (
            "Der Techniker ist am {tagde} nicht gekommen und niemand hat angerufen.",
            "Ich warte seit {zahl} Wochen auf den Router. Keine Antwort auf meine Mails.",
            "Die Rechnung ist schon wieder falsch, ich möchte mein Geld zurück.",
            "Mir wurde ein Termin zugesagt, der nie gebucht war.",
            "Das Internet fällt jeden Abend aus. So kann ich nicht arbeiten.",
        ),
    },
    "fr": {
        "good": (
            "Installation rapide, technicien très aimable, merci.",
            "Tout a marché du premier coup, et le prix est correct.",
            "On m'a répondu tout de suite, très bon service.",
        ),
        "bad": (
            "Le technicien n'est jamais venu {jour} et personne ne m'a prévenu.",
            "Toujours pas de box après {nombre} semaines, et aucune réponse à mes messages.",
            "La facture est encore fausse, je demande un remboursement.",
            "On m'avait promis une date. Elle n'a pas été tenue.",
        ),
    },
    "cy": {
        "good": (
            "Da iawn, the engineer came {dydd} and was gone by paned time.",
            "Diolch yn fawr, somebody answered me yn Gymraeg straight away.",
            "Gwych! Fast even up here above the village.",
            "Hapus iawn gyda'r gwasanaeth, no trouble at all.",
        ),
        "bad": (
            "Siomedig iawn. I was promised {dydd} and nobody came.",
            "Dal i aros am y router, still nothing after {few} weeks.",
            "Asked for somebody Cymraeg and got nobody at all, dim ateb.",
            "The bill is wrong eto, ac eto, and nobody rings back.",
        ),
    },
}


def say(rng: Random, about: str, mood: str, *, language: str = "en", also: str = "") -> str:
    """Something about a moment, such as `start.missed`; `also` adds what else was wrong."""
    if elsewhere := ELSEWHERE.get(language, {}).get(mood):
        return _filled(rng, rng.choice(elsewhere))
    parts = [rng.choice(ENGLISH[about])]
    if also:
        parts.append(rng.choice(ENGLISH[also]))
    elif rng.random() < 0.22:
        parts.append(rng.choice(ENGLISH[about]))
    text = " ".join(dict.fromkeys(parts))
    closing = rng.choice(CLOSINGS[mood])
    if "hank you" in text and "hank you" in closing:
        closing = ""
    return _written(rng, _filled(rng, rng.choice(OPENINGS[mood]) + text + closing))


def _filled(rng: Random, text: str) -> str:
    filled = SLOT.sub(lambda slot: rng.choice(SLOTS[slot[1]]), text)
    return re.sub(r"(^|[.!?] )([a-zà-ü])", lambda found: found[1] + found[2].upper(), filled)


def _written(rng: Random, text: str) -> str:
    """People write as they like: some without capitals, some without the last stop, some in haste."""
    chance = rng.random()
    if chance < 0.06:
        return text.lower().rstrip(".")
    if chance < 0.16:
        return text.rstrip(".")
    if chance < 0.18:
        return text.rstrip(".!") + "!!"
    return text

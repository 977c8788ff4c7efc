from typing import Any

from django.db import migrations
from django.utils import timezone

SCORES = [
    ("recommend", 6, 1), ("recommend", 4, 2), ("recommend", 2, 3),
    ("satisfaction", 2, 2), ("satisfaction", 1, 3),
    ("ease", 3, 1), ("ease", 2, 2),
    ("compared", -1, 1), ("compared", -2, 2),
]  # fmt: skip

TOPICS = [
    ("delivery", "Delivery and appointments",
     "The parcel, the technician or the appointment: on time, late, missed or changed.",
     ["The technician never showed up.", "My order arrived two days late.", "Delivery was quick and on the day promised."]),
    ("quality", "Product and its quality",
     "The product itself: it works well, it is broken, it is slow or it does not do what it should.",
     ["It stopped working after a week.", "The connection is slow every evening.", "Great product, does what it says."]),
    ("outage", "Faults and outages",
     "The service is down, keeps dropping or was interrupted, and how the repair went.",
     ["We had no internet for three days.", "The line drops all the time.", "The fault was repaired within the hour."]),
    ("billing", "Bills and payments",
     "The bill, charges, refunds, direct debits and how payments are handled.",
     ["I was charged twice.", "The bill is impossible to understand.", "My refund still has not arrived."]),
    ("price", "Price and value",
     "How much it costs, price increases, and whether it is worth the money.",
     ["It has become far too expensive.", "New customers pay half of what I pay.", "Good value for money."]),
    ("staff", "People who helped",
     "How the people of the company treated me: friendly, rude, competent or not interested.",
     ["The lady on the phone was lovely.", "He was rude and hung up.", "Nobody knew what the other had told me."]),
    ("reach", "Reaching somebody",
     "Waiting on the phone, answers to messages, being passed around, and how hard it is to reach a person.",
     ["I waited forty minutes on hold.", "Nobody answers my e-mails.", "I got an answer within minutes."]),
    ("onboarding", "Getting started",
     "Setting up, installation, activation and the first days as a customer.",
     ["Setting it up took me all weekend.", "The instructions were missing.", "Installation was done in ten minutes."]),
    ("information", "Information and honesty",
     "What the company told me: clear, missing, wrong, or different from what I was promised.",
     ["I was told something else when I signed.", "Nobody informed me about the change.", "Everything was explained clearly."]),
    ("online", "Website and app",
     "The website, the app and the customer account: logging in, finding things, errors.",
     ["The app crashes when I open it.", "I could not log in to my account.", "Ordering on the website was easy."]),
    ("contract", "Contract and leaving",
     "Contract terms, renewal, moving house, cancelling and leaving the company.",
     ["I want to cancel my contract.", "They renewed it without asking me.", "Moving my contract to the new flat was no problem."]),
]  # fmt: skip


def rules(apps: Any, schema_editor: Any) -> None:
    rule = apps.get_model("understand", "TroubleRule")
    rule.objects.bulk_create(
        [rule(question=question, at_most=at_most, severity=severity) for question, at_most, severity in SCORES]
    )


def topics(apps: Any, schema_editor: Any) -> None:
    topic = apps.get_model("understand", "Topic")
    topic.objects.bulk_create(
        [
            topic(slug=slug, name=name, description=description, examples=examples, created_at=timezone.now())
            for slug, name, description, examples in TOPICS
        ]
    )


class Migration(migrations.Migration):
    dependencies = [("understand", "0002_rereading")]

    operations = [
        migrations.RunPython(rules, migrations.RunPython.noop),
        migrations.RunPython(topics, migrations.RunPython.noop),
    ]

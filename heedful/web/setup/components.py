"""Every component in every state, on one page: what the others are built from."""

from datetime import timedelta
from types import SimpleNamespace

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from heedful.understand.models import Reading
from heedful.web import lists
from heedful.web.components import charts
from heedful.web.components.drawing import Picture
from heedful.web.components.figures import Figure
from heedful.web.components.timeline import TimelineEntry
from heedful.web.page import PageRequest, page

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep"]
UP = [12, 14, 9, 11, 4, 2, 6, 8, 10]
DOWN = [-20, -12, None, -15, -18, -25, -30, -22, -21]


EXAMPLE = Reading(signals=[{"signal": "no_show", "words": ["never came"]}])


class Example(forms.Form):
    """One field of each kind."""

    name = forms.CharField(help_text="As customers write it.")
    note = forms.CharField(widget=forms.Textarea, required=False)
    team = forms.ChoiceField(choices=[("1", "Care"), ("2", "Field service")])
    agreed = forms.BooleanField(label="Tell the customer", required=False)
    how = forms.ChoiceField(label="By", choices=[("mail", "Mail"), ("call", "Call")], widget=forms.RadioSelect)


@page("setup.read")
def components(request: PageRequest) -> HttpResponse:
    """Show them."""
    now = timezone.now()
    return render(
        request,
        "setup/components.html",
        {
            "filter": lists.chips(
                request,
                "state",
                "State",
                [("open", "Open"), ("late", "Late"), ("closed", "Closed")],
            ),
            "stages": lists.chips(request, "stage", "Stage", [("use", "Use"), ("renewal", "Renewal")]),
            "form": Example(),
            "wrong": Example({"note": "A note"}),
            "page": lists.ListPage(list(range(50)), 4812, 51, "?after=x", "?format=csv", "?"),
            "tabs": [
                SimpleNamespace(label="Timeline", href="?", is_here=True, count=3000),
                SimpleNamespace(label="Cases", href="?", is_here=False, count=2),
                SimpleNamespace(label="Identities", href="?", is_here=False, count=None),
            ],
            "figures": FIGURES,
            "pictures": _pictures(),
            "reading": EXAMPLE,
            "entries": [
                TimelineEntry(
                    "quote",
                    "Answered “After the installation”",
                    now - timedelta(hours=2),
                    tone="feedback",
                    scores=["Recommend 3"],
                    words="The technician never came. أين الفني؟",
                    reading=EXAMPLE,
                    detail="survey · mail",
                ),
                TimelineEntry(
                    "package-check", "Router delivered", now - timedelta(days=1), detail="onboarding · parcel"
                ),
                TimelineEntry(
                    "handshake",
                    "Promise broken: “We install on the day we agreed”",
                    now - timedelta(days=1),
                    tone="late",
                ),
                TimelineEntry("circle-check", "Case closed: made good", now - timedelta(days=3), tone="good", href="?"),
            ],
        },
    )


FIGURES = [
    Figure(
        "Recommend",
        "−20",
        n=1177,
        low=-25,
        high=-16,
        middle=-20,
        least=-100,
        most=100,
        change="−6 on the quarter before",
        is_certain=True,
        is_better=False,
    ),
    Figure(
        "Kept",
        "97.6",
        unit=" %",
        n=14077,
        of="due",
        low=0.973,
        high=0.979,
        middle=0.976,
        change="+0.2 on the quarter before",
        href="?",
    ),
    Figure("Ease", "5.8", n=12, low=4.1, high=6.6, middle=5.8, least=1, most=7),
    Figure(
        "Helped",
        "71",
        unit=" %",
        n=412,
        low=0.665,
        high=0.752,
        middle=0.71,
        change="+9 on the quarter before",
        is_certain=True,
        is_better=True,
    ),
]


def _pictures() -> list[tuple[str, Picture]]:
    points = [charts.ChartPoint(m, v, v - 8, v + 8, 80) for m, v in zip(MONTHS, UP, strict=True)]
    others = [charts.ChartPoint(m, v, n=40) for m, v in zip(MONTHS, DOWN, strict=True)]
    scored = [
        charts.ScoreRow("Onboarding", -49, -61, -37, 116),
        charts.ScoreRow("Use", -28, -34, -22, 564),
        charts.ScoreRow("Renewal", -3, -10, 4, 482),
        charts.ScoreRow("Leaving", -67, -98, -36, 15, tone="soft"),
    ]
    return [
        (
            "Line",
            charts.lines(
                [
                    charts.Series("Use", points),
                    charts.Series("Onboarding", others),
                ],
                label="Recommend by month",
                least=-50,
                most=50,
            ),
        ),
        (
            "Parts",
            charts.parts(
                [
                    charts.Part("Technician did not come", 41, "late"),
                    charts.Part("Bill not understood", 28),
                    charts.Part("Router late", 9, "soft"),
                ],
                label="Causes",
            ),
        ),
        ("Dots with whiskers", charts.whiskers(scored, label="Recommend by stage", least=-100, most=100)),
        (
            "Journey",
            charts.journey(
                [
                    charts.JourneyMoment("Order", 31, 210),
                    charts.JourneyMoment("Delivery", None),
                    charts.JourneyMoment("Installation", -49, 116),
                    charts.JourneyMoment("First bill", -12, 88),
                    charts.JourneyMoment("Renewal", None),
                ],
                label="The journey",
                least=-60,
                most=60,
            ),
        ),
    ]

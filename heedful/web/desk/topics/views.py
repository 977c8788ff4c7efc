"""The desk's topics: what the company reads for, and a box to try what would be read."""

from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from heedful.listen import wordings
from heedful.understand import detection, light, quality, reading, rereadings, topics
from heedful.understand.models import Reading, Topic
from heedful.web import refusals, versions, wording
from heedful.web.page import PageRequest, page, page_or_block, redirect_with


class TopicForm(forms.Form):
    """How a topic is told."""

    name = forms.CharField(max_length=120, help_text="As your colleagues would say it.")
    description = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="One sentence that says what belongs to it. The reader goes by it.",
    )
    examples = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What customers might write, one sentence a line. A few that differ are better than many alike.",
    )

    sure = forms.IntegerField(
        label="How sure we must be",
        required=False,
        min_value=round(topics.LEAST_SURE * 100),
        max_value=round(topics.SUREST * 100),
        initial=round(light.THRESHOLD * 100),
        widget=forms.NumberInput(attrs={"type": "range", "step": 5}),
        help_text="Further left more is counted to this topic, and more of it wrongly; further right less, and surer.",
    )

    def values(self) -> dict[str, Any]:
        """The topic as the operation takes it."""
        data = dict(self.cleaned_data)
        sure = data.pop("sure")
        threshold = {} if sure is None else {"threshold": sure / 100}
        return {**data, "examples": data["examples"].splitlines(), **threshold}


@page("topic.read")
def index(request: PageRequest) -> HttpResponse:
    """What is read for, what counts as trouble, and what would be read in a sentence."""
    text = request.GET.get("try", "").strip()[:2_000]
    context = {
        "topics": Topic.objects.order_by("-is_active", "name"),
        "rules": [(detection.sentence(rule), rule.severity) for rule in detection.rules()],
        "text": text,
        "tried": try_out(text) if text else None,
        "rereading": rereadings.latest(),
    }
    part = "rereading" if request.GET.get("part") == "rereading" else "tried"
    return page_or_block(request, "desk/topics/index.html", part, context)


def try_out(text: str) -> dict[str, Any]:
    """What would be read in a text, in words."""
    read = reading.try_out(text)
    names = dict(Topic.objects.values_list("slug", "name"))
    return {
        "language": read.language,
        "language_confidence": read.language_confidence,
        "feeling": wording.feeling(read.sentiment, language=read.language),
        "sentiment_confidence": read.sentiment_confidence if read.sentiment else None,
        "topics": [(names.get(slug, slug), confidence) for slug, confidence in read.topics],
        "signals": [detection.words_of(signal) for signal in read.signals],
        "reading": Reading(signals=[{"signal": name, "words": words} for name, words in read.signals.items()]),
    }


@page("topic.read")
def reading_quality(request: PageRequest) -> HttpResponse:
    """How well we read: what was measured, with what is not read."""
    measured = quality.figures()
    context = {
        "measured_on": date.fromisoformat(measured["measured_on"]),
        "read": ", ".join(sorted(map(wordings.in_english, light.read_languages()))),
        "check": measured["signals_check"],
        "signals": [row | {"name": _signal_name(row["signal"])} for row in measured["signals"]],
        "fewest": quality.FEWEST,
        **{name: measured[name] for name in ("feelings", "own_sentences", "topics", "languages")},
    }
    return render(request, "desk/topics/quality.html", context)


def _signal_name(signal: str) -> str:
    return "All together" if signal == "all" else detection.words_of(signal)


@page("topic.edit")
def add(request: PageRequest) -> HttpResponse:
    """Begin to read for a topic."""
    form = TopicForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals.at_form(form):
            row = topics.add(**form.values(), by=request.user.by, at=timezone.now())
            return redirect_with(request, reverse("desk:topics"), f"{row.name} is read for from now on.")
    return render(request, "desk/topics/topic.html", {"form": form})


@page("topic.edit")
def topic(request: PageRequest, pk: int) -> HttpResponse:
    """Tell a topic differently."""
    row = get_object_or_404(Topic, pk=pk)
    was = {
        "name": row.name,
        "description": row.description,
        "examples": "\n".join(row.examples),
        "sure": round(row.threshold * 100),
    }
    form = TopicForm(request.POST or None, initial=was)
    versions.of(request, form, topic=pk)
    if request.method == "POST" and form.is_valid():
        with refusals.at_form(form):
            topics.change(topic=row, **form.values(), by=request.user.by, at=timezone.now())
            return redirect_with(
                request, reverse("desk:topics"), f"Saved. {row.name} is read for in this way from now on."
            )
    return render(request, "desk/topics/topic.html", {"form": form, "topic": row})


@page("topic.edit")
@require_POST
def retirement(request: PageRequest, pk: int) -> HttpResponse:
    """Retire a topic, or bring it back."""
    row = get_object_or_404(Topic, pk=pk)
    if versions.is_done(request, is_on=row.is_active):
        return redirect_with(request, reverse("desk:topics"), versions.DONE)
    if row.is_active:
        topics.retire(topic=row, by=request.user.by, at=timezone.now())
        return redirect_with(request, reverse("desk:topics"), f"{row.name} is no longer read for. What was read stays.")
    topics.restore(topic=row, by=request.user.by, at=timezone.now())
    return redirect_with(request, reverse("desk:topics"), f"{row.name} is read for again.")


@page("topic.edit")
@require_POST
def again(request: PageRequest) -> HttpResponse:
    """Read everything again."""
    rereadings.start(because=f"{request.user.name} asked for it", by=request.user.by, at=timezone.now())
    return redirect_with(
        request, reverse("desk:topics"), "Everything is being read again. You can go on working meanwhile."
    )

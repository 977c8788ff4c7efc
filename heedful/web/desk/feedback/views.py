"""The desk's feedback: what customers said, in their own words, and what was understood."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.core.cache import cache
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from heedful.act.models import CaseTrouble
from heedful.associates import brands
from heedful.customers import question_kinds
from heedful.customers.models import BULK_OF_CUSTOMER, Feedback, Identity, Score
from heedful.customers.slices import WHOLE
from heedful.kit import bundle, days
from heedful.ledger.references import Reference
from heedful.prove import answers
from heedful.understand import corrections as understood
from heedful.understand import detection
from heedful.understand.models import Correction, Reading
from heedful.web import corrections, lists, names, periods, shell, slices, wording
from heedful.web.desk.cases import list as case_list
from heedful.web.desk.cases import page as case_page
from heedful.web.page import PageRequest, page, page_or_block, redirect_back

IDENTIFIED_BY = [
    Identity.TouchpointKind.USER,
    Identity.TouchpointKind.EXTERNAL,
    Identity.TouchpointKind.EMAIL,
    Identity.TouchpointKind.PHONE,
]
MOST_QUESTIONS = 500
"""So many columns a spreadsheet still opens."""
SCORES = [("low", "Low score"), ("middle", "Middling"), ("high", "High score")]
CHANNELS_S = 300
NAMED_BY = ("name", "email", "phone", "handle")
"""By which a customer is called."""
WELL_READ = {"en"}
"""Languages that the light tier reads well; in others its word is worth less, and the page says so."""


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """One answer sheet as it is shown."""

    feedback: Feedback
    scores: list[str]
    reading: Reading
    feeling: str
    """Empty while nobody has read the words."""
    is_unsure: bool
    topics: list[str]
    signals: list[str]
    case_id: int | None
    offers: list[corrections.Offer]


def columns(questions: Iterable[str]) -> list[lists.Column[Feedback]]:
    """What the export holds: words, the codes that do not change, who it is, and a column for each question."""
    names_of = names.Names()
    codes = [(question, partial(_answer_to, question)) for question in questions]
    identities = [(kind.label, partial(_identities_of, kind.value)) for kind in IDENTIFIED_BY]
    return [
        ("Said", lambda row: row.happened_at),
        ("Customer", lambda row: (row.customer.person or row.customer).label),
        ("Stage", lambda row: names_of.stage(row.stage_slug)),
        ("Channel", lambda row: wording.channel(row.channel)),
        (
            "Scores",
            lambda row: "; ".join(question_kinds.sentence(question, value) for question, value in _scores_of(row)),
        ),
        ("Words", lambda row: row.verbatim),
        ("Sentiment", lambda row: wording.FEELINGS.get(reading_of(row).sentiment, "")),
        ("Topics", lambda row: "; ".join(names_of.topic(topic["slug"]) for topic in reading_of(row).topics or ())),
        ("Language", lambda row: reading_of(row).language),
        ("Stage code", lambda row: row.stage_slug),
        ("Channel code", lambda row: row.channel),
        ("Kind", lambda row: row.kind),
        ("Source", lambda row: row.source),
        ("Brand", lambda row: brands.name_of(row.brand_id)),
        ("Segment", lambda row: (row.customer.person or row.customer).segment),
        *identities,
        *codes,
    ]


@page("feedback.read")
def index(request: PageRequest) -> HttpResponseBase:
    """What customers said."""
    rows = _chosen(request)
    if request.GET.get("format") == "csv":
        return lists.csv_file(request, "feedback", _exported(rows), columns(_questions_in(rows)))
    names_of = shell.of(request).names
    shown = lists.read(request, rows, keys=["-happened_at", "-pk"], beside=names_of.queries)
    context = {"page": shown, "feedback_rows": feedback_rows(shown.rows, names_of), **_chips(request, names_of)}
    return page_or_block(request, "desk/feedback/index.html", "rows", context)


def _exported(rows: QuerySet[Feedback]) -> QuerySet[Feedback]:
    """What an export reads of each sheet and no more; its scores one by one, by their index.

    Looked up for thousands of sheets together, in tables that are not measured yet, all scores would be read each time.
    """
    given = Score.objects.filter(feedback=OuterRef("pk")).order_by("question")
    named = [f"customer{of}__{name}" for of in ("", "__person") for name in NAMED_BY]
    read = [f"reading__{name}" for name in ("feedback", "sentiment", "topics", "language")]
    plain = ["happened_at", "stage_slug", "channel", "verbatim", "kind", "source", "brand", "customer__person"]
    segments = ["customer__segment", "customer__person__segment"]
    exported = rows.only(*plain, *segments, *named, *read)
    parts = JSONObject(**{name: name for name in ("question", "value", "given", "lowest", "highest", "label")})
    identities = Identity.objects.filter(customer__person=OuterRef("customer__person"), verified=True).order_by("value")
    pair = JSONObject(kind="kind", value="value")
    return exported.annotate(
        given=ArraySubquery(given.values(answer=parts)),
        identities=ArraySubquery(identities.values(identity=pair)),
    )


def _questions_in(rows: QuerySet[Feedback]) -> list[str]:
    """The questions that some of these sheets answer."""
    questions = answers.questions_answered()[:MOST_QUESTIONS]
    return [code for code in questions if Score.objects.filter(question=code, feedback__in=rows.order_by()).exists()]


def _answer_to(question: str, row: Feedback) -> Any:
    """What was given to one question, as it was given."""
    answer = dict(_scores_of(row)).get(question)
    return (answer.label or answer.value) if isinstance(answer, question_kinds.Answer) else answer


def _identities_of(kind: str, row: Feedback) -> str:
    """By which identities of a kind the customer is known."""
    identities: list[dict[str, str]] = getattr(row, "identities")  # noqa: B009 (annotated by `_exported`)
    return "; ".join(one["value"] for one in identities if one["kind"] == kind)


def _scores_of(row: Feedback) -> list[tuple[str, question_kinds.Score]]:
    given: list[dict[str, Any]] = getattr(row, "given")  # noqa: B009 (annotated by `_exported`)
    return [(one.pop("question"), question_kinds.as_given(**one)) for one in map(dict, given)]


def reading_of(row: Feedback) -> Reading:
    """What was understood; an empty reading where there are no words, or nobody has read them yet."""
    return getattr(row, "reading", None) or Reading()


def feedback_rows(rows: Iterable[Feedback], names_of: names.Names) -> list[FeedbackRow]:
    """Answer sheets with everything that stands beside them."""
    rows = list(rows)
    references = {str(Reference("feedback", row.pk)): row.pk for row in rows}
    troubles = CaseTrouble.objects.filter(reference__in=references).values_list("reference", "case_id")
    given = Score.objects.filter(feedback__in=references.values())
    standing = understood.standing_rows(references.values())
    bundle.fetch(troubles, given, standing, *names_of.queries)
    case_of, scores = {references[reference]: pk for reference, pk in troubles}, case_page.scores_by_feedback(given)
    offers = corrections.offers(rows, standing, names_of.topics)
    return [
        _row(row, scores.get(row.pk, []), names_of.topics, case_of.get(row.pk), offers.get(row.pk, [])) for row in rows
    ]


def _row(
    row: Feedback,
    scores: Iterable[Score],
    names: Mapping[str, str],
    case_id: int | None,
    offers: list[corrections.Offer],
) -> FeedbackRow:
    reading = reading_of(row)
    return FeedbackRow(
        feedback=row,
        scores=case_page.scores_in_words(scores),
        reading=reading,
        feeling=wording.feeling(reading.sentiment, language=reading.language) if reading.language else "",
        is_unsure=bool(reading.sentiment) and reading.language not in WELL_READ,
        topics=[names.get(topic["slug"], topic["slug"]) for topic in reading.topics],
        signals=[detection.words_of(signal["signal"]) for signal in reading.signals],
        case_id=case_id,
        offers=offers,
    )


@page("feedback.correct")
@require_POST
def correction(request: PageRequest, pk: int) -> HttpResponseBase:
    """Say that a verbatim was read wrongly, or that it was not after all."""
    feedback, by, at = get_object_or_404(Feedback, pk=pk), request.user.by, timezone.now()
    if (made := request.POST.get("undo", "")).isdecimal():
        row = get_object_or_404(Correction, pk=int(made[:18]), feedback=feedback)
        understood.undo(correction=row, by=by, at=at)
        return redirect_back(request, "What was read stands again.")
    part, _, value = request.POST.get("not", "").partition(":")
    understood.correct(feedback=feedback, part=part, value=value, by=by, at=at)
    return redirect_back(request, "Noted. It counts as you say from now on, and helps us to read better.")


def _chosen(request: PageRequest) -> QuerySet[Feedback]:
    rows = Feedback.objects.select_related("customer__person", "reading").defer(*BULK_OF_CUSTOMER)
    if request.GET.get("words", "yes") == "yes":
        rows = rows.exclude(verbatim="")
    for name, field in (("sentiment", "reading__sentiment"), ("stage", "stage_slug"), ("channel", "channel")):
        if value := request.GET.get(name, ""):
            rows = rows.filter(**{field: value})
    if topic := request.GET.get("topic", ""):
        rows = rows.filter(reading__topics__contains=[{"slug": topic}])
    if signal := request.GET.get("signal", ""):
        rows = rows.filter(reading__signals__contains=[{"signal": signal}])
    if band := _band(request.GET.get("score", "")):
        rows = rows.filter(Exists(Score.objects.filter(band, feedback=OuterRef("pk"))))
    if words := request.GET.get("q", "").strip():
        rows = rows.filter(verbatim__icontains=words.replace("\x00", "")[:200])
    return _behind(request, rows)


def _behind(request: PageRequest, rows: QuerySet[Feedback]) -> QuerySet[Feedback]:
    """The answers behind a figure: of one organisation, question, part and time."""
    if (pk := request.GET.get("organisation", "")).isdecimal():
        rows = rows.filter(customer__person__organisation=int(pk))
    query = {name: request.GET.get(name, "").replace("\x00", "") for name in ("question", "segment", "kind", "month")}
    if query["question"]:
        rows = rows.filter(Exists(Score.objects.filter(question=query["question"], feedback=OuterRef("pk"))))
    if "segment" in request.GET:
        rows = rows.filter(customer__person__segment=query["segment"])
    if query["kind"]:
        rows = rows.filter(kind=query["kind"])
    if month := re.fullmatch(r"([12]\d{3})-(0[1-9]|1[0-2])", query["month"]):
        since, until = days.month(int(month[1]), int(month[2]), zone=timezone.get_current_timezone_name())
        rows = rows.filter(happened_at__gte=since, happened_at__lt=until)
    return periods.within(request, slices.read(request).of(rows), "happened_at", at=timezone.now())


def _band(name: str) -> Q | None:
    if name not in dict(SCORES):
        return None
    condition = Q()
    for kind in question_kinds.kinds():
        if kind.band:
            low, high = kind.band.edges
            bounds = {"low": Q(value__lt=low), "middle": Q(value__gte=low, value__lt=high), "high": Q(value__gte=high)}
            condition |= (Q(question=kind.code) | Q(question__startswith=f"{kind.code}.")) & bounds[name]
    return condition


def _chips(request: PageRequest, names_of: names.Names) -> dict[str, Any]:
    stages, topics = names_of.stages.items(), names_of.topics.items()
    channels = [(name, wording.channel(name)) for name in _channels()]
    return {
        "bands": lists.chips(request, "score", "Score", SCORES),
        "feelings": lists.chips(request, "sentiment", "Feeling", wording.FEELINGS.items()),
        "menus": [
            lists.chips(request, "topic", "Topic", topics),
            lists.chips(request, "stage", "Stage", stages),
            periods.chips(request, "Time"),
            *slices.chips(request),
        ],
        "more": [
            *case_list.organisation(request),
            lists.chips(request, "channel", "Channel", channels),
            lists.chips(
                request,
                "question",
                "Question",
                [(code, question_kinds.name_of(code)) for code in answers.questions_answered()],
            ),
            lists.chips(request, "words", "Words", [("any", "Scores without words too")]),
        ],
    }


def _channels() -> list[str]:
    """The channels on which customers speak; looked for every few minutes, since it takes a walk over all scores."""
    channels = Score.objects.exclude(channel="").order_by("channel").values_list("channel", flat=True).distinct()
    return cast(
        "list[str]", cache.get_or_set(f"feedback.channels.{WHOLE.name}", lambda: list(channels[:30]), CHANNELS_S)
    )

"""A promise as it is defined, for programs: read and changed in one shape, with a version."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from heedful.api import editing
from heedful.api.door import PROBLEMS, ApiRequest
from heedful.api.promises import PromiseDefinitionIn, check_texts, drafts_of, wording_of
from heedful.associates import associates
from heedful.promise import promises
from heedful.promise.models import Promise, Standard

router = Router(tags=["promises"])


class StandardDefinition(Schema):
    """How a promise is measured; `calendar` is the name of one."""

    form: str
    from_kind: str
    to_kind: str
    within_s: int | None
    within_days: int | None
    property: str
    question: str
    at_least: int | None
    match_property: str
    calendar: str
    at_risk_share: float


class PromiseDefinition(Schema):
    """What is promised, to whom, and how it is measured, as it is sent back to change it."""

    words: str
    stage: str
    owner: str
    """The e-mail address of an associate."""
    severity: int
    audience: dict[str, list[str]]
    stated_expectation: dict[str, int]
    counter_measure: str
    experience_question: str
    is_case_clock: bool
    standards: list[StandardDefinition]


class PromiseChangeIn(PromiseDefinitionIn):
    """The whole of what is promised from now on; what is left out is as if it had never been said."""

    from_now_on: bool = Field(
        False, description="Measure only what starts now by new standards, rather than all that was promised anew"
    )


@router.get("/{slug:slug}/definition", response={200: PromiseDefinition, **PROBLEMS})
def show(request: ApiRequest, response: HttpResponse, slug: str) -> PromiseDefinition:
    """A promise as it is defined."""
    associates.must(request.auth, "promise.read")
    fields = _fields(slug)
    editing.tag(response, fields)
    return PromiseDefinition(**fields)


@router.put("/{slug:slug}/definition", response={200: PromiseDefinition, **editing.EDIT_PROBLEMS})
def change(
    request: ApiRequest, response: HttpResponse, slug: str, body: PromiseChangeIn, if_match: editing.IfMatch = ""
) -> PromiseDefinition:
    """Change a promise, or how it is measured."""
    associates.must(request.auth, "promise.edit")
    check_texts(body)
    row = get_object_or_404(Promise, slug=slug)
    editing.edit(
        request,
        if_match,
        fields=lambda: _fields(slug),
        change=lambda: promises.change(
            promise=row,
            wording=wording_of(body),
            standards=drafts_of(body),
            from_now_on=body.from_now_on,
            by=request.auth,
            at=timezone.now(),
        ),
        promise=row.pk,
    )
    return show(request, response, slug)


def _fields(slug: str) -> dict[str, Any]:
    row = get_object_or_404(Promise.objects.select_related("owner"), slug=slug)
    today = row.standards.today().select_related("calendar").order_by("pk")
    return {
        "words": row.words,
        "stage": row.stage_id or "",
        "owner": row.owner.email if row.owner else "",
        "severity": row.severity,
        "audience": row.audience,
        "stated_expectation": row.stated_expectation,
        "counter_measure": row.counter_measure,
        "experience_question": row.experience_question,
        "is_case_clock": row.is_case_clock,
        "standards": [_standard(standard) for standard in today],
    }


def _standard(row: Standard) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in StandardDefinition.model_fields if name != "calendar"}
    return {**plain, "calendar": row.calendar.name if row.calendar else ""}

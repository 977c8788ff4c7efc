"""Topics for programs: what is read for, and by which words it is told."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from heedful.api import editing
from heedful.api.door import PROBLEMS, ApiRequest
from heedful.api.promises import check_texts
from heedful.associates import associates
from heedful.understand import topics
from heedful.understand.models import Topic

router = Router(tags=["topics"])


class TopicIn(Schema):
    """A topic as it shall be from now on; `threshold` is how sure one must be, from 0 to 1, and stays if left out."""

    name: str = Field(max_length=120)
    description: str = Field(max_length=topics.LONGEST_TEXT)
    examples: list[str] = Field([], max_length=topics.MOST_EXAMPLES)
    threshold: float | None = None


class TopicOut(Schema):
    """A topic; one that is retired is read for no more."""

    slug: str
    name: str
    description: str
    examples: list[str]
    threshold: float
    is_active: bool


@router.get("", response={200: list[TopicOut], **PROBLEMS})
def index(request: ApiRequest) -> list[TopicOut]:
    """Every topic, those that are read for first."""
    associates.must(request.auth, "topic.read")
    return [TopicOut(slug=row.slug, **_fields(row)) for row in Topic.objects.order_by("-is_active", "name")]


@router.get("/{slug:slug}", response={200: TopicOut, **PROBLEMS})
def topic(request: ApiRequest, response: HttpResponse, slug: str) -> TopicOut:
    """One topic."""
    associates.must(request.auth, "topic.read")
    fields = _fields(get_object_or_404(Topic, slug=slug))
    editing.tag(response, fields)
    return TopicOut(slug=slug, **fields)


@router.put("/{slug:slug}", response={200: TopicOut, **editing.EDIT_PROBLEMS})
def change(
    request: ApiRequest, response: HttpResponse, slug: str, body: TopicIn, if_match: editing.IfMatch = ""
) -> TopicOut:
    """Tell a topic differently, or count to it from another threshold."""
    associates.must(request.auth, "topic.edit")
    check_texts(body)
    row = get_object_or_404(Topic, slug=slug)
    editing.edit(
        request,
        if_match,
        fields=lambda: _fields(Topic.objects.get(pk=row.pk)),
        change=lambda: topics.change(topic=row, **body.model_dump(), by=request.auth, at=timezone.now()),
        topic=row.pk,
    )
    return topic(request, response, slug)


def _fields(row: Topic) -> dict[str, Any]:
    return {name: getattr(row, name) for name in TopicOut.model_fields if name != "slug"}

"""Brands for programs: the company's business units, of which everything may be."""

from datetime import datetime

from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from heedful.api.door import PROBLEMS, ApiRequest
from heedful.api.posting import Done, repeatable
from heedful.api.touchpoints import Plain
from heedful.associates import associates
from heedful.associates import brands as nouns
from heedful.associates.models import Brand

router = Router(tags=["brands"])


class BrandOut(Schema):
    """A business unit."""

    slug: str
    name: str
    archived_at: datetime | None


class BrandIn(Schema):
    """What a business unit is called."""

    name: Plain = Field(min_length=1, max_length=120)


@router.get("", response={200: list[BrandOut], **PROBLEMS})
def index(request: ApiRequest) -> list[BrandOut]:
    """The brands that you may see, by name."""
    associates.must(request.auth, "brand.read")
    return [_out(row) for row in nouns.visible()]


@router.post("", response={201: BrandOut, **PROBLEMS})
@repeatable
def add(request: ApiRequest, body: BrandIn) -> Done:
    """Found a business unit."""
    return 201, _out(nouns.add(name=body.name, by=request.auth, at=timezone.now()))


@router.put("/{slug:slug}", response={200: BrandOut, **PROBLEMS})
def rename(request: ApiRequest, slug: str, body: BrandIn) -> BrandOut:
    """Call it something else; its short name stays."""
    row = get_object_or_404(Brand, slug=slug)
    nouns.rename(brand=row, name=body.name, by=request.auth, at=timezone.now())
    return _out(row)


@router.post("/{slug:slug}/archive", response={201: BrandOut, **PROBLEMS})
@repeatable
def archive(request: ApiRequest, slug: str) -> Done:
    """Offer it no longer; what is of it stays."""
    row = get_object_or_404(Brand, slug=slug)
    nouns.archive(brand=row, by=request.auth, at=timezone.now())
    return 201, _out(row)


@router.delete("/{slug:slug}/archive", response={200: BrandOut, **PROBLEMS})
def restore(request: ApiRequest, slug: str) -> BrandOut:
    """Offer it again."""
    row = get_object_or_404(Brand, slug=slug)
    nouns.restore(brand=row, by=request.auth, at=timezone.now())
    return _out(row)


def _out(row: Brand) -> BrandOut:
    return BrandOut(slug=row.slug, name=row.name, archived_at=row.archived_at)

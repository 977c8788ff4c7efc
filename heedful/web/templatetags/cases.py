"""Words that the pages of cases know."""

import zlib

from django import template
from django.utils import timezone

from heedful.act.models import Case

register = template.Library()


@register.simple_tag
def case_mark(case: Case) -> str:
    """By which an open page knows whether its row of a case is still true."""
    seen = (case.owner_id, case.team_id, case.priority, case.title, case.closed_at, case.answered_at, case.due_at)
    return f"{zlib.crc32(repr((seen, case.is_waiting and case.due_at < timezone.now())).encode()):x}"

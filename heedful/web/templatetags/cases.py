"""Words that the pages of cases know."""

from django import template

from heedful.act.models import Case
from heedful.web.desk import case_list

register = template.Library()


@register.simple_tag
def case_mark(case: Case) -> str:
    """By which an open page knows whether its row of a case is still true."""
    return case_list.mark(case)

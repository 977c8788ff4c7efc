"""A refusal shown at the form that it is about."""

from collections.abc import Iterator
from contextlib import contextmanager

from django import forms

from heedful.kit.errors import Forbidden, Refused


@contextmanager
def at_form(form: forms.Form) -> Iterator[None]:
    """Put the sentence of a refusal above the form; the view goes on behind the block and shows the form again."""
    try:
        yield
    except Forbidden:
        raise
    except Refused as no:
        form.add_error(None, forms.ValidationError(no.sentence, code=no.code))

import ast
from collections.abc import Iterator

from django.apps import apps
from django.db import models

from tests.architecture import reading

# The doors show each verbatim with what was understood from it, in one query; nothing below `understand` asks for it.
READ_FROM_ABOVE = {"understand.Reading.feedback"}


def relations() -> Iterator[tuple[str, str, "models.ForeignKey[models.Model, models.Model]"]]:
    """Each relation between two stages, with the stage that it starts from and the one that it points to."""
    for model in apps.get_models():
        for field in model._meta.get_fields(include_hidden=True):
            if not (field.is_relation and field.concrete and field.remote_field):
                continue
            here, there = model._meta.app_label, field.related_model._meta.app_label  # type: ignore[union-attr]
            if here in reading.HEIGHT and there in reading.HEIGHT and here != there:
                yield here, there, field  # type: ignore[misc]


def test_relations_between_stages_point_downhill() -> None:
    uphill = [str(field) for here, there, field in relations() if reading.HEIGHT[here] <= reading.HEIGHT[there]]
    assert uphill == []


def test_a_stage_below_cannot_look_up() -> None:
    """`related_name="+"`: otherwise a customer would know its cases, and the stage below the one above."""
    accessors = {str(field) for _, _, field in relations() if not field.remote_field.hidden}
    assert accessors == READ_FROM_ABOVE


def test_there_are_relations_to_judge() -> None:
    assert len(list(relations())) > 5


CHOOSE_THEIR_ROWS = {("CarrierManager", "get_queryset")}
"""Managers of models that share a table: each shows the rows of its own carrier."""


def test_saving_and_managers_hold_no_logic() -> None:
    """What happens is written where it is called; `save` and `delete` do what Django says, and no more."""
    hidden = [
        reading.place(file, function)
        for file in reading.files(*reading.NOUNS)
        for part in ast.walk(reading.tree(file))
        if isinstance(part, ast.ClassDef)
        for function in part.body
        if isinstance(function, ast.FunctionDef)
        and function.name in {"save", "delete", "full_clean", "get_queryset"}
        and (part.name, function.name) not in CHOOSE_THEIR_ROWS
    ]
    assert hidden == []

"""The forms of standard: each is whole in its own module, and a new one is had by registering it."""

import ast
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

import pytest

from heedful.kit.errors import Refused
from heedful.promise import evaluation, standards
from heedful.promise.models import Standard
from heedful.promise.standards import StandardDraft, contract, yes
from heedful.promise.standards.contract import Evidence, Form, Fragment, SentenceNames, StandardSpec

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
FOLDER = Path(standards.__file__).parent
FORMS = standards.forms()
DRAFTS = {
    "within": StandardDraft(form="within", from_kind="asked", to_kind="answered", within_s=3600),
    "by_date": StandardDraft(form="by_date", from_kind="ordered", to_kind="sent", property="by"),
    "score": StandardDraft(form="score", question="ease", at_least=5),
    "yes": StandardDraft(form="yes", from_kind="billed", property="as_quoted"),
}
OPENERS = {
    "within": Evidence(id=1, kind="asked", happened_at=MONDAY),
    "by_date": Evidence(id=1, kind="ordered", happened_at=MONDAY, properties={"by": "2026-03-04"}),
    "score": Evidence(id=1, kind="called", happened_at=MONDAY, scores={"ease": 4}),
    "yes": Evidence(id=1, kind="billed", happened_at=MONDAY, properties={"as_quoted": "yes"}),
}
WORDS = {"within": ("a", "b", "2d"), "by_date": ("a", "b", "by"), "score": ("-", "ease", "5"), "yes": ("a", "ok")}


def id_of(form: Form) -> str:
    return form.code


@pytest.fixture(params=FORMS, ids=id_of)
def form(request: pytest.FixtureRequest) -> Form:
    found: Form = request.param
    return found


def test_every_module_of_a_form_is_registered_and_nothing_else_is() -> None:
    modules = {path.stem for path in FOLDER.glob("*.py") if "FORM = Form(" in path.read_text(encoding="utf-8")}
    assert {form.code for form in FORMS} == modules == set(DRAFTS) == set(OPENERS) == set(WORDS)
    longest = Standard._meta.get_field("form").max_length or 0
    assert all(len(code) <= longest for code in contract.FORMS)


def test_the_arithmetic_of_a_form_touches_no_row(form: Form) -> None:
    for name in ("contract", "timed", form.code):
        tree = ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
        modules = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
        assert [each for each in modules + names if each.startswith("django") or each.endswith("models")] == []


def test_a_form_uses_fields_that_a_standard_has_and_keeps_no_others(form: Form) -> None:
    known = {field.name for field in fields(StandardDraft)}
    assert form.fields <= known <= {field.name for field in Standard._meta.get_fields()}
    full = StandardDraft(
        form=form.code,
        from_kind="a",
        to_kind="b",
        within_s=60,
        within_days=1,
        property="p",
        question="ease",
        at_least=5,
        match_property="m",
        at_risk_share=0.5,
    ).fields()
    empty = StandardDraft(form=form.code).fields()
    used = {name for name in full if full[name] != empty[name]}
    assert used == (form.fields | {"from_kind"}) - {"calendar"}


def test_a_form_that_is_empty_says_what_is_missing_and_one_that_is_whole_says_nothing(form: Form) -> None:
    with pytest.raises(Refused):
        standards.check(StandardDraft(form=form.code))
    standards.check(DRAFTS[form.code])


def test_a_form_evaluates_what_opens_it(form: Form) -> None:
    spec = standards.spec(Standard(**DRAFTS[form.code].fields()), time_zone="UTC")
    (verdict,) = evaluation.evaluate(spec, [OPENERS[form.code]], now=MONDAY)
    assert (verdict.opened_by, verdict.started_at) == (1, MONDAY)
    assert evaluation.evaluate(replace(spec, starts_at=MONDAY.replace(day=3)), [OPENERS[form.code]], now=MONDAY) == []
    assert form.is_case_clock == (verdict.due_at is not None and not spec.property)


def test_a_form_is_said_in_a_sentence_of_its_own(form: Form) -> None:
    said = {code: standards.sentence(Standard(**draft.fields()), names={}) for code, draft in DRAFTS.items()}
    assert said[form.code]
    assert len(set(said.values())) == len(said)


def test_a_fragment_holds_each_of_its_gaps_once(form: Form) -> None:
    blanks = [blank.name for blank in form.fragment.blanks]
    assert [name for _, name, _, _ in Formatter().parse(form.fragment.sentence) if name] == blanks
    assert len(set(blanks)) == len(blanks)
    filled = {blank.fills for blank in form.fragment.blanks if blank.fills}
    assert filled <= form.fields | {"from_kind"}
    assert all(blank.choices for blank in form.fragment.blanks if blank.type == "choice")


def test_the_words_of_a_shell_say_a_standard_that_can_be_promised(form: Form) -> None:
    words = WORDS[form.code]
    assert len(form.shell.words) == len(words)
    standards.check(StandardDraft(form=form.code, **form.shell.read(*words)))


def test_another_form_is_had_by_registering_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contract, "FORMS", dict(contract.FORMS))
    monkeypatch.setattr(evaluation, "FORMS", contract.FORMS)

    def never(standard: StandardSpec) -> list[str]:
        return [] if standard.from_kind else ["Say what must never happen."]

    contract.register(
        Form(
            code="never",
            fields=frozenset(),
            faults=never,
            limits=lambda standard: (),
            evaluate=lambda standard, ordered, now: (
                [contract.Verdict.immediate(seen, seen, is_kept=False) for seen in contract.openers(standard, ordered)],
                [],
            ),
            sentence=lambda standard, names: f"Never {names.start}",
            fragment=Fragment(sentence="Never {from}", blanks=(yes.FORM.fragment.blanks[0],)),
            shell=yes.FORM.shell,
        )
    )
    draft = StandardDraft(form="never", from_kind="Double Billed")
    standards.check(draft)
    row = Standard(**draft.fields())
    assert standards.sentence(row, names={}) == "Never double billed"
    (verdict,) = evaluation.evaluate(
        standards.spec(row, time_zone="UTC"), [Evidence(id=7, kind="double_billed", happened_at=MONDAY)], now=MONDAY
    )
    assert (verdict.state, verdict.opened_by) == ("broken", 7)
    with pytest.raises(Refused, match="never happen"):
        standards.check(StandardDraft(form="never"))


def test_names_stand_in_the_sentence_as_they_are_given() -> None:
    row = Standard(**DRAFTS["by_date"].fields())
    assert (
        contract.FORMS["by_date"].sentence(row, SentenceNames("“A”", "“B”", "c")) == "After “A”, “B” by the date in “c”"
    )

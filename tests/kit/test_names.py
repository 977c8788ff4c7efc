"""What people typed, as it is kept."""

import pytest

from heedful.kit import names


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Late   again \n", "Late again"),
        ("a\x00b", "ab"),
        ("\x00", ""),
        ("a\x1b[31mb", "a[31mb"),
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("\u2066\u2069", ""),
        ("half a pair: \ud83d.", "half a pair: ."),
        ("更新", "更新"),
        ("Żółć  ñ", "Żółć ñ"),
        ("tab\tand\u00a0space\u2028line", "tab and space line"),
    ],
)
def test_a_name_is_one_line_that_can_be_kept_and_shown(typed: str, kept: str) -> None:
    assert names.one_line(typed) == kept


@pytest.mark.parametrize(("most", "kept"), [(None, "one two"), (7, "one two"), (4, "one"), (3, "one"), (0, "")])
def test_a_name_is_no_longer_than_it_may_be_and_ends_with_a_letter(most: int | None, kept: str) -> None:
    assert names.one_line("one two", most=most) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\r\n\r\nb ", "a\n\nb"),
        ("a\x00b\x07", "ab"),
        ("\x00 ", ""),
        ("two  spaces\tand a tab", "two  spaces\tand a tab"),
    ],
)
def test_a_text_keeps_its_lines(typed: str, kept: str) -> None:
    assert names.text(typed) == kept


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("First Bill", "first-bill"),
        ("Crème brûlée", "creme-brul"),
        ("更新", "stage"),
        ("Обновление", "stage"),
        ("تجديد", "stage"),
        ("!!!", "stage"),
        ("-", "stage"),
        ("", "stage"),
        ("a\x00b", "ab"),
        ("abcdefghijklmnop", "abcdefghij"),
        ("abcdefghi jklmno", "abcdefghi"),
    ],
)
def test_every_name_has_an_address(name: str, slug: str) -> None:
    assert names.slug(name, otherwise="stage", most=10) == slug


@pytest.mark.parametrize(
    ("taken", "slug"),
    [
        (["other"], "stage"),
        (["stage"], "stage-2"),
        (["stage", "stage-2", "stage-4"], "stage-3"),
        (["stage", *(f"stage-{n}" for n in range(2, 100))], "stage-100"),
        (["stage", *(f"stage-{n}" for n in range(2, 1000))], "stag-1000"),
    ],
)
def test_no_two_names_have_one_address(taken: list[str], slug: str) -> None:
    found = names.slug("更新", otherwise="stage", most=9, taken=taken)
    assert (found, found not in taken, len(found) <= 9) == (slug, True, True)

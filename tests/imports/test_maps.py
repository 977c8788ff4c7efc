"""A map with a mistake is answered with its line, what is wrong there, and what may stand there."""

import re
from pathlib import Path

import pytest

from heedful import imports
from heedful.kit.errors import Refused

GOOD = """\
source = "shop"
id = "order"
time_zone = "Europe/Berlin"

[stages]
unboxing = "Unboxing"

[customer]
email = "mail"
value = { amount = "monthly", times = 12 }

[[touchpoint]]
kind = "order_placed"
at = { column = "ordered", format = "%d.%m.%Y" }
when = { column = "state", is = ["done"] }

[[touchpoint]]
kind = "order_reviewed"
at = "reviewed"

[touchpoint.scores]
satisfaction = "stars"
"""


def refusal(folder: Path, said: str | bytes) -> str:
    (folder / "map.toml").write_bytes(said.encode() if isinstance(said, str) else said)
    with pytest.raises(Refused) as no:
        imports.read_map(folder / "map.toml")
    return no.value.sentence


def test_the_map_that_these_tests_break_is_whole(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(GOOD)
    assert len(imports.read_map(tmp_path / "map.toml").touchpoint) == 2


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('source = "shop"', 'sorce = "shop"', 1, "The map has no key `sorce`. Do you mean `source`?"),
        ('source = "shop"', "", 0, "The map needs `source`."),
        ('source = "shop"', 'source = ""', 1, "1 to 80 characters"),
        ('source = "shop"', "source = 7", 1, "`source` takes a text in quotes, not the number 7."),
        ('source = "shop"', "source = 2024-01-01", 1, "put 2024-01-01 in quotes"),
        ('id = "order"', "id = {}", 2, "`id` takes a text in quotes or a list, not a table."),
        ('id = "order"', 'id = ["order", 3]', 2, "not the number 3"),
        ("Europe/Berlin", "Europe/Bärlin", 3, "There is no time zone 'Europe/Bärlin'; write it as in Europe/London."),
        ('time_zone = "Europe/Berlin"', 'country = "Germany"', 3, "write two letters, such as DE"),
        ('time_zone = "Europe/Berlin"', "customers = 3", 3, "Do you mean `customer`?"),
        ('unboxing = "Unboxing"', "unboxing = 3", 6, "`unboxing` of [stages] takes a text in quotes"),
        ('unboxing = "Unboxing"', '"un boxing" = "Unboxing"', 5, "'un boxing' is not the short name of a stage"),
        ('email = "mail"', 'emial = "mail"', 9, "[customer] has no key `emial`. Do you mean `email`?"),
        ('email = "mail"', 'name = "mail"', 8, "[customer] needs at least one of user_id, external, email"),
        ('email = "mail"', 'email = "mail"\ntime_zone = "UTC"', 10, "belongs to the top of the map"),
        ('email = "mail"', 'email = ["mail"]', 9, "not a list"),
        ('email = "mail"', "email = {}", 9, "A value needs a `column`"),
        ('email = "mail"', 'email = { column = "a", text = "b" }', 9, "from one place"),
        (
            'email = "mail"',
            'email = { colum = "a" }',
            9,
            "`email` of [customer] has no key `colum`. Do you mean `column`?",
        ),
        ("times = 12", 'times = "12"', 10, "`times` of `value` of [customer] takes a number, not the text '12'."),
        ("times = 12", "times = 0", 10, "more than 0"),
        ("times = 12", 'currency = "€"', 10, "three letters"),
        ('kind = "order_placed"', "", 12, "[[touchpoint]] number 1 needs `kind`."),
        ('kind = "order_reviewed"', 'kind = "heedful_x"', 18, "written by Heedful alone"),
        ('kind = "order_reviewed"', 'kind = ""', 18, "what happened"),
        ('at = "reviewed"', 'at = { columns = "a" }', 19, "`at` of [[touchpoint]] number 2 has no key `columns`"),
        ('at = "reviewed"', "at = {}", 19, "A time needs a `column`"),
        ('at = "reviewed"', 'at = { text = "soon" }', 19, "'soon' cannot be read as a time"),
        ('at = "reviewed"', "", 17, "[[touchpoint]] number 2 needs `at`."),
        ("%d.%m.%Y", "%d.%m", 14, "says no year"),
        ("%d.%m.%Y", "DD.MM.YYYY", 14, "There are %d day"),
        ("%d.%m.%Y", "%d.%m.%Q", 14, "has a part that there is not"),
        ('is = ["done"]', 'is = "done"', 15, "`is` of `when` of [[touchpoint]] number 1 takes a list"),
        ('is = ["done"]', "is = [1]", 15, "takes a text in quotes, not the number 1"),
        (', is = ["done"]', "", 15, "`when` needs `is`"),
        ("satisfaction", "loyalty", 21, "There is no question 'loyalty'"),
        ('"stars"', '{ column = "stars", map = { good = 9 } }', 21, "satisfaction goes from 1 to 5, not 9."),
        ('"stars"', '{ column = "stars", map = { good = "4" } }', 22, "takes a whole number, not the text '4'"),
        ('"stars"', '{ column = "stars", of = [1] }', 21, "such as [1, 10]"),
        ('"stars"', '{ none = ["9"] }', 22, "needs `column`"),
        ('"stars"', "4", 22, "a text in quotes or a table such as { column = ..."),
        ("[touchpoint.scores]", "[touchpoint.scors]", 21, "Do you mean `scores`?"),
        ("[[touchpoint]]", "[touchpoint]", 17, "only [[touchpoint]] may come again"),
        ("[customer]", '[file]\nformat = "xls"\n[customer]', 9, "csv, jsonl, parquet or xlsx, not 'xls'"),
        ("[customer]", '[file]\nencoding = "utf9"\n[customer]', 9, "There is no encoding called 'utf9'"),
        ("[customer]", '[file]\nseparator = ";;"\n[customer]', 9, "one character"),
        ("[customer]", "[file]\nskip = -1\n[customer]", 9, "0 or more"),
        ('source = "shop"', "source = shop", 1, "a text stands in quotes"),
        ('source = "shop"', 'source = "shop', 1, "not closed with a quote"),
        ('source = "shop"', "source", 1, "`=` follows it"),
        ('source = "shop"', 'my source = "shop"', 1, "`=` follows it"),
        ('source = "shop"', 'source = "shop" id = "x"', 1, "each key has a line of its own"),
        ('source = "shop"', r'source = "C:\shop"', 1, "write it in single quotes"),
        ('id = "order"', 'source = "again"', 2, "this key is there already"),
        ('id = "order"', 'id = ["order"', 3, "a list is opened"),
        ("[customer]", "[customer", 8, "is closed with `]`"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_what_is_allowed(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    assert old in GOOD
    said = refusal(tmp_path, GOOD.replace(old, new))
    assert words in said, said
    assert said.startswith("map.toml")
    assert f"line {line}" in said if line else "line" not in said.partition(":")[0], said
    assert not re.search(r"\$|Traceback|Error|line \d+, column|`object`|`str`", said), said


@pytest.mark.parametrize(
    "said", ["", "[[touchpoint]]", "x" * 1000, "[" * 5000, "a = " + "[" * 5000, b"\xff\xfe", b"\x00"]
)
def test_what_is_no_map_at_all_is_refused_in_a_sentence(tmp_path: Path, said: str | bytes) -> None:
    assert refusal(tmp_path, said).endswith(".")


def test_a_map_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be read"):
        imports.read_map(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ('recommend = "worse"', "'recommend' of [more_is]: Of would recommend, more is always better."),
        ('beauty = "worse"', "'beauty' of [more_is]: There is no question 'beauty'"),
        ('"yes.left" = "sideways"', "'yes.left' of [more_is]: Say whether more of it is better, worse, or neither."),
    ],
)
def test_a_direction_is_said_of_questions_that_have_none(tmp_path: Path, said: str, words: str) -> None:
    no = refusal(tmp_path, GOOD.replace("[stages]", f"[more_is]\n{said}\n\n[stages]"))
    assert words in no
    assert "line" in no

"""What a row says a customer is worth a year, and in which currency."""

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache

from heedful.imports import cells
from heedful.imports.cells import text_of
from heedful.imports.schema import Money
from heedful.kit.files.tables import Row, RowError
from heedful.kit.reading import amounts, currencies
from heedful.kit.reading.nothing import is_nothing
from heedful.kit.reading.numbers import number_of

type Worth = dict[str, str]
"""An amount as the facts of a customer keep it: `amount`, `currency`, `source`."""

MARKS = {",": "comma", ".": "point", "": "comma or point"}


def reader(setting: Money, *, decimal: str, home: str) -> Callable[[Row], Worth | None]:
    """Return how to read a yearly amount; `home` is the company's currency, `decimal` the column's mark."""

    @lru_cache(maxsize=20_000)
    def read(text: str, mark: str, currency: str) -> Worth | None:
        if is_nothing(text) or not any(map(str.isdigit, text)) or is_code(text, setting.none):
            return None
        amount, named = _amount(setting, text, mark, home)
        return {
            "amount": str(amount.quantize(Decimal("0.01"))),
            "currency": _currency(setting, currency, named, home),
            "source": setting.source,
        }

    def worth(row: Row) -> Worth | None:
        text = text_of(cell := row.get(setting.amount))
        currency = text_of(row.get(setting.currency_column)) if setting.currency_column else ""
        return read(text, decimal if isinstance(cell, str) else ".", currency)

    return worth


def _amount(setting: Money, text: str, decimal: str, home: str) -> tuple[Decimal, set[str]]:
    """The amount of a year, and the currencies that the cell itself names."""
    parts = amounts.taken_apart(text)
    number = number_of(parts.number, decimal=decimal) if parts else None
    if parts is None or number is None:
        mark = f" with a decimal {MARKS[decimal]}" if parts and decimal else ""
        raise RowError(f"Column {setting.amount!r}: {text[:60]!r} is not an amount of money{mark}.")
    amount = number * Decimal(str(setting.times))
    if amount and parts.is_negative:
        raise RowError(f"Column {setting.amount!r}: {text[:60]!r} is negative; a value is 0 or more.")
    return amount, currencies.currencies_in(parts.words, home=setting.currency.upper() or home)


def _currency(setting: Money, text: str, named: set[str], home: str) -> str:
    """The currency of a row: that of its column, of the map, of the cell, else the company's."""
    own = "" if is_nothing(text) else currencies.currency_of(text, home=home)
    if not is_nothing(text) and not own:
        hint = (
            "several currencies share it; write its three letters" if currencies.is_shared_sign(text) else "write EUR"
        )
        raise RowError(f"Column {setting.currency_column!r}: {text[:60]!r} is not a currency; {hint}.")
    currency = own or setting.currency.upper()
    if len(named) > 1 or (currency and named - {currency}):
        others = " and ".join(sorted(named - {currency}))
        raise RowError(
            f"Column {setting.amount!r}: the amount names {others}, and the row is in {currency or 'one currency'}."
        )
    return currency or next(iter(named), home)


def is_code(text: str, codes: list[str | int | float]) -> bool:
    """Whether a cell is one of the codes, with or without noughts behind the point."""
    return any(cells.CENTS.sub("", text) == text_of(code) for code in codes)

"""A repo trade file as CSV: read whole or not at all, with every problem named by line and field.

UTF-8 with or without a byte order mark, a first line with the columns of `COLUMNS` in any order,
then one repo a line; other columns are passed over. Numbers are plain decimals, with thousands
commas where they are quoted; dates are YYYY-MM-DD. A file has at most `MOST_BYTES` and is in one
currency. The start amount must be quantity × price; the end amount is read, and compared later.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from settlement.errors import BadFile, BadInput, Problem
from settlement.tradefile.model import CURRENCIES, Row, TradeFile
from settlement.units import CENT

MOST_BYTES = 5_000_000

_MOST = 10**15
_MOST_RATE = 1_000
_MOST_DAYS = 3_653
_LONGEST_NAME = 64
_YEARS = range(1990, 2100)
_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,30})?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_trade_file(path: Path) -> TradeFile:
    """Reads a file. Raises {BadFile} with all that is wrong with it."""
    text = _text(path)
    reader = _Reader(str(path))
    rows = reader.read(text)
    if reader.problems:
        raise BadFile(reader.problems)
    return TradeFile(path.name, tuple(rows))


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise _unreadable(path, "is not a file")
        if size > MOST_BYTES:
            raise _unreadable(path, f"has {size:,} bytes, and {MOST_BYTES:,} are read at most")
        data = path.read_bytes()
    except OSError as trouble:
        raise _unreadable(path, trouble.strerror or "cannot be read") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as trouble:
        line = data.count(b"\n", 0, trouble.start) + 1
        raise BadFile([Problem(str(path), line, "", "is not UTF-8 here")]) from None


def _unreadable(path: Path, message: str) -> BadFile:
    return BadFile([Problem(str(path), 0, "", message)])


class _Reader:
    """Collects rows and problems on one way through a file."""

    def __init__(self, file: str) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._line = 1
        self._lines_of_ids: dict[str, int] = {}
        self._currency = ""

    def read(self, text: str) -> list[Row]:
        lines = csv.reader(io.StringIO(text, newline=""), strict=True)
        try:
            header = [name.strip() for name in next(lines, [])]
            if not self._accept_header(header):
                return []
            rows = [row for row in self._rows(lines, header) if row is not None]
        except csv.Error as trouble:
            self._line = lines.line_num
            self._note("", f"is not CSV here: {trouble}")
            return []
        if not rows and not self.problems:
            self._note("", "has no trades")
        return rows

    def _accept_header(self, header: list[str]) -> bool:
        if not any(header):
            self._note("", "is empty: the first line names the columns")
            return False
        for name in COLUMNS:
            if header.count(name) != 1:
                self._note(name, "is not a column" if name not in header else "stands twice")
        return not self.problems

    def _rows(self, lines: Any, header: Sequence[str]) -> Iterator[Row | None]:
        for cells in lines:
            self._line = lines.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                self._note("", f"has {len(cells)} values for {len(header)} columns")
                continue
            yield self._row(dict(zip(header, cells, strict=True)))

    def _row(self, cells: dict[str, str]) -> Row | None:
        values: dict[str, Any] = {}
        for column, (name, read) in COLUMNS.items():
            try:
                values[name] = read(cells[column].strip())
            except BadInput as trouble:
                self._note(column, str(trouble))
        self._check_id(values.get("trade_id"))
        if len(values) < len(COLUMNS):
            return None
        row = Row(line=self._line, **values)
        self._check(row)
        return row

    def _check_id(self, trade_id: str | None) -> None:
        first = self._lines_of_ids.setdefault(trade_id, self._line) if trade_id else self._line
        if first != self._line:
            self._note("tradeId", f"'{trade_id}' stands on line {first} already")

    def _check(self, row: Row) -> None:
        """What two or more fields of a row say together."""
        self._currency = self._currency or row.currency
        if row.currency != self._currency:
            self._note("currency", f"is {row.currency} in a file that begins in {self._currency}")
        if row.lender == row.borrower:
            self._note("borrower", f"'{row.borrower}' cannot lend to itself")
        if row.cusip in CURRENCIES:
            self._note("cusip", f"'{row.cusip}' is a currency")
        if row.trade_date > row.settlement_date:
            self._note("settlementDate", "is before the trade date")
        if row.start_amount != row.value:
            self._note("startAmount", f"is not quantity × price / 100, which is {row.value}")
        elif row.repurchase_price <= 0:
            self._note("repoRate", "leaves nothing to repay at the end of the term")

    def _note(self, field: str, message: str) -> None:
        self.problems.append(Problem(self._file, self._line, field, message))


# --- one value ------------------------------------------------------------------------------------


def _name(text: str) -> str:
    if not text:
        raise BadInput("is missing")
    if len(text) > _LONGEST_NAME or not text.isprintable():
        raise BadInput(f"is not a name of at most {_LONGEST_NAME} printable characters")
    return text


def _number(text: str) -> Decimal:
    if not text:
        raise BadInput("is missing")
    plain = text.replace(",", "")
    if not _NUMBER.fullmatch(plain) or not plain.isascii():
        raise BadInput(f"'{text}' is not a number")
    return Decimal(plain)


def _positive(text: str, most: int, unit: Decimal) -> Decimal:
    number = _number(text)
    if not 0 < number <= most:
        raise BadInput(f"'{text}' is not above zero and at most {most:,}")
    return _no_finer(text, number, unit)


def _no_finer(text: str, number: Decimal, unit: Decimal) -> Decimal:
    if number % unit:
        raise BadInput(f"'{text}' is finer than {unit:f}")
    return number


def _amount(text: str) -> Decimal:
    return _positive(text, _MOST, CENT)


def _quantity(text: str) -> int:
    return int(_positive(text, _MOST, Decimal(1)))


def _days(text: str) -> int:
    return int(_positive(text, _MOST_DAYS, Decimal(1)))


def _price(text: str) -> Decimal:
    """Per cent of par; the price board keeps eight places of the fraction."""
    return _positive(text, 100_000, Decimal("0.000001")) / 100


def _rate(text: str) -> Decimal:
    """Per cent a year, zero and negative ones included; terms keep nine places of the fraction."""
    number = _number(text)
    if abs(number) > _MOST_RATE:
        raise BadInput(f"'{text}' is beyond {_MOST_RATE:,} per cent a year")
    return _no_finer(text, number, Decimal("0.0000001")) / 100


def _date(text: str) -> date:
    if not text:
        raise BadInput("is missing")
    try:
        day = date.fromisoformat(text) if _DATE.fullmatch(text) and text.isascii() else None
    except ValueError:
        day = None
    if day is None:
        raise BadInput(f"'{text}' is not a date like 2018-06-28")
    if day.year not in _YEARS:
        raise BadInput(f"'{text}' is not between {_YEARS[0]} and {_YEARS[-1]}")
    return day


def _currency(text: str) -> str:
    if text not in CURRENCIES:
        known = " or ".join(CURRENCIES)
        raise BadInput(f"'{text}' is not {known}, which count interest ACT/360 as trade files do")
    return text


COLUMNS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "tradeId": ("trade_id", _name),
    "lender": ("lender", _name),
    "borrower": ("borrower", _name),
    "cusip": ("cusip", _name),
    "tradeDate": ("trade_date", _date),
    "settlementDate": ("settlement_date", _date),
    "collateralQuantity": ("quantity", _quantity),
    "price": ("price", _price),
    "term": ("term", _days),
    "repoRate": ("repo_rate", _rate),
    "startAmount": ("start_amount", _amount),
    "endAmount": ("end_amount", _amount),
    "currency": ("currency", _currency),
}
"""By the file's name for it: the name in `Row`, and how its value is read."""

"""Numbers in text: one format per file, decided before the first row and applied strictly.

``1.234`` is above a thousand in one file and slightly above one in another; a single cell does not
show which. A number that does not match the file's format is rejected, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Literal

from chalicelib.importers.values.cells import NumberCell, is_empty_number
from chalicelib.importers.values.languages import BOTH_MARKS, COMMA_LANGUAGES
from chalicelib.model.errors import ExportRejected

DecimalMark = Literal[".", ","]

DECIDED_BY = 2_000
"""How many distinct cells decide the format of a file."""

_SYMBOLS = {
    "€": "EUR",
    "£": "GBP",
    "₹": "INR",
    "₺": "TRY",
    "₽": "RUB",
    "₩": "KRW",
    "₪": "ILS",
    "ł": "PLN",
    "円": "JPY",
}
"""The last character of a symbol -> the only currency with that symbol."""

_PREFIXED_DOLLARS = {"US$": "USD", "A$": "AUD", "AU$": "AUD", "CA$": "CAD", "R$": "BRL"}
_CURRENCY = re.compile(r"(?:[A-Z]{0,3}[€$£¥￥円₹₺₽₩₪]|[A-Z]{3}|kr\.?|zł)")
_BLANKS = re.compile(r"[\u00a0\u202f\u2009 ]")


def _number(group: str, mark: str) -> re.Pattern[str]:
    # Thousands in groups of three; in English also the Indian 1,23,456.
    grouped = rf"\d{{1,3}}(?:[{group}'’ ]\d{{3}})+"
    if group == ",":
        grouped += r"|\d{1,2}(?:,\d{2})+,\d{3}"
    number = rf"[+-]?(?:(?:{grouped}|\d+)(?:{re.escape(mark)}\d*)?|{re.escape(mark)}\d+)"
    return re.compile(number, re.ASCII)


_FORMATS: dict[str, re.Pattern[str]] = {".": _number(",", "."), ",": _number(".", ",")}
_GROUPING: dict[str, dict[int, None]] = {
    ".": dict.fromkeys(map(ord, ",'’ ")),
    ",": dict.fromkeys(map(ord, ".'’ ")),
}


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """The number format of a file; cells that do not match raise ``ValueError``."""

    decimal_mark: DecimalMark

    def number(self, cell: str) -> Decimal | None:
        """Parse a number; None for an empty cell. Number cells of workbooks need no format.

        Raises
        ------
        ValueError
            If the cell is not a number in this format; `FormulaCell` if it contains a formula. The
            message does not repeat the cell.
        """
        if isinstance(cell, NumberCell):
            return cell.number
        if cell.isdigit() and cell.isascii():
            return Decimal(cell)
        if _FORMATS[self.decimal_mark].fullmatch(cell):
            return self._decimal(cell)
        if is_empty_number(cell):
            return None
        text = _BLANKS.sub(" ", cell.strip()).replace("−", "-")
        text = text.removeprefix("'")  # marks a text cell in spreadsheets
        if text.startswith("="):
            raise FormulaCell("it is a formula instead of a number")
        if text.startswith("(") and text.endswith(")"):
            text = "-" + text[1:-1]
        if not _FORMATS[self.decimal_mark].fullmatch(text):
            raise ValueError(f"not a number with the decimal mark {self.decimal_mark!r}")
        return self._decimal(text)

    def _decimal(self, text: str) -> Decimal:
        return Decimal(text.translate(_GROUPING[self.decimal_mark]).replace(",", "."))

    def count(self, cell: str) -> int | None:
        """Parse a whole number, also written as ``29.0``; None for an empty cell.

        Raises
        ------
        ValueError
            If the cell is not a number; `FractionalCount` if it is not whole; `FormulaCell`.
        """
        number = self.number(cell)
        if number is None:
            return None
        if number != number.to_integral_value():
            raise FractionalCount("not a whole number")
        return int(number)

    def money(self, cell: str) -> tuple[Decimal | None, str]:
        """Parse an amount and the currency of its symbol (empty if there is none).

        Raises
        ------
        ValueError
            If the cell is not an amount; `FormulaCell` if it contains a formula.
        """
        if isinstance(cell, NumberCell):
            return cell.number, ""
        if _FORMATS[self.decimal_mark].fullmatch(cell):
            return self._decimal(cell), ""
        if is_empty_number(cell):
            return None, ""
        text, symbol = without_currency(cell)
        return self.number(text), currency_of(symbol)


class FractionalCount(ValueError):
    """A count with decimals."""


class FormulaCell(ValueError):
    """A cell with a formula, such as ``=A1+B1``, whose result is not in the file."""


def without_currency(cell: str) -> tuple[str, str]:
    """Split a cell into its number and the currency symbol or code before or after it."""
    text = _BLANKS.sub(" ", cell.strip())
    sign = text[0] if text[:1] in ("-", "−", "+") else ""
    body = text[len(sign) :]
    before = _CURRENCY.match(body)
    if before and before.end() < len(body):
        return sign + body[before.end() :].strip(), before[0]
    for behind in _CURRENCY.finditer(body):
        if behind.end() == len(body) and behind.start():
            return sign + body[: behind.start()].strip(), behind[0]
    return text, ""


def currency_of(symbol: str) -> str:
    """Return the ISO code of an unambiguous symbol; ``$`` and ``kr`` have several."""
    if symbol in _PREFIXED_DOLLARS:
        return _PREFIXED_DOLLARS[symbol]
    if len(symbol) == 3 and symbol.isascii() and symbol.isupper():
        return symbol
    return _SYMBOLS.get(symbol[-1:], "")


def decide_number_format(
    language: str,
    cells: Iterable[str],
    counts: Iterable[str] = (),
    others: Iterable[str] = (),
    *,
    given: DecimalMark | Literal[""] = "",
) -> NumberFormat:
    """Decide the number format of a file by cells that can be read in only one way.

    Parameters
    ----------
    language : str
        Of the headings; decides if the cells are ambiguous or disagree. Empty if unknown. Spanish
        does not decide about ``1,234``, which is above a thousand in Mexico.
    cells : iterable of str
        Numeric cells of the columns that will be read.
    counts : iterable of str
        Those cells that are whole numbers, in which ``1,234`` is above a thousand. They decide if
        the language does not.
    others : iterable of str
        Cells of unread number columns, such as rates. If `cells` are ambiguous, they show that a
        file with English headings was saved with decimal commas. They do not override headings in
        a language with decimal commas, because such a file may contain raw numbers.
    given : {".", ",", ""}
        The decimal mark that the user chose; it decides alone.

    Raises
    ------
    ExportRejected
        `undecidable_format`, if neither the cells nor the language decide.
    """
    if given:
        return NumberFormat(given)
    marks: set[DecimalMark] = set()
    doubtful = with_comma = ""
    counts = list(islice(_distinct(counts), DECIDED_BY))
    for cell in _with_marks(cells):
        verdict = _evidence(cell)
        if verdict == "?":
            doubtful = doubtful or cell.strip()
            with_comma = with_comma or (cell.strip() if "," in cell else "")
        elif verdict:
            marks.add(verdict)
    if len(marks) == 1:
        only = marks.pop()
        check_grouping(only, counts)
        return NumberFormat(only)
    is_open = doubtful and not marks and language not in COMMA_LANGUAGES
    if is_open and set(map(_evidence, _with_marks(others))) - {"", "?"} == {","}:
        check_grouping(",", counts)
        return NumberFormat(",")
    if not marks and (not language or language in BOTH_MARKS):
        groups = {_group_of(cell) for cell in counts} - {""}
        if len(groups) == 1:
            return NumberFormat("." if groups == {","} else ",")
        if with_comma:
            doubtful, language = with_comma, ""
    if language:
        mark: DecimalMark = "," if language in COMMA_LANGUAGES else "."
        if not marks:
            check_grouping(mark, counts)
        return NumberFormat(mark)
    if marks or doubtful:
        raise _undecidable(doubtful)
    return NumberFormat(".")


def _with_marks(cells: Iterable[str]) -> Iterator[str]:
    """Yield the cells that may show the decimal mark."""
    for cell in islice(_distinct(cells), DECIDED_BY):
        if not (cell.isdigit() or isinstance(cell, NumberCell)):
            yield cell


def check_grouping(mark: DecimalMark, counts: Iterable[str]) -> None:
    """Reject counts such as ``2.000`` if the decimal mark is a point.

    A spreadsheet with another country's settings wrote them, and they would count as 2. Other
    counts with decimals, such as ``1.234``, are rejected row by row.
    Raises
    ------
    ExportRejected
        `undecidable_format`
    """
    for cell in islice(_distinct(counts), DECIDED_BY):
        if cell.rstrip().endswith("000") and _group_of(cell) == mark:
            raise _undecidable(cell.strip())


def _undecidable(cell: str) -> ExportRejected:
    question = (
        f"is {cell!r} a number above a thousand or a number with decimals?"
        if cell
        else "the file has both decimal points and decimal commas; which are correct?"
    )
    return ExportRejected(
        "undecidable_format",
        f"""{question} Set it in a mapping: {{"decimal_mark": ","}} or {{"decimal_mark": "."}}""",
    )


def _distinct(cells: Iterable[str]) -> Iterator[str]:
    """Yield each cell once, lazily."""
    seen: set[str] = set()
    for cell in cells:
        if cell not in seen:
            seen.add(cell)
            yield cell


def _group_of(cell: str) -> str:
    """Return the thousands separator of a whole number; empty if it may have decimals."""
    if cell.isdigit() or isinstance(cell, NumberCell) or _evidence(cell) != "?":
        return ""
    return "," if "," in cell else "."


def _evidence(cell: str) -> DecimalMark | Literal["?", ""]:
    """Return ``.`` or ``,`` if only that mark fits, ``?`` if both do, else an empty string."""
    if is_empty_number(cell):
        return ""
    text, _ = without_currency(cell)
    text = text.rstrip("% ").replace("−", "-")
    if "." not in text and "," not in text:
        return ""
    # A group of thousands does not begin with zero: 0.123 has a decimal point.
    point = bool(_FORMATS["."].fullmatch(text)) and not re.match(r"[+-]?0,", text)
    comma = bool(_FORMATS[","].fullmatch(text)) and not re.match(r"[+-]?0\.", text)
    if point and comma:
        return "?"
    return "." if point else "," if comma else ""

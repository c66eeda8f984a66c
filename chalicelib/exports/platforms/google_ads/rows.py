"""A row of a Google Ads report -> events.

Everything is paid. The conversions that the platform claims are summed up and never events.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from chalicelib.exports.booking import Tally, book
from chalicelib.exports.cells import bare_id, is_blank
from chalicelib.exports.headings import Columns, comparable
from chalicelib.exports.identity import Ordinals, digest, object_key
from chalicelib.exports.numerals import FractionalCount, NumberFormat
from chalicelib.exports.outcomes import (
    ClaimedConversions,
    Imported,
    NotData,
    RowOutcome,
    RowRefused,
)
from chalicelib.exports.periods import RowPeriods
from chalicelib.exports.platforms.google_ads.columns import (
    AD_TEXT,
    NAME_FIELDS,
    OBJECT_FIELDS,
    OTHER_SEARCH_TERMS,
    TOTALS_LABEL,
    VIDEO,
)
from chalicelib.exports.recognition import Options
from chalicelib.exports.tables import Row

T = TypeVar("T")

CHANNEL = "google_ads"
OTHER_CAMPAIGN = "(other)"


class GoogleAdsRows:
    """What the rows under a header mean.

    Parameters
    ----------
    columns : Columns
    report : str
        The kind of report, a part of every event id.
    periods : RowPeriods
    numbers : NumberFormat
    options : Options

    Attributes
    ----------
    cost_field : str
        The column of the cost: in the account's own currency if there is one.
    claimed : ClaimedConversions
        What the platform claims, so far.
    """

    def __init__(
        self,
        columns: Columns,
        report: str,
        periods: RowPeriods,
        numbers: NumberFormat,
        options: Options,
    ) -> None:
        self._columns = columns
        self._report = report
        self._periods = periods
        self._numbers = numbers
        self._options = options
        self._ordinals = Ordinals()
        self.claimed = ClaimedConversions()
        at = columns.positions
        self.cost_field = "cost" if "cost" in at else "converted_cost"
        self._currency_field = "currency"
        if self.cost_field == "converted_cost" and "converted_currency" in at:
            self._currency_field = "converted_currency"
        self._heading_currency = columns.currencies.get(self.cost_field, "")
        self._names = [at[field] for field in NAME_FIELDS if field in at]
        self._object = [
            at[found] for group in OBJECT_FIELDS if (found := _first(group, columns)) is not None
        ]
        if report == "ad" and "ad_id" not in at:
            self._object += [
                i for i, name in enumerate(columns.names) if AD_TEXT.fullmatch(name.casefold())
            ]
        self._kinds = [at[field] for field in ("campaign_type", "ad_type") if field in at]
        self._interactions_are_clicks = "clicks" not in at and "interactions" in at

    @property
    def knows_currency(self) -> bool:
        """Whether every cost has a currency without looking at its cell."""
        given = self._heading_currency or self._options.currency
        return bool(given) or self._currency_field in self._columns

    def lacks_currency(self, cell: str) -> bool:
        """Whether a cost cell holds money without a sign of its currency."""
        try:
            amount, currency = self._numbers.money(cell)
        except ValueError:
            return False
        return bool(amount) and not currency

    def notes(self) -> tuple[str, ...]:
        """What a person should know about the reading."""
        notes = self._periods.notes()
        if self._interactions_are_clicks:
            notes += (
                "The report has no column Clicks: Interactions are taken as clicks, except those "
                "of video and Demand Gen campaigns, which are mostly views.",
            )
        return notes

    def reason_to_skip(self, row: Row) -> str:
        """Why a row is no data: it is one of the totals. Other search terms are real traffic."""
        label = self._totals_label(row)
        if label:
            return "" if OTHER_SEARCH_TERMS.match(comparable(label)) else f"totals row: {label}"
        if self._is_nameless(row) and not self._has_day(row):
            return "totals row without a label"
        return ""

    def convert(self, row: Row) -> RowOutcome:
        """The events of a row; raises `RowRefused`."""
        is_rest = bool(self._totals_label(row))
        if not is_rest and self._is_nameless(row):
            raise RowRefused("missing_value", "the row names no campaign")
        counts = self._counts(row)
        currency = self._currency(row)
        cost = self._cost(row, currency)
        if cost is None and not counts:
            self._claim(row, currency)
            return NotData(row.line, "no numbers but zeros")
        if is_rest and not self._has_day(row):
            first, last = self._periods.of_report()
        else:
            first, last = self._periods.of_row(row)
        self._claim(row, currency)
        key = digest(object_key([OTHER_CAMPAIGN] if is_rest else self._object_names(row)))
        tally = Tally(
            channel=CHANNEL,
            report=self._report,
            account=self._account(row),
            key=key,
            ordinal=self._ordinals.next(key, first),
            first=first,
            last=last,
            counts=counts,
            cost=cost,
            paid=True,
            campaign_id=OTHER_CAMPAIGN if is_rest else self._id(row, "campaign_id", "campaign"),
            content_id="" if is_rest else self._id(row, "ad_id"),
        )
        return Imported(row.line, book(tally))

    def _totals_label(self, row: Row) -> str:
        """The label of a totals row, wherever it stands; empty for a row of data."""
        for index, cell in enumerate(row.cells):
            if is_blank(cell):
                continue
            if cell.lstrip()[:1] not in "TtGgSsIi" or not TOTALS_LABEL.match(comparable(cell)):
                return ""
            others = [i for i in self._names if i != index and not is_blank(row.cells[i])]
            return "" if others or self._has_day(row) else cell.strip()
        return ""

    def _is_nameless(self, row: Row) -> bool:
        return bool(self._names) and all(is_blank(row.cells[i]) for i in self._names)

    def _has_day(self, row: Row) -> bool:
        position = self._periods.position
        if position < 0 or is_blank(row.cells[position]):
            return False
        return not TOTALS_LABEL.match(comparable(row.cells[position]))

    def _object_names(self, row: Row) -> list[str]:
        return [row.cells[i].strip() for i in self._object]

    def _counts(self, row: Row) -> dict[str, int]:
        counts = {
            "impression": self._number(row, "impressions", self._numbers.count),
            "view": self._number(row, "views", self._numbers.count),
            "click": self._number(row, "clicks", self._numbers.count),
        }
        if self._interactions_are_clicks and not self._is_video(row, counts["view"] or 0):
            counts["click"] = self._number(row, "interactions", self._numbers.count)
        for kind, count in counts.items():
            if count is not None and count < 0:
                raise RowRefused("negative", f"{count} of the type {kind}")
        return {kind: count for kind, count in counts.items() if count}

    def _is_video(self, row: Row, views: int) -> bool:
        kinds = [row.cells[i] for i in self._kinds]
        return views > 0 or any(VIDEO.search(kind.casefold()) for kind in kinds)

    def _cost(self, row: Row, currency: str) -> tuple[Decimal, str] | None:
        money = self._number(row, self.cost_field, self._numbers.money)
        amount, named = money or (None, "")
        if not amount:
            return None
        if amount < 0:
            raise RowRefused("negative", f"a cost of {amount}")
        if not (currency or named):
            raise RowRefused("no_currency", f"a cost of {amount} without a currency")
        return amount, currency or named

    def _currency(self, row: Row) -> str:
        """The row's currency as the file or the caller names it; a cell's symbol comes after."""
        position = self._columns.positions.get(self._currency_field)
        code = "" if position is None else row.cells[position].strip().upper()
        if code and not is_blank(code):
            if len(code) != 3 or not (code.isascii() and code.isalpha()):
                raise RowRefused("no_currency", f"{code!r} is no currency")
            return code
        if self._heading_currency:
            return self._heading_currency
        position = self._columns.positions.get(self.cost_field)
        if position is not None and not self.lacks_currency(row.cells[position]):
            return ""
        return self._options.currency

    def _claim(self, row: Row, currency: str) -> None:
        count = self._number(row, "conversions", self._numbers.number)
        value = self._number(row, "conversion_value", self._numbers.money)
        amount, named = value or (None, "")
        self.claimed.add(
            count or Decimal(0), amount or Decimal(0), currency or named or self._options.currency
        )

    def _number(self, row: Row, field: str, read: Callable[[str], T]) -> T | None:
        position = self._columns.positions.get(field)
        if position is None:
            return None
        cell = row.cells[position]
        try:
            return read(cell)
        except FractionalCount as error:
            code = "not_whole"
            message = str(error)
        except ValueError as error:
            code = "invalid_number"
            message = str(error)
        raise RowRefused(code, f"{self._columns.name(field)} {cell.strip()[:40]!r}: {message}")

    def _account(self, row: Row) -> str:
        return self._id(row, "account_id", "account") or self._options.account

    def _id(self, row: Row, *fields: str) -> str:
        """The first of some columns that there is, as an identifier."""
        for field in fields:
            position = self._columns.positions.get(field)
            if position is not None:
                return "" if is_blank(row.cells[position]) else bare_id(row.cells[position])
        return ""


def _first(group: tuple[str, ...], columns: Columns) -> str | None:
    return next((field for field in group if field in columns), None)

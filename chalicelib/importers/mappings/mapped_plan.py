"""A mapping as a row plan, which `row_engine` applies to the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.importers.mappings.mapped_columns import ChosenRows
from chalicelib.importers.mappings.mapped_subjects import PLATFORM, MappedSubjects
from chalicelib.importers.mappings.mapping import Mapping
from chalicelib.importers.mappings.mapping_fields import COUNTS
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.rows.row_dating import Dating
from chalicelib.importers.rows.row_engine import RowEngine
from chalicelib.importers.rows.row_plan import Metric, NumberColumn, RowPlan, SaleColumns
from chalicelib.importers.rows.totals_rows import TotalsRows
from chalicelib.importers.values.numerals import NumberFormat

_EXTRAS = ("rating", "sentiment", "reach")
_NEGATIVE_VALUE = "the value is below zero; if it is a refund, set `refund` in the mapping"


@dataclass(frozen=True, slots=True)
class MappedRows:
    """The rows of a mapped file.

    Attributes
    ----------
    engine : RowEngine
    chosen : ChosenRows
    """

    engine: RowEngine
    chosen: ChosenRows

    def notes(self) -> list[str]:
        """Return notes for the user, after the last row."""
        notes = [
            f"The column {name!r} has numbers below zero, which were not imported: {cells} "
            f"cell{'s' if cells > 1 else ''}, the first in row {row}."
            for name, (cells, row) in self.engine.negative.items()
        ]
        return notes + self.chosen.unseen()


def mapped_rows(
    mapping: Mapping,
    at: dict[str, int],
    currencies: dict[str, str],
    dating: Dating,
    numbers: NumberFormat,
    totals: TotalsRows,
    options: Options,
) -> MappedRows:
    """Build the row engine of a mapped file.

    Parameters
    ----------
    at : dict of str to int
        Heading of the mapping -> index of its column.
    currencies : dict of str to str
        Field of an amount -> currency, for rows and cells that do not name one.
    """
    by_field = {field: at[name] for name, field in mapping.columns.items()}
    chosen = ChosenRows(mapping, at)

    def column(field: str) -> NumberColumn | None:
        if field not in by_field:
            return None
        return NumberColumn(by_field[field], field, currencies.get(field, ""))

    sales = SaleColumns(
        conversions=column("conversions"),
        value=column("value"),
        refunded=column("refunded"),
        each_row=mapping.each_row == "conversion",
        refund_if_negative=mapping.refund_if_negative,
        is_refund=chosen.is_refund,
        is_reversed=chosen.is_reversed,
        negative_value=_NEGATIVE_VALUE,
    )
    plan = RowPlan(
        channel="",
        report=PLATFORM,
        account=str(mapping.constants.get("account", options.account)),
        paid=False,
        metrics=tuple(_metrics(mapping, at, by_field)),
        cost=column("cost"),
        audience=column("audience"),
        sales=sales if sales.each_row or sales.value or sales.conversions else None,
        extras=tuple((f, by_field[f]) for f in _EXTRAS if f in by_field),
        adds_up=True,
        has_ids="event_id" in by_field,
        numbers_audiences=True,
    )
    engine = RowEngine(
        plan,
        MappedSubjects(plan, mapping, by_field),
        dating,
        numbers,
        totals,
        left_out=chosen.left_out,
    )
    return MappedRows(engine, chosen)


def _metrics(mapping: Mapping, at: dict[str, int], by_field: dict[str, int]) -> Iterator[Metric]:
    """Yield the count columns, the one whose type is in another column, or each row itself."""
    for name, field in mapping.columns.items():
        if field in COUNTS:
            yield _metric(field, at[name], name, skips_negative=True)
    if "type" in by_field or "type" in mapping.constants:
        yield Metric("count", by_field.get("count", -1), "count", type="")
    elif mapping.each_row not in ("", "conversion"):
        yield _metric(mapping.each_row, -1, mapping.each_row)


def _metric(field: str, position: int, name: str, *, skips_negative: bool = False) -> Metric:
    kind, is_paid = field.removeprefix("paid_"), field.startswith("paid_")
    return Metric(field, position, name, kind, paid=is_paid, skips_negative=skips_negative)

"""Small row plans and subjects, to test the row engine without a report or a mapping."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.importers.booking import base_event
from chalicelib.importers.outcomes import RowRejected
from chalicelib.importers.rows.row_dating import Dating, Spans
from chalicelib.importers.rows.row_engine import RowEngine
from chalicelib.importers.rows.row_plan import Cells, Metric, RowPlan
from chalicelib.importers.rows.row_subjects import Bases, Subject, Subjects, weights_of
from chalicelib.importers.rows.totals_rows import TotalsRows
from chalicelib.importers.values.dates import Period
from chalicelib.importers.values.event_identity import Ordinals, code_of
from chalicelib.importers.values.numerals import NumberFormat
from chalicelib.model.money import Money

LIKES = Metric("likes", 2, "Likes", "like", undone="unlike")
CLICKS = Metric("clicks", 3, "Clicks", "click", paid=True)
VIEWS = Metric("views", 4, "Views", "impression", paid=True)

HEADER = ("campaign", "day", "likes", "clicks", "views", "money")
"""The columns of the tests' rows."""


def money(amount: str, currency: str = "EUR") -> Money:
    """Return an amount."""
    return Money.model_validate({"amount": amount, "currency": currency})


def rejection_of(action: Callable[[], object]) -> tuple[str, str]:
    """Return the code and the message with which an action rejects a row."""
    with pytest.raises(RowRejected) as rejected:
        action()
    return rejected.value.code, rejected.value.message


def make_plan(**over: Any) -> RowPlan:
    """Return the plan of a table with the columns of `HEADER`; `money` is not read."""
    fields: dict[str, Any] = {
        "channel": "xing",
        "report": "days",
        "account": "7",
        "paid": False,
        "metrics": (LIKES, CLICKS, VIEWS),
    }
    return RowPlan(**fields | over)


def make_subject(name: str = "autumn", plan: RowPlan | None = None, **over: Any) -> Subject:
    """Return the subject of rows of `make_plan`, an unpaid campaign."""
    metrics = (plan or make_plan()).metrics
    events = [base_event("xing", one.type, one.paid, one.name_in(False)) for one in metrics]
    kinds = [(one.type, one.paid) for one in metrics]
    fields: dict[str, Any] = {
        "prefix": f"xing:days:7:{name}",
        "key": name,
        "code": code_of(name),
        "channel": "xing",
        "account": "7",
        "campaign": name,
        "content": "",
        "currency": "EUR",
        "bases": Bases(events, weights_of(events, None), tuple(map(kinds.index, kinds))),
        "paid": False,
        "goal": "purchase",
    }
    return Subject(**fields | over)


class Campaigns(Subjects):
    """Settles the campaigns in the first column, or one for all rows.

    Attributes
    ----------
    settled : list of str
        The names so far.
    """

    def __init__(self, plan: RowPlan, *, are_named: bool = True, **over: Any) -> None:
        super().__init__((0,) if are_named else ())
        self._plan = plan
        self._over = over
        self.settled: list[str] = []

    def settle(self, key_cells: Any, cells: Cells) -> Subject:
        """Return the campaign of a row."""
        name = str(key_cells) if self.positions else "all"
        subject = make_subject(name, self._plan, **self._over)
        self.settled.append(name)
        self.keep(key_cells, subject)
        return subject


def make_engine(
    *,
    plan: RowPlan | None = None,
    dating: Dating | None = None,
    totals: TotalsRows | None = None,
    are_named: bool = True,
    left_out: Callable[[Cells], str] | None = None,
    ordinals: Ordinals | None = None,
    subjects: Subjects | None = None,
    **subject: Any,
) -> RowEngine:
    """Return the engine of a table with the columns of `HEADER`."""
    plan = plan or make_plan()
    return RowEngine(
        plan,
        Campaigns(plan, are_named=are_named, **subject) if subjects is None else subjects,
        dating or make_dating(),
        NumberFormat("."),
        totals or TotalsRows(names=(0,), dates=(1,), numbers=plan.number_positions),
        ordinals,
        left_out,
    )


def make_dating(unit: str = "day", *, is_dated: bool = True) -> Dating:
    """Return a dating by ``2026-06-01`` or ``2026-06-01/2026-06-07`` in the second column.

    Parameters
    ----------
    is_dated : bool
        Otherwise all rows are of June 1, 2026.
    """
    return Dating(unit, (1,) if is_dated else (), Spans(_period))


def cells(**over: str) -> tuple[str, ...]:
    """Return a row with the columns of `HEADER`."""
    row = dict.fromkeys(HEADER, "") | {"campaign": "autumn", "day": "2026-06-01"}
    return tuple((row | over).values())


def _period(cells: Any) -> Period:
    try:
        first, _, last = (cells or "2026-06-01").partition("/")
        return dt.date.fromisoformat(first), dt.date.fromisoformat(last or first)
    except ValueError:
        raise RowRejected("invalid_date", "not a day") from None

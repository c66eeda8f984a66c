"""Where things stand in a report, settled before its first row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

Cells = Sequence[str]


@dataclass(frozen=True, slots=True)
class Metric:
    """A column that counts.

    Attributes
    ----------
    field : str
    position : int
    name : str
        Its heading.
    type, undone : str
        Type of engagement; and the one that counts below zero, empty if there is none.
    paid : bool
    applies : callable, optional
        Whether a row's number counts at all, from its cells.
    part : str
        Tells it from another metric of its type.
    """

    field: str
    position: int
    name: str
    type: str
    undone: str = ""
    paid: bool = False
    applies: Callable[[Cells], bool] | None = None
    part: str = ""

    def name_in(self, report_is_paid: bool) -> str:
        """What it is called in an event id."""
        of_kind = "" if self.paid == report_is_paid else "paid-" if self.paid else "organic-"
        return f"{of_kind}{self.type}{'-' if self.part else ''}{self.part}"


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand in a report, and what is the same in all of its rows.

    Attributes
    ----------
    channel, report, account : str
        Parts of every event id; an account of the file itself comes before the caller's.
    paid : bool
        Whether the report as a whole is of ads.
    metrics : tuple of Metric
    keys : tuple of int
        Columns that say what a row is about.
    settles : tuple of int
        Further columns that are the same in all rows of a thing.
    names : tuple of int
        Those of them that are blank in a row of totals.
    campaign, content, account_at, currency_at, cost_at, audience_at, claimed_at, value_at : int
        Columns, -1 where there is none.
    paid_at : int
        The column that is filled in the rows of ads, where a report has rows of both.
    heading_currency, given_currency : str
        Of the cost's heading; of the caller. Empty if unknown.
    goal : str
        Of conversions that happened; empty if the report has none.
    converted_at, worth_at : int
        Their number and their value.
    nameless_are_totals : bool
        Whether a row without names is one of totals even if it has a date.
    is_one_each : bool
        Whether two rows of one thing are the same row twice, as posts with ids, and not two parts.
    key : callable, optional
        What an event id calls a thing, from its names; by default a digest of them.
    """

    channel: str
    report: str
    account: str
    paid: bool
    metrics: tuple[Metric, ...]
    keys: tuple[int, ...] = ()
    settles: tuple[int, ...] = ()
    names: tuple[int, ...] = ()
    campaign: int = -1
    content: int = -1
    account_at: int = -1
    currency_at: int = -1
    cost_at: int = -1
    audience_at: int = -1
    claimed_at: int = -1
    value_at: int = -1
    paid_at: int = -1
    goal: str = ""
    converted_at: int = -1
    worth_at: int = -1
    heading_currency: str = ""
    given_currency: str = ""
    nameless_are_totals: bool = False
    is_one_each: bool = False
    key: Callable[[Sequence[str]], str] | None = None

"""The subjects of the rows of a declared report, from its columns of names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.importers.booking import base_event
from chalicelib.importers.outcomes import RawEvent, RowRejected
from chalicelib.importers.rows.row_plan import Cells, RowPlan
from chalicelib.importers.rows.row_subjects import Bases, Subject, Subjects, weights_of
from chalicelib.importers.rows.totals_rows import TotalsRows
from chalicelib.importers.values.cells import bare_id, checked_id, is_blank
from chalicelib.importers.values.event_identity import (
    code_of,
    digest,
    event_id,
    object_key,
    short_name,
)

CURRENCIES_KEPT = 100

MAX_HEAD_CHARACTERS = 60
"""Leaves room for the digest of the subject, day, metric and ordinal."""


@dataclass(frozen=True, slots=True)
class SubjectColumns:
    """The columns that identify the subject of a row.

    Attributes
    ----------
    keys : tuple of int
        Columns of its names and ids.
    settles : tuple of int
        Further columns that have the same cell in all rows of a subject.
    names : tuple of int
        The key columns that are blank in a totals row.
    campaign, content, account, currency : int
        Columns, -1 if missing.
    ad : int
        The column that is filled in rows of ads, if a report has rows of ads and others.
    heading_currency : str
        Of the cost's heading; empty if it names none.
    goal : str
        Of conversions that happened; empty if the report has none.
    key : callable
        Returns the part of the event id for the names of a subject; empty for their digest.
    """

    keys: tuple[int, ...] = ()
    settles: tuple[int, ...] = ()
    names: tuple[int, ...] = ()
    campaign: int = -1
    content: int = -1
    account: int = -1
    currency: int = -1
    ad: int = -1
    heading_currency: str = ""
    goal: str = ""
    key: Callable[[Sequence[str]], str] = lambda names: ""


class DeclaredSubjects(Subjects):
    """The subjects of a declared report."""

    def __init__(self, plan: RowPlan, columns: SubjectColumns, totals: TotalsRows) -> None:
        extra = [p for p in (columns.account, columns.currency) if p >= 0]
        super().__init__(tuple(dict.fromkeys([*columns.keys, *columns.settles, *extra])))
        self._plan = plan
        self._columns = columns
        self._totals = totals
        self._accounts: dict[str, tuple[str, int]] = {}
        self._currencies: dict[str, str] = {}
        events = list(_bases(plan))
        paid_events = [event | {"paid": True} for event in events]
        self._bases = Bases(events, weights_of(events, plan.paid))
        self._of_ads = Bases(paid_events, weights_of(paid_events, plan.paid))

    def settle(self, key_cells: Any, cells: Cells) -> Subject:
        """Return the subject of a row from its cells; raise `RowRejected`."""
        plan, columns = self._plan, self._columns
        remainder = self._totals.remainder(cells)
        if not remainder and self._totals.is_nameless(cells):
            raise RowRejected(
                "missing_value", "the row has no name or id of a campaign, post or other object"
            )
        names = [remainder] if remainder else [checked_id(cells[p]) for p in columns.keys]
        account = _id(cells, columns.account) or plan.account
        campaign = remainder or _id(cells, columns.campaign)
        content = "" if remainder else _id(cells, columns.content)
        named = digest(object_key(names))
        key = columns.key(names) or named
        head, number = self._account(account)
        is_ad = columns.ad >= 0 and not is_blank(cells[columns.ad])
        subject = Subject(
            prefix=f"{head}:{key}",
            key=key,
            code=number ^ int(named[:15], 16),
            channel=plan.channel,
            account=account,
            campaign=short_name(campaign),
            content=short_name(content),
            currency=self._currency(cells),
            bases=self._of_ads if is_ad else self._bases,
            paid=plan.paid,
            goal=columns.goal,
        )
        if not is_blank(cells[0]) and not remainder:
            self.keep(key_cells, subject)
        return subject

    def _account(self, account: str) -> tuple[str, int]:
        """Return the beginning of the event ids of an account, and a code for the account."""
        known = self._accounts.get(account)
        if known is None:
            head = event_id(self._plan.channel, self._plan.report, account or "-")
            if len(head) > MAX_HEAD_CHARACTERS:
                head = event_id(self._plan.channel, digest(head))
            known = self._accounts[account] = head, code_of(account)
        return known

    def _currency(self, cells: Cells) -> str:
        """Return the currency in the row or heading; cell symbols and the caller's come later."""
        columns = self._columns
        if columns.currency < 0:
            return columns.heading_currency
        cell = cells[columns.currency]
        known = self._currencies.get(cell)
        if known is not None:
            return known
        code = cell.strip().upper()
        if is_blank(code):
            return columns.heading_currency
        if len(code) != 3 or not (code.isascii() and code.isalpha()):
            raise RowRejected("no_currency", "the currency cell does not contain a currency")
        if len(self._currencies) < CURRENCIES_KEPT:
            self._currencies[cell] = code
        return code


def _bases(plan: RowPlan) -> Iterator[RawEvent]:
    """Yield the base event of each metric."""
    taken: set[str] = set()
    for metric in plan.metrics:
        name = metric.name_in(plan.paid)
        if name in taken:  # a second column of the same type
            name = f"{name}-{metric.field}"
        taken.add(name)
        yield base_event(plan.channel, metric.type, metric.paid, name)


def _id(cells: Cells, position: int) -> str:
    if position < 0 or is_blank(cells[position]):
        return ""
    return bare_id(cells[position])

"""What the rows of a report are about: a campaign, a post, an ad.

A thing is settled at its first row: how its event ids begin, its ids, its currency, and for each
metric the part of an event that is the same for all its rows. Days and numbers are not known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from chalicelib.importers.outcomes import RawEvent, RowRefused
from chalicelib.importers.reports.layout import Cells, Layout
from chalicelib.importers.reports.totals_rows import TotalsRows
from chalicelib.importers.values.cells import bare_id, checked_id, is_blank
from chalicelib.importers.values.event_identity import (
    code_of,
    digest,
    event_id,
    object_key,
    short_name,
)

THINGS_KEPT = 5_000
"""So many things are kept settled; a report of more settles the others anew."""

CURRENCIES_KEPT = 100
_WEIGHTS = {"click": 2, "impression": 1}

MAX_HEAD_CHARACTERS = 60
"""So that the digest of the thing, day, metric and ordinal fit behind it."""


class Sort(NamedTuple):
    """What all ads have in common, and all that are none.

    Attributes
    ----------
    bases : list of dict
        For each metric the part of its event that is always the same.
    weights : list of int
        How well a row's cost goes with each; with 0 not at all.
    """

    bases: list[RawEvent]
    weights: list[int]


@dataclass(slots=True)
class Thing:
    """What rows are about, settled.

    Attributes
    ----------
    prefix : str
        The beginning of its event ids.
    key : str
        What its event ids call it.
    code : int
        A number that stands for it.
    sort : Sort
    """

    prefix: str
    key: str
    code: int
    account: str
    campaign: str
    content: str
    currency: str
    sort: Sort


class Things(dict[Any, Thing]):
    """The cells that say what a row is about -> the thing, for those that are settled.

    Attributes
    ----------
    positions : tuple of int
        The columns of these cells; empty if all rows are about the same.
    """

    def __init__(self, layout: Layout, totals: TotalsRows) -> None:
        super().__init__()
        extra = [p for p in (layout.account_at, layout.currency_at) if p >= 0]
        self.positions = tuple(dict.fromkeys([*layout.keys, *layout.settles, *extra]))
        self._layout = layout
        self._totals = totals
        self._accounts: dict[str, tuple[str, int]] = {}
        self._currencies: dict[str, str] = {}
        self._sort = _sort_of(list(_bases(layout)), layout.paid)
        self._ads = _sort_of([base | {"paid": True} for base in self._sort.bases], layout.paid)

    def settle(self, key_cells: Any, cells: Cells) -> Thing:
        """The thing of a row that is data, from its cells; raises `RowRefused`."""
        layout = self._layout
        remainder = self._totals.remainder(cells)
        if not remainder and self._totals.is_nameless(cells):
            raise RowRefused("missing_value", "the row does not say what it is about")
        names = [remainder] if remainder else [checked_id(cells[p]) for p in layout.keys]
        account = _id(cells, layout.account_at) or layout.account
        campaign = remainder or _id(cells, layout.campaign)
        content = "" if remainder else _id(cells, layout.content)
        named = digest(object_key(names))
        key = layout.key(names) if layout.key else named
        head, number = self._account(account)
        is_ad = layout.paid_at >= 0 and not is_blank(cells[layout.paid_at])
        thing = Thing(
            prefix=f"{head}:{key}",
            key=key,
            code=number ^ int(named[:15], 16),
            account=account,
            campaign=short_name(campaign) if campaign else "",
            content=short_name(content) if content else "",
            currency=self._currency(cells),
            sort=self._ads if is_ad else self._sort,
        )
        if not is_blank(cells[0]) and not remainder:
            if len(self) >= THINGS_KEPT:
                self.clear()
            self[key_cells] = thing
        return thing

    def _account(self, account: str) -> tuple[str, int]:
        """The beginning of the event ids of an account, and a number that stands for it."""
        known = self._accounts.get(account)
        if known is None:
            head = event_id(self._layout.channel, self._layout.report, account or "-")
            if len(head) > MAX_HEAD_CHARACTERS:
                head = event_id(self._layout.channel, digest(head))
            known = self._accounts[account] = head, code_of(account)
        return known

    def _currency(self, cells: Cells) -> str:
        """The row's currency as the file or the caller names it; a cell's symbol comes after."""
        layout = self._layout
        if layout.currency_at < 0:
            return layout.heading_currency
        cell = cells[layout.currency_at]
        known = self._currencies.get(cell)
        if known is not None:
            return known
        code = cell.strip().upper()
        if is_blank(code):
            return layout.heading_currency
        if len(code) != 3 or not (code.isascii() and code.isalpha()):
            raise RowRefused("no_currency", "the cell of the currency holds none")
        if len(self._currencies) < CURRENCIES_KEPT:
            self._currencies[cell] = code
        return code


def _bases(layout: Layout) -> Iterator[RawEvent]:
    """For each metric what its events have in common; the id is what the metric adds to it."""
    taken: set[str] = set()
    for metric in layout.metrics:
        name = metric.name_in(layout.paid)
        if name in taken:  # a second column of the same type
            name = f"{name}-{metric.field}"
        taken.add(name)
        yield {
            "kind": "engagement",
            "event_id": name,
            "occurred_at": None,
            "channel": layout.channel,
            "type": metric.type,
            "paid": metric.paid,
            "count": 0,
        }


def _sort_of(bases: list[RawEvent], paid: bool) -> Sort:
    return Sort(bases, [_weight(base, paid) for base in bases])


def _weight(event: RawEvent, paid: bool) -> int:
    """How well a row's cost goes with an event: best with clicks, else with impressions.

    What an ad reaches for nothing, as LinkedIn's viral clicks, has cost nothing.
    """
    return _WEIGHTS.get(event["type"], 0) if event["paid"] is paid else 0


def _id(cells: Cells, position: int) -> str:
    if position < 0 or is_blank(cells[position]):
        return ""
    return bare_id(cells[position])

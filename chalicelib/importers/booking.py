"""Build events from records and from rows, and spread rows of several days over their days.

All importers of daily numbers use this module, so that ids, costs and spreading are the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal, InvalidOperation

from pydantic import ValidationError

from chalicelib.importers.outcomes import RawEvent, RowRejected
from chalicelib.importers.values.dates import start_of
from chalicelib.importers.values.event_identity import digest, event_id, short_name
from chalicelib.model.money import Money

_COST_CARRIERS = ("click", "impression")
_MOST_DIGITS = 20
_FINEST_AMOUNT = Decimal("0.00000001")
_CENT = Decimal("0.01")
_GOLDEN = 40503  # 2**16 / golden ratio: successive multiples fill the range evenly
_RANGE = 1 << 16


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts and cost of one object in one period, from one row.

    Attributes
    ----------
    channel, report, account : str
        The channel's slug; the report type; the platform's account, empty if unknown.
    key : str
        Identifies the object (`identity.object_key`).
    ordinal : int
        How many earlier rows have the same object and period (`identity.Ordinals`).
    first, last : date
        The period; the same day for a daily row. A longer one is spread.
    counts : mapping of str to int
        Engagement type -> count; zeros are omitted.
    cost : (Decimal, str), optional
        Amount and currency. It is attached to the clicks, else the impressions, else separate.
    paid : bool
    campaign_id, content_id : str
        Names of any length; empty if unknown.
    """

    channel: str
    report: str
    account: str
    key: str
    ordinal: int
    first: dt.date
    last: dt.date
    counts: Mapping[str, int]
    cost: tuple[Decimal, str] | None = None
    paid: bool = False
    campaign_id: str = ""
    content_id: str = ""


def book(tally: Tally) -> tuple[RawEvent, ...]:
    """Return the events of a row.

    Counts and cost of a longer period are spread over its days by largest remainder and add up
    exactly to those of the row. Only object and day decide which days get the remainder, so
    importing the same period with higher counts replaces every event of the earlier import.

    Raises
    ------
    RowRejected
        `invalid_number`, for a cost that `money` rejects.
    """
    if tally.cost:
        money(*tally.cost)
    counts = {kind: count for kind, count in tally.counts.items() if count}
    carrier = next((kind for kind in _COST_CARRIERS if kind in counts), "")
    days = _days(tally.first, tally.last)
    if len(days) == 1:
        return _book_day(tally, counts, carrier)
    order = _order_of_days(tally.key, days)
    events: list[RawEvent] = []
    for kind, count in counts.items():
        shares = spread(count, [1] * len(days), order)
        costs: Sequence[Decimal | None] = [None] * len(days)
        if tally.cost and kind == carrier:
            costs = spread_amount(tally.cost[0], shares, order)
        for day, share, cost in zip(days, shares, costs, strict=True):
            if share:
                events.append(_engagement(tally, day, kind, share, cost))
    if tally.cost and tally.cost[0] and not carrier:
        events.append(_cost(tally, len(days)))
    return tuple(events)


def _book_day(tally: Tally, counts: Mapping[str, int], carrier: str) -> tuple[RawEvent, ...]:
    amount = tally.cost[0] if tally.cost else None
    events = [
        _engagement(tally, tally.first, kind, count, amount if kind == carrier else None)
        for kind, count in counts.items()
    ]
    if amount and not carrier:
        events.append(_cost(tally, 1))
    return tuple(events)


def base_event(channel: str, kind: str, paid: bool, name: str) -> RawEvent:
    """Return an engagement without time and count; `name` is its id or the known part of it."""
    return {
        "kind": "engagement",
        "event_id": name,
        "occurred_at": None,
        "channel": channel,
        "type": kind,
        "paid": paid,
        "count": 0,
    }


def cost_event(
    channel: str,
    name: str,
    at: dt.datetime,
    amount: Money,
    *,
    paid: bool,
    campaign_id: str,
    period_days: int = 0,
) -> RawEvent:
    """Return a cost without an engagement; `name` is its id, `period_days` is 0 for one day."""
    event: RawEvent = {
        "kind": "cost",
        "event_id": name,
        "occurred_at": at,
        "channel": channel,
        "amount": amount,
        "paid": paid,
    }
    if period_days:
        event["period_days"] = period_days
    if campaign_id:
        event["campaign_id"] = short_name(campaign_id)
    return event


def engagement(
    channel: str,
    kind: str,
    at: dt.datetime,
    *parts: str,
    count: int = 1,
    paid: bool = False,
    content_id: str = "",
    campaign_id: str = "",
    rating: float | None = None,
    parent: str = "",
) -> RawEvent:
    """Return the engagement of a record.

    Parameters
    ----------
    at : datetime
        In UTC.
    *parts : str
        Identifies it within the channel, the same in every export: e.g. the account, ``comment``
        and the comment's id.
    parent : str
        The event id of the engagement that it answers or passes on; empty if there is none.
    """
    event = base_event(channel, kind, paid, event_id(channel, *parts, kind))
    event["occurred_at"] = at
    event["count"] = count
    if campaign_id:
        event["campaign_id"] = short_name(campaign_id)
    if content_id:
        event["content_id"] = short_name(content_id)
    if rating is not None:
        event["rating"] = rating
    if parent:
        event["parent_event_id"] = parent
    return event


def conversion(
    goal: str,
    at: dt.datetime,
    *parts: str,
    value: Money | None = None,
    count: int = 1,
    refund: bool = False,
) -> RawEvent:
    """Return the conversion of a record; `parts` as in `engagement`, the platform first."""
    event: RawEvent = {
        "kind": "conversion",
        "event_id": event_id(*parts),
        "occurred_at": at,
        "goal": goal,
        "count": count,
    }
    if value is not None:
        event["value"] = value
    if refund:
        event["refund"] = True
    return event


def audience(channel: str, size: int, at: dt.datetime, *parts: str) -> RawEvent:
    """Return the number of followers at a time; `parts` as in `engagement`."""
    return {
        "kind": "audience",
        "event_id": event_id(channel, *parts, "audience"),
        "occurred_at": at,
        "channel": channel,
        "size": size,
    }


def money(amount: Decimal, currency: str) -> Money:
    """Return an amount of at least zero, rounded to at most eight decimals.

    Raises
    ------
    RowRejected
        `invalid_number`, for an amount with more digits than the contract accepts, or a positive
        one that would be rounded to zero.
    """
    found = _rounded(amount, currency)
    if amount and not found.amount:
        raise RowRejected("invalid_number", "an amount is smaller than the smallest allowed amount")
    return found


def _rounded(amount: Decimal, currency: str) -> Money:
    exponent = amount.as_tuple().exponent
    if amount.adjusted() > _MOST_DIGITS:  # 1E+999999 would be written out as a million digits
        raise RowRejected("invalid_number", "an amount has too many digits")
    try:
        if isinstance(exponent, int) and exponent < -8:
            amount = amount.quantize(_FINEST_AMOUNT, ROUND_HALF_EVEN).normalize()
        return Money.model_validate({"amount": f"{amount:f}", "currency": currency})
    except (ValidationError, InvalidOperation):
        raise RowRejected("invalid_number", "an amount has too many digits") from None


def spread(total: int, weights: Sequence[int], order: Sequence[int]) -> list[int]:
    """Split a total into whole shares in proportion to weights (largest remainder).

    Parameters
    ----------
    total : int
        At least zero.
    weights : sequence of int
        At least one is above zero.
    order : sequence of int
        The indexes of the weights; for equal remainders the earlier index here gets the unit.
    """
    if len(weights) == 1:
        return [total]
    whole = sum(weights)
    shares = [total * weight // whole for weight in weights]
    rest = total - sum(shares)
    if rest:
        rank = {index: place for place, index in enumerate(order)}
        by_remainder = sorted(
            range(len(weights)), key=lambda i: (-(total * weights[i] % whole), rank[i])
        )
        for index in by_remainder[:rest]:
            shares[index] += 1
    return shares


def spread_amount(amount: Decimal, weights: Sequence[int], order: Sequence[int]) -> list[Decimal]:
    """Split an amount into shares to the cent, or to its own precision if that is finer."""
    if len(weights) == 1:
        return [amount]
    exponent = amount.as_tuple().exponent
    assert isinstance(exponent, int)
    unit = Decimal(1).scaleb(min(exponent, -2)) if exponent < 0 else _CENT
    units = int((amount / unit).to_integral_value(ROUND_DOWN))
    return [share * unit for share in spread(units, weights, order)]


def _days(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]


def _order_of_days(key: str, days: Sequence[dt.date]) -> list[int]:
    phase = int(digest(key)[:4], 16)
    return sorted(range(len(days)), key=lambda i: (phase + days[i].toordinal() * _GOLDEN) % _RANGE)


def _engagement(
    tally: Tally, day: dt.date, kind: str, count: int, cost: Decimal | None
) -> RawEvent:
    event = base_event(tally.channel, kind, tally.paid, _id(tally, day, kind))
    event["occurred_at"] = start_of(day)
    event["count"] = count
    if cost and tally.cost:
        event["cost"] = _rounded(cost, tally.cost[1])  # one share may be too small for `money`
    if tally.campaign_id:
        event["campaign_id"] = short_name(tally.campaign_id)
    if tally.content_id:
        event["content_id"] = short_name(tally.content_id)
    return event


def _cost(tally: Tally, days: int) -> RawEvent:
    assert tally.cost is not None
    return cost_event(
        tally.channel,
        _id(tally, tally.first, "cost"),
        start_of(tally.first),
        money(*tally.cost),
        paid=tally.paid,
        campaign_id=tally.campaign_id,
        period_days=days,
    )


def _id(tally: Tally, day: dt.date, metric: str) -> str:
    parts = [tally.channel, tally.report, tally.account or "-", tally.key, day.isoformat(), metric]
    if tally.ordinal:
        parts.append(str(tally.ordinal))
    return event_id(*parts)

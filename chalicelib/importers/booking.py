"""Events of records and of rows of several days: one per day and metric, the cost in one place.

Every importer of daily numbers ends here, so that ids, costs and spreading are the same for all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal, InvalidOperation

from pydantic import ValidationError

from chalicelib.importers.outcomes import RawEvent, RowRefused
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
    """What one row says about one object in one period.

    Attributes
    ----------
    channel, report, account : str
        The channel's slug; the kind of report; the platform's account, empty if unknown.
    key : str
        What the numbers are about (`identity.object_key`).
    ordinal : int
        How many rows of the same object and period there were before (`identity.Ordinals`).
    first, last : date
        The period; the same day for a daily row. A longer one is spread.
    counts : mapping of str to int
        Type of engagement -> count; zeros are left out.
    cost : (Decimal, str), optional
        Amount and currency. It goes with the clicks, else the impressions, else alone.
    paid : bool
    campaign_id, content_id : str
        Names of any length; empty if there are none.
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
    """The events of a row.

    Counts and cost of a longer period are spread over its days by largest remainder; they add up
    to the row's exactly. Which days get the one more is decided by object and day alone, so that a
    restatement of the same period with higher counts replaces every event of the earlier one.

    Raises
    ------
    RowRefused
        `invalid_number`, for a cost that `money` refuses.
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
    """An engagement without its time and its number; `name` is its id, or the part of it known."""
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
    """A cost that goes with no engagement; `name` is its id, `period_days` 0 if it is of a day."""
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
) -> RawEvent:
    """An engagement that a record tells of.

    Parameters
    ----------
    at : datetime
        In UTC.
    *parts : str
        What tells it from every other of the channel, the same in every export: e.g. the account,
        ``comment`` and the comment's id.
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
    return event


def conversion(
    goal: str,
    at: dt.datetime,
    *parts: str,
    value: Money | None = None,
    count: int = 1,
    refund: bool = False,
) -> RawEvent:
    """A conversion that a record tells of; `parts` as of `engagement`, the platform first."""
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
    """How many followers there were at a time; `parts` as of `engagement`."""
    return {
        "kind": "audience",
        "event_id": event_id(channel, *parts, "audience"),
        "occurred_at": at,
        "channel": channel,
        "size": size,
    }


def money(amount: Decimal, currency: str) -> Money:
    """An amount, rounded to eight decimals where it has more; it must be at least zero.

    Raises
    ------
    RowRefused
        `invalid_number`, for an amount of more digits than the contract takes, or one above zero
        that would be rounded to zero.
    """
    found = _rounded(amount, currency)
    if amount and not found.amount:
        raise RowRefused("invalid_number", "an amount is below the smallest that is kept")
    return found


def _rounded(amount: Decimal, currency: str) -> Money:
    exponent = amount.as_tuple().exponent
    if amount.adjusted() > _MOST_DIGITS:  # written out, it would be as long as it says
        raise RowRefused("invalid_number", "an amount has more digits than money has")
    try:
        if isinstance(exponent, int) and exponent < -8:
            amount = amount.quantize(_FINEST_AMOUNT, ROUND_HALF_EVEN).normalize()
        return Money.model_validate({"amount": f"{amount:f}", "currency": currency})
    except (ValidationError, InvalidOperation):
        raise RowRefused("invalid_number", "an amount has more digits than money has") from None


def spread(total: int, weights: Sequence[int], order: Sequence[int]) -> list[int]:
    """Whole shares in proportion to weights that add up to the total (largest remainder).

    Parameters
    ----------
    total : int
        At least zero.
    weights : sequence of int
        At least one of them above zero.
    order : sequence of int
        The indexes of the weights; of equal remainders the one that comes first here wins.
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
    """Shares of an amount to the cent (or its own precision, if finer) that add up to it."""
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
        event["cost"] = _rounded(cost, tally.cost[1])  # of a share, which may be very small
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

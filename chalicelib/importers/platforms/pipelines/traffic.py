"""Converts records of ad platforms to events: daily counts, cost and claimed conversions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from chalicelib.importers.booking import Tally, book
from chalicelib.importers.outcomes import Claim, RawEvent, RowRejected
from chalicelib.importers.platforms.pipelines.landed import Landed
from chalicelib.importers.platforms.pipelines.streams import Ledger, Subject
from chalicelib.importers.records.records import Converted
from chalicelib.importers.rows.row_engine import NO_NUMBERS
from chalicelib.importers.values.event_identity import object_key
from chalicelib.importers.values.values import count, currency_of, number


@dataclass(frozen=True, slots=True)
class Traffic:
    """The numbers of an ads record.

    Attributes
    ----------
    subject : Subject
    account : str
        Empty if the record names none.
    counts, organic : mapping of str to int
        Type of engagement -> count, for paid engagements and for organic ones that followed.
    cost : Decimal, optional
    currency : str
        Empty if the record names none.
    claimed, worth : Decimal
        The conversions that the platform claims, and their value.
    campaign, content : str
        Ids; may be empty.
    """

    subject: Subject
    account: str
    counts: Mapping[str, int]
    cost: Decimal | None = None
    currency: str = ""
    organic: Mapping[str, int] = field(default_factory=dict)
    claimed: Decimal = Decimal(0)
    worth: Decimal = Decimal(0)
    campaign: str = ""
    content: str = ""


def booked(channel: str, traffic: Traffic, ledger: Ledger) -> Converted:
    """Return the events of a record, or why it is not data.

    Raises
    ------
    RowRejected
        `aggregate_period`, `no_currency`, `invalid_number`.
    """
    options, subject = ledger.options, traffic.subject
    assert subject.first is not None
    assert subject.last is not None
    if subject.first != subject.last and not options.spread:
        raise RowRejected(
            "aggregate_period",
            f"the record covers {subject.first} to {subject.last}. Set the source to report by day",
        )
    cost = None
    if traffic.cost:
        cost = traffic.cost, currency_of(traffic.currency, options.currency)
    events: list[RawEvent] = []
    for counts, paid in ((traffic.counts, True), (traffic.organic, False)):
        tally = Tally(
            channel=channel,
            report=f"api-{subject.level}" if paid else f"api-{subject.level}-organic",
            account=traffic.account or options.account,
            key=subject.key,
            ordinal=0,
            first=subject.first,
            last=subject.last,
            counts=counts,
            cost=cost if paid else None,
            paid=paid,
            campaign_id=traffic.campaign,
            content_id=traffic.content,
        )
        events += book(tally)
    if traffic.claimed or traffic.worth:
        currency = traffic.currency or options.currency
        ledger.note_claim(Claim(traffic.claimed, traffic.worth, currency))
    return tuple(events) or NO_NUMBERS


def subject_of(
    level: str, key: tuple[str, ...], days: tuple[dt.date, dt.date], account: str
) -> Subject:
    """Return the subject of an ads record: a part of an account, on one or several days."""
    first, last = days
    if last < first:
        raise RowRejected("invalid_date", "the last day is before the first")
    return Subject(object_key((account, level, *key, f"{first}", f"{last}")), level, first, last)


def counts_of(landed: Landed, names: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Return type of engagement -> count, from the first filled field of each type.

    Raises
    ------
    RowRejected
        `invalid_number`, `negative`, `not_whole`.
    """
    return {kind: count(landed.numeral(*fields), fields[0]) for kind, fields in names.items()}


def claim_of(landed: Landed, *names: str) -> Decimal:
    """Return a number that a platform claims; zero if it cannot be read, because it is no event."""
    try:
        return number(landed.numeral(*names), names[0]) or Decimal(0)
    except RowRejected:
        return Decimal(0)

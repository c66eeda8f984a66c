"""The rows of a file that is read by a mapping -> events."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from chalicelib.exports.booking import Tally, book
from chalicelib.exports.cells import bare_id, is_blank
from chalicelib.exports.headings import comparable
from chalicelib.exports.identity import (
    Ordinals,
    code_of,
    digest,
    event_id,
    object_key,
    short_name,
)
from chalicelib.exports.mapping import COUNTS, ENGAGEMENTS, Mapping
from chalicelib.exports.numerals import NumberFormat
from chalicelib.exports.outcomes import Imported, NotData, RawEvent, RowRefused
from chalicelib.exports.recognition import Options
from chalicelib.exports.reports.dating import Dating, Span
from chalicelib.exports.reports.sums import Amounts, Counts
from chalicelib.exports.reports.totals import TotalsRows
from chalicelib.money import Money

PLATFORM = "mapped"
TYPE_WORDS = {
    "reaction": "like",
    "+1": "like",
    "favorite": "like",
    "favourite": "like",
    "gefällt mir": "like",
    "retweet": "share",
    "repost": "share",
    "re-share": "share",
    "geteilt": "share",
    "reply": "comment",
    "kommentar": "comment",
    "klick": "click",
    "aufruf": "view",
    "link": "mention",
    "bewertung": "review",
} | {kind: kind for kind in ENGAGEMENTS}
"""What platforms call a type of engagement, singular and without case -> the contract's name."""

_THING_FIELDS = (
    *("channel", "account", "campaign_id", "content_id", "currency"),
    *("type", "paid", "goal", "user_id", "event_id", "consent"),
)
_SLUG = re.compile(r"[a-z][a-z0-9_]{0,31}\Z")
_THINGS_KEPT = 5_000
_TRUE = frozenset({"true", "yes", "1", "ja", "wahr", "paid", "bezahlt"})
_FALSE = frozenset({"", "false", "no", "0", "nein", "falsch", "organic", "organisch"})
_YES = frozenset({"true", "yes", "y", "1", "ja", "wahr", "granted", "opt-in", "erteilt"})
_NO = frozenset(
    {"", "false", "no", "n", "0", "nein", "falsch", "denied", "opt-out", "widerrufen", "withdrawn"}
)


Cells = Sequence[str]


@dataclass(frozen=True, slots=True)
class _Thing:
    """What rows are about: the settled part of their events."""

    prefix: str
    code: int
    channel: str
    type: str
    goal: str
    paid: bool
    currency: str
    user: str
    consents: bool
    account: str
    campaign: str
    content: str
    key: str


class MappedRows:
    """What the rows of a mapped file mean."""

    def __init__(
        self,
        mapping: Mapping,
        at: dict[str, int],
        dating: Dating,
        numbers: NumberFormat,
        totals: TotalsRows,
        options: Options,
    ) -> None:
        self.dating = dating
        self.numbers = numbers
        self.totals = totals
        self._constants = dict(mapping.constants)
        self._account = str(self._constants.get("account", options.account))
        given = str(self._constants.get("currency", options.currency))
        self._counts = Counts(numbers)
        self._amounts = Amounts(numbers, given)
        self._ordinals = Ordinals()
        self._things: dict[Any, _Thing] = {}
        by_field = {field: at[name] for name, field in mapping.columns.items()}
        self._at = by_field
        self._wide = [
            (at[name], field.removeprefix("paid_"), field.startswith("paid_"), name)
            for name, field in mapping.columns.items()
            if field in COUNTS
        ]
        thing_cells = [by_field[field] for field in _THING_FIELDS if field in by_field]
        self._thing_cells = itemgetter(*thing_cells) if thing_cells else None
        self._date_cells = itemgetter(*dating.positions)
        self._is_long = "type" in by_field or "type" in self._constants
        self._converts = "conversions" in by_field or "value" in by_field

    def convert(self, row: int, cells: Cells) -> Imported | NotData:
        """The outcome of a row that is data; raises `RowRefused`."""
        thing = self._thing_of(cells)
        found = [
            (kind, is_paid or thing.paid, count)
            for position, kind, is_paid, name in self._wide
            if (count := self._count(cells[position], name))
        ]
        if self._is_long and (count := self._count_of("count", cells, 1)):
            found.append((thing.type, thing.paid, count))
        cost = self._amount("cost", cells, thing)
        worth = self._amount("value", cells, thing)
        converted = self._count_of("conversions", cells, 1 if worth else 0)
        if worth is not None and not converted:
            raise RowRefused("value_without_order", "money without a conversion")
        has_audience = "audience" in self._at and not is_blank(cells[self._at["audience"]])
        if not (found or cost or converted or has_audience):
            return NotData(row, "no numbers but zeros")
        span = self.dating.spans[self._date_cells(cells)]
        ordinal = 0
        if "event_id" not in self._at:
            ordinal = self._ordinals.next(thing.code, span.code)
        if span.first != span.last:
            if converted or has_audience or thing.user:
                raise RowRefused("aggregate_period", "only counts and costs are spread over days")
            return Imported(row, self._spread(thing, span, ordinal, found, cost))
        end = f":{ordinal}" if ordinal else ""
        prefix = f"{thing.prefix}:{span.name}"
        events = []
        for kind, paid, count in found:
            name = f"{prefix}:{'paid-' if paid else ''}{kind}{end}"
            events.append(self._engagement(thing, kind, paid, count, name, span.at, cells))
        if cost is not None:
            self._add_cost(events, thing, cost, f"{prefix}:cost{end}", span.at)
        if converted:
            event: RawEvent = {
                "kind": "conversion",
                "event_id": f"{prefix}:{thing.goal}{end}",
                "occurred_at": span.at,
                "goal": thing.goal,
                "count": converted,
            }
            if worth is not None:
                event["value"] = worth
            if thing.user and thing.consents:
                event["user_id"] = thing.user
            events.append(event)
        if has_audience:
            events.append(
                {
                    "kind": "audience",
                    "event_id": f"{prefix}:audience{end}",
                    "occurred_at": span.at,
                    "channel": thing.channel,
                    "size": self._count_of("audience", cells, 0),
                }
            )
        return Imported(row, tuple(events))

    def _engagement(
        self,
        thing: _Thing,
        kind: str,
        paid: bool,
        count: int,
        name: str,
        at: dt.datetime,
        cells: Cells,
    ) -> RawEvent:
        event: RawEvent = {
            "kind": "engagement",
            "event_id": name,
            "occurred_at": at,
            "channel": thing.channel,
            "type": kind,
            "paid": paid,
            "count": count,
        }
        if thing.campaign:
            event["campaign_id"] = thing.campaign
        if thing.content:
            event["content_id"] = thing.content
        if thing.user:
            event["user_id"] = thing.user
            if not thing.consents:
                event["consent"] = False
        if kind == "review" and "rating" in self._at:
            self._add_number(event, "rating", cells)
        if "sentiment" in self._at:
            self._add_number(event, "sentiment", cells)
        return event

    def _add_number(self, event: RawEvent, field: str, cells: Cells) -> None:
        try:
            number = self.numbers.number(cells[self._at[field]])
        except ValueError as error:
            raise RowRefused("invalid_number", f"{field}: {error}") from None
        if number is not None:
            event[field] = float(number)

    def _add_cost(
        self, events: list[RawEvent], thing: _Thing, cost: Money, name: str, at: dt.datetime
    ) -> None:
        for carrier in ("click", "impression"):
            for event in events:
                if event["type"] == carrier:
                    event["cost"] = cost
                    return
        event = {
            "kind": "cost",
            "event_id": name,
            "occurred_at": at,
            "channel": thing.channel,
            "amount": cost,
            "paid": thing.paid,
        }
        if thing.campaign:
            event["campaign_id"] = thing.campaign
        events.append(event)

    def _spread(
        self,
        thing: _Thing,
        span: Span,
        ordinal: int,
        found: Sequence[tuple[str, bool, int]],
        cost: Money | None,
    ) -> tuple[RawEvent, ...]:
        events: list[RawEvent] = []
        for paid in sorted({p for _, p, _ in found} | ({thing.paid} if cost else set())):
            counts: dict[str, int] = {}
            for kind, is_paid, count in found:
                if is_paid == paid:
                    counts[kind] = counts.get(kind, 0) + count
            tally = Tally(
                channel=thing.channel,
                report=f"{PLATFORM}-paid" if paid else PLATFORM,
                account=thing.account,
                key=thing.key,
                ordinal=ordinal,
                first=span.first,
                last=span.last,
                counts=counts,
                cost=(cost.amount, cost.currency) if cost and paid == thing.paid else None,
                paid=paid,
                campaign_id=thing.campaign,
                content_id=thing.content,
            )
            events += book(tally)
        return tuple(events)

    def _thing_of(self, cells: Cells) -> _Thing:
        key = self._thing_cells(cells) if self._thing_cells else ""
        thing = self._things.get(key)
        if thing is None:
            thing = self._settle(cells)
            if len(self._things) >= _THINGS_KEPT:
                self._things.clear()
            self._things[key] = thing
        return thing

    def _settle(self, cells: Cells) -> _Thing:
        texts = {field: self._text(field, cells) for field in _THING_FIELDS}
        channel = _slug(texts["channel"]) if texts["channel"] else ""
        goal = _slug(texts["goal"] or "purchase")
        needs_channel = self._wide or self._is_long or "cost" in self._at or "audience" in self._at
        if needs_channel and not channel:
            raise RowRefused("missing_value", "the row has no channel")
        account = texts["account"] or self._account
        names = [texts[f] for f in ("campaign_id", "content_id", "type", "user_id", "event_id")]
        key = digest(object_key([*names, goal]))
        return _Thing(
            prefix=event_id(channel or PLATFORM, PLATFORM, digest(account)[:8], key),
            code=code_of(object_key([channel, account, key])),
            channel=channel,
            type=_type_of(texts["type"]) if self._is_long else "",
            goal=goal,
            paid=_truth(texts["paid"]),
            currency=texts["currency"].upper(),
            user=texts["user_id"],
            consents="consent" not in self._at or _agrees(texts["consent"]),
            account=account,
            campaign=short_name(texts["campaign_id"]),
            content=short_name(texts["content_id"]),
            key=key,
        )

    def _text(self, field: str, cells: Cells) -> str:
        if field in self._at and not is_blank(cells[self._at[field]]):
            return bare_id(cells[self._at[field]])
        constant = self._constants.get(field, "")
        if field in ("currency", "account"):
            return ""  # the caller's word for a row that has none of its own
        return str(constant)

    def _count(self, cell: str, name: str) -> int:
        try:
            count = self._counts[cell]
        except RowRefused as error:
            raise RowRefused(error.code, f"{name} {error.message}") from None
        if count < 0:
            raise RowRefused("negative", f"{count} {name}")
        return count

    def _count_of(self, field: str, cells: Cells, absent: int) -> int:
        position = self._at.get(field)
        return absent if position is None else self._count(cells[position], field)

    def _amount(self, field: str, cells: Cells, thing: _Thing) -> Money | None:
        position = self._at.get(field)
        return None if position is None else self._amounts[cells[position], thing.currency]


def _slug(text: str) -> str:
    """A name as the slug of a channel or goal; raises `RowRefused`."""
    slug = re.sub(r"[^a-z0-9]+", "_", comparable(text)).strip("_")
    if not _SLUG.match(slug):
        raise RowRefused("unknown_type", "a channel and a goal are short names of Latin letters")
    return slug


def _type_of(text: str) -> str:
    word = comparable(text)
    for known in (word, word.removesuffix("s")):
        if known in TYPE_WORDS:
            return TYPE_WORDS[known]
    raise RowRefused("unknown_type", "the type is none of " + ", ".join(ENGAGEMENTS))


def _agrees(text: str) -> bool:
    """Whether that is a yes; an empty cell is none."""
    word = comparable(text)
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise RowRefused("unknown_type", "the consent is neither yes nor no")


def _truth(text: str) -> bool:
    word = comparable(text)
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise RowRefused("unknown_type", "paid is neither true nor false")

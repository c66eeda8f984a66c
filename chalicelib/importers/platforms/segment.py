"""Segment and RudderStack: `track` calls for orders, from an API, a webhook or an archive."""

from __future__ import annotations

import json
import re
from typing import Any

from chalicelib.importers.goals import Goals
from chalicelib.importers.outcomes import ClaimedConversions, RowRejected
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Options, Recognition
from chalicelib.importers.records.record_report import Convert, RecordReport
from chalicelib.importers.records.records import Converted
from chalicelib.importers.records.unread_keys import plain_object
from chalicelib.importers.values.event_identity import digest
from chalicelib.importers.values.values import (
    first_filled,
    first_name,
    instant_of,
    money_of,
    name_of,
    record_of,
)

PLATFORM = "segment"
GOAL = "purchase"
_ORDERED = frozenset({"ordercompleted", "completedorder"})
_REFUNDED = frozenset({"orderrefunded", "refundedorder"})
_CALL = re.compile(r'"type"\s*:\s*"(?:track|identify|page|screen|group|alias)"')
_KEYS = ("messageId", "anonymousId", "userId", "receivedAt", "originalTimestamp", "writeKey")
_KEYS_OF_RUDDERSTACK = ("rudderId", "sentAt")
_AMOUNTS = ("revenue", "total", "value")
_TIMES = ("timestamp", "originalTimestamp", "receivedAt")
_ORDER_IDS = ("order_id", "orderId", "orderID")
_BETWEEN_WORDS = re.compile(r"[\s_-]+")

_DECLARATION = Declaration(
    "Segment and RudderStack: track calls (JSON)",
    "A storage destination such as Amazon S3 (gzip files are read as they are), a webhook, or the "
    "source's Debugger (*Raw*)",
    "JSON with a `type` such as `track`, `page` or `identify` and two of messageId, "
    "anonymousId, userId, timestamp, receivedAt, rudderId: one call, an array, one per line, or "
    '`{"batch": [...]}`',
    (
        Becomes(
            "`Order Completed`, written with spaces, underscores or neither, in upper or lower "
            "case",
            f"one `conversion`, goal `{GOAL}`",
        ),
        Becomes("`Order Refunded` with an amount", f"a `conversion`, goal `{GOAL}`, with `refund`"),
        Becomes(
            "`properties.revenue`, else `total`, else `value`; `properties.currency`",
            "the conversion's value; product prices are not summed",
        ),
        Becomes("`timestamp`, else `originalTimestamp`, else `receivedAt`", "the time"),
        Becomes("`properties.order_id`, else `messageId`", "part of the event id"),
        Becomes("any other call", "nothing; this includes *Order Cancelled* and *Order Updated*"),
        Becomes("another call for the same order", "nothing: each order is one conversion"),
        Becomes(
            "`userId`, `anonymousId`, `context`, `traits`", "nothing: these fields are not read"
        ),
    ),
    (
        ("invalid_date", "the time cannot be read or has no offset"),
        ("invalid_number", "the amount is not a number"),
        ("malformed_record", "the line is not JSON or not a call"),
        ("missing_value", "the call has no time"),
        ("negative", "the amount is negative"),
        ("no_currency", "the call has an amount but no currency, and you did not pass one"),
    ),
    (
        "`revenue` excludes shipping and tax, `total` includes them. Send the same one in every "
        "call.",
        "RudderStack files contain the same calls. Their platform is also `segment`.",
        "For a rejected call, only the call type, the time and the order number are shown.",
    ),
    holds_people=True,
)


def _recognise(glimpse: Glimpse) -> Recognition | None:
    if not glimpse.is_json or not _CALL.search(glimpse.text):
        return None
    known = [
        key for key in (*_KEYS, *_KEYS_OF_RUDDERSTACK, "timestamp") if f'"{key}"' in glimpse.text
    ]
    if len(known) < 2:
        return None
    return Recognition(1 + len(known), f"track calls with {', '.join(known)}", _REPORT.open)


def _converter(options: Options, unpaid: ClaimedConversions) -> Convert:
    goals = Goals(PLATFORM, options.account)
    return lambda call: _converted(call, goals, options)


def _converted(call: Any, goals: Goals, options: Options) -> Converted:
    if not isinstance(call, dict):
        raise RowRejected("malformed_record", "the record is not a call")
    if call.get("type") != "track":
        return "not a track call"
    event = _BETWEEN_WORDS.sub("", name_of(call.get("event"))).casefold()
    is_refund = event in _REFUNDED
    if not is_refund and event not in _ORDERED:
        return "a track call that is not about an order"
    properties = record_of(call.get("properties"))
    at = instant_of(first_filled(call, *_TIMES), "timestamp")
    amount = first_filled(properties, *_AMOUNTS)
    currencies = (properties.get("currency"), options.currency)
    value = money_of(amount, "the amount", currencies)
    if is_refund and value is None:
        return "a refund without an amount"
    order = first_name(properties, *_ORDER_IDS)
    message = name_of(call.get("messageId"))
    if is_refund:
        identity = message or digest(f"{order} {at.isoformat()}")
    else:
        identity = (
            order or message or digest(json.dumps(plain_object(call), default=str, sort_keys=True))
        )
    return goals.reached(GOAL, at, identity, value, refund=is_refund)


def _shown(call: Any) -> str:
    """The fields that a rejection may show: a call contains personal data."""
    record = record_of(call)
    parts = {
        "type": name_of(record.get("type")),
        "timestamp": name_of(first_filled(record, *_TIMES)),
        "order_id": first_name(record_of(record.get("properties")), *_ORDER_IDS),
    }
    forms = {"type": r"[a-z]{1,10}", "timestamp": r"[\dTZ:.+ -]{1,40}", "order_id": r"[\w#-]{1,40}"}
    return ", ".join(f"{k}={v}" for k, v in parts.items() if re.fullmatch(forms[k], v))


_REPORT = RecordReport(
    platform=PLATFORM,
    report="track",
    declaration=_DECLARATION,
    converter=_converter,
    shown=_shown,
    within=("batch",),
)
IMPORTERS = (_REPORT.importer(_recognise),)

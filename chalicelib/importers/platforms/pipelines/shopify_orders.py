"""Shopify: orders from connectors of the Admin API, read like orders from webhooks."""

from __future__ import annotations

import re

from chalicelib.importers.outcomes import RowRejected
from chalicelib.importers.platforms.pipelines.landed import Landed
from chalicelib.importers.platforms.pipelines.streams import Ledger, Names, Stream, Subject
from chalicelib.importers.platforms.shopify.shopify_rest_orders import (
    NO_PEOPLE,
    ONE_OF_THEM,
    PLATFORM,
    RESTATED,
)
from chalicelib.importers.platforms.shopify.webhook import convert_order
from chalicelib.importers.recognition.declarations import Becomes
from chalicelib.importers.records.records import Converted
from chalicelib.importers.records.unread_keys import changed
from chalicelib.importers.values.values import list_of

_PARTLY = "partially_refunded"


def _recognise(names: Names) -> int:
    return 10 if names >= {"financial_status", "total_price", "created_at"} else 0


def _reason(landed: Landed) -> str:
    return "a test order" if landed.is_true("test") else ""


def _subject(landed: Landed) -> Subject:
    number = landed.name("id") or landed.name("name").lstrip("#")
    if not number:
        raise RowRejected("missing_value", "the order has neither an id nor a name")
    return Subject(number)


def _convert(landed: Landed, subject: Subject, ledger: Ledger) -> Converted:
    order = changed(landed.data, id=landed.name("id"), test=False)
    if landed.has("financial_status") and landed.has("created_at"):
        order["created_at"] = landed.instant("created_at").isoformat()
    if landed.name("financial_status") == _PARTLY and not list_of(landed.value("refunds")):
        if not landed.has("current_total_price"):
            raise RowRejected(
                "missing_value",
                "the order was partially refunded, but neither refunds nor current_total_price "
                "contain the amount",
            )
        order["total_price"] = landed.value("current_total_price")
    if landed.has("cancelled_at"):
        ledger.note("the order was cancelled; its financial status decides whether it counts")
    return convert_order(order, ledger.options, ledger.unpaid)


SHOPIFY_ORDERS = Stream(
    platform=PLATFORM,
    holds_people=True,
    report="orders",
    title="Shopify: orders landed by a pipeline",
    looks_for="an envelope around records with `financial_status`, `total_price` and `created_at`",
    hint=re.compile(r"financial_?status", re.IGNORECASE),
    recognise=_recognise,
    reason=_reason,
    subject=_subject,
    convert=_convert,
    becomes=(
        *RESTATED,
        Becomes("`total_price`, successful `refunds`, `currency`", "the conversion's value"),
        Becomes(
            "`current_total_price`",
            "the value of a partially refunded order whose refunds are in another table (Fivetran)",
        ),
        Becomes("`created_at`", "the time"),
        Becomes("`id`, else `name`", "part of the event id, as in webhooks"),
        Becomes("`test`", "nothing: test orders are not purchases"),
        Becomes(
            "`cancelled_at`",
            "nothing: the financial status decides whether a cancelled order counts",
        ),
    ),
    rejected=(
        ("missing_value", "no id, no total, no refunds, or an unknown financial status"),
        ("undecidable_time", "`created_at` has no offset, and the pipeline does not write UTC"),
        ("no_currency", "the order has no currency, and you did not pass one"),
        ("negative", "an amount is below zero, or the refund is larger than the total"),
    ),
    notes=(NO_PEOPLE, ONE_OF_THEM),
    is_report=False,
    covers=False,
    needs_envelope=True,
)

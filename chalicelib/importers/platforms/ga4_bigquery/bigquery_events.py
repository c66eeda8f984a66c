"""Google Analytics 4, BigQuery export: one event per record, parameters as keys and values."""

from __future__ import annotations

import json
import re
from typing import Any

from chalicelib.importers.booking import engagement
from chalicelib.importers.goals import Goals
from chalicelib.importers.outcomes import ClaimedConversions, RowRejected
from chalicelib.importers.platforms.ga4_bigquery.bigquery_sources import origin_of
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.records.record_report import Convert, RecordReport
from chalicelib.importers.records.records import Converted
from chalicelib.importers.values.event_identity import digest, event_id
from chalicelib.importers.values.values import (
    epoch,
    first_filled,
    first_name,
    list_of,
    money_of,
    name_of,
    record_of,
)
from chalicelib.model.money import Money

PLATFORM = "ga4"
ENGAGEMENTS = {"page_view": "impression", "screen_view": "impression", "click": "click"}
GOALS = {"purchase": "purchase", "generate_lead": "lead", "sign_up": "signup"}
REFUND = "refund"

_KEYS = ("event_name", "event_timestamp", "event_params")
_IDENTITY = (
    *("stream_id", "event_timestamp", "event_name", "user_pseudo_id", "client_id"),
    *("event_bundle_sequence_id", "batch_page_id", "batch_ordering_id", "batch_event_index"),
    "event_params",
)
_KINDS_OF_VALUE = ("string_value", "int_value", "float_value", "double_value")
_DIGITS = re.compile(r"\d{1,20}")
_NO_ORDER = frozenset({"", "(not set)"})

_DECLARATION = Declaration(
    "Google Analytics 4: events exported to BigQuery (JSON)",
    "Admin > Product links > BigQuery links (Verwaltung > Produktverknüpfungen > "
    "BigQuery-Verknüpfungen); then in BigQuery the table `events_YYYYMMDD` > Export, as JSON "
    "with one line per event",
    "JSON with event_name, event_timestamp and event_params, one event per line or in an array",
    (
        Becomes("`page_view`, `screen_view`", "`impression`"),
        Becomes("`click` (on a link to another site)", "`click`"),
        Becomes("`purchase`", "`conversion`, goal `purchase`"),
        Becomes("`generate_lead`", "`conversion`, goal `lead`"),
        Becomes("`sign_up`", "`conversion`, goal `signup`"),
        Becomes("`refund` with an amount", "`conversion`, goal `purchase`, with `refund`"),
        Becomes("any other event, e.g. `first_visit` and `session_start`", "not imported"),
        Becomes(
            "`ecommerce.purchase_revenue`, else the parameter `value`, with the parameter "
            "`currency`; else `purchase_revenue_in_usd` or `event_value_in_usd`",
            "the conversion's value",
        ),
        Becomes(
            "source and medium of the session (last click), else of the event, else of the "
            "person's first visit",
            "the channel. Paid: `google_ads` for Google and YouTube, `meta_ads` for Facebook and "
            "Instagram, `linkedin_ads` for LinkedIn, the network's own channel for other known "
            "networks, otherwise `paid_other`. Not paid: `email`, `organic_search`, the network "
            "of a known source such as facebook.com or t.co (`facebook`, `twitter`, …), "
            "`referral` for other sites, `direct` without a source",
        ),
        Becomes("the campaign of that source", "`campaign_id`"),
        Becomes("`page_location` without its query (`?…`)", "`content_id`"),
        Becomes("`event_timestamp` (microseconds)", "the time"),
        Becomes("`transaction_id`", "part of a purchase's event id: an order is one conversion"),
        Becomes("`user_id`, `user_properties`, `device`, `geo`", "not read"),
    ),
    (
        ("invalid_date", "`event_timestamp` is not a number of microseconds"),
        ("invalid_number", "the value is not a number"),
        ("malformed_record", "the line is not JSON, or not an event"),
        ("missing_value", "`event_timestamp` is missing"),
        ("negative", "the value is below zero"),
        ("no_currency", "the value has no currency, and `--currency` was not given"),
    ),
    (
        "Events do not contain `user_pseudo_id`. It only enters the digest that forms the event "
        "id, so that events of two people at the same time stay separate.",
        "A rejected event shows only its time.",
    ),
    holds_people=True,
)


def _converter(options: Options, unpaid: ClaimedConversions) -> Convert:
    goals = Goals(PLATFORM, options.account)
    return lambda event: _converted(event, goals, options)


def _converted(event: Any, goals: Goals, options: Options) -> Converted:
    if not isinstance(event, dict) or "event_name" not in event:
        raise RowRejected("malformed_record", "the record is not an event")
    name = name_of(event["event_name"])
    if name in ENGAGEMENTS:
        return _engagement(event, ENGAGEMENTS[name], options.account)
    if name not in GOALS and name != REFUND:
        return "an event that is neither an engagement nor a goal"
    at = epoch(event.get("event_timestamp"), "event_timestamp", per_second=1_000_000)
    parameters = _parameters(event)
    value = _value(event, parameters, name, options.currency)
    if name == REFUND:
        if value is None:
            return "a refund without an amount"
        return goals.reached(GOALS["purchase"], at, _identity(event), value, refund=True)
    order = ""
    if name == "purchase":
        order = first_name(record_of(event.get("ecommerce")), "transaction_id")
        order = order if order not in _NO_ORDER else first_name(parameters, "transaction_id")
    return goals.reached(
        GOALS[name], at, order if order not in _NO_ORDER else _identity(event), value
    )


def _engagement(event: dict[str, Any], kind: str, account: str) -> Converted:
    at = epoch(event.get("event_timestamp"), "event_timestamp", per_second=1_000_000)
    parameters = _parameters(event)
    origin = origin_of(event, parameters)
    engaged = engagement(
        origin.channel,
        kind,
        at,
        paid=origin.paid,
        content_id=_page(event, parameters),
        campaign_id=origin.campaign,
    )
    # Google may add the session's source a day later, so the id must not depend on the channel.
    engaged["event_id"] = event_id(PLATFORM, account or "-", _identity(event), kind)
    return (engaged,)


def _identity(event: dict[str, Any]) -> str:
    known = [event.get(key) for key in _IDENTITY]
    return digest(json.dumps(known, default=str, sort_keys=True))


def _parameters(event: dict[str, Any]) -> dict[str, Any]:
    """Return an event's parameters: key -> value."""
    parameters = {}
    for parameter in map(record_of, list_of(event.get("event_params"))):
        value = first_filled(record_of(parameter.get("value")), *_KINDS_OF_VALUE)
        parameters[name_of(parameter.get("key"))] = value
    return parameters


def _value(
    event: dict[str, Any], parameters: dict[str, Any], name: str, given: str
) -> Money | None:
    """Return the value of a conversion in the currency of the payment, else in US dollars."""
    sales = record_of(event.get("ecommerce"))
    key = "refund_value" if name == REFUND else "purchase_revenue"
    amount = first_filled(sales, key)
    if amount is None:
        amount = first_filled(parameters, "value")
    dollars = first_filled(sales, f"{key}_in_usd")
    if dollars is None:
        dollars = first_filled(event, "event_value_in_usd")
    currency = parameters.get("currency") or given
    if amount is None or (not currency and dollars is not None):
        return money_of(dollars, "the value", ("USD",))
    return money_of(amount, "the value", (currency,))


def _page(event: dict[str, Any], parameters: dict[str, Any]) -> str:
    """Return the page without parts that may identify a person: queries, e-mail addresses."""
    page = first_name(parameters, "page_location") or first_name(event, "page_location")
    page = re.split(r"[?#;]", page, maxsplit=1)[0]
    return "" if "@" in page or "%40" in page else page


def _shown(event: Any) -> str:
    stamp = name_of(record_of(event).get("event_timestamp"))
    return f"event_timestamp={stamp}" if _DIGITS.fullmatch(stamp) else ""


GA4_EVENTS = RecordReport(
    platform=PLATFORM,
    report="events",
    declaration=_DECLARATION,
    converter=_converter,
    shown=_shown,
    keys=_KEYS,
    hits=2 * len(_KEYS),
).importer()

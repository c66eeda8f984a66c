"""Conversions from trackers: Segment, the Meta Conversions API, GA4 in BigQuery."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.importers.platforms.ga4_bigquery.bigquery_sources import channel_of
from tests.importers.files import Read, lines, read
from tests.importers.test_conservation import check_conservation


def make_call(**over: Any) -> dict[str, Any]:
    call = {
        "type": "track",
        "event": "Order Completed",
        "messageId": "m-1",
        "userId": "ada@example.org",
        "anonymousId": "1166526666",
        "context": {"ip": "192.0.2.7", "traits": {"lastName": "Lovelace"}},
        "properties": {
            "order_id": "5001",
            "revenue": 400,
            "total": 480.5,
            "currency": "EUR",
            "products": [{"price": 55, "quantity": 5}],
        },
        "timestamp": "2026-05-12T15:46:51.693229+05:30",
        "receivedAt": "2026-05-13T10:16:52.000Z",
    }
    properties = over.pop("properties", {})
    call.update(over)
    call["properties"] = call["properties"] | properties  # type: ignore[operator]
    return call


def make_event(**over: Any) -> dict[str, Any]:
    """Return an event of the Meta Conversions API."""
    return {
        "event_name": "Purchase",
        "event_time": 1699784211,
        "event_id": "e-1",
        "action_source": "website",
        "user_data": {"em": "f1e2d3hash"},
        "custom_data": {"value": 400, "currency": "usd", "contents": [{"item_price": 55}]},
    } | over


def make_hit(name: str = "page_view", **over: Any) -> dict[str, Any]:
    """Return an event of GA4."""
    parameters = over.pop("parameters", {"page_location": "https://example.org/blog?u=Lovelace"})
    return {
        "event_date": "20260406",
        "event_timestamp": "1775458190431476",
        "event_name": name,
        "event_params": [
            {"key": key, "value": {"string_value": None, "double_value": None} | typed(value)}
            for key, value in parameters.items()
        ],
        "user_pseudo_id": "1166526666.1",
        "user_id": "ada@example.org",
        "traffic_source": {"name": "(direct)", "medium": "(none)", "source": "(direct)"},
        "ecommerce": None,
    } | over


def typed(value: Any) -> dict[str, Any]:
    return {"string_value" if isinstance(value, str) else "double_value": value}


def value_of(result: Read) -> Decimal:
    values = (
        Decimal(e["value"]["amount"]) * (-1 if e.get("refund") else 1)
        for e in result.stored
        if "value" in e
    )
    return sum(values, Decimal(0))


@pytest.mark.parametrize(
    ("source", "medium", "channel", "paid"),
    [
        ("google", "organic", "organic_search", False),
        ("google", "cpc", "google_ads", True),
        ("bing", "cpc", "paid_other", True),
        ("m.facebook.com", "paid_social", "meta_ads", True),
        ("linkedin.com", "cpc", "linkedin_ads", True),
        ("lnkd.in", "referral", "linkedin", False),
        ("xing", "social", "xing", False),
        ("t.co", "referral", "twitter", False),
        ("newsletter", "email", "email", False),
        ("notfacebook.com", "referral", "referral", False),
        ("(direct)", "(none)", "direct", False),
    ],
)
def test_source_and_medium_give_the_channel(
    source: str, medium: str, channel: str, paid: bool
) -> None:
    assert channel_of(source, medium) == (channel, paid)


kinds = st.lists(
    st.tuples(st.sampled_from(["goal", "other", "bad"]), st.integers(0, 10**8)),
    min_size=1,
    max_size=15,
)


@given(rows=kinds, platform=st.sampled_from(["segment", "meta", "ga4"]), as_lines=st.booleans())
def test_no_record_of_a_tracker_is_lost_or_invented(
    rows: list[tuple[str, int]], platform: str, as_lines: bool
) -> None:
    makers: dict[str, Any] = {
        "segment": lambda n, kind, cents: make_call(
            event="Product Viewed" if kind == "other" else "Order Completed",
            properties={"order_id": f"{n}", "revenue": "?" if kind == "bad" else cents / 100},
        ),
        "meta": lambda n, kind, cents: make_event(
            event_name="ViewContent" if kind == "other" else "Purchase",
            event_id=f"{n}",
            custom_data={"currency": "EUR", "value": "?" if kind == "bad" else cents / 100},
        ),
        "ga4": lambda n, kind, cents: make_hit(
            "scroll" if kind == "other" else "purchase",
            ecommerce={
                "transaction_id": f"{n}",
                "purchase_revenue": "?" if kind == "bad" else f"{cents / 100}",
            },
            parameters={"currency": "EUR"},
        ),
    }
    records = [makers[platform](n, kind, cents) for n, (kind, cents) in enumerate(rows)]

    result = read(lines(*records) if as_lines else json.dumps(records))

    good = [cents for kind, cents in rows if kind == "goal"]
    check_conservation(result, len(rows))
    assert len(result.events) == len(good)
    assert value_of(result) == Decimal(sum(good)) / 100
    assert len(result.rejected) == sum(kind == "bad" for kind, _ in rows)


@given(
    damage=st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "type",
                    "event",
                    "properties",
                    "timestamp",
                    "event_name",
                    "event_time",
                    "custom_data",
                    "event_params",
                    "event_timestamp",
                    "ecommerce",
                    "traffic_source",
                    "collected_traffic_source",
                ]
            ),
            st.recursive(
                st.none()
                | st.booleans()
                | st.integers()
                | st.floats(allow_nan=False, allow_infinity=False)
                | st.text(max_size=5),
                lambda inner: (
                    st.lists(inner, max_size=2)
                    | st.dictionaries(
                        st.sampled_from(["key", "value", "source", "order_id", "currency"]),
                        inner,
                        max_size=2,
                    )
                ),
                max_leaves=6,
            ),
        ),
        max_size=3,
    ),
    name=st.sampled_from(["purchase", "page_view", "refund"]),
)
def test_a_value_of_any_type_is_read_or_rejected(damage: list[tuple[str, Any]], name: str) -> None:
    for record in (make_call(), make_event(), make_hit(name)):
        damaged = record | {key: value for key, value in damage if key in record}
        result = read(lines(record, damaged))
        check_conservation(result, 2)

"""Conversions from trackers: Segment, Meta's Conversions API, GA4 in BigQuery."""

import gzip
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.importers.platforms.ga4_bigquery.bigquery_sources import channel_of
from tests.importers.files import Read, lines, read
from tests.importers.test_conservation import check_conservation

PEOPLE = ("ada@example.org", "Lovelace", "192.0.2.7", "f1e2d3hash", "1166526666")


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


def make_rudder_call(**over: Any) -> dict[str, Any]:
    """As RudderStack's S3 destination writes it."""
    call = make_call(**over)
    return call | {
        "channel": "web",
        "rudderId": "1166526666",
        "originalTimestamp": call.pop("timestamp"),
        "sentAt": "2026-05-12T10:16:53.000Z",
        "request_ip": "192.0.2.7",
    }


def make_event(**over: Any) -> dict[str, Any]:
    """Of Meta's."""
    return {
        "event_name": "Purchase",
        "event_time": 1699784211,
        "event_id": "e-1",
        "action_source": "website",
        "user_data": {"em": "f1e2d3hash"},
        "custom_data": {"value": 400, "currency": "usd", "contents": [{"item_price": 55}]},
    } | over


def make_hit(name: str = "page_view", **over: Any) -> dict[str, Any]:
    """Of GA4."""
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


def everything_shown(result: Read) -> str:
    return repr(result.outcomes) + json.dumps(result.summary)


def value_of(result: Read) -> Decimal:
    values = (
        Decimal(e["value"]["amount"]) * (-1 if e.get("refund") else 1)
        for e in result.stored
        if "value" in e
    )
    return sum(values, Decimal(0))


def test_a_completed_order_is_a_purchase_at_the_time_of_the_call() -> None:
    assert read(json.dumps(make_call())).events == [
        {
            "kind": "conversion",
            "event_id": "segment:-:5001:purchase",
            "occurred_at": "2026-05-12T10:16:51Z",
            "goal": "purchase",
            "count": 1,
            "value": {"amount": "400", "currency": "EUR"},
        }
    ]


@pytest.mark.parametrize(
    "name",
    ["order completed", "ORDER_COMPLETED", "OrderCompleted", "order-completed ", "Completed Order"],
)
def test_an_order_is_known_in_every_spelling(name: str) -> None:
    assert len(read(json.dumps(make_call(event=name))).events) == 1


@pytest.mark.parametrize(
    "over",
    [
        {"event": "Order Updated"},
        {"event": "Order Cancelled"},
        {"event": "Product Viewed"},
        {"event": None},
        {"type": "page"},
    ],
)
def test_other_calls_are_no_data(over: dict[str, Any]) -> None:
    result = read(json.dumps(make_call(**over)))

    assert (len(result.not_data), result.events) == (1, [])


@pytest.mark.parametrize(
    "write",
    [
        lambda calls: json.dumps(calls),
        lambda calls: json.dumps({"batch": calls, "sentAt": "2026-05-12T10:16:51Z"}),
        lambda calls: json.dumps({"writeKey": "x", "batch": calls}, indent=2),
        lambda calls: lines(*calls),
    ],
)
def test_calls_are_read_in_every_shape_of_file(write: Any) -> None:
    calls = [make_call(properties={"order_id": str(n)}) for n in range(3)]

    assert len(read(write(calls)).events) == 3


def test_an_order_that_browser_and_server_report_is_one() -> None:
    again = make_call(messageId="m-2", timestamp="2026-05-12T10:20:00Z")

    result = read(lines(make_call(), again))

    assert len(result.events) == len(result.not_data) == 1


def test_a_refused_call_does_not_hide_the_order() -> None:
    result = read(lines(make_call(properties={"revenue": "many"}), make_call()))

    assert len(result.refused) == len(result.events) == 1


def test_a_refund_is_a_refund_of_its_own() -> None:
    refunds = (
        make_call(
            event="Order Refunded", messageId=f"r-{n}", properties={"revenue": None, "total": n}
        )
        for n in (10, 20)
    )

    result = read(lines(make_call(), *refunds))

    assert value_of(result) == Decimal(370)
    assert [event.get("refund", False) for event in result.events] == [False, True, True]


def test_a_refund_without_an_amount_is_no_data() -> None:
    call = make_call(event="Order Refunded", properties={"revenue": None, "total": None})

    assert len(read(json.dumps(call)).not_data) == 1


def test_an_order_without_an_amount_is_a_purchase_without_a_value() -> None:
    call = make_call(properties={"revenue": None, "total": "", "currency": None})

    assert "value" not in read(json.dumps(call)).events[0]


def test_the_total_stands_in_for_a_missing_revenue() -> None:
    call = make_call(properties={"revenue": None, "total": "$1,480.50"})

    assert value_of(read(json.dumps(call))) == Decimal("1480.50")


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"properties": {"currency": "Lovelace"}}, "no_currency"),
        ({"properties": {"currency": None}}, "no_currency"),
        ({"properties": {"revenue": "Lovelace"}}, "invalid_number"),
        ({"properties": {"revenue": [1]}}, "invalid_number"),
        ({"properties": {"revenue": 10**18}}, "invalid_number"),
        ({"properties": {"revenue": -4}}, "negative"),
        ({"timestamp": "Lovelace"}, "invalid_date"),
        ({"timestamp": "2026-05-12T10:16:51"}, "invalid_date"),
        ({"timestamp": 1699784211}, "invalid_date"),
        ({"timestamp": None, "receivedAt": None}, "missing_value"),
    ],
)
def test_a_bad_call_is_refused_without_showing_the_person(over: dict[str, Any], code: str) -> None:
    result = read(lines(make_call(properties={"order_id": "1"}), make_call(**over)))

    assert [(outcome.row, outcome.code) for outcome in result.refused] == [(2, code)]
    assert "order_id=5001" in result.refused[0].raw
    assert not [text for text in PEOPLE if text in everything_shown(result)]


def test_the_currency_may_be_given() -> None:
    call = make_call(properties={"currency": None})

    assert read(json.dumps(call), currency="CHF").events[0]["value"]["currency"] == "CHF"


def test_meta_events_become_the_goals_that_they_are() -> None:
    names = ("Purchase", "Lead", "CompleteRegistration", "SubmitApplication", "ViewContent")
    events = [make_event(event_name=name) for name in names]

    result = read(json.dumps({"data": events, "access_token": "Lovelace"}))

    assert [event["goal"] for event in result.events] == [
        "purchase",
        "lead",
        "signup",
        "application",
    ]
    assert len(result.not_data) == 1
    assert result.events[0] == {
        "kind": "conversion",
        "event_id": "meta_conversions:-:e-1:purchase",
        "occurred_at": "2023-11-12T10:16:51Z",
        "goal": "purchase",
        "count": 1,
        "value": {"amount": "400", "currency": "USD"},
    }
    assert not [text for text in PEOPLE if text in everything_shown(result)]


def test_a_meta_event_without_an_id_has_one_that_is_stable_and_its_own() -> None:
    events = make_event(event_id=None), make_event(event_id=None, user_data={"em": "other"})

    first, second = read(lines(*events)).events

    assert first["event_id"] != second["event_id"]
    assert read(lines(*events)).events == [first, second]
    assert read(lines(*reversed(events))).events == [second, first]
    assert "f1e2d3hash" not in json.dumps(first)


def test_a_meta_event_that_was_sent_again_is_one() -> None:
    result = read(lines(make_event(), make_event(event_time=1699784300)))

    assert len(result.events) == len(result.not_data) == 1


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"event_time": 1699784211000}, "invalid_date"),
        ({"event_time": "f1e2d3hash"}, "invalid_date"),
        ({"event_time": None}, "missing_value"),
        ({"custom_data": {"value": 1}}, "no_currency"),
        ({"custom_data": {"value": "x", "currency": "EUR"}}, "invalid_number"),
        ({"custom_data": {"value": -1, "currency": "EUR"}}, "negative"),
    ],
)
def test_a_bad_meta_event_is_refused_without_showing_the_person(
    over: dict[str, Any], code: str
) -> None:
    result = read(json.dumps({"data": [make_event(), make_event(**over), "Lovelace"]}))

    assert [outcome.code for outcome in result.refused] == [code, "malformed_record"]
    assert not [text for text in PEOPLE if text in everything_shown(result)]


def test_a_page_view_is_an_impression_of_the_channel_that_brought_the_visit() -> None:
    hit = make_hit(
        collected_traffic_source={"manual_source": "l.facebook.com", "manual_medium": "referral"}
    )

    event = read(lines(hit)).events[0]

    assert event == {
        "kind": "engagement",
        "event_id": event["event_id"],
        "occurred_at": "2026-04-06T06:49:50.431476Z",
        "channel": "facebook",
        "type": "impression",
        "paid": False,
        "count": 1,
        "content_id": "https://example.org/blog",
    }


def test_first_visits_are_neither_impressions_nor_follows() -> None:
    result = read(lines(*map(make_hit, ("first_visit", "session_start", "user_engagement"))))

    assert (result.events, len(result.not_data)) == ([], 3)


def test_the_last_click_of_the_session_goes_before_the_first_visit() -> None:
    hit = make_hit(
        traffic_source={"source": "google", "medium": "organic"},
        session_traffic_source_last_click={
            "manual_campaign": {"source": "linkedin", "medium": "social", "campaign_name": "spring"}
        },
    )

    event = read(lines(hit)).events[0]

    assert (event["channel"], event["campaign_id"]) == ("linkedin", "spring")


def test_an_ad_click_of_google_is_paid() -> None:
    by_click = make_hit(collected_traffic_source={"gclid": "abc", "manual_campaign_name": "brand"})
    by_campaign = make_hit(
        session_traffic_source_last_click={"google_ads_campaign": {"campaign_name": "brand"}}
    )

    for hit in by_click, by_campaign:
        event = read(lines(hit)).events[0]
        assert (event["channel"], event["paid"], event["campaign_id"]) == (
            "google_ads",
            True,
            "brand",
        )


def test_the_id_does_not_hang_on_the_channel_that_is_known_later() -> None:
    known = make_hit(session_traffic_source_last_click={"manual_campaign": {"source": "t.co"}})

    before, after = read(lines(make_hit())).events[0], read(lines(known)).events[0]

    assert (before["channel"], after["channel"]) == ("direct", "twitter")
    assert before["event_id"] == after["event_id"]


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
def test_source_and_medium_name_a_channel(
    source: str, medium: str, channel: str, paid: bool
) -> None:
    assert channel_of(source, medium) == (channel, paid)


def test_storage_destinations_write_calls_by_line_packed_by_gzip() -> None:
    calls = (
        make_call(type="identify", event=None),
        make_call(type="page", event=None, messageId="m-2"),
        make_call(),
    )
    rudder_calls = (make_rudder_call(type="page"), make_rudder_call())

    segment = read(gzip.compress(lines(*calls).encode()))
    rudder = read(gzip.compress(lines(*rudder_calls).encode()))

    assert [event["value"]["amount"] for event in segment.events] == ["400"]
    assert len(segment.not_data) == 2
    assert rudder.events == segment.events
    assert not [text for text in PEOPLE if text in everything_shown(rudder)]


def test_ga4_conversions_have_their_goal_and_value() -> None:
    hits = (
        make_hit(
            "purchase",
            ecommerce={"purchase_revenue": "49.9", "transaction_id": "T1"},
            parameters={"currency": "EUR"},
        ),
        make_hit("generate_lead", parameters={"value": 5.5, "currency": "EUR"}),
        make_hit("sign_up"),
        make_hit("refund", ecommerce={"refund_value": 9.9}, parameters={"currency": "EUR"}),
    )

    result = read(lines(*hits))

    assert [event["goal"] for event in result.events] == ["purchase", "lead", "signup", "purchase"]
    assert result.events[0]["event_id"] == "ga4:-:T1:purchase"
    assert value_of(result) == Decimal("45.5")


def test_dollars_are_taken_where_no_currency_is_known() -> None:
    sales = {"purchase_revenue": 40, "purchase_revenue_in_usd": 44, "transaction_id": "(not set)"}
    hit = make_hit("purchase", ecommerce=sales)

    assert read(lines(hit)).events[0]["value"] == {"amount": "44", "currency": "USD"}
    assert read(lines(hit), currency="EUR").events[0]["value"]["currency"] == "EUR"


def test_a_page_that_is_loaded_again_is_one_order() -> None:
    sales = {"transaction_id": "T1"}
    hits = (
        make_hit("purchase", ecommerce=sales, event_timestamp=f"177545819{n}000000") for n in (1, 2)
    )

    result = read(lines(*hits))

    assert len(result.events) == len(result.not_data) == 1


def test_addresses_of_people_do_not_become_content() -> None:
    hit = make_hit(parameters={"page_location": "https://example.org/u/ada@example.org"})

    assert "content_id" not in read(lines(hit)).events[0]


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"event_timestamp": "ada@example.org"}, "invalid_date"),
        ({"event_timestamp": 10**18}, "invalid_date"),
        ({"event_timestamp": None}, "missing_value"),
    ],
)
def test_a_bad_hit_is_refused_without_showing_the_person(over: dict[str, Any], code: str) -> None:
    result = read(lines(make_hit(), make_hit(**over)))

    assert [(outcome.row, outcome.code) for outcome in result.refused] == [(2, code)]
    assert not [text for text in PEOPLE if text in everything_shown(result)]


kinds = st.lists(
    st.tuples(st.sampled_from(["goal", "other", "bad"]), st.integers(0, 10**8)),
    min_size=1,
    max_size=15,
)


@settings(max_examples=100, deadline=None)
@given(rows=kinds, platform=st.sampled_from(["segment", "meta", "ga4"]), as_lines=st.booleans())
def test_trackers_records_are_conserved(
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
    assert len(result.refused) == sum(kind == "bad" for kind, _ in rows)


@settings(max_examples=200, deadline=None)
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
def test_no_type_of_a_value_crashes(damage: list[tuple[str, Any]], name: str) -> None:
    for record in (make_call(), make_event(), make_hit(name)):
        damaged = record | {key: value for key, value in damage if key in record}
        result = read(lines(record, damaged))
        check_conservation(result, 2)

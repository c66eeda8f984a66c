"""Landing files of data pipelines: any envelope with any stream."""

import datetime as dt
import gzip
import io
import json
import random
import tracemalloc
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.errors import ExportRefused
from chalicelib.exports import Imported, read_export
from chalicelib.exports.platforms.pipelines import envelopes, versions
from chalicelib.exports.platforms.pipelines.landed import Version, plain_name
from tests.exports.files import Read, lines, read
from tests.exports.pipeline_files import (
    FORMS,
    WRAPPERS,
    Landing,
    Record,
    ga4_sessions,
    google_stats,
    is_table,
    landed,
    linkedin_analytics,
    meta_insights,
    shopify_order,
    stripe_charge,
)
from tests.exports.test_conservation import check_conservation

MAKERS: dict[str, tuple[Callable[..., Record], str]] = {
    "google": (google_stats, "google_ads"),
    "meta": (meta_insights, "meta_ads"),
    "linkedin": (linkedin_analytics, "linkedin_ads"),
    "shopify": (shopify_order, "shopify"),
    "stripe": (stripe_charge, "stripe"),
    "ga4": (ga4_sessions, "ga4"),
}
WAYS = [
    (wrapper, form) for wrapper in WRAPPERS for form in FORMS if form != "csv" or is_table(wrapper)
]
PEOPLE = ("ada@", "Ada", "Lovelace")


def value_of(result: Read) -> Decimal:
    return sum(
        (
            Decimal(e["value"]["amount"]) * (-1 if e.get("refund") else 1)
            for e in result.stored
            if "value" in e
        ),
        Decimal(0),
    )


def reasons(result: Read) -> list[str]:
    return [outcome.reason for outcome in result.not_data]


def codes(result: Read) -> list[str]:
    return [outcome.code for outcome in result.refused]


@pytest.mark.parametrize(("wrapper", "form"), WAYS)
@pytest.mark.parametrize("stream", MAKERS)
def test_every_stream_is_the_same_in_every_envelope_and_form(
    stream: str, wrapper: str, form: str
) -> None:
    make, platform = MAKERS[stream]
    reference = read(landed(make()), currency="EUR")

    result = read(landed(make(), wrapper=wrapper, form=form), currency="EUR")

    assert result.summary["platform"] == platform
    assert result.events
    assert result.events == reference.events
    assert result.coverage == reference.coverage
    assert result.summary["claimed_conversions"] == reference.summary["claimed_conversions"]


@pytest.mark.parametrize(("wrapper", "form"), WAYS)
def test_of_several_versions_the_one_extracted_last_is_imported(wrapper: str, form: str) -> None:
    text = landed(
        Landing(google_stats(**{"metrics.clicks": 7}), 5),
        Landing(google_stats(**{"metrics.clicks": 9}), 8),
        Landing(google_stats(**{"metrics.clicks": 8, "metrics.conversions": 99}), 6),
        wrapper=wrapper,
        form=form,
    )

    result = read(text)

    assert result.counts["click"] == 9
    assert result.cost == Decimal("18.64")
    assert reasons(result) == ["an earlier version of a record that the file has again"] * 2
    assert result.summary["claimed_conversions"][0]["count"] == "1.5"


@pytest.mark.parametrize(("wrapper", "form"), WAYS)
def test_what_the_source_has_deleted_is_no_data(wrapper: str, form: str) -> None:
    text = landed(
        shopify_order(),
        shopify_order(id=5551002),
        Landing(shopify_order(), 9, deleted=True),
        wrapper=wrapper,
        form=form,
    )

    result = read(text)

    assert [event["event_id"] for event in result.events] == ["shopify:order:-:5551002:purchase"]
    assert sorted(reasons(result)) == [
        "an earlier version of a record that the file has again",
        "deleted at the source",
    ]


@pytest.mark.parametrize("stream", MAKERS)
def test_a_later_file_restates_what_an_earlier_one_has_said(stream: str) -> None:
    make, _ = MAKERS[stream]

    first = read(landed(make()), currency="EUR")
    second = read(landed(Landing(make(), 30), wrapper="singer target"), currency="EUR")

    assert {(e["event_id"], e["occurred_at"]) for e in first.events} == {
        (e["event_id"], e["occurred_at"]) for e in second.events
    }


def test_gzip_is_opened_whether_the_stream_can_be_sought_or_not() -> None:
    records = [google_stats(**{"segments.date": f"2026-06-{day:02}"}) for day in range(1, 31)]
    text = "".join(landed(Landing(one, 1)) for one in records * 100)
    packed = gzip.compress(text.encode())

    sought = [o for o in read_export(io.BytesIO(packed)) if isinstance(o, Imported)]
    piped = read(packed)

    assert len(text) > 1 << 20  # more than is looked at first
    assert len(sought) == 30
    assert piped.counts == {"click": 30 * 31, "impression": 30 * 990}


def test_google_ads_costs_are_millionths() -> None:
    result = read(landed(google_stats()))

    (click, impression) = result.events
    assert (click["type"], click["count"], click["paid"]) == ("click", 31, True)
    assert click["cost"] == {"amount": "18.64", "currency": "EUR"}
    assert click["event_id"].startswith("google_ads:api-campaign:4411223344:")
    assert (click["campaign_id"], click["occurred_at"]) == ("70123", "2026-06-01T00:00:00Z")
    assert (impression["type"], impression["count"]) == ("impression", 990)
    assert result.summary["claimed_conversions"] == [
        {"count": "1.5", "value": "120.25", "currency": "EUR"}
    ]


def test_google_ads_of_a_tap_and_of_fivetran_are_the_same_numbers() -> None:
    nested = {
        "customer": {"id": "4411223344", "currencyCode": "EUR"},
        "campaign": {"resourceName": "customers/4411223344/campaigns/70123", "id": "70123"},
        "metrics": {"clicks": "31", "impressions": "990", "costMicros": "18640000"},
        "segments": {"date": "2026-06-01", "adNetworkType": "SEARCH"},
    }
    table = {
        "customer_id": 4411223344,
        "date": "2026-06-01",
        "id": 70123,
        "ad_network_type": "SEARCH",
        "clicks": 31,
        "cost_micros": 18640000,
        "impressions": 990,
    }

    expected = read(landed(google_stats())).events

    assert read(landed(nested, wrapper="singer message")).events == expected
    assert read(landed(table, wrapper="fivetran", form="csv"), currency="EUR").events == expected


def test_parts_of_a_campaign_add_up() -> None:
    text = landed(
        google_stats(),
        google_stats(**{"segments.ad_network_type": "CONTENT"}),
        google_stats(**{"segments.hour": 4}),
        google_stats(**{"segments.day_of_week": "MONDAY", "segments.hour": 4}),
    )

    result = read(text)

    assert result.counts["click"] == 3 * 31
    assert len(result.not_data) == 1


def test_of_levels_that_hold_the_same_clicks_one_is_read() -> None:
    ad = {"ad_group.id": 8, "ad_group_ad.ad.id": 9}
    keyword = {"ad_group.id": 8, "ad_group_criterion.criterion_id": 77}

    result = read(landed(google_stats(**ad), google_stats(), google_stats(**keyword)))

    assert result.counts["click"] == 31
    assert reasons(result) == [
        "the same traffic as in the records by campaign",
        "a part of the traffic of the campaigns: a report by ad_group_criterion_criterion_id",
    ]
    assert read(landed(google_stats(**ad))).events[0]["content_id"] == "9"


@pytest.mark.parametrize(
    "over",
    [
        {"search_term_view.search_term": "chair"},
        {"ad_group_criterion.keyword.text": "chair"},
        {"geographic_view.country_criterion_id": 2276},
        {"segments.click_type": "SITELINKS"},
        {"segments.conversion_action": "customers/1/conversionActions/2"},
    ],
)
def test_reports_that_cannot_be_summed_are_no_data(over: Record) -> None:
    result = read(landed(google_stats(**over)))

    assert (result.events, result.summary["claimed_conversions"]) == ([], [])
    assert len(result.not_data) == 1


def test_a_rate_of_video_views_is_no_view_report() -> None:
    assert read(landed(google_stats(**{"metrics.video_view_rate": 0.2}))).events


def test_records_that_differ_in_nothing_that_is_known_are_refused() -> None:
    text = landed(
        Landing(google_stats(**{"campaign.label": "a"}), 3),
        Landing(google_stats(**{"campaign.label": "b", "metrics.clicks": 4}), 3),
        Landing(google_stats(**{"segments.date": "2026-06-02"}), 3),
    )

    result = read(text)

    assert codes(result) == ["conflicting_records"] * 2
    assert result.counts["click"] == 31
    assert read(landed(*[Landing(google_stats(), 3)] * 2)).counts["click"] == 31


def test_rows_with_ids_of_their_own_are_not_versions_of_each_other() -> None:
    first = google_stats(**{"campaign.label": "a"}) | {"_fivetran_id": "aa"}
    other = google_stats(**{"campaign.label": "b"}) | {"_fivetran_id": "bb"}
    again = first | {"metrics.clicks": 40}

    conflict = read(landed(first, other, again, wrapper="fivetran"))
    settled = read(landed(first, other, other | {"metrics.clicks": 2}, wrapper="fivetran"))
    restated = read(landed(first, again, wrapper="fivetran"))

    assert codes(conflict) == codes(settled) == ["conflicting_records"] * 3
    assert restated.counts["click"] == 40


def test_a_cost_without_a_currency_is_refused_and_a_given_one_is_taken() -> None:
    record = google_stats()
    del record["customer.currency_code"]

    assert codes(read(landed(record))) == ["no_currency"]
    assert read(landed(record), currency="CHF").events[0]["cost"]["currency"] == "CHF"
    assert read(landed(record)).summary["claimed_conversions"] == []


def test_records_without_costs_are_said_to_be_without() -> None:
    record = google_stats()
    del record["metrics.cost_micros"]

    result = read(landed(record, record | {"segments.date": "2026-06-02"}))

    assert result.counts["click"] == 62
    assert "what its clicks cost is not known (2 records)" in result.summary["notes"][-1]


def test_meta_actions_are_engagements_each_of_its_own_kind() -> None:
    result = read(landed(meta_insights()))

    assert result.counts == {
        "impression": 2040,
        "click": 52,
        "like": 17,
        "comment": 4,
        "share": 3,
        "follow": 6,
        "view": 210,
    }
    assert result.cost == Decimal("33.21")
    assert result.summary["claimed_conversions"] == [
        {"count": "3", "value": "141.5", "currency": "EUR"}
    ]


def test_meta_actions_by_destination_add_up() -> None:
    actions = [
        {"action_type": "link_click", "action_destination": place, "value": n}
        for place, n in (("a.example", 4), ("b.example", 5))
    ]

    result = read(landed(meta_insights(inline_link_clicks=None, actions=actions)))

    assert result.counts["click"] == 9


@pytest.mark.parametrize(
    "over",
    [
        {"age": "25-34", "gender": "female"},
        {"publisher_platform": "instagram"},
        {"country": "DE"},
        {"actions": [{"action_type": "post_reaction", "action_reaction": "love", "value": 3}]},
    ],
)
def test_breakdowns_of_meta_are_the_same_traffic_once_more(over: Record) -> None:
    result = read(landed(meta_insights(), meta_insights(**over)))

    assert result.counts["like"] == 17
    assert result.cost == Decimal("33.21")
    assert reasons(result)[0].startswith("the traffic of ads_insights once more, by ")


def test_empty_breakdown_columns_are_no_breakdown() -> None:
    assert read(landed(meta_insights(age=None, gender=""))).events


def test_clicks_of_all_kinds_are_taken_only_where_there_are_no_others() -> None:
    record = meta_insights()
    del record["actions"], record["inline_link_clicks"]

    result = read(landed(record))

    assert result.counts["click"] == 88
    assert "no link clicks" in result.summary["notes"][-2]
    assert "likes and comments are not known" in result.summary["notes"][-1]
    assert "click" not in read(landed(meta_insights(inline_link_clicks=0, actions=[]))).counts


def test_broken_actions_are_refused_instead_of_losing_likes() -> None:
    assert codes(read(landed(meta_insights(actions="not a list")))) == ["malformed_record"]


def test_a_longer_period_is_refused_or_spread() -> None:
    text = landed(meta_insights(date_stop="2026-06-04"))

    assert codes(read(text)) == ["aggregate_period"]
    spread = read(text, spread=True)
    assert spread.counts["click"] == 52
    assert spread.cost == Decimal("33.21")
    assert len(spread.days) == 4


def test_actions_of_fivetran_are_the_engagements_beside_the_insights() -> None:
    basic = {"ad_id": 63, "date": "2026-06-01", "spend": 33.21, "inline_link_clicks": 52}
    kinds = ("post_reaction", "comment", "link_click", "post_engagement", "omni_purchase", "like")
    actions = [
        {"ad_id": 63, "date": "2026-06-01", "index": n, "action_type": kind, "value": f"{n + 2}.0"}
        for n, kind in enumerate(kinds)
    ]

    costs = read(landed(basic, wrapper="fivetran", form="csv"), currency="EUR")
    others = read(landed(*actions, wrapper="fivetran", form="csv"))
    by_age = read(landed(actions[0] | {"age": "25-34"}, wrapper="fivetran", form="csv"))

    assert (costs.counts, costs.cost) == ({"click": 52}, Decimal("33.21"))
    assert others.counts == {"like": 2, "comment": 3, "follow": 7}
    assert others.summary["platform"] == "meta_ads"
    assert others.summary["claimed_conversions"] == [
        {"count": "6.0", "value": "0", "currency": None}
    ]
    assert by_age.events == []


def test_linkedin_costs_are_local_where_the_currency_is_known_else_in_dollars() -> None:
    text = landed(linkedin_analytics())

    local, dollars = read(text, currency="EUR"), read(text)

    assert local.events[0].get("cost") or local.events[1]["cost"]
    assert local.cost == Decimal("180.40")
    assert dollars.cost == Decimal("201.15")
    assert {e["cost"]["currency"] for e in dollars.events if "cost" in e} == {"USD"}


def test_a_linkedin_account_in_dollars_is_known_by_its_two_costs() -> None:
    in_dollars = landed(linkedin_analytics(costInLocalCurrency=99.5, costInUsd=99.50000000000001))
    in_pounds = landed(linkedin_analytics())

    (cost,) = [e["cost"] for e in read(in_dollars, currency="EUR").events if "cost" in e]
    assert cost == {"amount": "99.5", "currency": "USD"}
    assert read(in_pounds, currency="USD").cost == Decimal("201.15")


def test_linkedin_counts_viral_traffic_as_not_paid() -> None:
    events = read(landed(linkedin_analytics()), currency="EUR").events

    impressions = {(e["paid"], e["count"]) for e in events if e["type"] == "impression"}
    assert impressions == {(True, 5120), (False, 40)}


@pytest.mark.parametrize("left", ["-2e-18", -2e-18, 0.0])
def test_what_sums_of_fractions_leave_of_nothing_is_nothing(left: object) -> None:
    text = landed(linkedin_analytics(costInLocalCurrency=left, costInUsd=left))

    result = read(text)

    assert (result.cost, result.refused) == (Decimal(0), [])


@pytest.mark.parametrize("other", ["SIZE_2_TO_10", "urn:li:geo:103644278", "MOBILE_WEB"])
def test_linkedin_by_members_is_the_same_traffic_once_more(other: str) -> None:
    result = read(landed(linkedin_analytics(pivotValues=[other])), currency="EUR")

    assert result.events == []
    assert reasons(result) == [
        "the traffic of the campaigns once more, by what members or devices are"
    ]


def test_linkedin_days_are_read_in_every_form() -> None:
    ranged = linkedin_analytics()
    for key in ("start_date", "end_date"):
        del ranged[key]
    day = {"year": 2026, "month": 6, "day": 1}
    tap = {"start_at": "2026-06-01T00:00:00.000000Z", "end_at": "2026-06-01T00:00:00.000000Z"}
    fivetran = {"day": "2026-06-01 00:00:00"}

    for dates in ({"dateRange": {"start": day, "end": day}}, tap, fivetran):
        assert read(landed(ranged | dates), currency="EUR").days == ["2026-06-01"], dates


def test_an_order_that_is_refunded_later_is_restated() -> None:
    refunds = [{"transactions": [{"kind": "refund", "status": "success", "amount": "20.00"}]}]
    paid = shopify_order()
    partly = shopify_order(financial_status="partially_refunded", refunds=refunds)
    refunded = shopify_order(financial_status="refunded")

    results = [read(landed(paid, *later)) for later in ((), (partly,), (partly, refunded))]

    assert [value_of(result) for result in results] == [Decimal("84.90"), Decimal("64.90"), 0]
    assert results[2].events[0]["refund"] is True
    assert len({result.events[0]["event_id"] for result in results}) == 1


def test_orders_of_a_pipeline_and_of_a_webhook_are_the_same_orders() -> None:
    webhook = json.dumps(shopify_order() | {"line_items": []})

    assert read(webhook).events == read(landed(shopify_order())).events


def test_refunds_in_another_table_are_refused_unless_the_total_says_them() -> None:
    order = shopify_order(financial_status="partially_refunded", current_total_price="50.00")
    del order["refunds"]
    unknown = {key: value for key, value in order.items() if key != "current_total_price"}

    assert value_of(read(landed(order, wrapper="fivetran", form="csv"))) == Decimal("50.00")
    assert codes(read(landed(unknown, wrapper="fivetran", form="csv"))) == ["missing_value"]


@pytest.mark.parametrize(
    ("over", "reason"),
    [
        ({"test": True}, "a test order"),
        ({"financial_status": "pending"}, "an order that is not paid: pending"),
        ({"financial_status": "voided", "cancelled_at": "2026-06-02T00:00:00Z"}, "voided"),
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_orders_that_nobody_paid_are_no_data(over: Record, reason: str, form: str) -> None:
    result = read(landed(shopify_order(**over), form=form))

    assert not result.events
    assert reasons(result)[0].endswith(reason)


def test_times_without_a_zone_are_utc_where_the_pipeline_says_so() -> None:
    order = shopify_order(created_at="2026-06-01 09:30:00")

    assert (
        read(landed(order, wrapper="fivetran")).events[0]["occurred_at"] == "2026-06-01T09:30:00Z"
    )
    assert codes(read(landed(order, wrapper="airbyte"))) == ["undecidable_time"]


@pytest.mark.parametrize(
    ("currency", "amount", "value"),
    [
        ("eur", 7350, "73.5"),
        ("jpy", 7350, "7350"),
        ("kwd", 7350, "7.35"),
        ("ugx", 735000, "7350"),
    ],
)
def test_amounts_of_stripe_are_in_the_smallest_unit(currency: str, amount: int, value: str) -> None:
    text = landed(stripe_charge(currency=currency, amount=amount, amount_captured=amount))

    assert value_of(read(text)) == Decimal(value)


@pytest.mark.parametrize(
    ("over", "value"),
    [
        ({"amount_refunded": 2350}, "50"),
        ({"refunded": True, "amount_refunded": 7350}, "0"),
        ({"amount_captured": 5000, "amount_refunded": 2350}, "50"),
        ({"amount_captured": 5000, "amount_refunded": 3350}, "40"),
        ({"amount_captured": 5000, "amount_refunded": 0}, "50"),
        ({"amount_captured": 5000, "amount_refunded": 1000}, "40"),
        ({"created": "2026-06-01T11:00:00Z"}, "73.5"),
        ({"amount": "7350", "amount_captured": None}, "73.5"),
    ],
)
def test_what_is_left_of_a_charge_is_its_value(over: Record, value: str) -> None:
    result = read(landed(stripe_charge(**over)))

    assert value_of(result) == Decimal(value)
    assert result.events[0]["event_id"] == "stripe:order:-:ch_3Q0001:purchase"
    assert result.events[0]["occurred_at"] == "2026-06-01T11:00:00Z"


@pytest.mark.parametrize(
    "over",
    [
        {"status": "failed"},
        {"status": "pending"},
        {"captured": False},
        {"livemode": False},
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_charges_that_bring_nothing_are_no_data(over: Record, form: str) -> None:
    result = read(landed(stripe_charge(**over), form=form))

    assert (len(result.events), len(result.not_data)) == (0, 1)


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"amount": 73.5}, "not_whole"),
        ({"amount": -5}, "negative"),
        ({"amount": "many"}, "invalid_number"),
        ({"amount": None}, "missing_value"),
        ({"amount_refunded": 9999}, "negative"),
        ({"currency": None}, "no_currency"),
        ({"status": "odd"}, "missing_value"),
        ({"created": None}, "missing_value"),
        ({"id": None}, "missing_value"),
    ],
)
def test_charges_that_say_nonsense_are_refused(over: Record, code: str) -> None:
    result = read(landed(stripe_charge(), stripe_charge(id="ch_2") | over))

    assert codes(result) == [code]
    assert len(result.events) == 1


@pytest.mark.parametrize("date", ["20260601", "2026-06-01"])
def test_ga4_sessions_are_clicks_of_their_channels(date: str) -> None:
    paid = ga4_sessions(date=date, sessionDefaultChannelGroup="Paid Search", ecommercePurchases=0)
    paid |= {"purchaseRevenue": 0}

    result = read(landed(ga4_sessions(date=date), paid), currency="EUR")

    clicks = {(e["channel"], e["paid"], e["count"]) for e in result.events if "type" in e}
    assert clicks == {("organic_search", False, 210), ("google_ads", True, 210)}
    assert [e["count"] for e in result.events if e["kind"] == "conversion"] == [3]
    assert value_of(result) == Decimal("260.5")


def test_ga4_page_views_come_from_the_report_without_dimensions() -> None:
    overview = {"property_id": "310001", "date": "20260601", "sessions": 500}
    overview |= {"screenPageViews": 900, "screenPageViewsPerSession": 1.8}
    pages = {**overview, "pagePathPlusQueryString": "/a", "hostName": "x.example"}
    devices = {**overview, "deviceCategory": "mobile", "operatingSystem": "7"}

    result = read(landed(overview, pages, devices, ga4_sessions()), currency="EUR")

    assert result.counts == {"impression": 900, "click": 210}
    assert len(result.not_data) == 2
    assert [read(landed(one)).events for one in (pages, devices)] == [[], []]


def test_ga4_by_source_and_by_channel_are_not_counted_both() -> None:
    by_source = ga4_sessions(sessionSource="google", sessionMedium="organic")
    del by_source["sessionDefaultChannelGroup"]

    result = read(landed(ga4_sessions(), by_source), currency="EUR")

    assert result.counts == {"click": 210}


def test_ga4_revenue_needs_a_currency_and_an_order() -> None:
    assert codes(read(landed(ga4_sessions()))) == ["no_currency"]
    assert codes(read(landed(ga4_sessions(ecommercePurchases=0)))) == ["value_without_order"]


def test_messages_of_several_streams_are_read_each_as_what_it_is() -> None:
    text = lines(
        {"type": "SCHEMA", "stream": "orders", "schema": {}, "key_properties": ["id"]},
        {"type": "RECORD", "stream": "customers", "record": {"id": 1, "name": "Ada"}},
        {"type": "RECORD", "stream": "orders", "record": shopify_order()},
        {"type": "RECORD", "stream": "charges", "record": stripe_charge()},
        {"type": "STATE", "value": {}},
        {"type": "ACTIVATE_VERSION", "stream": "orders", "version": 1},
    )

    result = read(text)
    named = read(text, platform="stripe")

    assert [event["event_id"].split(":")[0] for event in result.events] == ["shopify", "stripe"]
    assert reasons(result)[1] == "a record of a stream that is not read: customers"
    assert [event["event_id"].split(":")[0] for event in named.events] == ["stripe"]


def test_messages_without_a_time_are_in_order() -> None:
    text = lines(
        *(
            {"type": "RECORD", "stream": "s", "record": google_stats(**{"metrics.clicks": n})}
            for n in (4, 6, 5)
        )
    )

    assert read(text).counts["click"] == 5


def test_versions_of_one_second_are_told_apart() -> None:
    text = lines(
        *(
            {
                "type": "RECORD",
                "stream": "s",
                "record": google_stats(**{"metrics.clicks": n}),
                "time_extracted": f"2026-06-09T10:00:00.{fraction}Z",
            }
            for n, fraction in ((4, "9"), (5, "123456"))
        )
    )

    assert read(text).counts["click"] == 4


def test_a_short_row_of_a_table_is_refused_alone() -> None:
    other = google_stats(**{"segments.date": "2026-06-02"})
    text = landed(google_stats(), other, form="csv", wrapper="airbyte flat")
    short = text.rstrip("\n").rpartition(",")[0]

    result = read(f"{short}\n\n")

    assert codes(result) == ["wrong_cell_count"]
    assert (result.counts["click"], reasons(result)) == (31, ["blank line"])


def test_bare_records_of_a_target_without_metadata_are_read_by_their_keys() -> None:
    records = [google_stats(), google_stats(**{"segments.date": "2026-06-02"})]

    assert read(lines(*records)).counts["click"] == 62
    assert (
        codes(read(lines(*records, google_stats(**{"metrics.clicks": 1}))))
        == ["conflicting_records"] * 2
    )


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"metrics.clicks": None}, ""),
        ({"metrics.clicks": "31", "metrics.impressions": "990.0"}, ""),
        ({"metrics.clicks": "many"}, "invalid_number"),
        ({"metrics.clicks": -3}, "negative"),
        ({"metrics.clicks": 1.5}, "not_whole"),
        ({"metrics.clicks": [31]}, "invalid_number"),
        ({"metrics.cost_micros": -18}, "negative"),
        ({"segments.date": None}, "missing_value"),
        ({"segments.date": "06/01/2026"}, "invalid_date"),
        ({"segments.date": "2026-02-30"}, "invalid_date"),
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_drifting_schemas_are_read_or_refused(over: Record, code: str, form: str) -> None:
    other = google_stats(**{"segments.date": "2026-06-09"})

    result = read(landed(other, google_stats(**over), form=form))

    assert codes(result) == [code] * bool(code)
    assert len(result.outcomes) == 2
    assert all(e["occurred_at"][:10] == "2026-06-09" for e in result.events) == bool(code)


@pytest.mark.parametrize("meta", [dict, json.dumps], ids=["object", "text"])
def test_what_a_pipeline_could_not_write_is_no_zero(meta: Callable[[Any], Any]) -> None:
    record = google_stats(**{"metrics.clicks": None, "campaign.labels": None})
    line = json.loads(landed(record))
    results = []
    for field in ("metrics.clicks", "campaign.labels"):
        changes = [{"field": field, "change": "NULLED", "reason": "DESTINATION_FIELD_SIZE"}]
        results.append(read(lines(line | {"_airbyte_meta": meta({"changes": changes})})))

    assert codes(results[0]) == ["missing_value"]
    assert results[1].counts == {"impression": 990}


def test_days_without_delivery_are_covered() -> None:
    zeros = dict.fromkeys(("metrics.clicks", "metrics.impressions", "metrics.cost_micros"), 0)
    quiet = google_stats(**zeros, **{"segments.date": "2026-06-04", "metrics.conversions": 0})

    result = read(landed(google_stats(), quiet))

    assert {(c["from"], c["to"]) for c in result.coverage} == {("2026-06-01", "2026-06-04")}
    assert read(landed(shopify_order())).coverage == []


def test_records_of_people_are_not_shown() -> None:
    broken = shopify_order(total_price="ada@example.org", name="Ada", created_at="Ada")
    text = landed(shopify_order(), broken, stripe_charge(status="Ada", id="ada@example.org"))

    result = read(text)

    assert len(result.refused) == 2
    shown = repr((result.refused, result.not_data, result.summary))
    assert not [person for person in PEOPLE if person in shown]


def test_other_airbyte_streams_are_refused_as_unknown() -> None:
    with pytest.raises(ExportRefused) as refusal:
        read(landed({"id": 1, "email": "ada@example.org"}))

    assert refusal.value.code == "unknown_platform"


def test_names_are_plain_however_a_key_is_written() -> None:
    keys = (
        "metrics.costMicros",
        "metrics_cost_micros",
        "metrics.cost_micros",
        "Metrics CostMicros",
    )

    assert {plain_name(key) for key in keys} == {"metrics_cost_micros"}


def hostile_lines() -> dict[str, str]:
    """Files that are small and would take much memory, by name."""
    head = landed(google_stats(**{"segments.date": "2026-06-02"})).removesuffix("}}\n")
    deep = '"a":' + "[" * 60_000
    keys = ",".join(f'"{line}-{n}":1' for line in range(10) for n in range(9_000))
    long = ",".join(f'"{"k" * 99_000}{n}":1' for n in range(9))
    return {
        "deep line": landed(google_stats()) + f"{head},{deep}\n",
        "deep document": f"{head},{deep}",
        "deep array": f"[{head},{deep}",
        "many fields": landed(google_stats()) + f"{head},{keys}}}}}\n" * 5,
        "long names": landed(google_stats()) + f"{head},{long}}}}}\n" * 5,
    }


@pytest.mark.parametrize("name", hostile_lines())
def test_hostile_records_take_little_memory(name: str) -> None:
    text = hostile_lines()[name]
    read(landed(google_stats()))
    tracemalloc.start()

    try:
        result = read(text)
    except ExportRefused as refusal:
        assert refusal.code in ("too_deep", "unknown_platform", "unreadable_file")  # noqa: PT017
    else:
        assert result.counts["click"] in (31, 62)
        assert set(codes(result)) <= {"malformed_record"}
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 60_000_000
    assert plain_name.cache_info().currsize <= 4096


versions_of_things = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(1, 6)), min_size=1, max_size=40
)


@settings(max_examples=200, deadline=None)
@given(rows=versions_of_things)
def test_the_latest_is_what_a_dictionary_says(rows: list[tuple[str, int]]) -> None:
    noted = versions.Versions()
    expected: dict[str, tuple[int, int]] = {}
    for position, (key, time) in enumerate(rows):
        noted.note(key, Version(extracted=time), position)
        expected[key] = max(expected.get(key, (0, 0)), (time, position))

    latest = {
        position
        for position, (key, _) in enumerate(rows)
        if noted.verdict(key, position) == "latest"
    }

    assert latest == {position for _, position in expected.values()}


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.sampled_from(["good", "zero", "bad", "again"]), st.integers(1, 10**6)),
        min_size=1,
        max_size=20,
    ),
    way=st.sampled_from(WAYS),
    seed=st.integers(0, 99),
)
def test_landed_records_are_conserved(
    rows: list[tuple[str, int]], way: tuple[str, str], seed: int
) -> None:
    first = dt.date(2026, 1, 1)
    records: list[Landing] = []
    clicks: Counter[str] = Counter()
    for number, (kind, count) in enumerate(rows):
        day = f"{first + dt.timedelta(days=number)}"
        over: dict[str, Any] = {"segments.date": day, "metrics.clicks": count}
        if kind == "zero":
            over |= {"metrics.clicks": 0, "metrics.impressions": 0, "metrics.cost_micros": 0}
        elif kind == "bad":
            over |= {"metrics.clicks": "?"}
        else:
            clicks[day] = count
        if kind == "again":
            records.append(Landing(google_stats(**(over | {"metrics.clicks": 7_777_777})), 1))
        records.append(Landing(google_stats(**over), 2))
    random.Random(seed).shuffle(records)

    result = read(landed(*records, wrapper=way[0], form=way[1]))

    check_conservation(result, len(records))
    assert result.counts.get("click", 0) == sum(clicks.values())
    assert len(result.refused) == sum(kind == "bad" for kind, _ in rows)


@settings(max_examples=200, deadline=None)
@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(),
        lambda inner: (
            st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2)
        ),
    ),
    stream=st.sampled_from(sorted(MAKERS)),
    at=st.integers(0, 99),
)
def test_any_value_in_any_place_is_read_or_refused(value: Any, stream: str, at: int) -> None:
    make, _ = MAKERS[stream]
    line = json.loads(landed(make()))
    record = line["_airbyte_data"]
    places = [(record, key) for key in record] + [(line, key) for key in line]
    holder, key = places[at % len(places)]
    holder[key] = value

    result = read(lines(json.loads(landed(make(x=1))), line), currency="EUR")

    assert len(result.outcomes) == 2


def test_every_envelope_has_marks_of_its_own() -> None:
    marks = [mark for envelope in envelopes.ENVELOPES for mark in envelope.marks]

    assert len(marks) == len(set(marks))
    assert {envelopes.envelope_of([mark]) for mark in marks} == set(envelopes.ENVELOPES)


def test_a_file_to_which_records_of_another_form_were_appended_is_read_to_its_end() -> None:
    first = landed(stripe_charge(), form="csv", wrapper="singer target")
    second = landed(stripe_charge(id="ch_2", fee=None), form="csv", wrapper="singer target")

    result = read(first + second)

    assert [event["event_id"].split(":")[3] for event in result.events] == ["ch_3Q0001", "ch_2"]
    assert [line.reason for line in result.not_data] == ["the header of further records"]
    assert not result.refused


def test_a_page_of_an_api_with_records_of_another_kind_is_no_page_of_charges() -> None:
    page = {"object": "list", "data": [{"id": "po_1", "object": "payout", "amount": 9}]}

    with pytest.raises(ExportRefused):
        read(json.dumps(page))

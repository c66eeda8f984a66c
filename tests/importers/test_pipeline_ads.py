"""Landing files of data pipelines: statistics of ads of Google, Meta and LinkedIn."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.importers.files import read
from tests.importers.pipeline_files import (
    Landing,
    Record,
    codes,
    google_stats,
    landed,
    linkedin_analytics,
    meta_insights,
    reasons,
)


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

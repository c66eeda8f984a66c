"""Day totals, and the time series that sum them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from chalicelib.model.errors import InvalidFields
from chalicelib.model.events import parse_event
from chalicelib.services.ingest import record_events
from chalicelib.services.totals.day_totals import derive_day, timeseries, timeseries_rows, total
from chalicelib.storage.tenant_store import TenantStore
from tests.conftest import Cloud
from tests.factories import NOW, make_audience, make_conversion, make_cost, make_event, money

DAY = dt.date(2026, 3, 14)


def keep(store: TenantStore, *raw: dict[str, Any]) -> None:
    """Record events and derive the totals of their days."""
    record_events(store, raw, now=NOW)
    for day in {parse_event(one).day for one in raw}:
        for shard in range(store.config.shards):
            derive_day(store, day, shard, now=NOW)


def series(store: TenantStore, metric: str, group_by: str = "none", **over: Any) -> dict[str, Any]:
    question = {"start": DAY, "end": DAY, "interval": "day"} | over
    return timeseries(store, metric=metric, group_by=group_by, **question)


def values(answer: dict[str, Any]) -> dict[str, list[Any]]:
    return {one["group"]: [point["value"] for point in one["points"]] for one in answer["series"]}


def test_totals_sum_up_each_kind_of_event() -> None:
    events = [
        make_event(count=3, cost=money("0.10"), sentiment=0.5),
        make_event(cost=money("0.20"), sentiment=-1),
        make_event(paid=True),
        make_conversion(value=None, count=2),
        make_conversion(refund=True),
        make_cost(),
        make_audience(occurred_at="2026-03-14T10:00:00Z", size=7),
        make_audience(occurred_at="2026-03-14T09:00:00Z", size=5),
    ]
    rows = total(parse_event(one) for one in events)
    assert {"paid": False, "events": 2, "count": 4, "amount": "0.30", "sentiment_sum": "0.5"} in [
        {name: row.get(name) for name in ("paid", "events", "count", "amount", "sentiment_sum")}
        for row in rows
        if row["kind"] == "engagement"
    ]
    assert [row["count"] for row in rows if row["kind"] == "conversion"] == [2, 1]
    assert [row["size"] for row in rows if row["kind"] == "audience"] == [7]
    assert len(rows) == 6


def test_the_order_of_events_does_not_matter() -> None:
    events = [parse_event(make_event(type=kind)) for kind in ("like", "share", "like", "view")]
    assert total(events) == total(reversed(events))


def test_deriving_again_changes_nothing(cloud: Cloud, store: TenantStore) -> None:
    keep(store, make_event(), make_conversion())
    numbers = {"reading", "readings"}

    def told() -> list[Any]:
        return [{n: v for n, v in item.items() if n not in numbers} for item in cloud.items()]

    before = told()
    for shard in range(4):
        derive_day(store, DAY, shard, now=NOW)
    assert told() == before


def test_a_restated_event_replaces_what_it_counted(store: TenantStore) -> None:
    event = make_event(count=10)
    keep(store, event)
    keep(store, event | {"count": 12})
    assert values(series(store, "engagements")) == {"all": [12]}


def test_engagements_are_counted_by_channel_type_and_kind(store: TenantStore) -> None:
    keep(
        store,
        make_event(count=5),
        make_event(type="share"),
        make_event(channel="google_ads", type="click", paid=True, count=2),
        make_event(channel="google_ads", type="click"),
    )
    assert values(series(store, "engagements", "channel")) == {"facebook": [6], "google_ads": [3]}
    assert values(series(store, "engagements", "type")) == {"click": [3], "like": [5], "share": [1]}
    assert values(series(store, "engagements", "kind")) == {
        "facebook/like": [5],
        "facebook/share": [1],
        "google_ads/click": [1],
        "google_ads/click/paid": [2],
    }


def test_conversions_exclude_refunds_and_their_value_is_net(store: TenantStore) -> None:
    keep(
        store,
        make_conversion(value=money("20.10"), count=2),
        make_conversion(value=money("5.05"), refund=True),
        make_conversion(goal="signup", value=None),
    )
    assert values(series(store, "conversions", "goal")) == {"purchase": [2], "signup": [1]}
    assert values(series(store, "value", "goal")) == {"purchase": [15.05], "signup": [0.0]}
    assert series(store, "value")["currency"] == "EUR"


def test_sentiment_is_a_mean_and_null_without_data(store: TenantStore) -> None:
    keep(store, make_event(sentiment=1.0, count=3), make_event(sentiment=-1.0), make_event())
    answer = series(store, "sentiment", start=DAY - dt.timedelta(days=1))
    assert values(answer) == {"all": [None, 0.5]}


def test_a_cost_is_spread_evenly_over_its_period(store: TenantStore) -> None:
    keep(
        store,
        make_cost(occurred_at="2026-03-01T00:00:00Z", period_days=20, amount=money("300")),
        make_event(cost=money("1.50")),
    )
    assert values(series(store, "cost", "channel")) == {"facebook": [16.5]}
    whole = series(store, "cost", start=dt.date(2026, 2, 1), end=dt.date(2026, 4, 30))
    assert sum(values(whole)["all"]) == pytest.approx(301.5)
    after = series(store, "cost", start=dt.date(2026, 3, 21), end=dt.date(2026, 3, 25))
    assert values(after) == {}


def test_weeks_begin_on_mondays_and_months_on_the_first(store: TenantStore) -> None:
    days = {"2026-02-28": 1, "2026-03-01": 2, "2026-03-02": 4, "2026-03-08": 8, "2026-03-09": 16}
    keep(store, *(make_event(occurred_at=f"{day}T12:00:00Z", count=n) for day, n in days.items()))
    period = {"start": dt.date(2026, 2, 25), "end": dt.date(2026, 3, 10)}
    weeks = series(store, "engagements", interval="week", **period)
    months = series(store, "engagements", interval="month", **period)
    assert [tuple(row.values()) for row in timeseries_rows(weeks)] == [
        ("2026-02-25", "all", 3),
        ("2026-03-02", "all", 12),
        ("2026-03-09", "all", 16),
    ]
    assert [tuple(row.values()) for row in timeseries_rows(months)] == [
        ("2026-02-25", "all", 1),
        ("2026-03-01", "all", 30),
    ]


def test_days_without_events_are_zero(store: TenantStore) -> None:
    keep(store, make_event())
    answer = series(store, "engagements", start=dt.date(2026, 3, 12), end=dt.date(2026, 3, 15))
    assert values(answer) == {"all": [0, 0, 1, 0]}


def test_a_series_with_too_many_points_is_rejected(store: TenantStore) -> None:
    keep(store, *(make_event(channel=f"c{number}") for number in range(14)))
    ten_years = {"start": DAY - dt.timedelta(days=3659)}
    with pytest.raises(InvalidFields, match="51240 points"):
        series(store, "engagements", "channel", **ten_years)
    assert len(values(series(store, "engagements", "channel", interval="month", **ten_years))) == 14

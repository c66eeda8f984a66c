"""The simulated brand, its data and its true effects."""

from __future__ import annotations

import datetime as dt
import io
import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from chalicelib.demo.brand import BRAND, Brand, History, expected_purchases, simulate
from chalicelib.demo.brand_data import count_events, event_lines, google_ads_report, youtube_totals
from chalicelib.demo.truth import truth_of
from chalicelib.importers import read_export
from chalicelib.importers.outcomes import Imported
from chalicelib.model.events import Cost, Event, parse_event

TODAY = dt.date(2026, 3, 2)
SMALL = replace(BRAND, n_people=60, n_days=25)


@pytest.fixture(scope="module")
def history() -> History:
    return simulate(SMALL, 5, today=TODAY)


def _bytes(brand: Brand, seed: int) -> bytes:
    history = simulate(brand, seed, today=TODAY)
    totals = b"".join(youtube_totals(history).values())
    return b"".join(event_lines(history)) + google_ads_report(history) + totals


def _events(history: History) -> list[Event]:
    return [parse_event(json.loads(line)) for line in event_lines(history)]


def _imported(content: bytes) -> tuple[Any, list[dict[str, Any]]]:
    reader = read_export(io.BytesIO(content), currency="EUR")
    events = [event for row in reader if isinstance(row, Imported) for event in row.events]
    return reader.summary(), events


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert _bytes(SMALL, 5) == _bytes(SMALL, 5)
    assert _bytes(SMALL, 5) != _bytes(SMALL, 6)


@pytest.mark.parametrize("index", range(len(SMALL.types)))
def test_the_true_effect_equals_the_loss_without_the_engagement_type(
    history: History, index: int
) -> None:
    without = history.counts.copy()
    without[:, :, index] = 0
    factual = expected_purchases(SMALL, history.counts, history.demand).sum()
    counterfactual = expected_purchases(SMALL, without, history.demand).sum()
    truth = truth_of(history).types[SMALL.types[index].name]
    assert truth.count == history.counts[:, :, index].sum() > 0
    assert truth.incremental == pytest.approx(factual - counterfactual, rel=1e-9, abs=1e-9)


def test_effects_after_the_window_do_not_count(history: History) -> None:
    for truth in truth_of(history).types.values():
        assert 0 <= truth.per_engagement <= truth.per_engagement_infinite
    like = truth_of(history).types["facebook/like"]
    assert 0.8 * 0.018 < like.per_engagement < 0.018


def test_the_number_of_purchases_matches_the_expectation() -> None:
    history = simulate(replace(BRAND, n_people=2_000), 1, today=TODAY)
    expected = expected_purchases(history.brand, history.counts, history.demand).sum()
    assert abs(history.purchase_day.size - expected) < 4 * np.sqrt(expected)
    assert history.purchase_value.mean() == pytest.approx(BRAND.order_mean, rel=0.05)


def test_a_xing_like_is_worth_nothing_so_its_roi_is_minus_one(history: History) -> None:
    truth = truth_of(history)
    assert truth.ratio("xing/like", "google_ads/click") == 0
    assert truth.roi("xing") == -1


def test_every_line_is_a_valid_event_in_the_window(history: History) -> None:
    events = _events(history)
    days = [event.day for event in events]
    assert len(events) == count_events(history)
    assert len({event.event_id for event in events}) == len(events)
    assert (min(days), max(days)) == (TODAY - dt.timedelta(days=25), TODAY - dt.timedelta(days=1))
    not_bills = [event.day for event in events if not isinstance(event, Cost)]
    assert not_bills == sorted(not_bills)


def test_cost_events_and_the_ads_report_add_up_to_the_costs(history: History) -> None:
    spent: dict[str, Decimal] = {}
    for event in _events(history):
        if isinstance(event, Cost):
            spent[event.channel] = spent.get(event.channel, Decimal(0)) + event.amount.amount
    summary, ads = _imported(google_ads_report(history))
    amounts = (event.get("amount") or event.get("cost") for event in ads)
    paid = sum(money.amount for money in amounts if money)
    costs = truth_of(history).costs
    assert summary["platform"] == "google_ads"
    assert summary["rejected"] == 0
    assert {name: float(amount) for name, amount in spent.items()} == pytest.approx(
        {name: cost for name, cost in costs.items() if name != "google_ads"}
    )
    assert float(paid) == pytest.approx(costs["google_ads"])


def test_no_click_is_counted_twice(history: History) -> None:
    _, ads = _imported(google_ads_report(history))
    lines = [event for event in _events(history) if getattr(event, "type", "") == "click"]
    assert {event["type"] for event in ads if event["kind"] == "engagement"} <= {"impression"}
    assert len(lines) == truth_of(history).types["google_ads/click"].count


def test_video_views_are_only_in_the_totals(history: History) -> None:
    files = youtube_totals(history)
    counted = 0
    for content in files.values():
        summary, events = _imported(content)
        assert (summary["platform"], summary["rejected"]) == ("youtube", 0)
        assert {event["type"] for event in events} == {"view"}
        counted += sum(event["count"] for event in events)
    assert "\u00ad" in files["Gesamtwerte.csv"].decode().splitlines()[0]
    assert counted == truth_of(history).types["youtube/view"].count
    assert all(
        getattr(event, "channel", "") != "youtube" or isinstance(event, Cost)
        for event in _events(history)
    )


def test_the_demo_brand_has_the_documented_size() -> None:
    history = simulate(BRAND, 3, today=TODAY)
    assert 80_000 < count_events(history) <= 120_000
    assert len({engagement_type.channel for engagement_type in BRAND.types}) == 7
    assert truth_of(history).ratio("facebook/like", "google_ads/click") == pytest.approx(
        0.6, abs=0.01
    )

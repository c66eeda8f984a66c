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
from chalicelib.model.events import (
    Annotation,
    Audience,
    Cost,
    Coverage,
    Engagement,
    Event,
    parse_event,
)

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
    by_day = [event.day for event in events if not isinstance(event, Annotation | Cost | Coverage)]
    assert by_day == sorted(by_day)


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
    lines = [event for event in _events(history) if getattr(event, "channel", "") == "google_ads"]
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
    assert len({engagement_type.channel for engagement_type in BRAND.types}) == 9
    assert truth_of(history).ratio("facebook/like", "google_ads/click") == pytest.approx(
        0.6, abs=0.01
    )


def test_following_causes_the_stated_purchases_and_likes() -> None:
    page = replace(BRAND.page, at_start=0.0, follow=0.01, invited=1.0)
    brand = replace(BRAND, n_people=12_000, n_days=60, page=page)
    without = replace(brand, page=replace(page, direct=0.0, brought=0.0))

    history, other = (simulate(one, 4, today=TODAY) for one in (brand, without))

    follower_days = history.follows.sum()
    assert (other.follows == history.follows).all()
    likes = history.counts[:, :, 0].sum() - other.counts[:, :, 0].sum()
    assert likes / follower_days == pytest.approx(page.brought, rel=0.15)
    purchases = [
        expected_purchases(one.brand, one.counts, one.demand).sum() for one in (history, other)
    ]
    caused = (purchases[0] - purchases[1]) / follower_days
    assert caused == pytest.approx(truth_of(history).follower_day, rel=0.1)


def test_followers_are_more_loyal_than_others_before_they_follow() -> None:
    history = simulate(BRAND, 3, today=TODAY)
    follows = history.changes[history.changes[:, 3] > 0]
    joined, people = follows[:, 0], follows[:, 2]

    loyal = history.demand[0, people[joined > 0]].mean()

    assert loyal > 1.2 * history.demand[0][~history.follows[0]].mean()


def test_the_sizes_of_the_page_agree_with_its_follows(history: History) -> None:
    sizes = [event.size for event in _events(history) if isinstance(event, Audience)]
    steps = history.changes[:, 3].sum()
    assert len(sizes) == history.brand.n_days
    assert sizes[-1] == history.follows[0].sum() + steps


def test_each_share_brings_as_many_shares_as_stated() -> None:
    history = simulate(BRAND, 3, today=TODAY)
    truth = truth_of(history)
    early = history.engagement_day < BRAND.n_days - 4

    for spread in BRAND.spreads:
        channel = spread.engagement.split("/")[0]
        mine = history.engagement_type == [one.name for one in BRAND.types].index(spread.engagement)
        children = history.engagement_parent[mine & (history.engagement_parent >= 0)]
        brought = early[children].sum() / (mine & early).sum()
        assert brought == pytest.approx(truth.reproduction[channel], rel=0.06)
        assert truth.reproduction[channel] == pytest.approx(spread.reproduction, rel=0.1)
    low, high = sorted(truth.reproduction.values())
    assert low < truth.reproduction_of_all < high


def test_shares_name_an_earlier_share_of_the_same_post_by_another_person(history: History) -> None:
    shares = {
        event.event_id: event
        for event in _events(history)
        if isinstance(event, Engagement) and event.type == "share"
    }
    brought = [one for one in shares.values() if one.parent_event_id is not None]

    assert len(brought) == (history.engagement_parent >= 0).sum() > 10
    for one in brought:
        parent = shares[str(one.parent_event_id)]
        assert parent.occurred_at < one.occurred_at
        assert (parent.channel, parent.content_id) == (one.channel, one.content_id)
        assert parent.user_id != one.user_id
    complete = {
        event.channel
        for event in _events(history)
        if isinstance(event, Coverage) and event.parents == "complete"
    }
    assert complete == {one.channel for one in brought}


def test_a_few_people_multiply(history: History) -> None:
    ordinary, multiplied = sorted(set(history.factors.tolist()))
    assert multiplied / ordinary == pytest.approx(BRAND.multiplier)
    assert (history.factors == multiplied).sum() == BRAND.multipliers


def test_replies_answer_earlier_comments_of_the_page(history: History) -> None:
    events = [event for event in _events(history) if isinstance(event, Engagement)]
    comments = {event.event_id: event for event in events if event.type == "comment"}
    replies = [event for event in events if event.type == "reply"]
    assert replies
    for reply in replies:
        comment = comments[reply.parent_event_id or ""]
        assert comment.channel == reply.channel == "facebook"
        assert comment.content_id == reply.content_id
        assert comment.occurred_at < reply.occurred_at
    assert len({reply.parent_event_id for reply in replies}) == len(replies)


def test_the_classifier_misses_criticism_at_the_stated_rate() -> None:
    talk = simulate(BRAND, 4, today=TODAY).conversation
    missed = 1 - BRAND.comments.read_as[0][0]
    negative = int((talk.meant == 0).sum())
    assert abs(talk.missed - missed * negative) < 4 * np.sqrt(negative * missed * (1 - missed))
    assert talk.checked.sum() == BRAND.comments.checked
    median = np.median(talk.delay[np.isfinite(talk.delay)])
    assert median == pytest.approx(BRAND.comments.delay_hours, rel=0.15)


def test_a_storm_brings_more_comments_and_mostly_criticism() -> None:
    history = simulate(BRAND, 4, today=TODAY)
    first, last = truth_of(history).storm
    talk = history.conversation
    day = history.engagement_day[talk.row]
    inside = (day >= (first - history.first_day).days) & (day <= (last - history.first_day).days)
    assert (last - first).days == BRAND.comments.storm_days - 1
    assert inside.sum() / BRAND.comments.storm_days > 3 * (~inside).sum() / (BRAND.n_days - 3)
    assert (talk.meant[inside] == 0).mean() > 0.65 > 0.3 > (talk.meant[~inside] == 0).mean()


def test_a_mention_brings_the_stated_visits() -> None:
    history = simulate(BRAND, 4, today=TODAY)
    none = replace(BRAND, search=replace(BRAND.search, per_cause=0.0))
    without = simulate(none, 4, today=TODAY)
    mentions = history.counts[:-10, :, BRAND.index(BRAND.search.cause)].sum()
    brought = history.visits.sum() - without.visits.sum()
    assert brought / mentions == pytest.approx(BRAND.search.per_cause, rel=0.2)


def test_products_with_more_stars_sell_more() -> None:
    strong = replace(BRAND, products=replace(BRAND.products, effect=2.0))
    shelf = simulate(strong, 4, today=TODAY).shelf
    products = range(BRAND.products.number)
    ratings = np.array([shelf.rating[shelf.reviewed == product].mean() for product in products])
    sales = np.array([(shelf.bought == product).sum() for product in products])
    best, worst = np.argsort(ratings)[-10:], np.argsort(ratings)[:10]
    assert sales[best].sum() > 3 * sales[worst].sum()
    assert set(np.unique(shelf.rating)) <= {1, 2, 3, 4, 5}

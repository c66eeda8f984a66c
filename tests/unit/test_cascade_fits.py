"""Fits of simulated people whose shares lead to likes of friends, and of friends who only buy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from chalicelib.model.events import Event, parse_event
from chalicelib.services import answers
from chalicelib.services.fitting.estimation import fit_events
from tests.factories import make_conversion, make_event, money
from tests.worlds.fits import fit_records
from tests.worlds.people import WORLDS, record, simulate

FIRST = dt.date(2026, 1, 5)
DAYS, PEOPLE = 60, 1_500
RATE, BASE = 0.02, 0.01
OWN, OF_A_LIKE, LIKES, STAYS = 0.04, 0.04, 2.0, 0.5
"""Conversions that a share and a like cause in their person, likes of others per share on
the next day, and the remaining share of an effect on the next day.
"""


Spread = tuple[list[Event], float]


def spread(seed: int) -> Spread:
    """Events, and the conversions inside the window caused by one share with all its likes."""
    rng = np.random.default_rng(seed)
    shares = rng.poisson(RATE, (DAYS, PEOPLE))
    likes = rng.poisson(RATE, (DAYS, PEOPLE))
    edges = [
        (day, person, day + 1, int(friend))
        for day, person in np.argwhere(shares)
        for friend in rng.integers(0, PEOPLE, rng.poisson(LIKES))
        if day + 1 < DAYS
    ]
    brought = np.zeros((DAYS, PEOPLE), dtype=np.int64)
    for _, _, day, friend in edges:
        brought[day, friend] += 1
    intensity = BASE + OWN * faded(shares) + OF_A_LIKE * faded(likes + brought)
    bought = rng.poisson(intensity)
    seen = 1.0 - STAYS ** (DAYS - np.arange(DAYS))
    caused = OWN * shares.sum(axis=1) @ seen + OF_A_LIKE * brought.sum(axis=1) @ seen
    return list(events_of(shares, likes, edges, bought)), float(caused / shares.sum())


def faded(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Adstock: the shares of an effect that fall on each day."""
    stock = np.zeros(counts.shape)
    for day in range(DAYS):
        stock[day] = (1 - STAYS) * counts[day] + (STAYS * stock[day - 1] if day else 0.0)
    return stock


def events_of(
    shares: NDArray[np.int64],
    likes: NDArray[np.int64],
    edges: list[tuple[int, int, int, int]],
    bought: NDArray[np.int64],
) -> Iterator[Event]:
    def about(day: int, person: int, hour: int) -> dict[str, Any]:
        at = f"{FIRST + dt.timedelta(days=int(day))}T{hour:02d}:00:00Z"
        return {"occurred_at": at, "user_id": f"u{person}"}

    def number(counts: NDArray[np.int64]) -> Iterator[tuple[int, int, int]]:
        for day, person in np.argwhere(counts):
            for one in range(int(counts[day, person])):
                yield int(day), int(person), one

    for n, (on, sharer, day, friend) in enumerate(edges):
        parent = f"s-{on}-{sharer}-0"
        yield parse_event(
            make_event(event_id=f"b{n}", parent_event_id=parent, **about(day, friend, 9))
        )
    for day, person, one in number(shares):
        name = f"s-{day}-{person}-{one}"
        yield parse_event(make_event(event_id=name, type="share", **about(day, person, 8)))
    for day, person, one in number(likes):
        yield parse_event(make_event(event_id=f"l-{day}-{person}-{one}", **about(day, person, 8)))
    for day, person, one in number(bought):
        name = f"c-{day}-{person}-{one}"
        raw = make_conversion(event_id=name, value=money("20"), **about(day, person, 18))
        yield parse_event(raw)


def share_of(document: dict[str, Any]) -> dict[str, Any]:
    found = answers.engagements(document)["engagements"]
    return next(one for one in found if one["type"] == "share")


def fit(events: list[Event]) -> dict[str, Any]:
    as_of = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
    return fit_events(events, window=None, currency="EUR", as_of=as_of, fit_id="f1")


@pytest.fixture(scope="module")
def spreading() -> Spread:
    return spread(1)


def test_interval_with_descendants_covers_the_effect_of_a_share_and_its_likes(
    spreading: Spread,
) -> None:
    events, truth = spreading

    share = share_of(fit(events))

    own, total = (one["conversions_per_engagement"] for one in (share, share["with_descendants"]))
    assert total["ci_low"] < truth < total["ci_high"]
    assert own["ci_high"] < truth
    assert total["ci_low"] > 0
    assert "spillover_not_seen" not in share["warnings"]
    assert share["with_descendants"]["warnings"] == share["warnings"]


def test_the_order_of_events_changes_nothing(spreading: Spread) -> None:
    events, _ = spreading

    shown, turned = (share_of(fit(some))["with_descendants"] for some in (events, events[::-1]))

    assert turned["warnings"] == shown["warnings"]
    for name in ("conversions_per_engagement", "value_per_engagement"):
        assert turned[name] == pytest.approx(shown[name], rel=1e-3)


def test_without_edges_a_share_has_a_warning_and_its_likes_have_none(spreading: Spread) -> None:
    events, _ = spreading
    without = [
        event.model_copy(update={"parent_event_id": None}) if event.kind == "engagement" else event
        for event in events
    ]

    document = fit(without)

    assert "spillover_not_seen" in share_of(document)["warnings"]
    assert share_of(document)["with_descendants"] is None
    for one in answers.engagements(document)["engagements"]:
        assert ("spillover_not_seen" in one["warnings"]) == (one["type"] == "share")


def test_friends_who_buy_without_an_engagement_raise_a_warning() -> None:
    world = replace(WORLDS["friends"], n_people=1_500, n_days=60)

    document = fit_records(record(simulate(world, 1)))

    fitted = document["goals"]["purchase"]["estimates"]
    methods = {one["method"] for one in fitted}
    assert "within_user" in methods
    for kind, one in zip(document["kinds"], fitted, strict=True):
        is_share = kind["type"] == "share" and one["method"] == "within_user"
        assert ("spillover_not_seen" in one["warnings"]) == is_share

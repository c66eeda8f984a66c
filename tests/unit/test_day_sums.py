"""R of a range of days, from sums of each day: equal to R of the shares themselves."""

from __future__ import annotations

import numpy as np
import pytest

from chalicelib.attribution.virality.day_sums import SUMS, reproduction_of, sum_days
from chalicelib.attribution.virality.shares import Shares
from chalicelib.attribution.virality.virality_estimate import estimate_virality

DAYS = 60


def cascades(seed: int = 1, n: int = 400, mean: float = 0.5, until: float = DAYS) -> Shares:
    """Shares from outside over `DAYS`, with children after a log-normal delay."""
    rng = np.random.default_rng(seed)
    time = list(rng.uniform(0, DAYS, n))
    parent = [-1] * n
    at = 0
    while at < len(time):
        for _ in range(int(rng.poisson(mean * rng.gamma(0.5, 2.0)))):
            later = time[at] + float(rng.lognormal(-1.5, 1.0))
            if later < until:
                time.append(later)
                parent.append(at)
        at += 1
    size = len(time)
    return Shares(
        time=np.array(time),
        parent=np.array(parent),
        names_parent=np.array(parent) >= 0,
        channel=np.arange(size) % 2,
        n_channels=2,
        person=np.arange(size),
        content=np.full(size, -1),
        count=np.ones(size),
        reach=np.full(size, np.nan),
        complete=np.ones(2, dtype=bool),
        follows_page=np.zeros(size, dtype=bool),
    )


def both(shares: Shares, first: int, last: int, as_of: float = DAYS):
    """R of the days, by sums, and from the shares."""
    sums = sum_days(shares, start=0.0, n_days=DAYS, as_of=as_of)
    days = [day.tolist() for one in range(2) for day in sums[first : last + 1, one]]
    whole = estimate_virality(shares, start=float(first), end=last + 1.0, as_of=as_of)
    return reproduction_of(days), whole


@pytest.mark.parametrize(("first", "last"), [(0, DAYS - 1), (10, 39), (50, 59)])
def test_r_of_some_days_is_that_of_their_shares(first: int, last: int) -> None:
    ours, theirs = both(cascades(), first, last)

    assert theirs.reproduction is not None
    assert ours.reproduction is not None
    assert ours.reproduction.estimate == pytest.approx(theirs.reproduction.estimate, rel=0.05)
    assert ours.reproduction.ci_low == pytest.approx(theirs.reproduction.ci_low, rel=0.1)
    assert ours.reproduction.ci_high == pytest.approx(theirs.reproduction.ci_high, rel=0.1)
    assert ours.reproduction.probability_above(1.0) == pytest.approx(
        theirs.probability_above or 0.0, abs=0.01
    )
    assert ours.shares == theirs.reproduction.shares
    assert 0 < ours.from_outside < ours.shares


def test_the_interval_covers_the_truth_for_a_part_of_the_days() -> None:
    covered = 0
    for seed in range(40):
        ours, _ = both(cascades(seed), 20, 49)
        assert ours.reproduction is not None
        covered += ours.reproduction.ci_low <= 0.5 <= ours.reproduction.ci_high
    assert covered >= 35


def test_days_whose_children_cannot_be_seen_yet_are_refused() -> None:
    shares = cascades(until=10.0)
    ours = reproduction_of(
        day.tolist()
        for one in range(2)
        for day in sum_days(shares, start=0.0, n_days=DAYS, as_of=10.0)[9:10, one]
    )

    assert ours.reason in ("too_young", "too_few_shares")
    assert ours.reproduction is None


def test_few_shares_and_few_children_are_refused() -> None:
    one = dict.fromkeys(SUMS, 0.0)

    def found(**sums: float) -> str | None:
        return reproduction_of([list((one | sums).values())]).reason

    assert found(shares=29, children=9, seen=29) == "too_few_shares"
    assert found(shares=40, children=4, seen=40) == "too_few_children"
    assert found(shares=40, children=9, seen=19, cc=9, ff=19) == "too_young"
    assert reproduction_of([]).reason == "too_few_shares"


def test_few_shares_that_bring_most_widen_the_interval() -> None:
    even = [100, 50, 50, 100, 50, 50, 100, 100 * 0.5**4]
    one = [100, 50, 50, 100, 50 * 50, 50, 100, 50.0**4]

    spread, narrow = (reproduction_of([one]).reproduction, reproduction_of([even]).reproduction)

    assert spread is not None
    assert narrow is not None
    assert spread.estimate == narrow.estimate == 0.5
    assert spread.ci_high > 3 * narrow.ci_high

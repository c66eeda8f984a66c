"""Plans from draws of response curves: the best division, and whether to follow it."""

from __future__ import annotations

import math
import random
import time
from dataclasses import replace

import pytest

from chalicelib.attribution.plans.allocation import build_ladders, divide, divide_freely
from chalicelib.attribution.plans.plan_decision import Plan, decide, quantile, steps_of
from chalicelib.attribution.plans.planned_channels import PlannedChannel, Shape
from chalicelib.attribution.plans.stored_curves import limits_of, planned_channels
from chalicelib.attribution.plans.worth_of_tests import worth_of_test

LINEAR = Shape(math.inf, (1.0,))
BENT = Shape(0.5, (0.5, 1.0, 1.5))


def channel(name: str, mean_return: float, **over: object) -> PlannedChannel:
    """A channel that spends 100, with 200 draws around a return."""
    rng = random.Random(name)
    error = float(over.pop("error", 0.1))  # type: ignore[arg-type]
    one = PlannedChannel(
        name,
        now=100.0,
        mean=100.0,
        low=70.0,
        high=130.0,
        returns=[rng.gauss(mean_return, error) for _ in range(200)],
        shapes=[LINEAR, BENT],
        shape_of=[draw % 2 for draw in range(200)],
    )
    return replace(one, **over)  # type: ignore[arg-type]


def made(plan: Plan | None) -> Plan:
    assert plan is not None
    return plan


def test_money_goes_to_the_channel_that_brings_more() -> None:
    plan = made(decide([channel("good", 3.0), channel("bad", 1.0)]))

    assert plan.verdict == "move"
    assert plan.spends["good"] == pytest.approx(130.0)
    assert plan.spends["bad"] == pytest.approx(70.0)
    assert plan.chance_better == 1.0
    assert plan.gain.low < plan.gain.estimate < plan.gain.high
    assert plan.worst < plan.gain.low
    assert plan.next_euro is not None
    assert plan.next_euro.channel == "good"
    assert plan.next_euro.chance_best > 0.9


def test_the_gain_is_the_difference_of_the_values() -> None:
    good = channel("good", 8.0, shape_of=[1] * 200, error=0.0)
    bad = channel("bad", 1.0, shape_of=[0] * 200, error=0.0)

    plan = made(decide([good, bad]))

    at_more, at_now = (
        sum(x * u / (0.5 + x * u) for u in BENT.levels) / 3 for x in (plan.spends["good"] / 100, 1)
    )
    expected = 8.0 * 100 * (at_more / at_now - 1) - 1.0 * (100 - plan.spends["bad"])
    assert plan.gain.estimate == pytest.approx(expected)


def test_bent_responses_are_divided_where_marginal_returns_meet() -> None:
    one = channel("one", 2.0, shape_of=[1] * 200, error=0.0, low=0.0, high=1000.0)
    two = channel("two", 1.0, shape_of=[1] * 200, error=0.0, low=0.0, high=1000.0)

    plan = made(decide([one, two]))

    slopes = [c.marginals(plan.spends[c.name])[0] for c in (one, two)]
    assert slopes[0] == pytest.approx(slopes[1], rel=0.1)
    assert sum(plan.spends.values()) == pytest.approx(200.0)


def test_an_uncertain_gain_asks_for_a_test_and_leaves_todays_spend() -> None:
    plan = made(decide([channel("a", 2.0, error=1.0), channel("b", 1.7, error=1.0)]))

    assert plan.verdict == "test_first"
    assert plan.spends == {"a": 100.0, "b": 100.0}
    assert plan.considered != plan.spends
    assert plan.chance_better < 0.9


def test_a_small_gain_is_not_worth_a_change() -> None:
    plan = made(decide([channel("a", 1.02, error=0.0), channel("b", 1.0, error=0.0)]))

    assert plan.verdict == "stay"
    assert plan.spends == {"a": 100.0, "b": 100.0}


def test_the_sure_part_of_a_plan_is_followed_alone() -> None:
    channels = [
        channel("good", 2.0),
        channel("bad", 1.0),
        channel("wild", 2.2, error=8.0),
    ]

    plan = made(decide(channels))

    assert plan.verdict == "move"
    assert plan.spends["wild"] == 100.0
    assert plan.spends["good"] > 100.0 > plan.spends["bad"]
    assert plan.chance_better >= 0.9


def test_frozen_channels_stay_and_the_budget_is_kept() -> None:
    channels = [
        channel("good", 3.0),
        channel("frozen", 9.0, frozen=True),
        channel("bad", 1.0),
        channel("unknown", 1.0, returns=[], shapes=[], shape_of=[], frozen=True),
    ]

    plan = made(decide(channels))

    assert plan.spends["frozen"] == plan.spends["unknown"] == 100.0
    assert sum(plan.spends.values()) <= 400.0 + 1e-9


@pytest.mark.parametrize("change", [-35.0, -7.7, 12.3, 41.0])
def test_another_budget_is_used_but_never_exceeded(change: float) -> None:
    channels = [channel("good", 3.0), channel("bad", 1.0), channel("third", 2.0)]

    plan = made(decide(channels, change=change))

    spent = sum(plan.spends.values())
    assert spent <= 300.0 + change + 1e-9
    assert spent >= 300.0 + change - 180.0 / 240 - 1e-9


def test_a_budget_outside_the_limits_has_no_plan() -> None:
    channels = [channel("good", 3.0), channel("bad", 1.0)]

    assert decide(channels, change=61.0) is None
    assert decide(channels, change=-61.0) is None


def test_a_single_channel_has_nothing_to_exchange_with() -> None:
    channels = [channel("only", 6.0), channel("other", 1.0, frozen=True)]

    assert decide(channels) is None
    assert made(decide(channels, free=True)).spends["only"] == pytest.approx(130.0)


def test_a_free_budget_grows_where_a_euro_brings_more_than_itself_and_shrinks_elsewhere() -> None:
    plan = made(decide([channel("good", 3.0), channel("bad", 0.5)], free=True))

    assert plan.spends["good"] == pytest.approx(130.0)
    assert plan.spends["bad"] == pytest.approx(70.0)
    bent = channel("bent", 3.0, shape_of=[1] * 200, error=0.0, low=0.0, high=1000.0)
    alone = made(decide([bent], free=True))
    assert fmean(bent.marginals(alone.spends["bent"])) == pytest.approx(1.0, rel=0.05)


def fmean(values: list[float]) -> float:
    return sum(values) / len(values)


def test_equal_channels_count_for_none_alone() -> None:
    same = channel("same", 2.0)

    plan = made(decide([same, replace(same, name="twin")]))

    assert plan.verdict == "stay"
    assert plan.next_euro is not None
    assert plan.next_euro.chance_best == pytest.approx(0.5)
    assert plan.chance_better < 0.9


def test_exchange_of_steps_finds_the_optimum_of_concave_values() -> None:
    tables = [[2.0 * math.sqrt(j) for j in range(21)], [3.0 * math.sqrt(j) for j in range(21)]]

    found = divide(tables, [10, 10])

    assert found is not None
    best = max(range(21), key=lambda j: tables[0][j] + tables[1][20 - j])
    assert found.places == [best, 20 - best]


def test_free_spend_is_the_best_of_the_table() -> None:
    assert divide_freely([[0.0, 5.0, 7.0, 7.5]], [0], 1.0).places == [2]


def test_ladders_stay_within_the_limits_and_contain_today() -> None:
    ladders, step = build_ladders([channel("a", 1.0, high=110.0), channel("b", 1.0, now=77.7)])

    assert step == pytest.approx((40.0 + 60.0) / 240)
    for ladder in ladders:
        assert ladder.spends[ladder.today] == ladder.channel.now
        assert min(ladder.spends) >= ladder.channel.low - 1e-9
        assert max(ladder.spends) <= ladder.channel.high + 1e-9


def test_steps_of_a_change_are_rounded_down() -> None:
    assert [steps_of(change, 2.0) for change in (5.0, 4.0, 0.0, -0.1, -4.0)] == [2, 2, 0, -1, -2]


def test_quantiles_are_linear_between_draws() -> None:
    assert quantile([0.0, 1.0, 2.0], 0.25) == 0.5


def test_a_test_is_worth_most_where_the_decision_depends_on_it() -> None:
    known, open_ = channel("known", 2.0, error=0.02), channel("open", 2.0, error=1.0)
    channels = [known, open_]

    worth = {name: worth_of_test(channels, name, error=0.25) for name in ("known", "open")}

    assert worth["open"] is not None
    assert worth["known"] is not None
    assert worth["open"] > 5.0 * max(worth["known"], 0.1)
    coarse = worth_of_test(channels, "open", error=10.0)
    assert coarse is not None
    assert coarse < 0.3 * worth["open"]


def test_the_worth_of_perfect_information_is_that_of_knowing_the_draw() -> None:
    open_ = channel("open", 2.0, error=1.0, shape_of=[0] * 200)
    other = channel("other", 2.0, error=0.0, shape_of=[0] * 200)

    worth = worth_of_test([open_, other], "open", error=0.02)

    exact = fmean([30.0 * abs(r - 2.0) for r in open_.returns])
    prior = 30.0 * abs(fmean(list(open_.returns)) - 2.0)
    assert worth == pytest.approx(exact - prior, rel=0.15)


def test_a_frozen_channel_may_be_anything_up_to_what_it_seems() -> None:
    channels = [
        channel("a", 1.5),
        channel("b", 1.4),
        channel("brand", 6.0, frozen=True),
        channel("unknown", 0.0, returns=[], shapes=[], shape_of=[], frozen=True),
    ]

    worth = [worth_of_test(channels, name, error=0.25) or 0.0 for name in ("a", "brand", "unknown")]

    assert min(worth[1:]) > 3.0 * worth[0]
    assert worth_of_test([channel("x", 1.0, frozen=True)], "x", error=0.25) is None


def curves(**over: object) -> dict[str, object]:
    """Stored curves of one channel."""
    stored = {
        "channel": "google_ads",
        "reasons": [],
        "now": 90.0,
        "mean": 100.0,
        "highest": 105.0,
        "levels": [[0.5, 1.5], [1.0, 1.0]],
        "usual": [1.25, 1.0],
        "returns": [2.0, 3.0, 4.0],
        "bend_of": "011",
        "decay_of": "001",
    }
    return {
        "half_stocks": [None, 1.0],
        "channels": [{**stored, **over}],
    }


def test_stored_curves_become_channels_in_money() -> None:
    (one,) = planned_channels(curves(), set(), margin=0.5)

    assert list(one.returns) == [1.0, 1.5, 2.0]
    assert [one.shapes[s] for s in one.shape_of] == [
        Shape(math.inf, (0.5, 1.5)),
        Shape(1.25, (0.5, 1.5)),
        Shape(1.0, (1.0, 1.0)),
    ]
    assert (one.low, one.high) == (pytest.approx(63.0), 105.0)
    assert not one.frozen


def test_a_channel_without_draws_is_frozen() -> None:
    (one,) = planned_channels(curves(returns=[], bend_of="", decay_of=""), set())

    assert one.frozen
    assert not one.known


def test_spend_never_exceeds_what_was_seen() -> None:
    assert limits_of({"now": 100.0, "highest": 110.0}, 0.3) == (70.0, 110.0)
    assert limits_of({"now": 100.0, "highest": 500.0}, 2.0) == (0.0, pytest.approx(300.0))
    assert limits_of({"now": 100.0, "highest": 90.0}, 0.3) == (70.0, 100.0)


def test_ten_channels_are_planned_within_a_fifth_of_a_second() -> None:
    rng = random.Random(1)
    levels = tuple(0.3 + 0.2 * q for q in range(8))
    shapes = [Shape(half, levels) for half in (math.inf, 2.5, 1.0, 0.4) for _ in range(8)]
    channels = [
        channel(
            str(k),
            2.0,
            returns=[rng.gauss(2.0, 0.8) for _ in range(250)],
            shapes=shapes,
            shape_of=[rng.randrange(len(shapes)) for _ in range(250)],
        )
        for k in range(10)
    ]

    started = time.process_time()
    decide(channels)

    assert time.process_time() - started < 1.0  # 0.2 on an idle machine

"""The design of a switchback: its promises against simulated tests, and what makes them smaller."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from chalicelib.attribution.experiments.switchback import (
    Switchback,
    analyse_switchback,
    attenuation,
)
from chalicelib.attribution.experiments.switchback_design import (
    PastNoise,
    SwitchbackDesign,
    _share_of_claims,
    design_switchback,
    run_pseudo_tests,
)

LEVEL, SPEND, DAYS = 100.0, 300.0, 56
NOISE = PastNoise(LEVEL, 0.04)
KNOWN = [(0.6, 1.0)]


def past(seed: int, drift: float = 0.02, days: int = 240) -> list[float]:
    rng = np.random.default_rng([seed, 77])
    walk = LEVEL * np.exp(drift * np.cumsum(rng.standard_normal(days)))
    drawn: list[float] = rng.poisson(walk * LEVEL / walk[-1]).astype(float).tolist()
    return drawn


def designed(decays: list[tuple[float, float]] = KNOWN, seed: int = 0) -> SwitchbackDesign:
    found = design_switchback(DAYS, 7, SPEND, decays, noise=NOISE, past=past(seed), seed=seed)
    assert found is not None
    return found


def shown(design: SwitchbackDesign, seed: int, effect: float) -> bool:
    rng = np.random.default_rng([seed, 78])
    walk = LEVEL * np.exp(0.02 * np.cumsum(rng.standard_normal(DAYS)))
    x = np.array(design.test.exposure)
    mean = np.maximum(walk + effect * (x - x.mean()), 1.0)
    drawn = rng.poisson(mean).astype(float).tolist()
    return analyse_switchback(drawn, design.test).p_value <= 0.05


def test_a_design_keeps_its_promise_in_simulated_tests() -> None:
    designs = [(seed, designed(seed=seed)) for seed in range(100)]

    power = np.mean([shown(one, seed, one.smallest_effect) for seed, one in designs])
    false = np.mean([shown(one, seed, 0.0) for seed, one in designs])

    assert 0.72 <= power <= 0.92
    assert false <= 0.1


def test_the_larger_of_the_two_errors_counts() -> None:
    calm, restless = past(1, drift=0.0), past(1, drift=0.1)
    of_model = Switchback.drawn(DAYS, 7, SPEND, 0.6).standard_error(LEVEL, 0.04)

    found = [
        design_switchback(DAYS, 7, SPEND, KNOWN, noise=NOISE, past=one) for one in (calm, restless)
    ]

    assert found[0] is not None
    assert found[1] is not None
    assert found[0].error == pytest.approx(of_model)
    assert found[1].error > 2.0 * of_model


def test_without_a_past_or_a_model_there_is_no_design() -> None:
    assert design_switchback(DAYS, 7, SPEND, KNOWN, noise=None, past=past(1, days=40)) is None
    no_past = design_switchback(DAYS, 7, SPEND, KNOWN, noise=NOISE, past=[])
    assert no_past is not None
    assert (no_past.false_positives, no_past.pseudo_tests) == (None, 0)


def test_an_analysis_with_the_true_decay_finds_all_of_an_effect() -> None:
    test = Switchback.drawn(84, 7, SPEND, 0.6)

    assert attenuation(test, test, 0.04) == pytest.approx(1.0)
    assert attenuation(test, replace(test, decay=0.85), 0.04) < 0.75


def test_an_effect_that_may_last_longer_must_be_larger() -> None:
    sure, unsure = designed(), designed([(0.6, 0.6), (0.9, 0.4)])

    assert sure.power_if_longer == pytest.approx(0.8, abs=0.01)
    assert unsure.test.decay == 0.6
    assert unsure.smallest_effect > 1.1 * sure.smallest_effect
    assert unsure.power_if_longer < 0.65


def test_too_few_blocks_are_no_switchback() -> None:
    with pytest.raises(ValueError, match="4 blocks"):
        design_switchback(21, 7, SPEND, KNOWN, noise=NOISE, past=[])


def test_a_promotion_of_the_past_makes_no_error_if_it_is_annotated() -> None:
    calm = past(1, drift=0.0)
    known = [not 60 <= day < 67 for day in range(len(calm))]
    promoted = [count + 80.0 * (not one) for count, one in zip(calm, known, strict=True)]

    def found(known: list[bool] | None) -> SwitchbackDesign:
        one = design_switchback(DAYS, 7, SPEND, KNOWN, noise=NOISE, past=promoted, known=known)
        assert one is not None
        return one

    assert found(known).error < 0.6 * found(None).error
    assert found(known).pseudo_tests > 0


def test_a_claim_must_exceed_the_spread_at_other_places() -> None:
    calm, wild = [(0.1, 0.1, 50)] * 4, [(5.0, 0.1, 50)] * 4

    assert _share_of_claims([calm] * 5) == 0.0
    assert _share_of_claims([calm] * 4 + [wild]) == 0.2
    assert _share_of_claims([wild] * 5) == 0.0  # such estimates are usual in this past


def test_days_that_nearly_all_do_not_count_are_no_past() -> None:
    mondays = [day % 7 == 0 for day in range(240)]

    assert run_pseudo_tests(Switchback.drawn(DAYS, 7, SPEND, 0.6), 7, past(1), mondays) is None

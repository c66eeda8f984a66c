"""Averaging over the unknowns: decays, shapes, the variance ratio."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from scipy import stats

from chalicelib.attribution.adstock import DECAYS
from chalicelib.attribution.time_series.averaging import Averaged, _draw, _move_together, average
from chalicelib.attribution.time_series.priors import (
    LINEAR,
    LINEAR_OF_TYPE,
    DecaysAndShapes,
    ShapesPerType,
)
from chalicelib.attribution.time_series.saturation import HALF_STOCKS, responses, usual_stocks
from chalicelib.attribution.time_series.structural import (
    LEVEL_RATIOS,
    Products,
    Scales,
    cross_products,
)

N_DAYS = 120
SCALES = Scales.constant(N_DAYS)
NOTHING = np.zeros((N_DAYS, 0))


@dataclass(frozen=True)
class Even:
    """A flat prior; the chains start at the first and the last decay."""

    n_decays: int
    n_shapes: int = 1

    @property
    def shapes(self) -> np.ndarray:
        return np.zeros(self.n_shapes)

    def starts(self, n_kinds: int) -> tuple[np.ndarray, np.ndarray]:
        first = np.zeros(n_kinds, dtype=np.int64)
        return first, first + self.n_decays - 1

    def log_brands(self, chosen: np.ndarray) -> np.ndarray:
        return np.zeros(1)

    def shifted(self, chosen: np.ndarray, steps: int) -> None:
        return None

    def given(self, kind: int, chosen: np.ndarray, brand: int) -> np.ndarray:
        return np.zeros(self.n_decays)


def averaged(products: Products, effects: np.ndarray, **more: np.ndarray) -> Averaged:
    """The average over decays that are equally likely, without shrinkage."""
    shrink = np.zeros(effects.shape)
    return average(products, effects, Even(effects.shape[1]), shrink=shrink, **more)


def draw_brand(
    prior: DecaysAndShapes | ShapesPerType, chosen: np.ndarray, rng: np.random.Generator
) -> int:
    p = np.exp(prior.log_brands(chosen))
    return int(rng.choice(p.size, p=p / p.sum()))


def beforehand(prior: DecaysAndShapes | ShapesPerType, kind: int, chosen: np.ndarray) -> np.ndarray:
    """Prior probabilities of a type's candidates given those of the others, with drawn brands."""
    rng = np.random.default_rng(1)
    draws = [np.exp(prior.given(kind, chosen, draw_brand(prior, chosen, rng))) for _ in range(300)]
    return np.mean(draws, axis=0)


def simulate(effect: float, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    columns = rng.normal(size=(N_DAYS, 2))
    return 50 + effect * columns[:, 0] + rng.normal(size=N_DAYS), columns


def products_of(outcome: np.ndarray, columns: np.ndarray) -> Products:
    return cross_products(outcome, NOTHING, columns, SCALES)


def still(outcome: np.ndarray, columns: np.ndarray) -> Products:
    """The products of a level that does not wander."""
    products = products_of(outcome, columns)
    return Products(products.gram[:1], products.log_weight[:1], products.degrees_of_freedom)


def test_without_unknowns_it_equals_generalised_least_squares() -> None:
    outcome, columns = simulate(2.0)

    found = averaged(still(outcome, columns), np.ones((2, 1, 1)))

    centred = columns - columns.mean(axis=0)
    beta, rss, *_ = np.linalg.lstsq(centred, outcome - outcome.mean(), rcond=None)
    cov = rss[0] / (N_DAYS - 3) * np.linalg.inv(centred.T @ centred)
    assert found.effect == pytest.approx(beta, rel=1e-3)
    assert np.sqrt(np.diag(found.cov)) == pytest.approx(np.sqrt(np.diag(cov)), rel=1e-3)
    assert found.degrees_of_freedom == N_DAYS - 3


def test_unidentified_decays_stay_open_and_widen_the_interval() -> None:
    outcome, columns = simulate(2.0)
    twice = np.column_stack([columns[:, 0], columns[:, 0]])
    products = products_of(outcome, twice)
    apart = np.array([[[1.0], [2.0]]])

    found = averaged(products, apart)

    assert found.decay_weights[0] == pytest.approx([0.5, 0.5], abs=0.02)
    half = stats.t.ppf(0.975, found.degrees_of_freedom) * np.sqrt(found.cov[0, 0])
    assert half > 1.0  # from one answer, 2, to the other, 4


def test_chains_that_stay_at_their_start_have_not_converged() -> None:
    gram = np.full((1, 5, 5), 0.0)
    gram[0] = np.diag([1.0, 1.0, 1.0, 1.0, 100.0])
    gram[0, [0, 2], 4] = gram[0, 4, [0, 2]] = 6.9
    gram[0, [1, 3], 4] = gram[0, 4, [1, 3]] = 6.9
    gram[0, 0, 3] = gram[0, 3, 0] = gram[0, 1, 2] = gram[0, 2, 1] = 0.98
    stuck = Products(gram, np.zeros(1), 400)
    effects = np.array([[[1.0], [9.0]], [[1.0], [9.0]]])

    found = averaged(stuck, effects)

    assert not found.converged


def test_the_same_data_give_the_same_answer() -> None:
    products = products_of(*simulate(0.3))

    first, second = (averaged(products, np.ones((1, 2, 1))) for _ in range(2))

    assert np.array_equal(first.effect, second.effect)
    assert np.array_equal(first.cov, second.cov)


def test_wandering_level_is_separated_from_a_constant_one() -> None:
    outcome, columns = simulate(1.0)
    walk = np.cumsum(np.random.default_rng(9).normal(0, 2.0, N_DAYS))

    def typical(values: np.ndarray) -> float:
        found = averaged(products_of(values, columns[:, :1]), np.ones((1, 1, 1)))
        return float(np.exp(found.ratio_weights @ np.log(LEVEL_RATIOS)))

    assert typical(outcome) < 1e-3
    assert typical(outcome + walk) > 0.5


def test_types_of_a_brand_share_the_prior_of_decays() -> None:
    prior = DecaysAndShapes.usual(np.arange(3))

    slow = beforehand(prior, 0, np.array([7, 7, 7]))
    fast = beforehand(prior, 0, np.array([0, 0, 0]))

    assert slow.sum() == pytest.approx(1.0)
    assert slow @ DECAYS > 0.8
    assert fast @ DECAYS < 0.4
    assert np.exp(prior.shapes) == pytest.approx([LINEAR] + [(1 - LINEAR) / 3] * 3)


def test_types_of_a_channel_share_more_than_types_of_a_brand() -> None:
    decays = np.array([8, 8, 1, 1, 4])

    def typical(channels: list[int]) -> float:
        prior = DecaysAndShapes.usual(np.array(channels))
        return float(beforehand(prior, 4, decays) @ DECAYS)

    with_slow, with_fast, alone = (typical([0, 0, 1, 1, own]) for own in (0, 1, 2))
    assert with_fast + 0.05 < alone < with_slow - 0.05


def test_draws_of_a_channel_follow_its_posterior() -> None:
    """Gibbs draws over three types without data reproduce the prior from a direct sum."""
    prior = DecaysAndShapes.usual(np.array([0, 0, 1]))
    hierarchy = prior.half_lives
    pairs = np.einsum(
        "sm,smc,scg,sch->gh",
        hierarchy.brands,
        hierarchy.channels,
        hierarchy.of_channel,
        hierarchy.of_channel,
    )
    rng = np.random.default_rng(4)
    chosen, seen = np.array([3, 3, 3]), np.zeros_like(pairs)
    nothing, number = np.eye(3 * DECAYS.size + 1), np.arange(3 * DECAYS.size).reshape(3, -1)
    for _ in range(6_000):
        chosen, log_brands = _move_together(chosen, prior, nothing, number, 100, rng)
        p = np.exp(log_brands)
        brand = int(rng.choice(p.size, p=p / p.sum()))
        for kind in range(3):
            p = np.exp(prior.given(kind, chosen, brand))
            chosen[kind] = rng.choice(p.size, p=p / p.sum())
        seen[chosen[0], chosen[1]] += 1 / 6_000

    assert np.abs(seen - pairs).sum() < 0.25
    assert np.corrcoef(seen.ravel(), pairs.ravel())[0, 1] > 0.95


def test_decays_move_together_towards_the_data() -> None:
    prior = DecaysAndShapes.usual(np.arange(2))
    number = np.arange(2 * DECAYS.size).reshape(2, -1)
    gram = np.eye(2 * DECAYS.size + 1)
    gram[-1, number[:, 2]] = gram[number[:, 2], -1] = 0.6
    rng = np.random.default_rng(0)

    chosen = np.array([4, 4])
    seen = []
    for _ in range(200):
        chosen, _ = _move_together(chosen, prior, gram, number, 40, rng)
        seen.append(chosen.tolist())

    assert all(a == b for a, b in seen)
    assert all(one == [2, 2] for one in seen[50:])


def test_shapes_saturate_as_documented() -> None:
    stock = np.array([1.0, 1.0, 1.0, 2.0, 1.0]).reshape(-1, 1, 1)

    bent = responses(stock, usual_stocks(stock))[:, 0, 0, :]

    usual = (stock**2).sum() / stock.sum()
    for number, half in enumerate(HALF_STOCKS):
        expected = 2.0 if np.isinf(half) else 2.0 * (half * usual + 1) / (half * usual + 2)
        assert bent[3, number] / bent[0, number] == pytest.approx(expected)


def test_result_does_not_depend_on_whether_a_column_is_nuisance_or_a_type() -> None:
    outcome, columns = simulate(1.0)
    outcome = outcome + np.cumsum(np.random.default_rng(2).normal(0, 0.4, N_DAYS))
    slow = np.linspace(-1.0, 1.0, N_DAYS) ** 2
    one = cross_products(outcome, slow[:, None], columns[:, :1], SCALES)
    two = products_of(outcome, np.column_stack([columns[:, 0], slow]))

    alone = averaged(one, np.ones((1, 1, 1)))
    both = averaged(two, np.ones((2, 1, 1)))

    assert both.ratio_weights == pytest.approx(alone.ratio_weights, abs=1e-6)
    assert both.effect[0] == pytest.approx(alone.effect[0], rel=0.02)


def test_odds_of_two_columns_follow_from_their_residuals() -> None:
    quiet = still(*simulate(0.25))

    found = averaged(quiet, np.ones((1, 2, 1)))

    gram = quiet.gram[0]
    left = gram[2, 2] - gram[[0, 1], 2] ** 2 / np.diag(gram)[:2]
    odds = (left[0] / left[1]) ** (-0.5 * quiet.degrees_of_freedom)
    assert found.decay_weights[0, 0] / found.decay_weights[0, 1] == pytest.approx(odds, rel=1e-6)


def test_disagreement_between_variance_ratios_counts_in_full() -> None:
    outcome, columns = simulate(2.0)
    products = products_of(outcome, columns[:, :1])
    one = products.gram[0]
    other = one.copy()  # explains the same with an effect one and a half times as large
    other[0, 1] = other[1, 0] = 1.5 * one[0, 1]
    other[1, 1] += (other[0, 1] ** 2 - one[0, 1] ** 2) / one[0, 0]
    both = Products(np.array([one, other]), np.zeros(2), products.degrees_of_freedom)

    found = averaged(both, np.ones((1, 1, 1)))

    effect = one[0, 1] / one[0, 0]
    assert found.converged
    assert found.ratio_weights == pytest.approx([0.5, 0.5], abs=0.05)
    assert found.effect[0] == pytest.approx(1.25 * effect, rel=0.01)
    assert found.cov[0, 0] > (0.24 * effect) ** 2


def test_disagreement_between_groups_counts_in_full() -> None:
    outcome, columns = simulate(2.0)
    same = np.column_stack([columns[:, 0], columns[:, 0]])
    products = products_of(outcome, same)
    apart = np.array([[[1.0], [1.2]]])

    def error(groups: list[int]) -> float:
        return float(averaged(products, apart, groups=np.array(groups)).cov[0, 0])

    within = averaged(products, apart)
    assert error([0, 0]) == pytest.approx(within.cov[0, 0])
    assert error([0, 1]) > error([0, 0])
    # two equally likely answers 0.1 apart from their mean, times the coefficient of about two
    assert error([0, 1]) > (0.1 * within.effect[0] / 1.1) ** 2


def test_types_with_separate_shapes_keep_the_decays_of_the_brand() -> None:
    prior = DecaysAndShapes.usual(np.arange(3)).per_type()
    n_shapes = HALF_STOCKS.size

    slow = beforehand(prior, 0, np.full(3, 7 * n_shapes + 2)).reshape(-1, n_shapes)

    assert slow.sum() == pytest.approx(1.0)
    assert slow.sum(axis=1) @ DECAYS > 0.8
    assert slow.sum(axis=0) == pytest.approx(
        [LINEAR_OF_TYPE] + [(1 - LINEAR_OF_TYPE) / (n_shapes - 1)] * (n_shapes - 1)
    )
    assert prior.groups[: n_shapes + 1].tolist() == [*range(n_shapes), 0]


def test_a_draw_is_that_of_numpys_choice() -> None:
    ours, numpys = np.random.default_rng(1), np.random.default_rng(1)
    p = np.array([0.0, 0.2, 0.5, 0.3, 0.0])

    drawn = [_draw(p, ours) for _ in range(200)]

    assert drawn == [int(numpys.choice(p.size, p=p)) for _ in range(200)]

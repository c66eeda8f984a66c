"""A contract for estimators: one that is declared here gets the standard checks.

An estimator takes the observations of one goal and gives effects, their covariance and quantiles.
What it may depend on is declared with it; checks take nothing else from it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from chalicelib.attribution.estimates import estimate_goal
from chalicelib.attribution.observations import Observations, mean_inside
from chalicelib.attribution.within_user.regression import fit_within_user, reduce_panel
from tests.contract.machinery import held
from tests.contract.panels import TRUE_DECAY, Small, make_regions, make_small, make_totals

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Answer:
    """Effects (K,), covariance (K, K) and two-sided 95 % quantiles (K,); NaN where rejected."""

    delta: Floats
    cov: Floats
    critical: Floats

    @property
    def error(self) -> Floats:
        """Standard errors, shape (K,)."""
        return np.asarray(np.sqrt(np.diag(self.cov)))

    @property
    def half(self) -> Floats:
        """Half-widths of the intervals, shape (K,)."""
        return self.critical * self.error


@dataclass(frozen=True)
class Estimator:
    """A declaration.

    Attributes
    ----------
    name : str
    estimate : callable
    make : callable
        Small data of a seed, with at least two types, the last of which has no effect.
    seeds : int
        Simulated panels over which the errors are judged; the same ones every time.
    sd_of_z : pair of float
        Bounds of the standard deviation of (estimate - truth) / error; they exclude errors that are
        10 % smaller or larger than today's.
    mean_z, coverage : pairs of float
        Bounds of the mean, and of the share of intervals that contain the truth.
    null_moves : float
        Half-widths by which a type that does nothing may move the other effects.
    has_people : bool
        Whether it sees people. Errors then follow the scale of conversions, and days without data
        are left out.
    hole_moves : float
        Half-widths by which conversions on days that are not covered may move effects. The weights
        of strata still count them.
    exact : float
        Relative tolerance of what may not matter at all.
    """

    name: str
    estimate: Callable[[Observations], Answer]
    make: Callable[[int], Small]
    seeds: int
    sd_of_z: tuple[float, float]
    mean_z: tuple[float, float]
    coverage: tuple[float, float]
    null_moves: float = 0.5
    has_people: bool = True
    hole_moves: float = 0.05
    exact: float = 1e-6


def fit_panel(observed: Observations) -> Answer:
    """The panel estimator alone."""
    fit = fit_within_user(reduce_panel(observed.people), mean_inside(observed.counts))
    return Answer(fit.delta, fit.cov, fit.critical)


def fit_one_regression(observed: Observations) -> Answer:
    """The panel estimator with everything held fixed that it averages over, at the true decay."""
    with held(decays=(TRUE_DECAY,) * observed.counts.shape[1], reactions=True):
        return fit_panel(observed)


def answer_goal(observed: Observations) -> Answer:
    """Everything from observations to estimates."""
    found = estimate_goal(observed)
    return Answer(found.delta, found.cov, found.critical)


ESTIMATORS = (
    Estimator(
        "one regression",
        fit_one_regression,
        functools.partial(make_small, n=240, days=26, effects=(0.25, 0.1, 0.0)),
        seeds=300,
        sd_of_z=(1.03, 1.14),
        mean_z=(-0.1, 0.1),
        coverage=(0.91, 0.97),
    ),
    Estimator(
        "panel",
        fit_panel,
        functools.partial(
            make_small,
            n=240,
            days=30,
            effects=(0.25, 0.1, 0.0),
            spells=0.6,
            base=0.15,
            engagements=0.2,
        ),
        seeds=150,
        sd_of_z=(0.94, 1.04),
        mean_z=(-0.2, 0.2),
        coverage=(0.93, 0.98),
    ),
    Estimator(
        "people",
        answer_goal,
        functools.partial(
            make_small, n=250, days=35, newcomers=0.3, spells=0.6, base=0.15, engagements=0.2
        ),
        seeds=60,
        sd_of_z=(0.9, 1.1),
        mean_z=(-0.3, 0.3),
        coverage=(0.91, 0.99),
    ),
    Estimator(
        "totals",
        answer_goal,
        make_totals,
        seeds=20,
        sd_of_z=(0.6, 1.4),
        mean_z=(-0.6, 0.6),
        coverage=(0.85, 1.0),
        null_moves=1.0,
        has_people=False,
        exact=0.05,
    ),
    Estimator(
        "regions",
        answer_goal,
        functools.partial(make_regions, regions=4, days=120),
        seeds=20,
        sd_of_z=(0.6, 1.4),
        mean_z=(-0.6, 0.6),
        coverage=(0.85, 1.0),
        null_moves=1.0,
        has_people=False,
        exact=0.05,
    ),
)


def check_order_of_people(estimator: Estimator) -> None:
    """Whatever the order of people, the answer is the same."""
    small = estimator.make(1)
    order = np.random.default_rng(1).permutation(small.first.size)
    moved = small.change(
        counts=small.counts[order], outcome=small.outcome[order], first=small.first[order]
    )
    _assert_same(estimator, estimator.estimate(moved.observe()), _usual(estimator))


def check_order_of_rows(estimator: Estimator) -> None:
    """Whatever the order of events, the answer is the same."""
    observed = estimator.make(1).observe()
    people, rng = observed.people, np.random.default_rng(2)
    touches, outcomes = (
        rng.permutation(part.size) for part in (people.touch_person, people.outcome_person)
    )
    shuffled = replace(
        people,
        touch_person=people.touch_person[touches],
        touch_day=people.touch_day[touches],
        touch_kind=people.touch_kind[touches],
        touch_count=people.touch_count[touches],
        outcome_person=people.outcome_person[outcomes],
        outcome_day=people.outcome_day[outcomes],
        outcome_weight=people.outcome_weight[outcomes],
    )
    moved = estimator.estimate(replace(observed, people=shuffled))
    _assert_same(estimator, moved, _usual(estimator))


def check_order_of_types(estimator: Estimator) -> None:
    """Whatever the order of types, the answer is the same."""
    small = estimator.make(1)
    found = estimator.estimate(small.change(counts=small.counts[:, :, ::-1]).observe())
    turned = Answer(found.delta[::-1], found.cov[::-1, ::-1], found.critical[::-1])
    _assert_same(estimator, turned, _usual(estimator))


def check_scale_of_conversions(estimator: Estimator) -> None:
    """Conversions that count three times give three times the effects and errors."""
    if not estimator.has_people:
        return  # counts of events are their own scale
    small = estimator.make(1)
    found = estimator.estimate(small.change(outcome=3.0 * small.outcome).observe())
    thirds = Answer(found.delta / 3.0, found.cov / 9.0, found.critical)
    _assert_same(estimator, thirds, _usual(estimator))


def check_scale_of_counts(estimator: Estimator) -> None:
    """Engagements that count twice do half as much each."""
    small = estimator.make(1)
    found = estimator.estimate(small.change(counts=2.0 * small.counts).observe())
    doubled = Answer(2.0 * found.delta, 4.0 * found.cov, found.critical)
    _assert_same(estimator, doubled, _usual(estimator))


def check_type_without_effect(estimator: Estimator) -> None:
    """A further type that does nothing is found to do nothing, and hardly moves the others."""
    small = estimator.make(1)
    rate = small.counts[:, :, :1].mean(axis=1, keepdims=True)
    junk = np.random.default_rng(4).poisson(np.broadcast_to(rate, small.counts[:, :, :1].shape))
    idle = np.arange(small.counts.shape[1]) < small.first[:, None]
    junk[idle] = 0
    more = small.change(counts=np.concatenate([small.counts, junk], axis=2))
    found, usual = estimator.estimate(more.observe()), _usual(estimator)
    assert abs(found.delta[-1]) < 1.5 * found.half[-1]
    moved = np.abs(found.delta[:-1] - usual.delta) / usual.half
    assert moved.max() < estimator.null_moves, moved
    assert (np.abs(found.half[:-1] / usual.half - 1.0) < estimator.null_moves).all()


def check_days_without_data(estimator: Estimator) -> None:
    """What is recorded of the outcome on days that are not covered changes nothing."""
    if not estimator.has_people:
        return
    small = estimator.make(1)
    days = np.arange(small.outcome.shape[1])
    hole = (days >= 12) & (days < 16)
    known = small.change(used=~hole)
    noise = np.random.default_rng(5).poisson(3.0, small.outcome.shape)
    at = hole & (days > small.first[:, None])
    wrong = known.change(outcome=np.where(at, noise, small.outcome))
    found, usual = (estimator.estimate(one.observe()) for one in (wrong, known))
    _assert_same(replace(estimator, exact=estimator.hole_moves), found, usual)
    moved = np.abs(usual.delta - _usual(estimator).delta) / _usual(estimator).half
    assert 1e-3 < moved.max() < 2.0, "four days less are other data, and similar ones"


def check_parts_of_the_window(estimator: Estimator) -> None:
    """Two halves of the window agree with the whole up to their errors."""
    small = estimator.make(1)
    middle = small.outcome.shape[1] // 2
    halves = []
    for days in (slice(0, middle), slice(middle, None)):
        first = np.maximum(small.first - (days.start or 0), -1)
        part = small.change(
            counts=small.counts[:, days], outcome=small.outcome[:, days], first=first
        )
        halves.append(estimator.estimate(part.observe()))
    usual = _usual(estimator)
    precision = np.array([1.0 / one.error**2 for one in halves])
    mean = (precision * np.array([one.delta for one in halves])).sum(0) / precision.sum(0)
    error = np.sqrt(1.0 / precision.sum(axis=0) + usual.error**2)
    assert (np.abs(mean - usual.delta) < 3.0 * error).all()


def check_calibration(estimator: Estimator) -> None:
    """Over many panels errors are neither too small nor too large."""
    z, inside = [], []
    for seed in range(1000, 1000 + estimator.seeds):
        small = estimator.make(seed)
        found = estimator.estimate(small.observe())
        gap = found.delta - small.truth
        z.append(gap / found.error)
        inside.append(np.abs(gap) <= found.half)
    spread, middle, covered = float(np.std(z)), float(np.mean(z)), float(np.mean(inside))
    said = f"sd {spread:.3f}, mean {middle:.3f}, coverage {covered:.3f}"
    for value, (low, high) in (
        (spread, estimator.sd_of_z),
        (middle, estimator.mean_z),
        (covered, estimator.coverage),
    ):
        assert low <= value <= high, said


CHECKS = (
    check_order_of_people,
    check_order_of_rows,
    check_order_of_types,
    check_scale_of_conversions,
    check_scale_of_counts,
    check_type_without_effect,
    check_days_without_data,
    check_parts_of_the_window,
    check_calibration,
)


def check_estimator(estimator: Estimator) -> None:
    """All standard checks."""
    for check in CHECKS:
        check(estimator)


@functools.cache
def _usual(estimator: Estimator) -> Answer:
    return estimator.estimate(estimator.make(1).observe())


def forget_answers() -> None:
    """Estimate anew what checks compare with; needed wherever the code of estimators changes."""
    _usual.cache_clear()


def _assert_same(estimator: Estimator, ours: Answer, usual: Answer) -> None:
    """Effects and half-widths agree up to the tolerance, in half-widths."""
    assert_allclose(ours.delta / usual.half, usual.delta / usual.half, atol=estimator.exact)
    assert_allclose(ours.half / usual.half, 1.0, atol=estimator.exact)
    unit, ours_unit = np.outer(usual.error, usual.error), np.outer(ours.error, ours.error)
    assert_allclose(ours.cov / ours_unit, usual.cov / unit, atol=5 * estimator.exact)

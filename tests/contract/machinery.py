"""The panel estimator, part by part, against regressions with dummy variables in statsmodels.

The estimator averages over decays, the slope of the response, late effects and a hidden cause. A
check fixes those that it does not test. The relative tolerance is 1e-6: both sides solve the same
least-squares problem in float64.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock

import numpy as np
from numpy.testing import assert_allclose
from numpy.typing import NDArray
from scipy import stats

from chalicelib.attribution.decays import STEPS
from chalicelib.attribution.within_user import panel_effects, projection, regression
from chalicelib.attribution.within_user.regression import (
    WithinUserFit,
    fit_within_user,
    reduce_panel,
)
from tests.contract.panels import Small, make_small
from tests.contract.regression import REFERENCE_DECAY, Dummies, Fitted

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NEVER, CERTAIN = 1.1, 1e-9
"""Probabilities below which an alternative is not computed."""
KINDS = (0, 1)
HOLES = (9, 10, 11, 19)


@contextmanager
def held(
    *,
    decays: tuple[int, ...] | None = None,
    slope: float | None = 0.0,
    late: bool = False,
    change: bool = False,
    reactions: bool = False,
) -> Iterator[None]:
    """Fix some of the alternatives over which the estimator averages.

    Parameters
    ----------
    decays : tuple of int, length K, or None
        Indexes into DECAYS; None to average over all decays.
    slope : float or None
        Slope of the response; None to average over all slopes.
    late, change, reactions : bool
        Whether to consider late effects, a hidden cause and reactions to conversions.
    """
    with ExitStack() as stack:

        def put(module: Any, name: str, value: object) -> None:
            stack.enter_context(mock.patch.object(module, name, value))

        if decays is not None:
            put(panel_effects, "pooled_weights", functools.partial(_at, decays))
        if slope is not None:
            put(regression, "_SLOPE_BOUNDS", (slope - 1e-9, slope + 1e-9))
            put(regression, "SLOPE_SPREAD", 1e-7)
        if not late:
            put(panel_effects, "_NEGLIGIBLE", NEVER)
        if not change:
            put(regression, "_NEGLIGIBLE", NEVER)
        if not reactions:
            put(projection, "REACTION_DAYS", 0)
        yield


def _at(decays: tuple[int, ...], evidence: Floats, channels: Ints) -> Floats:
    weights = np.zeros_like(evidence)
    weights[np.arange(len(decays)), np.array(decays) * STEPS] = 1.0
    return weights


@functools.cache
def small(name: str) -> Small:
    """Return the panel of a check by its name."""
    holes = np.ones(30, dtype=bool)
    holes[list(HOLES)] = False
    return {
        "few strata": lambda: make_small(1, n=45, days=28),
        "strata": lambda: make_small(2, n=95, days=26),
        "alike": lambda: make_small(12, n=60, days=26, likeness=1.0, effects=(0.3, 0.15)),
        "steep": lambda: make_small(11, n=95, days=30, response=1.0, effects=(0.15, 0.1)),
        "newcomers": lambda: make_small(3, n=95, days=30, newcomers=0.4),
        "holes": lambda: make_small(4, n=95, days=30, newcomers=0.2).change(used=holes),
        "late": lambda: make_small(5, n=80, days=50, late=3.0, engagements=0.06, spells=0.3),
        "hardly late": lambda: make_small(8, n=80, days=50, late=1.0, engagements=0.06, spells=0.3),
        "interest": lambda: make_small(
            12, n=90, days=40, interest=1.5, base=0.2, likeness=1.0, engagements=0.3, spells=0.7
        ),
        "some interest": lambda: make_small(
            7, n=90, days=40, interest=0.5, base=0.2, likeness=1.0, engagements=0.3
        ),
        "a trace": lambda: make_small(
            17, n=90, days=40, interest=0.8, base=0.2, likeness=1.0, engagements=0.3
        ),
    }[name]()


@functools.cache
def dummies(name: str) -> Dummies:
    """Return the rows of a panel; independent of the estimator."""
    return Dummies(small(name), newcomers=name in ("newcomers", "holes"))


def fit(name: str) -> WithinUserFit:
    """Run the estimator on a panel."""
    return fit_within_user(reduce_panel(small(name).people), small(name).inside)


def scale(name: str, decays: tuple[int, ...], slope: float = 0.0) -> Floats:
    """Return factors from coefficients to conversions inside the window, shape (K,)."""
    inside = small(name).inside.adstock[np.arange(len(decays)), decays]
    return np.asarray(inside * dummies(name).mean_response(slope))


def adstocks(name: str, decays: tuple[int, ...], slope: float = 0.0) -> Floats:
    """Columns of a regression, shape (R, K)."""
    rows = dummies(name)
    columns = np.stack([rows.adstock(kind, decay) for kind, decay in enumerate(decays)], axis=1)
    return np.asarray(columns * rows.activity[:, None] ** slope)


def reference(name: str) -> Floats:
    """Columns of the plain regression whose residuals give the covariance."""
    return np.hstack([adstocks(name, (REFERENCE_DECAY,) * 2), dummies(name).tenures()])


def check_fit_equals_statsmodels_cluster_regression() -> None:
    """Effects, the whole covariance and the quantile, at one decay and slope 0."""
    decays = (REFERENCE_DECAY, REFERENCE_DECAY)
    ours, theirs = both("few strata", decays, 0.0, reference_is_the_fit=True)

    assert_same(ours, theirs, scale("few strata", decays))


def check_strata_count_by_their_precision() -> None:
    """Weighted least squares where there are enough strata, at two different decays."""
    ours, theirs = both("strata", (2, 6), 0.0)

    assert_same(ours, theirs, scale("strata", (2, 6)))
    assert np.ptp(dummies("strata").weights) > 0.2, "the weights must matter"


def check_response_grows_with_activity() -> None:
    """A slope multiplies columns, and the mean effect by the mean response."""
    ours, theirs = both("strata", (5, 3), 0.7)

    assert_same(ours, theirs, scale("strata", (5, 3), 0.7))


def check_newcomers_are_compared_at_equal_tenure() -> None:
    """Every stratum has separate coefficients for the time since the first event."""
    ours, theirs = both("newcomers", (4, 2), 0.3)

    assert_same(ours, theirs, scale("newcomers", (4, 2), 0.3))


def check_days_without_data_are_left_out() -> None:
    """The regression uses only days with data; stocks also decay on days without data."""
    ours, theirs = both("holes", (4, 5), 0.0)

    assert_same(ours, theirs, scale("holes", (4, 5)))


def check_degrees_of_freedom_are_satterthwaites() -> None:
    """From second and fourth powers of the people's scores, at most people less one."""
    ours, theirs = both("strata", (2, 6), 0.0)

    squares, fourth = (theirs.scores**2).sum(0), (theirs.scores**4).sum(0)
    people = small("strata").first.size
    clusters = people / (people - 1)
    total = squares * clusters
    variance = np.maximum(fourth - total**2 / people, 2 * total**2 / (people - 1))
    assert_allclose(ours.freedom, 2 * total**2 / variance, rtol=1e-6)
    assert (ours.freedom <= people - 1 + 1e-9).all()
    assert_allclose(ours.critical, stats.t.ppf(0.975, ours.freedom), rtol=1e-9)


def check_freedom_is_capped_by_the_people() -> None:
    """Scores that vary less than normal ones give no more than people less one."""
    panel = reduce_panel(small("strata").people)
    calm = replace(panel, scores=replace(panel.scores, fourth=0.0 * panel.scores.fourth))

    with held(decays=(2, 6)):
        ours = fit_within_user(calm, small("strata").inside)

    assert_allclose(ours.freedom, panel.n_people - 1, rtol=1e-9)


def check_reactions_are_added_to_the_cross_products() -> None:
    """A shift of a tenth of the cross products makes every effect a tenth larger."""
    panel = reduce_panel(small("newcomers").people)
    shift = 0.1 * panel.projection.gram[:, :-1, -1]
    still = replace(panel, scores=replace(panel.scores, shift=0.0 * shift))
    moved = replace(panel, scores=replace(panel.scores, shift=shift))

    with held(decays=(4, 2), slope=0.3):
        before, after = (fit_within_user(one, small("newcomers").inside) for one in (still, moved))

    assert_allclose(after.delta, 1.1 * before.delta, rtol=1e-6)
    assert_allclose(after.two_speeds, 1.1 * before.two_speeds, rtol=1e-6)
    assert_allclose(after.change.z, 1.1 * before.change.z, rtol=1e-6)


def both(
    name: str, decays: tuple[int, int], slope: float, *, reference_is_the_fit: bool = False
) -> tuple[WithinUserFit, Fitted]:
    with held(decays=decays, slope=slope):
        ours = fit(name)
    return ours, theirs_of(name, decays, slope, reference_is_the_fit)


@functools.cache
def theirs_of(name: str, decays: tuple[int, int], slope: float, own: bool) -> Fitted:
    columns = adstocks(name, decays, slope)
    return dummies(name).fit(columns, reference=None if own else reference(name))


def assert_same(ours: WithinUserFit, theirs: Fitted, to_effect: Floats) -> None:
    assert_allclose(ours.delta, theirs.params * to_effect, rtol=1e-6)
    assert_allclose(ours.cov, theirs.cov * np.outer(to_effect, to_effect), rtol=1e-5)

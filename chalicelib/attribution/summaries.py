"""Summaries of the final regressions for analysts, in the tables of statsmodels.

Panels of people and of regions are estimated from sums, without a statsmodels model that
could print itself, so their tables are filled from the estimates. Totals have a regression of
statsmodels (`decomposition.summarise_regression`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import stats
from statsmodels.iolib.summary import Summary
from statsmodels.iolib.table import SimpleTable
from statsmodels.iolib.tableformatting import fmt_params

from chalicelib.attribution.adstock import DECAYS
from chalicelib.attribution.arrays import Floats
from chalicelib.attribution.decomposition import (
    StepTotals,
    summarise_regression,
    totals_of,
)
from chalicelib.attribution.estimates import GoalEstimates
from chalicelib.attribution.observations import Observations
from chalicelib.attribution.student import degrees_of_freedom

TOTALS, BY_REGION = "time_series", "regions_used"
"""The method of totals, and the note on types estimated from regions."""
_SHOWN = {
    "people": "People:",
    "person_days": "Person-days:",
    "days": "Days:",
    "conversions": "Conversions:",
    "identified_conversions": "Identified conversions:",
    "response_slope": "Slope of response:",
    "lead_z": "Lead z:",
    "change_probability": "Prob(change over time):",
}
"""Diagnostics of a panel -> labels in the table."""


def summarise_goal(goal: str, observed: Observations, estimates: GoalEstimates) -> str:
    """The regressions behind the estimates of a goal, as text; the same data give the same text."""
    parts = []
    if any(method not in (None, TOTALS) for method in estimates.methods):
        parts.append(summarise_panel(goal, observed.names, estimates))
    by_region = _by_region(estimates)
    if by_region:
        parts.append(summarise_regions(goal, observed.names, estimates))
    if estimates.methods.count(TOTALS) > len(by_region):
        parts.append(summarise_regression(_left_to_totals(observed, estimates)))
    rejected = [
        f"{name}: {', '.join(reasons)}"
        for name, reasons, method in zip(
            observed.names, estimates.reasons, estimates.methods, strict=True
        )
        if method is None
    ]
    if rejected:
        parts.append("\n".join(["Not estimated:", *rejected]))
    return "\n\n".join(parts)


def summarise_panel(goal: str, names: tuple[str, ...], estimates: GoalEstimates) -> str:
    """Effects per engagement of the types estimated from people or experiments.

    Standard errors are clustered by person, and include the uncertainty of decays and slope.

    Parameters
    ----------
    names : tuple of str, length K
    """
    shown = [k for k, method in enumerate(estimates.methods) if method not in (None, TOTALS)]
    found = estimates.diagnostics
    about = {"Goal:": goal, "Cov. Type:": "cluster (person)"}
    about |= {title: str(found[name]) for name, title in _SHOWN.items() if name in found}
    return _table("Within-Person Regression Results", about, names, estimates, shown)


def summarise_regions(goal: str, names: tuple[str, ...], estimates: GoalEstimates) -> str:
    """Effects per engagement of the types estimated from a geo panel.

    Standard errors include the uncertainty of decays and responses, and the differences between
    regions.

    Parameters
    ----------
    names : tuple of str, length K
    """
    found = estimates.diagnostics["regions"]
    assert isinstance(found, dict)
    about = {
        "Goal:": goal,
        "Cov. Type:": "random effects (region)",
        "Regions:": str(found["regions"]),
        "Region steps:": str(found["region_steps"]),
        "Days per step:": str(found["step_days"]),
    }
    return _table("Geo Panel Results", about, names, estimates, _by_region(estimates))


def _by_region(estimates: GoalEstimates) -> list[int]:
    return [
        kind
        for kind, (method, warnings) in enumerate(
            zip(estimates.methods, estimates.warnings, strict=True)
        )
        if method == TOTALS and BY_REGION in warnings
    ]


def _table(
    title: str,
    about: dict[str, str],
    names: tuple[str, ...],
    estimates: GoalEstimates,
    shown: list[int],
) -> str:
    """Effects, errors and half-lives of some types."""
    delta, error = estimates.delta[shown], np.sqrt(np.diag(estimates.cov)[shown])
    critical = estimates.critical[shown]
    t = np.divide(delta, error, out=np.zeros_like(delta), where=error > 0)
    freedom = np.array([degrees_of_freedom(float(one)) for one in critical])
    numbers = [delta, error, t, 2 * stats.t.sf(np.abs(t), freedom)]
    numbers += [delta - critical * error, delta + critical * error]
    half_lives = _half_lives(estimates.decay_weights[shown])
    rows = [
        [f"{number:.{digits}f}" for number, digits in zip(row, (6, 6, 3, 3, 6, 6), strict=True)]
        + [f"{half_life:.1f}", str(estimates.methods[kind])]
        for *row, half_life, kind in zip(*numbers, half_lives, shown, strict=True)
    ]
    heads = ["coef", "std err", "t", "P>|t|", "[0.025", "0.975]", "half-life", "method"]
    summary = Summary()
    values = [[value] for value in about.values()]
    summary.tables.append(SimpleTable(values, stubs=list(about), title=title, txt_fmt=fmt_params))
    summary.tables.append(SimpleTable(rows, heads, [names[k] for k in shown], txt_fmt=fmt_params))
    summary.add_extra_txt(
        ["Conversions per engagement inside the window; half-lives in days.", *_warned(estimates)]
    )
    return str(summary.as_text())


def _warned(estimates: GoalEstimates) -> list[str]:
    codes = dict.fromkeys(code for warnings in estimates.warnings for code in warnings)
    return [f"Warnings: {', '.join(codes)}"] if codes else []


def _half_lives(weights: Floats) -> Floats:
    """Half-lives in days of the mean decay of each type, shape (K,); 0 for immediate effects."""
    decay = weights @ DECAYS / np.maximum(weights.sum(axis=1), 1e-300)
    lasting = decay > 0
    logs = np.log(decay, out=np.full(decay.shape, -np.inf), where=lasting)
    return np.where(lasting, np.log(0.5) / logs, 0.0)


def _left_to_totals(observed: Observations, estimates: GoalEstimates) -> StepTotals:
    """Totals without the conversions that other methods explain, and without their types."""
    totals = totals_of(observed, estimates)
    by_region = _by_region(estimates)
    mine = np.array(
        [estimates.methods[kind] == TOTALS and kind not in by_region for kind in totals.types]
    )
    others = totals.types[~mine]
    brought = totals.shares[:, ~mine] @ (totals.engagements[~mine] * estimates.delta[others])
    return replace(
        totals,
        outcome=totals.outcome - brought,
        types=totals.types[mine],
        shares=totals.shares[:, mine],
        engagements=totals.engagements[mine],
        names=tuple(name for name, kept in zip(totals.names, mine, strict=True) if kept),
    )

"""The use of experiments in a fit: which of them count, and their effect on the estimates."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.attribution.experiments.measured_lift import CRITICAL
from chalicelib.services.answer_fields import Estimate
from chalicelib.services.fitting.fit_documents import TestedExperiment
from chalicelib.storage.experiment_items import Experiment

if TYPE_CHECKING:
    from chalicelib.attribution.estimates import GoalEstimates
    from chalicelib.attribution.experiments.calibration import Calibration

VALID_DAYS = 365
Kind = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Window:
    """First and last day of a fit."""

    first: dt.date
    last: dt.date

    def reason_against(self, what: Mapping[str, Any]) -> str | None:
        """Return the reason why an experiment's days do not apply to the window; None if they do.

        They apply if they overlap the window or end at most a year before the window's end.
        """
        start, end = (dt.date.fromisoformat(what[name]) for name in ("from", "to"))
        if start > self.last:
            return "after_window"
        if end < self.first and (self.last - end).days > VALID_DAYS:
            return "outdated"
        return None


def calibrate_goal(
    goal: str,
    kinds: Sequence[Kind],
    estimates: GoalEstimates,
    experiments: Iterable[Experiment],
    window: tuple[dt.date, dt.date],
) -> tuple[GoalEstimates, list[TestedExperiment]]:
    """Combine the experiments of a goal with its estimates.

    Return the new estimates, and one JSON-able record per experiment of the goal, by id.

    `kinds`: in the order of the estimates.
    """
    mine = sorted(
        (one for one in experiments if one.what["goal"] == goal),
        key=lambda one: one.experiment_id,
    )
    if not mine:
        return estimates, []
    from chalicelib.attribution.experiments.calibration import Measurement, calibrate

    span = Window(*window)
    reasons = {one.experiment_id: _reason_against(one, kinds, span) for one in mine}
    measurements = [
        Measurement(
            kinds.index(_kind_of(one)),
            one.analysis["conversions_per_engagement"]["estimate"],
            one.analysis["standard_error"] ** 2,
        )
        for one in mine
        if reasons[one.experiment_id] is None
    ]
    calibrated, found = calibrate(estimates, measurements)
    by_kind = {one.kind: one for one in found}
    records = []
    for one in mine:
        reason = reasons[one.experiment_id]
        record = _record(one, reason)
        if reason is None:
            kind = kinds.index(_kind_of(one))
            _add_outcome(record, by_kind[kind], estimates, calibrated)
        records.append(record)
    return calibrated, records


def without_goal(experiments: Iterable[Experiment], goals: Iterable[str]) -> list[TestedExperiment]:
    """Records of the experiments whose goal is not in the fit."""
    known = set(goals)
    return [
        _record(one, "goal_not_in_data") | {"goal": one.what["goal"]}
        for one in sorted(experiments, key=lambda one: one.experiment_id)
        if one.what["goal"] not in known
    ]


def _kind_of(one: Experiment) -> Kind:
    return one.what["channel"], one.what["type"], one.what["paid"]


def _reason_against(one: Experiment, kinds: Sequence[Kind], window: Window) -> str | None:
    if one.analysis["conversions_per_engagement"] is None:
        return "engagements_not_given"
    if _kind_of(one) not in kinds:
        return "kind_not_in_data"
    return window.reason_against(one.what)


def _record(one: Experiment, reason: str | None) -> TestedExperiment:
    what = one.what
    return {
        "id": one.experiment_id,
        "kind": what["kind"],
        "channel": what["channel"],
        "type": what["type"],
        "paid": what["paid"],
        "from": what["from"],
        "to": what["to"],
        "measured": one.analysis["conversions_per_engagement"],
        "used": reason is None,
        "reason": reason,
    }


def _add_outcome(
    record: TestedExperiment, one: Calibration, before: GoalEstimates, after: GoalEstimates
) -> None:
    """Add the results of the model and of all experiments of the type, and their combination."""
    observed = None
    if one.observed is not None and one.observed_variance is not None:
        observed = {
            **_interval(one.observed, one.observed_variance),
            "method": before.methods[one.kind],
            "warnings": before.warnings[one.kind],
        }
    record |= {
        "observational": observed,
        "experiments": one.experiments,
        "experiments_together": _interval(one.measured, one.measured_variance),
        "p_heterogeneity": _rounded(one.p_heterogeneity),
        "combined": _interval(float(after.delta[one.kind]), float(after.cov[one.kind, one.kind])),
        "weight_of_experiments": _rounded(one.weight),
        "p_agreement": _rounded(one.p_agreement),
        "contradicts_model": one.contradicted,
        "model_used": not one.alone,
        "bias_allowed": None if one.alone else _rounded(math.sqrt(one.bias_variance)),
    }


def _interval(estimate: float, variance: float) -> Estimate:
    half = CRITICAL * math.sqrt(variance)
    return {
        "estimate": _rounded(estimate),
        "ci_low": _rounded(estimate - half),
        "ci_high": _rounded(estimate + half),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.8g}")

"""Parts of a fit document."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from chalicelib.attribution.estimates import estimate_goal
from chalicelib.services.fitting.estimation import _warn_of_displacement
from chalicelib.services.fitting.fit_documents import goal_document
from tests.worlds.totals import TOTALS_WORLDS, observe_totals, simulate_totals

START = dt.date(2026, 1, 5)


def test_days_in_diagnostics_are_dates() -> None:
    observed = observe_totals(simulate_totals(TOTALS_WORLDS["short"], 0))
    estimates = estimate_goal(observed)
    spans = {"shocks": [{"from": 0, "to": 1, "kind": "run"}], "joint_runs": [{"from": 7, "to": 9}]}

    shown = goal_document(observed, replace(estimates, diagnostics=spans), START)["diagnostics"]

    assert shown["shocks"] == [{"from": "2026-01-05", "to": "2026-01-06", "kind": "run"}]
    assert shown["joint_runs"] == [{"from": "2026-01-12", "to": "2026-01-14"}]


def test_totals_of_a_one_time_goal_warn_of_displaced_conversions() -> None:
    observed = observe_totals(simulate_totals(TOTALS_WORLDS["short"], 0))
    signup, purchase = estimate_goal(observed), estimate_goal(observed)

    _warn_of_displacement("signup", signup)
    _warn_of_displacement("purchase", purchase)

    assert all("once_only_goal" in warnings for warnings in signup.warnings)
    assert not any("once_only_goal" in warnings for warnings in purchase.warnings)

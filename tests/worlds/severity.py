"""How bad a reason or warning is.

This table stands in for the registry of codes of the package, and is the only place to replace.
"""

from __future__ import annotations

from typing import Literal

Severity = Literal["note", "caution", "do_not_act"]

_CAUTION = frozenset(
    {
        "autocorrelated_residuals",
        "collinear_with",
        "conversions_exceed_people",
        "cost_outside_window",
        "decay_at_edge",
        "decay_unknown",
        "experiments_disagree",
        "follows_demand",
        "identified_only",
        "not_counted",
        "once_only_goal",
        "one_day_decides",
        "people_change_over_time",
        "possible_gap",
        "repeat_buyers_unknown",
        "search_ads_not_split",
        "shared_ids_suspected",
        "sparse_totals",
        "spillover_not_seen",
        "split_ids_suspected",
        "unseen_effect",
    }
)
_DO_NOT_ACT = frozenset(
    {
        "intent_confounding_suspected",
        "more_than_happened",
        "placebo_failed",
        "same_day_demand_suspected",
    }
)


def severity_of(code: str) -> Severity:
    """The severity of a code as emitted; an unknown code is a note, and so excuses nothing."""
    stem = code.partition(":")[0]
    if stem in _DO_NOT_ACT:
        return "do_not_act"
    return "caution" if stem in _CAUTION else "note"

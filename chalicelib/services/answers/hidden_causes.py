"""The strength of a hidden cause that would explain an estimate, in words without statistics."""

from __future__ import annotations

from typing_extensions import TypedDict

from chalicelib.attribution.sensitivity import E_VALUE, Measure, Sensitivity
from chalicelib.services.fitting.fit_documents import EstimateDocument

ACTIONS = {
    "impression": "see the ad",
    "view": "watch",
    "click": "click",
    "like": "like",
    "share": "share",
    "comment": "comment",
    "follow": "follow",
    "unfollow": "unfollow",
    "review": "write a review",
    "mention": "mention us",
    "save": "save",
}
GOALS = {
    "purchase": "buy",
    "lead": "become a lead",
    "signup": "sign up",
    "application": "apply",
}
SMALLEST_RATIO = 1.01


class HiddenCause(TypedDict):
    """How strong a hidden cause would have to be to explain an estimate away."""

    measure: Measure
    value: float | None
    value_ci: float | None
    sentence: str


def read_sensitivity(fit: EstimateDocument) -> Sensitivity | None:
    """Return the sensitivity of an estimate of a fit document; None if it has none."""
    found = fit["sensitivity"]
    if found is None:
        return None
    return Sensitivity(found["measure"], found["value"], found["value_ci"])


def sentence(
    sensitivity: Sensitivity, name: str, *, goal: str = "purchase", lowers: bool = False
) -> str:
    """Describe in one or two sentences, for a marketer, the hidden cause that would be needed.

    Parameters
    ----------
    name : str
        ``channel/type`` of the engagement.
    lowers : bool
        Whether the estimate is negative: the engagement keeps people from the goal.
    """
    nothing = 1.0 if sensitivity.measure == E_VALUE else 0.0
    if sensitivity.value_ci <= nothing:
        return "The interval includes zero, so no hidden cause is needed to explain the estimate."
    kind = name.rpartition("/")[2]
    if sensitivity.measure == E_VALUE:
        return _in_times(sensitivity, kind, goal, lowers)
    return _in_shares(sensitivity, name, goal)


def _in_times(sensitivity: Sensitivity, kind: str, goal: str, lowers: bool) -> str:
    doing, reaching = ACTIONS.get(kind, kind), GOALS.get(goal, f"reach the goal {goal}")
    times = f"{_format_ratio(sensitivity.value)} times"
    likely = f"{times} less likely" if lowers else f"{times} as likely"
    slight = sensitivity.value_ci < SMALLEST_RATIO
    enough = (
        "Even the slightest hidden cause"
        if slight
        else f"A factor of {_format_ratio(sensitivity.value_ci)}"
    )
    return (
        f"To explain this estimate, a hidden cause would have to make a person at least {times} "
        f"as likely to {doing} AND {likely} to {reaching} on the same days. "
        f"{enough} would be enough to make the interval include zero."
    )


def _format_ratio(ratio: float) -> str:
    """Format a ratio with one decimal, or with two if one would show 1.0."""
    return f"{ratio:.1f}" if ratio >= 1.05 else f"{max(ratio, SMALLEST_RATIO):.2f}"


def _in_shares(sensitivity: Sensitivity, name: str, goal: str) -> str:
    share, uncertain = (
        "less than 1 %" if one < 0.01 else f"{100 * one:.0f} %"
        for one in (sensitivity.value, sensitivity.value_ci)
    )
    return (
        f"To explain this estimate, a hidden cause would have to account for {share} of the "
        f"day-to-day variation beyond trend and weekdays, in {name} AND in {goal} alike. "
        f"With {uncertain} of both, the interval would include zero."
    )

"""What a hidden cause would have to be like, in words that need no statistics."""

from __future__ import annotations

from typing_extensions import TypedDict

from chalicelib.attribution.sensitivity import E_VALUE, Measure, Sensitivity
from chalicelib.services.fitting.fit_documents import EstimateDocument

DOINGS = {
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
SLIGHTEST = 1.01


class HiddenCause(TypedDict):
    """How strong a hidden cause would have to be to explain an estimate away."""

    measure: Measure
    value: float | None
    value_ci: float | None
    sentence: str


def read_sensitivity(fit: EstimateDocument) -> Sensitivity | None:
    """The sensitivity of one estimate of a fit document; None in documents that have none."""
    found = fit.get("sensitivity")
    if found is None:
        return None
    return Sensitivity(found["measure"], found["value"], found["value_ci"])


def sentence(
    sensitivity: Sensitivity, name: str, *, goal: str = "purchase", lowers: bool = False
) -> str:
    """One sentence for a marketer.

    Parameters
    ----------
    sensitivity : Sensitivity
    name : str
        ``channel/type`` of the engagement.
    goal : str
    lowers : bool
        Whether the estimate is negative: the engagement keeps people from the goal.
    """
    nothing = 1.0 if sensitivity.measure == E_VALUE else 0.0
    if sensitivity.value_ci <= nothing:
        return "The interval holds zero as it is: no hidden cause is needed to explain this away."
    kind = name.rpartition("/")[2]
    if sensitivity.measure == E_VALUE:
        return _in_times(sensitivity, kind, goal, lowers)
    return _in_shares(sensitivity, name, goal)


def _in_times(sensitivity: Sensitivity, kind: str, goal: str, lowers: bool) -> str:
    doing, reaching = DOINGS.get(kind, kind), GOALS.get(goal, f"reach the goal {goal}")
    times = f"{_shown(sensitivity.value)} times"
    likely = f"{times} less likely" if lowers else f"{times} as likely"
    slight = sensitivity.value_ci < SLIGHTEST
    uncertain = "the slightest one" if slight else f"{_shown(sensitivity.value_ci)} times"
    return (
        f"A hidden cause would have to make a person at least {times} as likely to {doing} AND "
        f"{likely} to {reaching} on the same days to explain this away; "
        f"{uncertain} would do to make it uncertain."
    )


def _shown(ratio: float) -> str:
    """One decimal; two where one would say that it is no ratio at all."""
    return f"{ratio:.1f}" if ratio >= 1.05 else f"{max(ratio, SLIGHTEST):.2f}"


def _in_shares(sensitivity: Sensitivity, name: str, goal: str) -> str:
    share, uncertain = (
        "less than 1 %" if one < 0.01 else f"{100 * one:.0f} %"
        for one in (sensitivity.value, sensitivity.value_ci)
    )
    return (
        f"A hidden cause would have to be behind {share} of what trend and weekdays leave of the "
        f"day-to-day movements, in {name} AND in {goal} alike, to explain this away; "
        f"{uncertain} of both would do to make it uncertain."
    )

"""The goals of a plan: one, or several with the value of a conversion of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.attribution.plans.planned_channels import PlannedChannel
from chalicelib.attribution.plans.stored_curves import add_goal, planned_channels
from chalicelib.model.codes import CODES
from chalicelib.model.errors import FieldError, InvalidFields, OtherVersion
from chalicelib.services.answers.ranges import read_goal, unknown_value
from chalicelib.services.fitting.fit_documents import FitDocument

SUSPICIONS = tuple(
    one.code for one in CODES.values() if "warning" in one.used_as and one.severity == "do_not_act"
)
"""Warnings of estimates with which no money is moved."""
MIN_EFFECTIVE = 30.0
"""Below this effective number of states behind the draws, no money is moved."""


@dataclass(frozen=True, slots=True)
class PlannedGoals:
    """The goals of a plan, with their stored response curves."""

    names: tuple[str, ...]
    curves: tuple[Mapping[str, Any], ...]
    factors: tuple[float, ...]
    """By which the stored draws of a goal are multiplied."""
    has_value: bool
    """Whether the draws are in the currency, not in conversions."""
    counts_revenue: bool
    """Whether a goal has the revenue of its conversions as their value."""

    @property
    def known(self) -> list[str]:
        """The channels with cost; the same for every goal."""
        return [one["channel"] for one in self.curves[0]["channels"]]

    @property
    def repeat_few(self) -> bool:
        """Whether the draws of a goal repeat too few states to be acted on."""
        return any(repeats_few(curves) for curves in self.curves)

    def reasons(self, freeze: Sequence[str]) -> dict[str, list[str]]:
        """Why a channel is frozen, by channel; empty if it may move."""
        found: dict[str, list[str]] = {name: [] for name in self.known}
        for curves in self.curves:
            for one in curves["channels"]:
                mine = found[one["channel"]]
                mine += [why for why in reasons_against(one, freeze) if why not in mine]
        return found

    def channels(self, frozen: set[str], move_at_most: float) -> list[PlannedChannel]:
        """The channels of the plan, with the value of all goals."""
        of_goals = [
            planned_channels(curves, frozen, move_at_most=move_at_most, margin=factor)
            for curves, factor in zip(self.curves, self.factors, strict=True)
        ]
        found = of_goals[0]
        for number, others in enumerate(of_goals[1:], start=1):
            found = add_goal(found, others, number)
        return found


def read_planned_goals(
    document: FitDocument,
    goal: str | None,
    values: Mapping[str, float] | None,
    margin: float | None,
) -> PlannedGoals:
    """The goals of a plan.

    Parameters
    ----------
    goal : str, optional
        The only goal; not with `values`.
    values : mapping, optional
        Goal -> the value of a conversion, or, where conversions carry a value, its factor.
    margin : float, optional
        Contribution margin of goals whose conversions carry a value.

    Raises
    ------
    InvalidFields
        If a goal is not in the fit, or both `goal` and `values` are given.
    OtherVersion
        If an earlier version, which did not estimate response curves, made the fit.
    """
    if values is None:
        name = read_goal(document, goal)
        curves = read_curves(document, name)
        has_value = bool(curves["has_value"])
        return PlannedGoals((name,), (curves,), (margin or 1.0,), has_value, has_value)
    if goal is not None:
        message = "give either one goal or several with their values"
        raise InvalidFields(f"goals: {message}", (FieldError("/goals", "unknown_value", message),))
    for name in values:
        if name not in document["goals"]:
            raise unknown_value("goals", name, sorted(document["goals"]))
    of_goals = [read_curves(document, name) for name in values]
    return PlannedGoals(
        tuple(values),
        tuple(of_goals),
        tuple(
            value * (margin or 1.0) if curves["has_value"] else value
            for value, curves in zip(values.values(), of_goals, strict=True)
        ),
        True,
        any(curves["has_value"] for curves in of_goals),
    )


def read_curves(document: FitDocument, goal: str) -> dict[str, Any]:
    """The stored curves of a goal; raises OtherVersion if the fit has none."""
    fitted = document["goals"][goal]
    if "curves" not in fitted:
        raise OtherVersion(
            "this fit was made by a version without response curves: request a new fit with "
            "POST /v1/fits"
        )
    return fitted["curves"]


def repeats_few(curves: Mapping[str, Any]) -> bool:
    """Whether the draws repeat too few states to be acted on."""
    has_draws = any(one["returns"] for one in curves["channels"])
    return has_draws and float(curves["effective"]) < MIN_EFFECTIVE


def reasons_against(one: Mapping[str, Any], freeze: Sequence[str] = ()) -> list[str]:
    """Why a channel is frozen; empty if it may move."""
    reasons = list(one["reasons"])
    reasons += [warning for warning in one["warnings"] if warning in SUSPICIONS]
    reasons += [f"moves_together_with:{other}" for other in one["together_with"]]
    if one["now"] <= 0:
        reasons.append("no_spend_today")
    if one["channel"] in freeze:
        reasons.append("frozen_on_request")
    return reasons

"""The subject of an answer: a fit, days of its window, a goal, and names in the fit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from typing_extensions import TypedDict

from chalicelib.model.errors import FieldError, InvalidFields
from chalicelib.services.answer_fields import Instant, Window
from chalicelib.services.fitting.fit_documents import FitDocument


class FitReference(TypedDict):
    """The fit behind an answer."""

    id: str
    as_of: Instant
    window: Window


class OfFit(TypedDict):
    """An answer from a fit."""

    fit: FitReference


@dataclass(frozen=True, slots=True)
class Range:
    """Days of the fit's window: indexes [first, last]."""

    first: int
    last: int
    start: dt.date
    end: dt.date
    clipped: bool = False
    """Whether the request reached beyond the window."""

    def total(self, daily: Sequence[float]) -> float:
        """Sum of a daily series over the range."""
        return float(sum(daily[self.first : self.last + 1]))

    @property
    def warnings(self) -> list[str]:
        """Codes about the range itself."""
        return ["range_clipped"] if self.clipped else []


def refer_to(document: FitDocument) -> FitReference:
    """Return the reference to the fit of a document."""
    return {"id": document["id"], "as_of": document["as_of"], "window": document["window"]}


def read_range(document: FitDocument, start: dt.date | None, end: dt.date | None) -> Range:
    """Return the requested days, clipped to the fit's window.

    Raises
    ------
    InvalidFields
        If the range and the window have no day in common, or the range ends before it begins.
    """
    first = dt.date.fromisoformat(document["window"]["from"])
    last = dt.date.fromisoformat(document["window"]["to"])
    requested = (start or first, end or last)
    errors = []
    if requested[0] > last:
        errors.append(("/from", f"the fit covers {first} to {last}"))
    if requested[1] < first:
        errors.append(("/to", f"the fit covers {first} to {last}"))
    if start is not None and end is not None and start > end:
        errors.append(("/from", "the range ends before it begins"))
    if errors:
        raise InvalidFields(
            f"the range {requested[0]} to {requested[1]} is outside the window of this fit",
            tuple(FieldError(where, "out_of_range", message) for where, message in errors),
        )
    shown = (max(requested[0], first), min(requested[1], last))
    return Range((shown[0] - first).days, (shown[1] - first).days, *shown, shown != requested)


def read_goal(document: FitDocument, goal: str | None) -> str:
    """Return the goal, or the default for None.

    Raises
    ------
    InvalidFields
        If the goal is not in the fit.
    """
    goals = sorted(document["goals"])
    if goal is None:
        return "purchase" if "purchase" in goals else goals[0]
    if goal not in goals:
        raise unknown_value("goal", goal, goals)
    return goal


def unknown_value(field: str, given: str, known: list[str]) -> InvalidFields:
    """Return the error for a name that is not in the fit."""
    message = f"{given!r} is not in the fit; known: {', '.join(known) or 'none'}"
    return InvalidFields(
        f"unknown {field}: {message}", (FieldError(f"/{field}", "unknown_value", message),)
    )

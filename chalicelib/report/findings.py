"""The answers of one fit that a report shows together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.services import answers
from chalicelib.services.answers.effects import add_up, distinct, not_counted, read_effects
from chalicelib.services.answers.intervals import NO_ESTIMATE, interval_of
from chalicelib.services.answers.ranges import read_goal, read_range
from chalicelib.services.fitting.fit_documents import FitDocument

Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """The days, the goal and the comparison that a report is about; None for the defaults."""

    start: dt.date | None = None
    end: dt.date | None = None
    goal: str | None = None
    engagement: str | None = None
    baseline: str | None = None


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file behind the answers.

    Attributes
    ----------
    name, what, days : str
        Its name, what it contains, and the days of its events.
    events, rejected : int
    remarks : tuple of str
        Why it is not used, or what is doubtful about it.
    is_used : bool
    """

    name: str
    what: str
    days: str
    events: int
    rejected: int
    remarks: tuple[str, ...] = ()
    is_used: bool = True


@dataclass(frozen=True, slots=True)
class Findings:
    """The answers of one fit.

    Attributes
    ----------
    roi, engagements, equivalence, decomposition : mapping
        As in the API.
    total : mapping
        All conversions of the range (None if unknown), and how many were incremental.
    files : tuple of FileRow
        Empty if the answers come from a service.
    cautions : tuple of str
        Files that are not used, and those whose numbers may be wrong.
    """

    roi: Answer
    engagements: Answer
    equivalence: Answer
    decomposition: Answer
    total: Answer
    files: tuple[FileRow, ...] = ()
    cautions: tuple[str, ...] = ()

    @property
    def goal(self) -> str:
        """The goal of all answers."""
        return str(self.roi["goal"])

    @property
    def currency(self) -> str:
        """The currency of all amounts."""
        return str(self.roi["currency"])

    @property
    def coverage(self) -> list[Answer]:
        """The covered days of each source."""
        return list(self.roi.get("coverage") or [])

    @property
    def window(self) -> tuple[str, str]:
        """First and last day of the answers."""
        return self.roi["from"], self.roi["to"]


def findings_of(
    document: FitDocument,
    question: Question,
    files: tuple[FileRow, ...] = (),
    cautions: tuple[str, ...] = (),
) -> Findings:
    """Return the answers of a fit document.

    Raises
    ------
    InvalidFields
        If a range, goal or engagement type is not in the fit.
    """
    query: dict[str, Any] = {
        "start": question.start,
        "end": question.end,
        "goal": question.goal,
    }
    return Findings(
        answers.roi(document, **query),
        answers.engagements(document, **query),
        answers.equivalence(
            document, engagement=question.engagement, baseline=question.baseline, **query
        ),
        answers.decomposition(document, **query),
        _total_of(document, question),
        files,
        cautions,
    )


def findings_from(
    get: Callable[[str, dict[str, str]], Answer], question: Question, fit: str | None = None
) -> Findings:
    """Return the answers of a service.

    Parameters
    ----------
    get : callable
        Returns the answer to a GET request, from its path and query.
    question : Question
    fit : str, optional
        The id of a fit; None: the newest one.
    """
    query = {
        name: value.isoformat() if isinstance(value, dt.date) else value
        for name, value in (
            ("from", question.start),
            ("to", question.end),
            ("goal", question.goal),
            ("fit", fit),
        )
        if value is not None
    }
    pair = {
        name: value
        for name, value in (("engagement", question.engagement), ("baseline", question.baseline))
        if value is not None
    }
    roi = get("/v1/roi", query)
    fitted = query | {"fit": roi["fit"]["id"]}  # a new fit may end in between
    decomposition = get("/v1/decomposition", fitted)
    return Findings(
        roi,
        get("/v1/engagements", fitted),
        get("/v1/equivalence", fitted | pair),
        decomposition,
        roi.get("total") or _sum_of(roi, decomposition),
    )


def _total_of(document: FitDocument, question: Question) -> Answer:
    """Return all conversions of the range, and how many all channels together added."""
    days = read_range(document, question.start, question.end)
    goal = read_goal(document, question.goal)
    fitted = document["goals"][goal]
    effects = read_effects(document, goal, days)
    caused = add_up(effects, fitted)
    known = [effect for effect in effects if effect.delta is not None]
    return {
        "conversions": int(days.total(fitted["conversions"])),
        "incremental_conversions": NO_ESTIMATE
        if caused is None
        else interval_of(caused.conversions, caused.conversions_error, caused.critical),
        "reasons": [],
        "warnings": distinct(
            [warning for effect in known for warning in effect.warnings] + not_counted(effects)
        ),
    }


def _sum_of(roi: Answer, decomposition: Answer) -> Answer:
    """Return the sum of the channels of a service that does not answer for all of them together.

    The interval is at least as wide as the true one: the half-width of a sum is at most the sum of
    the half-widths, whatever the correlation.
    """
    known = [
        channel["incremental_conversions"]
        for channel in roi["channels"]
        if channel["incremental_conversions"]["estimate"] is not None
    ]
    actual = [day["actual"] for day in decomposition["days"] if day["actual"] is not None]
    summed = {
        bound: sum(one[bound] for one in known) if known else None
        for bound in ("estimate", "ci_low", "ci_high")
    }
    return {
        "conversions": round(sum(actual)) if actual else None,
        "incremental_conversions": summed,
        "warnings": [],
    }

"""The answers of one fit that a report shows together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.model.errors import OtherVersion
from chalicelib.services import answers
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
    files : tuple of FileRow
        Empty if the answers come from a service.
    cautions : tuple of str
        Files that are not used, and those whose numbers may be wrong.
    plan : mapping, optional
        As in the API, for today's budget. None if an earlier version made the fit.
    """

    roi: Answer
    engagements: Answer
    equivalence: Answer
    decomposition: Answer
    files: tuple[FileRow, ...] = ()
    cautions: tuple[str, ...] = ()
    plan: Answer | None = None

    @property
    def total(self) -> Answer:
        """All channels together, next to all conversions of the range."""
        total: Answer = self.roi["total"]
        return total

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
        files,
        cautions,
        _plan_of(document, question.goal),
    )


def _plan_of(document: FitDocument, goal: str | None) -> Answer | None:
    try:
        return answers.plan_budget(document, answers.PlanAsked(), goal=goal)
    except OtherVersion:  # the fit has no response curves
        return None


def findings_from(
    get: Callable[[str, dict[str, str]], Answer],
    plan: Callable[[dict[str, str]], Answer | None],
    question: Question,
    fit: str | None = None,
) -> Findings:
    """Return the answers of a service.

    Parameters
    ----------
    get : callable
        Returns the answer to a GET request, from its path and query.
    plan : callable
        Returns the plan for today's budget, from the query of its request; None if there is none.
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
    return Findings(
        roi,
        get("/v1/engagements", fitted),
        get("/v1/equivalence", fitted | pair),
        get("/v1/decomposition", fitted),
        plan=plan({name: fitted[name] for name in ("goal", "fit") if name in fitted}),
    )

"""What engagements do through search, and what shown stars do, as parts of the fit document."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from chalicelib.model.channels import SEARCH
from chalicelib.services.fitting.event_columns import Columns
from chalicelib.services.fitting.product_rows import ProductRows

if TYPE_CHECKING:
    from chalicelib.attribution.draft import Draft
    from chalicelib.attribution.observations import Observations
    from chalicelib.attribution.search.path_bounds import SearchVisits
    from chalicelib.attribution.search.star_changes import StarEffect, Threshold
    from chalicelib.services.fitting.fit_documents import EstimateDocument

ROUNDINGS = ("0.1", "0.5", "1")
"""Steps to which platforms round the stars that they show."""
OUTCOME_OF_VISITS = "organic_search/click"
"""Outcome of stars if conversions do not name the content, but visits from search do."""


class SearchDocument(TypedDict):
    """Search visits per engagement.

    ``kinds``: the types that are search visits. ``estimates``: visits per engagement of every type,
    None without enough visits; ``covariance`` is K x K.
    """

    kinds: list[int]
    estimates: list[EstimateDocument] | None
    covariance: list[list[float]]
    reasons: list[str]


class MeasuredEffect(TypedDict):
    """An estimate with its standard error and the quantile of its interval."""

    estimate: float
    error: float
    critical: float


class RoundingDocument(TypedDict):
    """What one more star shown does, as a logarithm of sales, if the display is rounded so."""

    contents: int
    changes: int
    shown: MeasuredEffect | None
    placebo: MeasuredEffect | None
    reasons: list[str]
    warnings: list[str]


class StarDocument(TypedDict):
    """What the stars that a channel shows do; ``roundings`` by the step of the display."""

    outcome: str
    reviews: int
    roundings: dict[str, RoundingDocument]
    reasons: list[str]
    warnings: list[str]


class PathDocument(TypedDict):
    """What a search visit brings at most (``worth``), and what that makes of an engagement.

    ``most``: 97.5 % quantile of visits per engagement times conversions per visit, by type; None if
    unknown.
    """

    worth: MeasuredEffect | None
    most: list[float | None]
    reasons: list[str]
    warnings: list[str]


class GoalSearchDocument(TypedDict):
    """The path through search to a goal, and by channel with reviews what its stars do."""

    path: PathDocument
    stars: dict[str, StarDocument]


def search_kinds(columns: Columns, roles: tuple[str, ...]) -> list[int]:
    """The types that are visits from search; those that the tenant declares a cause are not."""
    return [
        number
        for (channel, what, _), number in columns.kinds.items()
        if channel in SEARCH and what == "click" and roles[number] == "arrival"
    ]


def measure_search(columns: Columns, observed: Observations) -> tuple[SearchDocument, SearchVisits]:
    """Search visits per engagement, the same for every goal."""
    import numpy as np

    from chalicelib.attribution.search.path_bounds import measure_visits
    from chalicelib.services.fitting.fit_documents import estimate_documents

    kinds = search_kinds(columns, observed.roles)
    found = measure_visits(observed, np.array(kinds, dtype=np.int64))
    draft = found.draft
    document: SearchDocument = {
        "kinds": kinds,
        "estimates": None if draft is None else estimate_documents(draft),
        "covariance": [] if draft is None else draft.cov.tolist(),
        "reasons": ["no_search_visits"] if draft is None else [],
    }
    return document, found


def goal_search_document(
    columns: Columns, goal: str, observed: Observations, visits: SearchVisits, start: dt.date
) -> GoalSearchDocument:
    """The worth of a search visit for a goal, and what shown stars do to it."""
    return {
        "path": _path_of(columns, observed, visits.draft),
        "stars": star_documents(columns, goal, observed, start),
    }


def _path_of(columns: Columns, observed: Observations, visits: Draft | None) -> PathDocument:
    import numpy as np

    from chalicelib.attribution.search.path_bounds import bound_path

    if visits is None:
        most: list[float | None] = [None] * observed.counts.shape[1]
        return {"worth": None, "most": most, "reasons": ["no_search_visits"], "warnings": []}
    kinds = np.array(search_kinds(columns, observed.roles), dtype=np.int64)
    found = bound_path(observed, kinds, visits)
    fit = found.fit
    return {
        "worth": None
        if fit is None
        else {"estimate": fit.effect, "error": fit.error, "critical": fit.critical},
        "most": [None if math.isnan(one) else float(one) for one in found.most],
        "reasons": list(found.reasons),
        "warnings": list(found.warnings),
    }


def star_documents(
    columns: Columns, goal: str, observed: Observations, start: dt.date
) -> dict[str, StarDocument]:
    """By channel with reviews, what the stars that it shows do; empty without reviews."""
    reviewed: dict[str, int] = {}
    for (channel, what, _), number in columns.kinds.items():
        if what == "review":
            count = int(observed.counts[:, number].sum())
            reviewed[channel] = reviewed.get(channel, 0) + count
    return {
        channel: _stars_of(columns.products, channel, goal, observed, start, count)
        for channel, count in sorted(reviewed.items())
    }


def _stars_of(
    rows: ProductRows,
    channel: str,
    goal: str,
    observed: Observations,
    start: dt.date,
    reviews: int,
) -> StarDocument:
    import numpy as np

    from chalicelib.attribution.search.star_changes import estimate_stars, may_have_earlier_reviews

    document: StarDocument = {
        "outcome": goal,
        "reviews": reviews,
        "roundings": {},
        "reasons": [],
        "warnings": [],
    }
    if not rows.has_reviews(channel):
        return document | {"reasons": ["no_rated_reviews"]}
    n_weeks = observed.outcome.size // 7
    known = np.asarray(observed.covered.outcome[: 7 * n_weeks].reshape(n_weeks, 7).all(axis=1))
    data = rows.product_weeks(channel, goal, start.toordinal(), known)
    if data is None:
        document["outcome"] = OUTCOME_OF_VISITS
        everything = np.ones(n_weeks, dtype=bool)
        data = rows.product_weeks(channel, None, start.toordinal(), everything)
    if data is None:
        return document | {"outcome": goal, "reasons": ["no_content_on_conversions"]}
    if may_have_earlier_reviews(data):
        document["warnings"].append("earlier_reviews_unknown")
    for rounding in ROUNDINGS:
        found = estimate_stars(data, float(rounding))
        document["roundings"][rounding] = _rounding(found)
    return document


def _rounding(found: StarEffect) -> RoundingDocument:
    return {
        "contents": found.products,
        "changes": found.changes,
        "shown": _measured(found.shown),
        "placebo": _measured(found.placebo),
        "reasons": list(found.reasons),
        "warnings": list(found.warnings),
    }


def _measured(found: Threshold | None) -> MeasuredEffect | None:
    if found is None:
        return None
    return {"estimate": found.effect, "error": found.error, "critical": found.critical}

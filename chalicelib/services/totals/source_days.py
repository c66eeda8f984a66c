"""Coverage: the days for which each source has data, from day totals and declared coverage."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from chalicelib.model.errors import FieldError, InvalidFields
from chalicelib.model.events import Coverage
from chalicelib.services.answer_fields import Day, Period
from chalicelib.services.answer_tables import Table
from chalicelib.services.fitting.goal_observations import source_name
from chalicelib.services.fitting.source_coverage import (
    CoveredSource,
    Source,
    SourceDays,
    cover_goal,
    cover_types,
    covered_source,
    name_goal,
    name_type,
)
from chalicelib.services.fitting.surroundings import Surroundings
from chalicelib.services.totals.day_totals import MAX_DAYS, Recency, shown_freshness
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.storage.total_items import Freshness

Kind = tuple[str, str, bool]


class SourceCoverage(CoveredSource):
    """The days for which a goal or an engagement type has data."""

    last_event: Day | None


class SourceCoverages(Period, Recency):
    """For which days each source has data."""

    sources: list[SourceCoverage]


TABLE = Table(
    SourceCoverage,
    *("source", "goal", "channel", "type", "paid"),
    *("from", "to", "days", "last_event", "known", "gaps"),
)


def list_sources(store: TenantStore, start: dt.date, end: dt.date) -> SourceCoverages:
    """List the goals and engagement types in a period, and the days for which they have data.

    Parameters
    ----------
    start, end : date
        Inclusive, at most 3,660 days.

    Raises
    ------
    InvalidFields
        If the period is invalid or too long.
    """
    _check_period(start, end)
    freshness = Freshness()
    goals, types = _daily_counts(store, start, end, freshness)
    surroundings = Surroundings()
    for span in store.events.spans():
        if isinstance(span, Coverage) and span.first <= end and span.last >= start:
            surroundings.add(span, 0)
    declared = list(surroundings.declared.values())
    n_days = (end - start).days + 1
    for one in declared:
        if one.goal is not None:
            goals.setdefault(one.goal, [0.0] * n_days)
        elif one.channel is not None and one.type is not None and one.paid is not None:
            types.setdefault((one.channel, one.type, one.paid), [0.0] * n_days)
    kinds = sorted(types)
    shown = [
        _shown(name_goal(goal), series, cover_goal(goal, series, declared, start), start)
        for goal, series in sorted(goals.items())
    ]
    covered = cover_types(kinds, [types[kind] for kind in kinds], declared, start)
    for kind, days in zip(kinds, covered, strict=True):
        source = name_type(source_name(kind, kinds), kind)
        shown.append(_shown(source, types[kind], days, start))
    return {
        "from": start.isoformat(),
        "to": end.isoformat(),
        **shown_freshness(freshness),
        "sources": shown,
    }


def _daily_counts(
    store: TenantStore, start: dt.date, end: dt.date, freshness: Freshness
) -> tuple[dict[str, list[float]], dict[Kind, list[float]]]:
    n_days = (end - start).days + 1
    goals: dict[str, list[float]] = defaultdict(lambda: [0.0] * n_days)
    types: dict[Kind, list[float]] = defaultdict(lambda: [0.0] * n_days)
    for totals in store.totals.between(start, end, freshness):
        day = (totals.day - start).days
        for row in totals.rows:
            if row["kind"] == "engagement":
                types[row["channel"], row["type"], row["paid"]][day] += row["count"]
            elif row["kind"] == "conversion" and not row["refund"]:
                goals[row["goal"]][day] += row["count"]
    return dict(goals), dict(types)


def _shown(source: Source, series: list[float], days: SourceDays, start: dt.date) -> SourceCoverage:
    last = max((day for day, count in enumerate(series) if count > 0), default=None)
    last_event = None if last is None else (start + dt.timedelta(days=last)).isoformat()
    return {**covered_source(source, days, start), "last_event": last_event}


def _check_period(start: dt.date, end: dt.date) -> None:
    wrong = []
    if end < start:
        wrong.append(FieldError("/to", "out_of_range", "the last day is before the first"))
    elif (end - start).days >= MAX_DAYS:
        wrong.append(FieldError("/from", "out_of_range", f"at most {MAX_DAYS} days"))
    if wrong:
        raise InvalidFields("the period is invalid", tuple(wrong))

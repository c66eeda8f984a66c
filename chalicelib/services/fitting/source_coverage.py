"""The days for which each source has data: declared, else inferred from its series."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal, cast

from pydantic import Field
from typing_extensions import TypedDict

from chalicelib.model.events import EngagementType
from chalicelib.services.answer_fields import Day
from chalicelib.services.fitting.holes import Days, infer_days, runs_of, usual_days
from chalicelib.services.fitting.surroundings import Declared

if TYPE_CHECKING:
    from chalicelib.attribution.coverage import Coverage

Kind = tuple[str, str, bool]
Series = Sequence[float]


class Source(TypedDict):
    """A goal, or an engagement type."""

    source: str
    goal: str | None
    channel: str | None
    type: EngagementType | None
    paid: bool | None


Gap = Annotated[list[Day], Field(min_length=2, max_length=2)]
"""Its first and last day."""

CoveredDays = TypedDict(
    "CoveredDays",
    {
        "from": Day | None,
        "to": Day | None,
        "gaps": list[Gap],
        "days": int,
        "known": Literal["declared", "inferred"],
    },
)


class CoveredSource(Source, CoveredDays):
    """The days for which a source has data, as a fit document has them."""


COVERAGE_INFERRED, COVERAGE_GAP, POSSIBLE_GAP = (
    "coverage_inferred",
    "coverage_gap",
    "possible_gap",
)


@dataclass(frozen=True, slots=True)
class SourceDays:
    """The covered days of a source, in a window of T days."""

    days: Days
    """Length T."""
    is_declared: bool
    """Whether all covered days were declared."""
    may_have_gaps: bool = False
    """Whether some days without events look like missing data but count as zeros, because campaigns
    pause.
    """

    @property
    def gaps(self) -> list[tuple[int, int]]:
        """First and last day of each gap between the first and the last covered day."""
        runs = runs_of(self.days)
        return [(last + 1, runs[n + 1][0] - 1) for n, (_, last) in enumerate(runs[:-1])]

    def shown(self, start: dt.date) -> CoveredDays:
        """The days as dates."""
        runs = runs_of(self.days)

        def date(day: int) -> str:
            return (start + dt.timedelta(days=day)).isoformat()

        return {
            "from": date(runs[0][0]) if runs else None,
            "to": date(runs[-1][1]) if runs else None,
            "gaps": [[date(first), date(last)] for first, last in self.gaps],
            "days": sum(self.days),
            "known": "declared" if self.is_declared else "inferred",
        }


def name_goal(goal: str) -> Source:
    """A goal as a source."""
    return {"source": goal, "goal": goal, "channel": None, "type": None, "paid": None}


def name_type(name: str, kind: Kind) -> Source:
    """An engagement type as a source; `name` is its unique name among all types."""
    channel, type_, paid = kind
    return {
        "source": name,
        "goal": None,
        "channel": channel,
        "type": cast("EngagementType", type_),
        "paid": paid,
    }


def covered_source(source: Source, days: SourceDays, start: dt.date) -> CoveredSource:
    """A source with its days, in a window that begins on `start`."""
    return {**source, **days.shown(start)}


def cover_types(
    kinds: Sequence[Kind], counts: Sequence[Series], declared: Iterable[Declared], start: dt.date
) -> list[SourceDays]:
    """The covered days of each engagement type.

    Paid types pause when campaigns do, so a hole in them stays zero and is only marked.

    Parameters
    ----------
    kinds : sequence of (channel, type, paid), length K
    counts : sequence of K sequences of length T
    """
    spans = list(declared)
    silent = _silent_channels(kinds, counts, start)
    found = []
    for kind, series in zip(kinds, counts, strict=True):
        own = [one for one in spans if one.is_about_type(*kind)]
        inferred = infer_days(series, start, silent=silent.get(kind[0]))
        days, is_paid = list(inferred.days), kind[2]
        for first, last in inferred.holes if is_paid else ():
            days[first : last + 1] = [True] * (last - first + 1)
        may_have_gaps = is_paid and bool(inferred.holes) and not own
        found.append(_source(series, days, own, start, may_have_gaps=may_have_gaps))
    return found


def cover_goal(
    goal: str, outcome: Series, declared: Iterable[Declared], start: dt.date
) -> SourceDays:
    """The covered days of the conversions of a goal; `outcome` has T days."""
    own = [one for one in declared if one.goal == goal]
    return _source(outcome, infer_days(outcome, start, is_outcome=True).days, own, start)


def common_coverage(types: Sequence[SourceDays], goal: SourceDays) -> Coverage | None:
    """The coverage as the estimators' input; None if every day is covered."""
    import numpy as np

    from chalicelib.attribution.coverage import Coverage

    counts = np.array([one.days for one in types], dtype=bool).reshape(-1, len(goal.days)).T
    made = Coverage(np.array(goal.days, dtype=bool), counts)
    return None if made.is_whole else made


def coverage_warnings(source: SourceDays, goal: SourceDays) -> list[str]:
    """Warnings about coverage for an estimate of a type and a goal."""
    both = (source, goal)
    warnings = []
    if any(not one.is_declared and not all(one.days) for one in both):
        warnings.append(COVERAGE_INFERRED)
    if any(one.gaps for one in both):
        warnings.append(COVERAGE_GAP)
    if source.may_have_gaps:
        warnings.append(POSSIBLE_GAP)
    return warnings


def _source(
    series: Series,
    inferred: Days,
    own: Sequence[Declared],
    start: dt.date,
    *,
    may_have_gaps: bool = False,
) -> SourceDays:
    """Declared days, and outside of them inferred days; declared gaps stay gaps."""
    if not own:
        return SourceDays(inferred, is_declared=False, may_have_gaps=may_have_gaps)
    begin, n_days = start.toordinal(), len(series)
    days = [False] * n_days
    for one in own:
        first, last = max(one.first - begin, 0), min(one.last - begin, n_days - 1)
        days[first : last + 1] = [True] * max(last - first + 1, 0)
    is_declared = True
    for first, last in runs_of([not day for day in days]):
        active = [day for day in range(first, last + 1) if series[day] > 0]
        if active:
            days[active[0] : active[-1] + 1] = inferred[active[0] : active[-1] + 1]
            is_declared = False
    return SourceDays(days, is_declared)


def _silent_channels(
    kinds: Sequence[Kind], counts: Sequence[Series], start: dt.date
) -> dict[str, Days]:
    """Days without any event in a channel, for channels with several dense types."""
    members: dict[str, list[Series]] = defaultdict(list)
    for (channel, _, _), series in zip(kinds, counts, strict=True):
        members[channel].append(series)
    return {
        channel: [not any(day) for day in zip(*all_of_it, strict=True)]
        for channel, all_of_it in members.items()
        if sum(usual_days(series, start.weekday()) is not None for series in all_of_it) > 1
    }

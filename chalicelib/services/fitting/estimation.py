"""From events to a fit: the results of the estimators as one immutable JSON document.

The document contains all that later questions about a range of days, a goal or a channel need
(see `services.answers`): daily counts and costs, and per goal the effects, their covariance
and the decays. Decimal money becomes float64 here, once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chalicelib.model.days import MAX_WINDOW_DAYS, zone_of
from chalicelib.model.errors import UnusableInput
from chalicelib.model.events import Event
from chalicelib.services.experiments import (
    ONCE_ONLY_GOALS,
    calibrate_goal,
    without_goal,
)
from chalicelib.services.fitting.audience_documents import audience_documents, audience_sizes
from chalicelib.services.fitting.converting_people import converting_people
from chalicelib.services.fitting.credits import count_anonymous, credit_goal
from chalicelib.services.fitting.curve_documents import curve_document
from chalicelib.services.fitting.day_parts import part_days
from chalicelib.services.fitting.edges import Brought, spillover_warnings
from chalicelib.services.fitting.event_columns import ANONYMOUS, Columns
from chalicelib.services.fitting.fit_documents import (
    FitBody,
    FitDocument,
    GoalDocument,
    KindDocument,
    costs_outside,
    coverage_document,
    daily_amounts,
    goal_document,
    type_documents,
)
from chalicelib.services.fitting.follower_rows import Pages, read_pages
from chalicelib.services.fitting.goal_observations import observe
from chalicelib.services.fitting.holidays import public_holidays
from chalicelib.services.fitting.region_days import observe_regions
from chalicelib.services.fitting.search_documents import (
    SearchDocument,
    goal_search_document,
    measure_search,
)
from chalicelib.services.fitting.source_coverage import (
    SourceDays,
    common_coverage,
    cover_goal,
    cover_types,
    coverage_warnings,
)
from chalicelib.services.fitting.spread_documents import (
    PersonDocument,
    SpreadDocument,
    end_of_data,
    spread_document,
)
from chalicelib.services.fitting.user_identity import identity_warnings
from chalicelib.services.fitting.windows import Window, find_window
from chalicelib.settings import MAX_PEOPLE
from chalicelib.storage.experiment_items import Experiment
from chalicelib.storage.fit_items import FIT_SCHEMA

if TYPE_CHECKING:
    from chalicelib.attribution.estimates import GoalEstimates
    from chalicelib.attribution.observations import Observations
    from chalicelib.attribution.search.path_bounds import SearchVisits


@dataclass(frozen=True, slots=True)
class SharesAsked:
    """Days of the shares whose spread is estimated; None: all days of the window.

    `until`: events after this instant do not exist yet.
    """

    start: dt.date | None = None
    end: dt.date | None = None
    until: dt.datetime | None = None

    def spread(
        self, columns: Columns, pages: Pages | None, start: dt.date, n_days: int
    ) -> tuple[SpreadDocument, list[PersonDocument]] | None:
        """Estimate the spread of these shares; None if there is none in the window."""
        end = start + dt.timedelta(days=n_days - 1)
        last = end_of_data(columns, start, n_days, self.until)
        first, final = max(self.start or start, start), min(self.end or end, end)
        if first > final:
            return None
        days = (final - first).days + 1
        return spread_document(columns, pages, first, days, last=last)


Inspect = Callable[[str, "Observations", "GoalEstimates"], None]


def fit_events(
    events: Iterable[Event] | Columns,
    *,
    window: tuple[dt.date, dt.date] | None,
    currency: str,
    as_of: dt.datetime,
    fit_id: str,
    within: tuple[dt.date, dt.date] | None = None,
    experiments: Sequence[Experiment] = (),
    max_people: int = MAX_PEOPLE,
    roles: Mapping[str, str] | None = None,
    time_zone: str | None = None,
    country: str | None = None,
    user_ids: str | None = None,
    inspect: Inspect | None = None,
    people: list[PersonDocument] | None = None,
    shares: SharesAsked = SharesAsked(),
) -> FitDocument:
    """Fit all goals in the events.

    Parameters
    ----------
    events : iterable of Event, or Columns
        Pseudonymised or not; the same person must always have the same `user_id`. Columns have
        their own time zone.
    window : (date, date) or None
        First and last day, inclusive; None: see `windows.find_window`.
    within : (date, date), optional
        Limits of the window if `window` is None.
    experiments : sequence of Experiment, optional
        Combined with the estimates of the types that they tested.
    max_people : int, optional
        With more people than this, only a sample is followed day by day; intervals widen
        accordingly.
    roles : mapping of str to str, optional
        Roles of engagement types that differ from the defaults; see `goal_observations.observe`.
    country : str, optional
        ISO 3166-1 code of the country whose public holidays enter the models of totals.
    user_ids : str, optional
        What a `user_id` is, one of `user_identity.USER_IDS`.
    time_zone : str, optional
        The IANA name of the zone that defines days; UTC by default.
    inspect : callable, optional
        Called with each goal, its observations and its estimates.
    people : list, optional
        Receives the people whose shares bring most. They are not part of the document, so that an
        erasure can remove them.
    shares : SharesAsked, optional
        Days of the shares whose spread is estimated; default: all.

    Returns
    -------
    FitDocument
        JSON-able, without NaN.

    Raises
    ------
    UnusableInput
        If the window has no engagement or no conversion, or is longer than three years.
    """
    if isinstance(events, Columns):
        columns = events
    else:
        columns = Columns(zone=zone_of(time_zone))
        for event in events:
            columns.add(event)
    found_window = Window(*window) if window else find_window(columns, MAX_WINDOW_DAYS, within)
    start, end = found_window.start, found_window.end
    n_days = (end - start).days + 1
    if not 1 <= n_days <= MAX_WINDOW_DAYS:
        raise UnusableInput(
            f"a window has 1 to {MAX_WINDOW_DAYS} days; {start} to {end} is {n_days}"
        )
    if not columns.goals:
        raise UnusableInput("the input has no conversions, so there is no outcome to explain")
    if not columns.kinds:
        raise UnusableInput("the input has no engagements, so there are no effects to estimate")
    if country:
        days = public_holidays(country, start, n_days)
        columns.surroundings = columns.surroundings.with_holidays(days)
    body = _fitted(
        columns,
        found_window,
        n_days,
        experiments,
        max_people,
        roles,
        user_ids,
        inspect,
        people,
        shares,
    )
    if window is None:  # no given window excludes them on purpose
        body["costs_outside"] = costs_outside(columns, start, end)
    return {
        "schema": FIT_SCHEMA,
        "id": fit_id,
        "as_of": as_of.isoformat(),
        "currency": currency,
        **body,
    }


def fit_shares(
    columns: Columns,
    *,
    window: tuple[dt.date, dt.date] | None,
    currency: str,
    as_of: dt.datetime,
    fit_id: str,
    people: list[PersonDocument] | None = None,
    shares: SharesAsked = SharesAsked(),
) -> FitDocument:
    """Estimate only how shares spread: a document without goals, from events without conversions.

    Parameters
    ----------
    columns, window, currency, as_of, fit_id, people, shares
        As for `fit_events`.

    Raises
    ------
    UnusableInput
        If there are no events.
    """
    from chalicelib.attribution.draft import LEVEL

    found = Window(*window) if window else find_window(columns, MAX_WINDOW_DAYS)
    start, n_days = found.start, (found.end - found.start).days + 1
    spread = shares.spread(columns, None, start, n_days)
    if people is not None and spread is not None:
        people.extend(spread[1])
    return {
        "schema": FIT_SCHEMA,
        "id": fit_id,
        "as_of": as_of.isoformat(),
        "currency": currency,
        "coverage": [],
        "annotations": [],
        "window": {"from": start.isoformat(), "to": found.end.isoformat()},
        "confidence": LEVEL,
        "decays": [],
        "kinds": [],
        "costs": {},
        "goals": {},
        "experiments_without_goal": [],
        "audience_sizes": audience_sizes(columns, start, n_days),
        "virality": None if spread is None else spread[0],
    }


def _fitted(
    columns: Columns,
    window: Window,
    n_days: int,
    experiments: Sequence[Experiment],
    max_people: int,
    roles: Mapping[str, str] | None,
    user_ids: str | None,
    inspect: Inspect | None,
    people: list[PersonDocument] | None,
    shares: SharesAsked,
) -> FitBody:
    from chalicelib.attribution.adstock import DECAYS
    from chalicelib.attribution.draft import LEVEL
    from chalicelib.attribution.estimates import estimate_goal

    goals: dict[str, GoalDocument] = {}
    observed = None
    pages: Pages | None = None
    search: SearchDocument | None = None
    visits: SearchVisits | None = None
    names = sorted(columns.goals)
    start, end = window.start, window.end
    declared = list(columns.surroundings.declared.values())
    context = columns.surroundings.context(start, n_days)
    types: list[SourceDays] | None = None
    kinds: list[KindDocument] = []
    covered_goals = {}
    brought = columns.edges.brought(start.toordinal(), n_days)
    gathered = columns.lifetime_kinds()
    apart = dict(columns.apart) | {
        (kind, day, ANONYMOUS): count
        for (kind, day), count in columns.lifetime.items()
        if kind in gathered
    }
    anonymous = count_anonymous(
        columns, n_kinds=len(columns.kinds), start=start, n_days=n_days, apart=apart
    )
    for goal in names:
        observed = observe(columns, goal, start, n_days, max_people=max_people, roles=roles)
        if types is None:
            pages = read_pages(columns, observed, start)
            types = cover_types(list(columns.kinds), observed.counts.T.tolist(), declared, start)
        covered = covered_goals[goal] = cover_goal(goal, observed.outcome.tolist(), declared, start)
        observed = replace(
            observed,
            coverage=common_coverage(types, covered),
            context=context,
            regions=observe_regions(columns, goal, start, types, covered),
        )
        estimates = estimate_goal(observed)
        for source, warnings in zip(types, estimates.warnings, strict=True):
            warnings += [w for w in coverage_warnings(source, covered) if w not in warnings]
        _warn_of_spillover(columns, estimates, brought)
        _warn_of_displacement(goal, estimates)
        for method, warnings in zip(estimates.methods, estimates.warnings, strict=True):
            warnings += identity_warnings(method, user_ids)
        if window.outside:
            days = [day.isoformat() for day in window.outside]
            estimates.diagnostics["outliers_outside_window"] = days
        estimates, tested = calibrate_goal(
            goal, list(columns.kinds), estimates, experiments, (start, end)
        )
        if inspect is not None:
            inspect(goal, observed, estimates)
        shown = goal_document(observed, estimates, start)
        if tested:
            shown["diagnostics"] |= {"experiments": tested}
        if visits is None:
            search, visits = measure_search(columns, observed)
        kinds = kinds or type_documents(columns, observed, anonymous, brought, start)
        goals[goal] = {
            **shown,
            "experiments": tested,
            "audiences": audience_documents(pages, columns, goal, observed, estimates),
            "curves": curve_document(columns, observed, estimates, start),
            "people": converting_people(columns, goal, start, n_days),
            "search": goal_search_document(columns, goal, observed, visits, start),
            "decomposition": part_days(observed, estimates, shown, kinds, start),
            "classical": credit_goal(
                columns,
                columns.goals[goal],
                n_kinds=len(columns.kinds),
                start=start,
                n_days=n_days,
            ),
        }
    assert observed is not None  # there is a goal
    assert types is not None
    assert search is not None
    spread = shares.spread(columns, pages, start, n_days)
    if people is not None and spread is not None:
        people.extend(spread[1])
    return {
        "coverage": coverage_document(columns, observed.names, types, covered_goals, start),
        "annotations": columns.surroundings.shown_annotations(start, end),
        "window": {"from": start.isoformat(), "to": end.isoformat()},
        "confidence": LEVEL,
        "decays": DECAYS.tolist(),
        "kinds": kinds,
        "costs": {
            channel: daily_amounts(columns.cost_of_channel, channel, start, n_days)
            for channel in sorted({channel for channel, _ in columns.cost_of_channel})
        },
        "goals": goals,
        "experiments_without_goal": without_goal(experiments, goals),
        "audience_sizes": audience_sizes(columns, start, n_days),
        "virality": None if spread is None else spread[0],
        "search": search,
    }


def _warn_of_spillover(columns: Columns, estimates: GoalEstimates, brought: Brought) -> None:
    for (_, what, _), number in columns.kinds.items():
        estimates.warnings[number] += spillover_warnings(
            what, estimates.methods[number], brought.get(number, {}), estimates.methods
        )


def _warn_of_displacement(goal: str, estimates: GoalEstimates) -> None:
    """Warn that totals do not show who would have reached a one-time goal later anyway."""
    for method, warnings in zip(estimates.methods, estimates.warnings, strict=True):
        if goal in ONCE_ONLY_GOALS and method == "time_series":
            warnings.append("once_only_goal")

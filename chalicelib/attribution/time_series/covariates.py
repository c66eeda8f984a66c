"""Annotations and controls as columns of the model.

An annotation raises or lowers the level by the same share on all days of one occurrence. If
there are few occurrences, each has its own column (one promotion sells more than another).
If there are many, those with the same name share a column. Controls enter by their logarithm if
they are positive.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Bools, Floats
from chalicelib.attribution.observations import Context
from chalicelib.attribution.time_series.resolution import Resolution

STEPS_PER_OCCURRENCE = 20
"""Steps of the window for every occurrence with its own column."""
STEPS_PER_NAME = 12
"""Steps of the window for every name with its own column; the rarest ones share one."""
LONG_STEPS = {1: 3, 7: 1}
"""Number of steps from which on an occurrence can have its own column, by days per step."""
MOST_UNKNOWN = 0.2
"""Largest share of unknown days of a control that is used; these days are missing observations."""


@dataclass(frozen=True, slots=True)
class Covariates:
    """Columns of the context."""

    columns: Floats
    """Shape (N, m)."""
    known: Bools
    """Steps on which every used control has a value. Shape (N,)."""
    ignored: tuple[str, ...]
    """Controls with too many unknown days."""


def build_covariates(context: Context, resolution: Resolution, usable: Bools) -> Covariates:
    """Columns for all steps.

    Parameters
    ----------
    context : Context
        On the T days of the window.
    usable : bool array, shape (N,)
        Steps on which everything else was observed.
    """
    n_days = usable.size * resolution.step_days + resolution.first
    columns = [_annotations(context, resolution, n_days, usable)]
    known = np.ones(usable.size, dtype=bool)
    ignored = []
    values = context.controlled(n_days)
    for name, daily in zip(context.control_names, values.T, strict=True):
        steps = resolution.total(_extended(daily, n_days)) / resolution.step_days
        unknown = np.isnan(steps)
        if unknown[usable].mean() > MOST_UNKNOWN:
            ignored.append(name)
            continue
        known &= ~unknown
        positive = (steps[~unknown] > 0).all()
        filled = np.where(unknown, np.nanmean(steps), steps)
        columns.append((np.log(filled) if positive else filled)[:, None])
    return Covariates(np.column_stack(columns), known, tuple(ignored))


def _annotations(context: Context, resolution: Resolution, n_days: int, usable: Bools) -> Floats:
    """Columns of the annotations, shape (N, a)."""
    daily = context.annotated(n_days)
    names = [
        resolution.total(_extended(column, n_days)) / resolution.step_days for column in daily.T
    ]
    names = [column for column in names if column[usable].any()]
    runs = [_runs(column) for column in names]
    n_steps = int(usable.sum())
    if sum(len(each) for each in runs) > n_steps // STEPS_PER_OCCURRENCE:
        return _by_name(names, n_steps // STEPS_PER_NAME).T
    out: list[Floats] = []
    for column, each in zip(names, runs, strict=True):
        rest = column.copy()
        for start, stop in each:
            if stop - start >= LONG_STEPS[resolution.step_days]:
                own = np.zeros_like(column)
                own[start:stop] = column[start:stop]
                rest[start:stop] = 0.0
                out.append(own)
        if rest.any():
            out.append(rest)
    return np.array(out).reshape(-1, usable.size).T


def _by_name(names: list[Floats], most: int) -> Floats:
    """One row per name; the rarest share one if there are more than `most`."""
    names = sorted(names, key=lambda column: -float(column.sum()))
    if len(names) > most:
        most = max(most - 1, 0)
        names = [*names[:most], np.max(names[most:], axis=0)]
    return np.array(names)


def _runs(column: Floats) -> list[tuple[int, int]]:
    """First step and the one after the last of every occurrence."""
    on = np.concatenate([[0], (column > 0).astype(np.int64), [0]])
    edges = np.flatnonzero(np.diff(on))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _extended(daily: Floats, n_days: int) -> Floats:
    """The series extended to `n_days`, which may be a few days after the end of the window."""
    if daily.size >= n_days:
        return daily[:n_days]
    return np.concatenate([daily, np.repeat(daily[-1:], n_days - daily.size)])

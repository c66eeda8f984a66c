"""How many children may be missing because they do not name their parent, or it is not in the data.

A share without a parent came from outside, or its parent is missing. Late in the life of a content
hardly anything comes from outside. So the part without a parent among late shares is an upper limit
of the part whose parent is missing, if parents are as often missing late as early.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from chalicelib.attribution.arrays import Bools, Floats
from chalicelib.attribution.virality.share_edges import Edges

LATE_AGES = (0.0, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 14.0, 21.0, 28.0)
"""Ages of a content in days; the age with the smallest upper limit is used."""
_LEVEL = 0.975
ABSENT = 0.02
"""Up to this share of named parents may be absent from a channel that was declared complete."""


def content_age(edges: Edges) -> Floats:
    """Days since the first share of the content; NaN if the content is unknown. Shape (n,)."""
    age = np.full(edges.time.size, np.nan)
    known = np.flatnonzero(edges.content >= 0)
    if known.size:
        _, first, which = np.unique(edges.content[known], return_index=True, return_inverse=True)
        age[known] = edges.clock[known] - edges.clock[known][first][which]
    return age


def missing_limit(edges: Edges, chosen: Bools) -> float:
    """Upper limit of the part of brought shares without a usable parent; 1 if there is none.

    Parameters
    ----------
    edges : Edges
    chosen : array, shape (n,)
        Shares of one channel in the range.
    """
    age = np.nan_to_num(content_age(edges), nan=0.0)
    best = 1.0
    for late in LATE_AGES:
        mine = chosen & (age >= late)
        total, linked = int(mine.sum()), int((mine & edges.linked).sum())
        if linked == 0:
            break
        # exact upper limit of a binomial probability (Clopper, Pearson 1934)
        best = min(best, float(stats.beta.ppf(_LEVEL, total - linked + 1, linked)))
    return best


def absent_limit(edges: Edges, chosen: Bools) -> float:
    """The same for a channel that was declared complete: named parents that are not in the data.

    0 if no more than `ABSENT` of the named parents are absent. Parents of the first shares may
    lie before the data; a share is only counted once the data are older than a day.
    """
    mine = chosen & edges.brought
    if edges.time.size:
        mine &= edges.time > edges.time[0] + 1.0
    total, linked = int(mine.sum()), int((mine & edges.linked).sum())
    absent = total - linked
    if absent == 0 or float(stats.binom.sf(absent - 1, total, ABSENT)) > 1.0 - _LEVEL:
        return 0.0
    return float(stats.beta.ppf(_LEVEL, absent + 1, linked)) if linked else 1.0

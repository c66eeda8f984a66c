"""Children per engagement, counted by type from the parents that events name.

Only parents of spreading types count. Event ids are stored as hashes. The order of events does
not matter, nor does the order in which sets are merged: parents and children are matched once
all of them are present.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chalicelib.model.events import Engagement
from chalicelib.services.fitting.declared_columns import Declared, column

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SPREADING = frozenset({"share", "mention"})
"""Engagement types that show content to more people, who may then engage themselves."""

RECORDED = 0.01
"""With fewer children per share than this, the data do not record the descendants of shares."""

_KEYS = 2**64

Brought = Mapping[int, Mapping[int, float]]
"""Children per engagement, by the index of the parent's type and of the children's type."""


@dataclass(slots=True)
class Rows(Declared):
    """Engagements in columns: key of an event id, index of the type, day, count."""

    key: array[int] = column("Q")
    kind: array[int] = column("q", "kinds")
    day: array[int] = column("q")
    count: array[float] = column("d")

    def __len__(self) -> int:
        return len(self.key)

    def add(self, key: int, kind: int, day: int, count: float) -> None:
        """Append a row."""
        self.key.append(key)
        self.kind.append(kind)
        self.day.append(day)
        self.count.append(count)

    def inside(
        self, first_day: int, n_days: int
    ) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.float64]]:
        """Key, type and count of the rows inside a window."""
        import numpy as np

        day = np.frombuffer(self.day, dtype=np.int64) - first_day
        within = (day >= 0) & (day < n_days)
        return (
            np.frombuffer(self.key, dtype=np.uint64)[within],
            np.frombuffer(self.kind, dtype=np.int64)[within],
            np.frombuffer(self.count, dtype=np.float64)[within],
        )


@dataclass(slots=True)
class Edges:
    """Engagements that may have children, and engagements that name a parent."""

    parents: Rows = field(default_factory=Rows)
    """Engagements of `SPREADING` types, keyed by their own id."""
    children: Rows = field(default_factory=Rows)
    """Engagements with a `parent_event_id`, keyed by that id. The parent may be of any type or
    missing.
    """

    def add(self, event: Engagement, kind: int, day: int, followed: float) -> None:
        """Add an engagement of a spreading type, or with a parent.

        Parameters
        ----------
        kind : int
            The index of its type.
        followed : float
            Share of the parents to keep, with all their children. The choice depends on a hash of
            the id, so it is always the same.
        """
        parent = event.parent_event_id
        most = followed * _KEYS
        if event.type in SPREADING and (key := _key_of(event.event_id)) < most:
            self.parents.add(key, kind, day, float(event.count))
        if parent is not None and parent != event.event_id and (key := _key_of(parent)) < most:
            self.children.add(key, kind, day, float(event.count))

    def brought(self, first_day: int, n_days: int) -> dict[int, dict[int, float]]:
        """Direct children per engagement, from parents and children in the days of a window.

        Every engagement of a type counts, with or without children. Types without children are
        absent.
        """
        import numpy as np

        key, kind, count = self.parents.inside(first_day, n_days)
        child_key, child_kind, child_count = self.children.inside(first_day, n_days)
        if key.size == 0 or child_key.size == 0:
            return {}
        order = np.argsort(key, kind="stable")
        at = np.minimum(np.searchsorted(key, child_key, sorter=order), key.size - 1)
        parent = order[at]
        found = key[parent] == child_key
        n_kinds = int(max(kind.max(), child_kind.max())) + 1
        children = np.zeros((n_kinds, n_kinds))
        np.add.at(children, (kind[parent[found]], child_kind[found]), child_count[found])
        engagements = np.bincount(kind, weights=count, minlength=n_kinds)
        return {
            int(one): {
                int(other): float(children[one, other] / engagements[one])
                for other in np.flatnonzero(children[one])
            }
            for one in np.flatnonzero(children.any(axis=1))
        }


def spillover_warnings(
    type_: str, method: str | None, brought: Mapping[int, float], methods: Sequence[str | None]
) -> list[str]:
    """Return warnings about an estimate whose type also affects friends.

    A panel of people compares the sharer with herself. It sees the effect on her friends only in
    their engagements that name the share, if those types were estimated. Totals include the
    conversions of friends.

    Parameters
    ----------
    method : str or None
    brought : mapping
        Direct children per engagement of the type, by the index of their type.
    methods : sequence of str or None
        Of all types.
    """
    if type_ != "share" or method != "within_user":
        return []
    seen = sum(number for kind, number in brought.items() if methods[kind] is not None)
    return [] if seen >= RECORDED else ["spillover_not_seen"]


def _key_of(event_id: str) -> int:
    return int.from_bytes(hashlib.blake2b(event_id.encode(), digest_size=8).digest())

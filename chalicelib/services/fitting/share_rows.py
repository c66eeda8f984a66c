"""Shares one by one: the input of the answers about virality.

Ids of events and contents are stored as hashes, so the order of events and of merged tables does
not matter: parents are matched once all shares are present.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.model.days import SECONDS_PER_DAY
from chalicelib.model.events import Engagement
from chalicelib.services.fitting.declared_columns import Amount, Declared, column, sums

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from chalicelib.attribution.virality.shares import Shares

NONE = 0
"""Key of a parent or content that the event does not name."""
UNKNOWN = -1.0
"""Reach that the event does not name."""


NAME = Amount(str, max, str, str)


@dataclass(slots=True)
class ShareRows(Declared):
    """Shares in columns: own key, parent's key, time (days since 1970, UTC), type, person, ..."""

    key: array[int] = column("Q")
    parent: array[int] = column("Q")
    time: array[float] = column("d")
    kind: array[int] = column("q", "kinds")
    person: array[int] = column("q", "people")
    content: array[int] = column("Q")
    count: array[float] = column("d")
    reach: array[float] = column("d")
    """Followers of the person who shared, or `UNKNOWN`."""

    names: dict[tuple[int], str] = sums(NAME, None)
    """Names of the contents, by key."""

    def __len__(self) -> int:
        return len(self.key)

    def add(self, event: Engagement, kind: int, person: int) -> None:
        """Append a share.

        Parameters
        ----------
        kind, person : int
            Their indexes; the person's is negative if there is none.
        """
        self.key.append(key_of(event.event_id))
        self.parent.append(NONE if event.parent_event_id is None else key_of(event.parent_event_id))
        self.time.append(event.occurred_at.timestamp() / SECONDS_PER_DAY)
        self.kind.append(kind)
        self.person.append(max(person, -1))
        self.content.append(self._key_of_content(event.content_id))
        self.count.append(float(event.count))
        self.reach.append(UNKNOWN if event.reach is None else float(event.reach))

    def _key_of_content(self, content_id: str | None) -> int:
        if content_id is None:
            return NONE
        key = key_of(content_id)
        self.names[key,] = content_id
        return key


@dataclass(frozen=True, slots=True)
class ShareTable:
    """The shares of a fit, with the names that its answer shows."""

    shares: Shares
    channels: tuple[str, ...]
    """Names of the channels, by their index in `shares`."""


def key_of(name: str) -> int:
    """A hash of an id, above zero."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest()) or 1


def days_since_1970(at: dt.datetime) -> float:
    """An instant in the unit of `ShareRows.time`."""
    return at.timestamp() / SECONDS_PER_DAY


def table_of(
    rows: ShareRows,
    kinds: Sequence[tuple[str, str, bool]],
    complete: frozenset[str],
    following: NDArray[np.bool_],
) -> ShareTable:
    """Match parents with their children.

    Parameters
    ----------
    kinds : sequence of (channel, type, paid)
        The types that `kind` refers to.
    complete : frozenset of str
        Channels whose shares name all their parents.
    following : bool array, shape (n,)
        Whether the person followed the page when they shared.
    """
    import numpy as np

    from chalicelib.attribution.virality.shares import Shares

    key = np.frombuffer(rows.key, dtype=np.uint64)
    named = np.frombuffer(rows.parent, dtype=np.uint64)
    order = np.argsort(key, kind="stable")
    at = np.minimum(np.searchsorted(key, named, sorter=order), max(key.size - 1, 0))
    parent = order[at] if key.size else np.zeros(0, dtype=np.int64)
    found = (named != NONE) & (key[parent] == named) & (parent != np.arange(key.size))
    channels = sorted({kinds[number][0] for number in set(rows.kind)})
    place = np.array([_place(channels, kind[0]) for kind in kinds], dtype=np.int64)
    content = np.frombuffer(rows.content, dtype=np.uint64)
    contents, numbered = np.unique(content, return_inverse=True)
    numbered = numbered.astype(np.int64) - int(contents[:1].tolist() == [NONE])
    reach = np.frombuffer(rows.reach, dtype=np.float64)
    shares = Shares(
        time=np.frombuffer(rows.time, dtype=np.float64),
        parent=np.where(found, parent, -1),
        names_parent=named != NONE,
        channel=place[np.frombuffer(rows.kind, dtype=np.int64)],
        n_channels=len(channels),
        person=np.frombuffer(rows.person, dtype=np.int64),
        content=numbered,
        count=np.frombuffer(rows.count, dtype=np.float64),
        reach=np.where(reach == UNKNOWN, np.nan, reach),
        complete=np.array([name in complete for name in channels], dtype=bool),
        follows_page=following,
    )
    return ShareTable(shares, tuple(channels))


def _place(channels: Sequence[str], channel: str) -> int:
    return channels.index(channel) if channel in channels else -1

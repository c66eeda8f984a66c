"""Records of an import: its checkpoint, its replay or removal, and a rejected row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from chalicelib.storage import table_keys

State = Literal["waiting", "running", "done", "failed", "removing", "removed"]


@dataclass(frozen=True, slots=True)
class Replay:
    """A requested replay that has not ended, with its checkpoint."""

    asked_at: str
    before: Literal["done", "failed"]
    """State of the import before the replay."""
    generation: int
    """Generation for the rows that are rejected again."""
    platform: str = "auto"
    spread: bool = False
    currency: str | None = None
    account: str | None = None
    mapping: dict[str, Any] | None = None
    mapping_name: str | None = None
    """Replace the values of the import."""
    position: int = 0
    """Number of rows of the file that are processed."""
    after: str | None = None
    """Sort key of the last processed rejected row of the earlier generation."""
    imported: int = 0
    not_data: int = 0
    events: int = 0
    """Of the rows rejected before: how many are now imported, how many contain no data, and the
    number of events from the imported rows.
    """
    rejected_by_code: dict[str, int] = field(default_factory=dict)
    """Number of rows that are rejected again, by code."""
    first_day: str | None = None
    last_day: str | None = None
    """First and last day of those events."""


@dataclass(frozen=True, slots=True)
class Removal:
    """A requested removal, with its checkpoint."""

    asked_at: str
    moved_at: str
    """When the removal was requested, and when it last made progress."""
    removed_at: str | None = None
    """When the removal ended."""
    events: int = 0
    spans: int = 0
    """Number of removed events, and of removed coverage and annotations. They are counted before
    they are removed.
    """
    step: int = 0
    """Number of partitions (`EventStore.partitions`) that are completely processed."""
    after: str | None = None
    """Sort key in the next partition up to which all items of the import are removed."""
    until: str | None = None
    """Sort key up to which all items are counted. Items between `after` and `until` may not be
    removed yet.
    """


@dataclass(frozen=True, slots=True)
class Import:
    """One import and its checkpoint."""

    import_id: str
    filename: str
    created_at: str
    state: State = "waiting"
    platform: str = "auto"
    """As requested; ``auto`` to detect it."""
    spread: bool = False
    """Whether a row that covers several days may be spread over these days."""
    currency: str | None = None
    account: str | None = None
    """For reports that do not contain them."""
    mapping: dict[str, Any] | None = None
    """The user's mapping of the columns, as it was when the import was announced."""
    mapping_name: str | None = None
    """The name of that mapping."""
    object_key: str = ""
    etag: str = ""
    version_id: str = ""
    """The version of the file that `position` and the counts refer to."""
    position: int = 0
    """Number of rows of the file that are processed and will not be read again."""
    rows: int = 0
    events: int = 0
    rejected: int = 0
    not_data: int = 0
    """Number of rows read, events written, rows rejected and rows without data, up to `position`.
    For a finished import, `events` is the number of distinct ids of the stored events.
    """
    rejected_by_code: dict[str, int] = field(default_factory=dict)
    """Number of rejected rows, by code."""
    first_day: str | None = None
    last_day: str | None = None
    """Days covered by the stored events, up to `position`."""
    earliest: str | None = None
    latest: str | None = None
    """Range of days in which any version of the file may have stored events. Written before the
    events are.
    """
    coverage: int = 0
    """Number of stored coverage spans; not included in `events`."""
    report: dict[str, Any] | None = None
    """What the reader detected: the platform, the report and the format of the file."""
    summary: dict[str, Any] | None = None
    """The reader's summary of the whole file, written at the end."""
    error: dict[str, str] | None = None
    """``code`` and ``detail`` of a failure, or of a replay that failed and changed nothing."""
    finished_at: str | None = None
    generation: int = 0
    """The generation of the rejected rows that the counts refer to."""
    generations: int = 0
    """Number of generations that were begun; a number is never reused."""
    overtaken: tuple[str, ...] = ()
    """ETags of versions of the file whose import was still running when the import of a later
    version began.
    """
    replay: Replay | None = None
    """The pending replay."""
    removal: Removal | None = None
    """The removal of the import, if one was requested."""
    revision: int = 0
    """Number of writes of this item. It prevents two workers from saving the same step."""

    @property
    def is_removed(self) -> bool:
        """Whether the import is removed or being removed."""
        return self.removal is not None

    @property
    def not_found(self) -> int:
        """Number of events and spans that the removal did not find, because they were replaced."""
        if self.removal is None:
            return 0
        return max(self.events + self.coverage - self.removal.events - self.removal.spans, 0)


Place = tuple[int, int, int]
"""Part, row, and number of the record within the row. Places sort in the order of the file."""


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that was not imported."""

    row: int
    """Number of the row in its part of the file."""
    number: int
    """Number of the record within the row, from 0."""
    raw: str
    """The row as it is in the file, truncated to 4,000 characters."""
    code: str
    message: str
    part: int = 0
    """Number of the part of the file, from 0."""
    part_name: str = ""
    """Name of the sheet or archive member; empty if the file has no parts."""

    @property
    def place(self) -> Place:
        """The position of the row in the file."""
        return self.part, self.row, self.number

    @property
    def cursor(self) -> str:
        """The sort key of the row, for the argument `after` of `ImportStore.rejected_rows`."""
        return table_keys.rejected_row_sort(*self.place)


def counted(before: Mapping[str, int], rows: Iterable[RejectedRow]) -> dict[str, int]:
    """Add rejected rows to the counts by code."""
    return dict(Counter(before) + Counter(row.code for row in rows))

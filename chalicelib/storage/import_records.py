"""What is known of an import: its checkpoint, its replay or removal, and a rejected row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from chalicelib.storage import table_keys

State = Literal["waiting", "running", "done", "failed", "removing", "removed"]


@dataclass(frozen=True, slots=True)
class Replay:
    """A replay that was asked for and has not ended, and its checkpoint.

    Attributes
    ----------
    asked_at : str
    before : {'done', 'failed'}
        How the import stood.
    generation : int
        Where the rows go that are refused again.
    platform, spread, currency, account, mapping, mapping_name
        Take the place of the import's own.
    position : int
        Rows of the file that are dealt with.
    after : str, optional
        Sort key of the last refused row of the earlier generation that is dealt with.
    imported, not_data, events : int
        Of the rows that were refused: how many are imported now, how many hold no data, and how
        many events that gave.
    rejected_by_code : dict
        How many rows are refused again, by code.
    first_day, last_day : str, optional
        Days of those events.
    """

    asked_at: str
    before: Literal["done", "failed"]
    generation: int
    platform: str = "auto"
    spread: bool = False
    currency: str | None = None
    account: str | None = None
    mapping: dict[str, Any] | None = None
    mapping_name: str | None = None
    position: int = 0
    after: str | None = None
    imported: int = 0
    not_data: int = 0
    events: int = 0
    rejected_by_code: dict[str, int] = field(default_factory=dict)
    first_day: str | None = None
    last_day: str | None = None


@dataclass(frozen=True, slots=True)
class Removal:
    """A removal that was asked for, and its checkpoint.

    Attributes
    ----------
    asked_at, moved_at : str
        When it was asked for, and when it last got on.
    removed_at : str, optional
        When it ended.
    events, spans : int
        Events that are removed; coverage and annotations that are removed. They are counted before
        they are removed.
    step : int
        How many of the partitions (`EventStore.partitions`) are searched.
    after : str, optional
        Sort key in the next partition up to which everything is removed.
    until : str, optional
        Sort key up to which everything is counted; from `after` to here it may not be removed.
    """

    asked_at: str
    moved_at: str
    removed_at: str | None = None
    events: int = 0
    spans: int = 0
    step: int = 0
    after: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Import:
    """One import and its checkpoint.

    Attributes
    ----------
    import_id, filename, created_at : str
    state : {'waiting', 'running', 'done', 'failed', 'removing', 'removed'}
    platform : str
        As asked for, ``auto`` to recognise it.
    spread : bool
        Whether rows over several days may be spread over them.
    currency, account : str, optional
        For reports that do not say.
    mapping : dict, optional
        What the user says of the file, as it was when the import was announced.
    mapping_name : str, optional
        Under which name it was found.
    object_key, etag, version_id : str
        The version of the file that `position` and the counts belong to.
    position : int
        Rows of the file that are dealt with and will not be looked at again.
    rows, events, rejected, not_data : int
        Rows read, events written, rows refused, rows that hold no data; up to `position`. Of an
        import that is done, `events` is the number of different ids among the stored events.
    rejected_by_code : dict
        How many rows are rejected, by code.
    first_day, last_day : str, optional
        Days covered by the stored events, up to `position`.
    earliest, latest : str, optional
        Days between which any version of the file may have stored events. They are written before
        the events.
    coverage : int
        How many spans of coverage are stored; they are not among the `events`.
    report : dict, optional
        What the reader recognised: platform, report, how the file is written.
    summary : dict, optional
        What the reader says about the whole file, at the end.
    error : dict, optional
        ``code`` and ``detail`` of a failure, or of a replay that failed and changed nothing.
    finished_at : str, optional
    generation : int
        That of the refused rows which the counts speak of.
    generations : int
        How many were begun; none is used twice.
    overtaken : tuple of str
        ETags of versions of the file whose import was going on when a later one's began.
    replay : Replay, optional
        The replay that is to be done.
    removal : Removal, optional
        Once the removal of the import was asked for.
    revision : int
        Counts the writes of this item; two workers cannot both move it on.
    """

    import_id: str
    filename: str
    created_at: str
    state: State = "waiting"
    platform: str = "auto"
    spread: bool = False
    currency: str | None = None
    account: str | None = None
    mapping: dict[str, Any] | None = None
    mapping_name: str | None = None
    object_key: str = ""
    etag: str = ""
    version_id: str = ""
    position: int = 0
    rows: int = 0
    events: int = 0
    rejected: int = 0
    not_data: int = 0
    rejected_by_code: dict[str, int] = field(default_factory=dict)
    first_day: str | None = None
    last_day: str | None = None
    earliest: str | None = None
    latest: str | None = None
    coverage: int = 0
    report: dict[str, Any] | None = None
    summary: dict[str, Any] | None = None
    error: dict[str, str] | None = None
    finished_at: str | None = None
    generation: int = 0
    generations: int = 0
    overtaken: tuple[str, ...] = ()
    replay: Replay | None = None
    removal: Removal | None = None
    revision: int = 0

    @property
    def is_removed(self) -> bool:
        """Whether it is removed, or being removed."""
        return self.removal is not None

    @property
    def not_found(self) -> int:
        """How many of its events and spans the removal did not find: others have replaced them."""
        if self.removal is None:
            return 0
        return max(self.events + self.coverage - self.removal.events - self.removal.spans, 0)


Place = tuple[int, int, int]
"""Part, row, and which of the records of that row: in the order in which a file is read."""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not imported.

    Attributes
    ----------
    row : int
        Number of the row in its part of the file.
    number : int
        0, or how many records of that row came before this one.
    raw : str
        The row as the file has it; cut after 4,000 characters.
    code, message : str
    part : int
        Which part of the file: the first has the number 0.
    part_name : str
        Name of the sheet or archive member, empty in a file that has none.
    """

    row: int
    number: int
    raw: str
    code: str
    message: str
    part: int = 0
    part_name: str = ""

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.part, self.row, self.number

    @property
    def cursor(self) -> str:
        """What `ImportStore.refused_rows` goes on after."""
        return table_keys.refused_row_sort(*self.place)


def counted(before: Mapping[str, int], rows: Iterable[RefusedRow]) -> dict[str, int]:
    """How many rows are refused by code: those before, and these."""
    return dict(Counter(before) + Counter(row.code for row in rows))

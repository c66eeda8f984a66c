"""Group the rows of an export file into chunks to store.

A row is imported whole or rejected whole. Impressions without the clicks and the cost of the same
row would be misleading, and a replay after fixing the cause would have to separate the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from chalicelib.model.admission import EventRejection, Storable, Terms, admit, event_of
from chalicelib.storage.import_records import RejectedRow

if TYPE_CHECKING:
    from chalicelib.importers.outcomes import Imported, RawEvent, RowOutcome

CHUNK_EVENTS = 1000
ROWS_PER_EVENT = 5
"""A chunk has at most this many times `events` rows, even if the rows have few events."""


@dataclass(slots=True)
class Chunk:
    """The outcome of some consecutive rows."""

    rows: int = 0
    imported: int = 0
    not_data: int = 0
    """Numbers of rows: all, imported, and without data."""
    events: int = 0
    """Number of events that the chunk adds to the import."""
    writes: list[Storable] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)
    """In the order of the file."""
    after: str | None = None
    """In a replay: cursor of the last rejected row that was processed."""

    def days(self, first: str | None, last: str | None) -> tuple[str | None, str | None]:
        """First and last day of the events, widened to include the two given days."""
        if not self.writes:
            return first, last
        times = {event_of(write).occurred_at for write in self.writes}
        own_first, own_last = min(times).date().isoformat(), max(times).date().isoformat()
        return min(first or own_first, own_first), max(last or own_last, own_last)


@dataclass(frozen=True, slots=True)
class Restatement:
    """The changed events of a row that was imported before."""

    events: tuple[RawEvent, ...]
    """The events to store again."""
    more: int
    """Number of events that the row gains."""


class ChunkBuilder:
    """Admit the events of rows and collect the rows in chunks.

    Parameters
    ----------
    parts : sequence of str
        Names of the parts of the file.
    events : int
        Approximate number of events in a chunk.
    rows : int
        Maximum number of rows in a chunk.
    reject : callable
        Called with each readable row that admission rejects.
    """

    def __init__(
        self,
        terms: Terms,
        parts: Sequence[str],
        *,
        events: int,
        rows: int,
        reject: Callable[[Imported], None],
    ) -> None:
        from chalicelib.importers.outcomes import Imported, Rejected

        self._imported_kind, self._rejected_kind = Imported, Rejected
        self._terms = terms
        self._parts = parts
        self._most_events = events
        self._most_rows = rows
        self._reject = reject
        self._begin()

    def _begin(self) -> None:
        self._chunk = Chunk()
        self._restated: list[Restatement] = []
        self._restated_events = 0

    def is_full(self) -> bool:
        """Whether to store the chunk before reading more."""
        chunk, most = self._chunk, self._most_events
        return (
            len(chunk.writes) + self._restated_events >= most
            or chunk.rows >= self._most_rows
            or len(chunk.rejected) >= most
        )

    def is_empty(self) -> bool:
        """Whether there is nothing to store."""
        return not (self._chunk.rows or self._chunk.rejected)

    def add(self, number: int, outcome: RowOutcome) -> None:
        """Add a row; `number` is its index among the records of the same file row."""
        chunk = self._chunk
        chunk.rows += 1
        if isinstance(outcome, self._imported_kind):
            self._admit(number, outcome)
        elif isinstance(outcome, self._rejected_kind):
            row = self._row(outcome, number, outcome.raw, outcome.code, outcome.message)
            chunk.rejected.append(row)
        else:
            chunk.not_data += 1

    def pass_over(self) -> None:
        """Count a row without storing anything."""
        self._chunk.rows += 1

    def restate(self, restatement: Restatement) -> None:
        """Add a row that was imported before and whose changed events are stored again."""
        self._chunk.rows += 1
        self._restated.append(restatement)
        self._restated_events += len(restatement.events)

    def carry(self, row: RejectedRow) -> None:
        """Keep a rejected row unchanged, without reading it again."""
        self._chunk.rejected.append(row)

    def settled(self, row: RejectedRow) -> None:
        """Record that a previously rejected row was processed."""
        self._chunk.after = row.cursor

    def close(self) -> Chunk:
        """Return the finished chunk and start the next one."""
        chunk, restated = self._chunk, self._restated
        chunk.events = len(chunk.writes)
        for restatement in restated:
            writes, rejection = self._admitted(restatement.events)
            if rejection is None:
                chunk.writes += writes
                chunk.events += restatement.more
        chunk.rejected.sort(key=lambda row: row.place)
        self._begin()
        return chunk

    def _admit(self, number: int, outcome: Imported) -> None:
        """Import the row if all its events are admitted; otherwise reject it."""
        chunk = self._chunk
        writes, rejection = self._admitted(outcome.events)
        if rejection is None:
            chunk.writes += writes
            chunk.imported += 1
        else:
            self._reject(outcome)
            shown = _shown(outcome.events)
            chunk.rejected.append(
                self._row(outcome, number, shown, rejection.code, rejection.message)
            )

    def _admitted(self, events: Sequence[RawEvent]) -> tuple[list[Storable], EventRejection | None]:
        """Return the events to store, or the first rejection."""
        writes: list[Storable] = []
        for raw in events:
            verdict = admit(raw, self._terms)
            if isinstance(verdict, EventRejection):
                return [], verdict
            writes.append(verdict)
        return writes, None

    def _row(
        self, outcome: RowOutcome, number: int, raw: str, code: str, message: str
    ) -> RejectedRow:
        part = outcome.part
        name = self._parts[part] if part < len(self._parts) else ""
        return RejectedRow(outcome.row, number, raw, code, message, part, name)


def chunks(
    outcomes: Iterable[RowOutcome],
    terms: Terms,
    *,
    events: int,
    position: int = 0,
    parts: Sequence[str] = (),
    reject: Callable[[Imported], None],
    rejected: Iterable[RejectedRow] = (),
) -> Iterator[Chunk]:
    """Yield rows in chunks; a checkpoint follows each chunk.

    Parameters
    ----------
    outcomes : iterable of RowOutcome
        Starts at the first row of the file.
    position : int
        Number of rows already processed.
    """
    builder = ChunkBuilder(terms, parts, events=events, rows=ROWS_PER_EVENT * events, reject=reject)
    for number, outcome in numbered(outcomes, position, rejected, reject):
        builder.add(number, outcome)
        if builder.is_full():
            yield builder.close()
    if not builder.is_empty():
        yield builder.close()


def numbered(
    outcomes: Iterable[RowOutcome],
    position: int,
    rejected: Iterable[RejectedRow] = (),
    reject: Callable[[Imported], None] = lambda outcome: None,
) -> Iterator[tuple[int, RowOutcome]]:
    """Yield the outcomes after a position, each with its index among the records of its row.

    Most rows are one record. Tables side by side have several records in one row.

    Parameters
    ----------
    rejected : iterable of RejectedRow
        The rows rejected so far, in file order.
    reject : callable
        Called with each of these rows before the position that was readable, that is, rejected by
        admission.
    """
    from chalicelib.importers.outcomes import Imported

    part, row, number = -1, -1, 0
    rest, known = iter(outcomes), iter(rejected)
    following = next(known, None) if position else None
    for outcome in islice(rest, position):
        is_same = outcome.row == row and outcome.part == part
        part, row, number = outcome.part, outcome.row, number + 1 if is_same else 0
        while following is not None and following.place < (part, row, number):
            following = next(known, None)
        is_rejected = following is not None and following.place == (part, row, number)
        if is_rejected and isinstance(outcome, Imported):
            reject(outcome)
    for outcome in rest:
        if outcome.row == row and outcome.part == part:
            number += 1
        else:
            part, row, number = outcome.part, outcome.row, 0
        yield number, outcome


def _shown(events: Sequence[dict[str, Any]]) -> str:
    """Return the events of a rejected row as text, without user ids."""
    from chalicelib.importers.event_lines import event_line

    shown = [{name: value for name, value in raw.items() if name != "user_id"} for raw in events]
    return "".join(map(event_line, shown))

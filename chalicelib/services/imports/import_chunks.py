"""Rows of an export file, chunk by chunk, as what is to be stored of them.

A row is imported whole or rejected whole. Impressions without the clicks and the cost of the same
row would be half a truth, and a replay after fixing the cause would have to separate the halves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from chalicelib.model.admission import Refusal, Storable, Terms, admit, event_of
from chalicelib.storage.import_records import RefusedRow

if TYPE_CHECKING:
    from chalicelib.importers.outcomes import Imported, RawEvent, RowOutcome

CHUNK_EVENTS = 1000
ROWS_PER_EVENT = 5
"""A chunk also ends after this many times as many rows, if they have few events."""


@dataclass(slots=True)
class Chunk:
    """The outcome of some consecutive rows.

    Attributes
    ----------
    rows, imported, not_data : int
        How many rows there are, how many of them are imported, and how many have no data.
    events : int
        How many events the import has more than before.
    writes : list of Storable
    refused : list of RefusedRow
        In the order of the file.
    after : str, optional
        Of a replay: cursor of the last rejected row that is done, if there is one.
    """

    rows: int = 0
    imported: int = 0
    not_data: int = 0
    events: int = 0
    writes: list[Storable] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    after: str | None = None

    def days(self, first: str | None, last: str | None) -> tuple[str | None, str | None]:
        """First and last day of the events, widened to include the two given days."""
        if not self.writes:
            return first, last
        times = {event_of(write).occurred_at for write in self.writes}
        own_first, own_last = min(times).date().isoformat(), max(times).date().isoformat()
        return min(first or own_first, own_first), max(last or own_last, own_last)


@dataclass(frozen=True, slots=True)
class Restatement:
    """The present events of a row that was imported before.

    Attributes
    ----------
    events : tuple of dict
        Those to store again.
    more : int
        How many events the row has more than before.
    """

    events: tuple[RawEvent, ...]
    more: int


class ChunkBuilder:
    """Builds a chunk of rows that is worth storing, and admits their events.

    Parameters
    ----------
    terms : Terms
    parts : sequence of str
        Names of the parts of the file.
    events : int
        About how many events a chunk has.
    rows : int
        How many rows it has at most.
    reject : callable
        Called with each row that was understood and that admission rejects.
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
        from chalicelib.importers.outcomes import Imported, Refused

        self._imported_kind, self._refused_kind = Imported, Refused
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
        """Whether to store what was gathered before reading more."""
        chunk, most = self._chunk, self._most_events
        return (
            len(chunk.writes) + self._restated_events >= most
            or chunk.rows >= self._most_rows
            or len(chunk.refused) >= most
        )

    def is_empty(self) -> bool:
        """Whether there is nothing to store."""
        return not (self._chunk.rows or self._chunk.refused)

    def add(self, number: int, outcome: RowOutcome) -> None:
        """Add a row; `number` counts the records before it in the same row of the file."""
        chunk = self._chunk
        chunk.rows += 1
        if isinstance(outcome, self._imported_kind):
            self._admit(number, outcome)
        elif isinstance(outcome, self._refused_kind):
            row = self._row(outcome, number, outcome.raw, outcome.code, outcome.message)
            chunk.refused.append(row)
        else:
            chunk.not_data += 1

    def pass_over(self) -> None:
        """Count a row of which nothing is stored."""
        self._chunk.rows += 1

    def restate(self, restatement: Restatement) -> None:
        """Add a row that was imported already and of which some events are stored again."""
        self._chunk.rows += 1
        self._restated.append(restatement)
        self._restated_events += len(restatement.events)

    def carry(self, row: RefusedRow) -> None:
        """Keep a row rejected as it was, without reading it again."""
        self._chunk.refused.append(row)

    def settled(self, row: RefusedRow) -> None:
        """Note that a row that was rejected before is done."""
        self._chunk.after = row.cursor

    def close(self) -> Chunk:
        """Return the chunk that was built, and begin the next one."""
        chunk, restated = self._chunk, self._restated
        chunk.events = len(chunk.writes)
        for restatement in restated:
            writes, refusal = self._admitted(restatement.events)
            if refusal is None:
                chunk.writes += writes
                chunk.events += restatement.more
        chunk.refused.sort(key=lambda row: row.place)
        self._begin()
        return chunk

    def _admit(self, number: int, outcome: Imported) -> None:
        """Take the row if every event of it is admitted, else reject it."""
        chunk = self._chunk
        writes, refusal = self._admitted(outcome.events)
        if refusal is None:
            chunk.writes += writes
            chunk.imported += 1
        else:
            self._reject(outcome)
            shown = _shown(outcome.events)
            chunk.refused.append(self._row(outcome, number, shown, refusal.code, refusal.message))

    def _admitted(self, events: Sequence[RawEvent]) -> tuple[list[Storable], Refusal | None]:
        """What to store of a row's events, or the first rejection."""
        writes: list[Storable] = []
        for raw in events:
            verdict = admit(raw, self._terms)
            if isinstance(verdict, Refusal):
                return [], verdict
            writes.append(verdict)
        return writes, None

    def _row(
        self, outcome: RowOutcome, number: int, raw: str, code: str, message: str
    ) -> RefusedRow:
        part = outcome.part
        name = self._parts[part] if part < len(self._parts) else ""
        return RefusedRow(outcome.row, number, raw, code, message, part, name)


def chunks(
    outcomes: Iterable[RowOutcome],
    terms: Terms,
    *,
    events: int,
    position: int = 0,
    parts: Sequence[str] = (),
    reject: Callable[[Imported], None],
    rejected: Iterable[RefusedRow] = (),
) -> Iterator[Chunk]:
    """Rows in chunks that one checkpoint covers.

    Parameters
    ----------
    outcomes : iterable of RowOutcome
        From the first row of the file.
    events : int
        About how many events a chunk has.
    position : int
        How many rows are done already.
    reject : callable
        As of `ChunkBuilder`.
    rejected : iterable of RefusedRow
        As of `numbered`.
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
    rejected: Iterable[RefusedRow] = (),
    reject: Callable[[Imported], None] = lambda outcome: None,
) -> Iterator[tuple[int, RowOutcome]]:
    """The outcomes after a position, each with the number of records before it in its row.

    Most rows are one record; tables side by side share their rows.

    Parameters
    ----------
    rejected : iterable of RefusedRow
        The rows that are known to be rejected, in the order of the file.
    reject : callable
        Called with each of them before the position that was understood: admission rejected it.
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
    """The events of a rejected row as text, without the person."""
    from chalicelib.importers.event_lines import event_line

    shown = [{name: value for name, value in raw.items() if name != "user_id"} for raw in events]
    return "".join(map(event_line, shown))

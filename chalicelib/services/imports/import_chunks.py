"""Rows of an export file, chunk by chunk, as what is to be stored of them.

A row is taken whole or refused whole: impressions without the clicks and the cost that stood beside
them would be half a truth, and a replay after the cause was mended would have to tell them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from chalicelib.services.admission import Refusal, Terms, admit_all
from chalicelib.storage.event_store import Erased, Storable, Withdrawn
from chalicelib.storage.import_records import RefusedRow

if TYPE_CHECKING:
    from chalicelib.importers.outcomes import Imported, RawEvent, RowOutcome

CHUNK_EVENTS = 1000
ADMITTED_AT_ONCE = 30
"""Events that are checked together: enough to cost less each, few enough to stay in the cache."""

ROWS_PER_EVENT = 5
"""A chunk also ends after so many times as many rows, if they hold few events."""


@dataclass(slots=True)
class Chunk:
    """What became of some rows that follow each other.

    Attributes
    ----------
    rows, imported, not_data : int
        How many there are, how many of them are imported and how many hold no data.
    events : int
        How many events more there are now.
    writes : list of Storable
    refused : list of RefusedRow
        In the order of the file.
    after : str, optional
        Of a replay: cursor of the last refused row that is dealt with, if there was one.
    """

    rows: int = 0
    imported: int = 0
    not_data: int = 0
    events: int = 0
    writes: list[Storable] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    after: str | None = None

    def days(self, first: str | None, last: str | None) -> tuple[str | None, str | None]:
        """First and last day of the events and of two days that there were before."""
        if not self.writes:
            return first, last
        times = {
            (write.event if isinstance(write, Withdrawn | Erased) else write).occurred_at
            for write in self.writes
        }
        own_first, own_last = min(times).date().isoformat(), max(times).date().isoformat()
        return min(first or own_first, own_first), max(last or own_last, own_last)


@dataclass(frozen=True, slots=True)
class Restatement:
    """Events of a row that was imported before, as they are now.

    Attributes
    ----------
    events : tuple of dict
        Those that are to be stored again.
    more : int
        How many more the row has now than before.
    """

    events: tuple[RawEvent, ...]
    more: int


class ChunkBuilder:
    """Builds a chunk of rows that is worth storing; its events are admitted all at once.

    Parameters
    ----------
    terms : Terms
    parts : sequence of str
        Names of the parts of the file.
    events : int
        About how many events a chunk holds.
    rows : int
        How many rows it holds at most.
    reject : callable
        Is told of each row that was understood and is rejected by admission.
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
        self._at_once = min(ADMITTED_AT_ONCE, events)
        self._begin()

    def _begin(self) -> None:
        self._chunk = Chunk()
        self._waiting: list[tuple[int, Imported]] = []
        self._raw_events: list[RawEvent] = []
        self._restated: list[Restatement] = []
        self._restated_events = 0

    def is_full(self) -> bool:
        """Whether what was gathered should be stored before more is read."""
        chunk, most = self._chunk, self._most_events
        return (
            len(chunk.writes) + self._restated_events >= most
            or chunk.rows >= self._most_rows
            or len(chunk.refused) >= most
        )

    def is_empty(self) -> bool:
        """Whether there is nothing to store or to note."""
        return not (self._chunk.rows or self._chunk.refused)

    def add(self, number: int, outcome: RowOutcome) -> bool:
        """A row; `number` says which of the records of its row it is.

        Returns
        -------
        bool
            Whether it is worth asking `is_full`.
        """
        chunk = self._chunk
        chunk.rows += 1
        kind = type(outcome)
        if kind is self._imported_kind:
            raw_events, waiting = self._raw_events, self._waiting
            raw_events += outcome.events  # type: ignore[union-attr]
            waiting.append((number, outcome))  # type: ignore[arg-type]
            if len(raw_events) < self._at_once and len(waiting) < self._most_events:
                return False
            self._admit()
        elif kind is self._refused_kind:
            chunk.refused.append(self._refused(number, outcome))
        else:
            chunk.not_data += 1
        return True

    def pass_over(self) -> None:
        """A row of which nothing is to be stored."""
        self._chunk.rows += 1

    def restate(self, restatement: Restatement) -> None:
        """A row that was imported already, of which some events are to be stored again."""
        self._chunk.rows += 1
        self._restated.append(restatement)
        self._restated_events += len(restatement.events)

    def carry(self, row: RefusedRow) -> None:
        """A row that stays refused as it was, without having been read again."""
        self._chunk.refused.append(row)

    def settled(self, row: RefusedRow) -> None:
        """A row that was refused before is dealt with."""
        self._chunk.after = row.cursor

    def close(self) -> Chunk:
        """The chunk that was built; the next one begins."""
        self._admit()
        chunk, restated = self._chunk, self._restated
        chunk.events = len(chunk.writes)
        for restatement in restated:
            again = admit_all(restatement.events, self._terms)
            writes = [one for one in again if not isinstance(one, Refusal)]
            if len(writes) == len(again):
                chunk.writes += writes
                chunk.events += restatement.more
        chunk.refused.sort(key=lambda row: row.place)
        self._begin()
        return chunk

    def _admit(self) -> None:
        """Admits the events of the rows that wait for it."""
        chunk, verdicts = self._chunk, admit_all(self._raw_events, self._terms)
        if Refusal in map(type, verdicts):
            self._sort_out(verdicts)
        else:
            chunk.writes += verdicts  # type: ignore[arg-type]
            chunk.imported += len(self._waiting)
        self._waiting = []
        self._raw_events = []

    def _sort_out(self, verdicts: Sequence[Storable | Refusal]) -> None:
        """Takes the rows of which every event is admitted, and refuses the others."""
        chunk, left = self._chunk, iter(verdicts)
        for number, outcome in self._waiting:
            own = list(islice(left, len(outcome.events)))
            refusal = next((one for one in own if isinstance(one, Refusal)), None)
            if refusal is None:
                chunk.writes += [one for one in own if not isinstance(one, Refusal)]
                chunk.imported += 1
            else:
                self._reject(outcome)
                shown = _shown(outcome.events)
                chunk.refused.append(
                    self._row(outcome, number, shown, refusal.code, refusal.message)
                )

    def _refused(self, number: int, outcome: Any) -> RefusedRow:
        return self._row(outcome, number, outcome.raw, outcome.code, outcome.message)

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
    """Rows in chunks that one checkpoint covers; every event goes through the same admission.

    Parameters
    ----------
    outcomes : iterable of RowOutcome
        From the first row of the file.
    events : int
        About how many events a chunk holds.
    position : int
        How many rows are dealt with already.
    reject : callable
        As of `ChunkBuilder`.
    rejected : iterable of RefusedRow
        As of `numbered`.
    """
    builder = ChunkBuilder(terms, parts, events=events, rows=ROWS_PER_EVENT * events, reject=reject)
    for number, outcome in numbered(outcomes, position, rejected, reject):
        if builder.add(number, outcome) and builder.is_full():
            yield builder.close()
    if not builder.is_empty():
        yield builder.close()


def numbered(
    outcomes: Iterable[RowOutcome],
    position: int,
    rejected: Iterable[RefusedRow] = (),
    reject: Callable[[Imported], None] = lambda outcome: None,
) -> Iterator[tuple[int, RowOutcome]]:
    """The outcomes behind a position, each with the number of records before it in its row.

    Most rows hold one record; tables that stand side by side share theirs.

    Parameters
    ----------
    rejected : iterable of RefusedRow
        The rows that are known to be rejected, in the order of the file.
    reject : callable
        Is told of those of them that are before the position and were understood: admission has
        rejected them when they were dealt with.
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
    """The events of a refused row as text, without the person."""
    from chalicelib.importers.event_lines import event_line

    shown = [{name: value for name, value in raw.items() if name != "user_id"} for raw in events]
    return "".join(map(event_line, shown))

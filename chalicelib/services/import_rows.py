"""Rows of an export file, chunk by chunk, as what is to be stored of them.

A row is taken whole or refused whole: impressions without the clicks and the cost that stood beside
them would be half a truth, and a replay after the cause was mended would have to tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chalicelib.services.admission import Refusal, Terms, admit
from chalicelib.storage.events import EventWrite
from chalicelib.storage.imports import RefusedRow

if TYPE_CHECKING:
    from chalicelib.exports.outcomes import RowOutcome

CHUNK_EVENTS = 1000
ROWS_PER_EVENT = 5
"""A chunk also ends after so many times as many rows, if they hold few events."""


@dataclass(slots=True)
class Chunk:
    """What became of some rows that follow each other.

    Attributes
    ----------
    rows, not_data, rejected : int
        How many there are, how many hold no data, how many were refused.
    writes : list of EventWrite
    refused : list of RefusedRow
    """

    rows: int = 0
    not_data: int = 0
    rejected: int = 0
    writes: list[EventWrite] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)

    def is_full(self, events: int) -> bool:
        """Whether it should be stored before more is read."""
        return len(self.writes) >= events or self.rows >= ROWS_PER_EVENT * events


def chunks(outcomes: Iterator[RowOutcome], terms: Terms, events: int) -> Iterator[Chunk]:
    """Rows in chunks that one checkpoint covers; every event goes through the same admission."""
    chunk = Chunk()
    for outcome in outcomes:
        _add(chunk, outcome, terms)
        if chunk.is_full(events):
            yield chunk
            chunk = Chunk()
    if chunk.rows:
        yield chunk


def _add(chunk: Chunk, outcome: RowOutcome, terms: Terms) -> None:
    from chalicelib.exports.outcomes import Imported, Refused

    chunk.rows += 1
    if isinstance(outcome, Refused):
        chunk.rejected += 1
        chunk.refused.append(RefusedRow(outcome.row, 0, outcome.raw, outcome.code, outcome.message))
        return
    if not isinstance(outcome, Imported):
        chunk.not_data += 1
        return
    verdicts = [admit(raw, terms) for raw in outcome.events]
    refusal = next((verdict for verdict in verdicts if isinstance(verdict, Refusal)), None)
    if refusal is None:
        chunk.writes += [verdict for verdict in verdicts if not isinstance(verdict, Refusal)]
        return
    chunk.rejected += 1
    shown = _shown(outcome.events)
    chunk.refused.append(RefusedRow(outcome.row, 0, shown, refusal.code, refusal.message))


def _shown(events: Sequence[dict[str, Any]]) -> str:
    """The events of a refused row as text, without the person."""
    from chalicelib.exports.event_lines import event_line

    shown = [{name: value for name, value in raw.items() if name != "user_id"} for raw in events]
    return "".join(map(event_line, shown))

"""Rows of a file and rows that were refused before, merged in the order of the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from chalicelib.model.errors import ExportRefused
from chalicelib.services.imports.import_chunks import Chunk, ChunkBuilder
from chalicelib.services.imports.restating import EarlierReading
from chalicelib.storage.import_records import RefusedRow
from chalicelib.storage.objects import ObjectGoneError

if TYPE_CHECKING:
    from chalicelib.importers.outcomes import RowOutcome

GONE = ExportRefused("object_gone", "the file was removed or replaced")

Step = tuple[RefusedRow | None, int, "RowOutcome | None"]


class Merged:
    """Steps through two lists that are both in the order of the file, however long they are.

    A step is a refused row alone (the file has it no more, or could not be read so far), a row of
    the file alone (it was imported), or both.

    Parameters
    ----------
    outcomes : iterable
        What `rows.numbered` gives.
    refused : iterator of RefusedRow

    Attributes
    ----------
    trouble : ExportRefused, optional
        Why the file was not read to its end; then the refused rows behind come alone.
    """

    def __init__(
        self, outcomes: Iterable[tuple[int, RowOutcome]], refused: Iterator[RefusedRow]
    ) -> None:
        self._outcomes = outcomes
        self._refused = refused
        self.trouble: ExportRefused | None = None

    def __iter__(self) -> Iterator[Step]:
        waiting = next(self._refused, None)
        for number, outcome in self._readable():
            place = (outcome.part, outcome.row, number)
            while waiting is not None and waiting.place < place:
                yield waiting, 0, None
                waiting = next(self._refused, None)
            if waiting is not None and waiting.place == place:
                yield waiting, number, outcome
                waiting = next(self._refused, None)
            else:
                yield None, number, outcome
        while waiting is not None:
            yield waiting, 0, None
            waiting = next(self._refused, None)

    def _readable(self) -> Iterator[tuple[int, RowOutcome]]:
        try:
            yield from self._outcomes
        except ExportRefused as why:
            self.trouble = why
        except ObjectGoneError:
            self.trouble = GONE


def replayed_chunks(
    merged: Iterable[Step], builder: ChunkBuilder, earlier: EarlierReading | None = None
) -> Iterator[Chunk]:
    """What is to be stored of a replay, in chunks that one checkpoint covers.

    Parameters
    ----------
    earlier : EarlierReading, optional
        To hold the rows against that were imported before.
    """
    for refused, number, outcome in merged:
        if refused is None:
            _pass_over(builder, number, outcome, earlier)
        else:
            if outcome is None:
                builder.carry(refused)
            else:
                builder.add(number, outcome)
            builder.settled(refused)
        if builder.is_full():
            yield builder.close()
    if not builder.is_empty():
        yield builder.close()


def _pass_over(
    builder: ChunkBuilder, number: int, outcome: RowOutcome | None, earlier: EarlierReading | None
) -> None:
    restatement = None
    if earlier is not None and outcome is not None:
        restatement = earlier.restated((outcome.part, outcome.row, number), outcome)
    if restatement is None:
        builder.pass_over()
    else:
        builder.restate(restatement)

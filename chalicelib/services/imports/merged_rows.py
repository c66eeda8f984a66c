"""Merge the rows of a file with the rows rejected before, in file order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from chalicelib.model.errors import ExportRejected
from chalicelib.services.imports.import_chunks import Chunk, ChunkBuilder
from chalicelib.services.imports.restating import EarlierReading
from chalicelib.storage.import_records import RejectedRow
from chalicelib.storage.objects import ObjectGoneError

if TYPE_CHECKING:
    from chalicelib.importers.outcomes import RowOutcome

GONE = ExportRejected("object_gone", "the file was removed or replaced")

Step = tuple[RejectedRow | None, int, "RowOutcome | None"]


class Merged:
    """Iterate over the file's rows and the rejected rows together, in constant memory.

    A step is a rejected row alone (the file no longer has it, or could not be read that far), a
    row of the file alone (it was imported), or both.

    `outcomes`: from `import_chunks.numbered`.

    Attributes
    ----------
    error : ExportRejected, optional
        Why the file could not be read to its end. The remaining rejected rows then come alone.
    """

    def __init__(
        self, outcomes: Iterable[tuple[int, RowOutcome]], rejected: Iterator[RejectedRow]
    ) -> None:
        self._outcomes = outcomes
        self._rejected = rejected
        self.error: ExportRejected | None = None

    def __iter__(self) -> Iterator[Step]:
        rejected = next(self._rejected, None)
        for number, outcome in self._readable():
            place = (outcome.part, outcome.row, number)
            while rejected is not None and rejected.place < place:
                yield rejected, 0, None
                rejected = next(self._rejected, None)
            if rejected is not None and rejected.place == place:
                yield rejected, number, outcome
                rejected = next(self._rejected, None)
            else:
                yield None, number, outcome
        while rejected is not None:
            yield rejected, 0, None
            rejected = next(self._rejected, None)

    def _readable(self) -> Iterator[tuple[int, RowOutcome]]:
        try:
            yield from self._outcomes
        except ExportRejected as why:
            self.error = why
        except ObjectGoneError:
            self.error = GONE


def replayed_chunks(
    merged: Iterable[Step], builder: ChunkBuilder, earlier: EarlierReading | None = None
) -> Iterator[Chunk]:
    """Yield the chunks of a replay; a checkpoint follows each chunk.

    `earlier`: for comparison with the rows that were imported before.
    """
    for rejected, number, outcome in merged:
        if rejected is None:
            _pass_over(builder, number, outcome, earlier)
        else:
            if outcome is None:
                builder.carry(rejected)
            else:
                builder.add(number, outcome)
            builder.settled(rejected)
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

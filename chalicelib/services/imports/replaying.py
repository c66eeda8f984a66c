"""Replay an import: read its rejected rows again, with other options.

An import whose whole file was rejected runs again from the start (`import_runs`). For any other
import, the file is read again and only the rows that were rejected are imported. Both lists are in
file order, so they are merged in constant memory. Rows that are rejected again form a new
generation of rejected rows. The import shows the old generation until the replay is done, then the
new one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chalicelib.model.days import stamp
from chalicelib.model.errors import ExportRejected, LikeworthError, StoreUnavailable
from chalicelib.services.imports.extent import extended
from chalicelib.services.imports.import_chunks import Chunk, ChunkBuilder, numbered
from chalicelib.services.imports.merged_rows import GONE, Merged, replayed_chunks
from chalicelib.services.imports.reading import Reading
from chalicelib.services.imports.restating import EarlierReading, may_renumber, reads_alike
from chalicelib.services.tenant_terms import terms_of
from chalicelib.storage.import_records import Import, Replay, counted
from chalicelib.storage.objects import ObjectGoneError
from chalicelib.storage.tenant_store import TenantStore

if TYPE_CHECKING:
    from chalicelib.importers.outcomes import Imported

ROWS_PER_EVENT = 50
"""Most rows of a replay are skipped, so a checkpoint covers many more rows than in an import."""

OpenReading = Callable[[ExitStack, Import | Replay], Reading]
"""Opens the file with the given options, and closes it with the stack."""


@dataclass(frozen=True, slots=True)
class ReplayRun:
    """One run of a replay."""

    store: TenantStore
    now: dt.datetime
    has_time: Callable[[], bool]
    """Returns whether there is time for another chunk."""
    chunk_events: int
    """Approximate number of events between two checkpoints."""

    def run(self, current: Import, open_reading: OpenReading) -> Import:
        """Replay an import, or continue from its checkpoint.

        Returns
        -------
        Import
            ``done``, with `error` set if the file could not be read to its end; or ``running``.

        Raises
        ------
        StoreUnavailable
        """
        replay = replay_of(current)
        with ExitStack() as opened:
            try:
                reading = open_reading(opened, replay)
                earlier = None
                if not reads_alike(current, replay):
                    earlier = EarlierReading(
                        numbered(open_reading(opened, current), replay.position),
                        may_renumber=may_renumber(current, replay),
                    )
            except ExportRejected as why:
                return self.abandon(current, why)
            except ObjectGoneError:
                return self.abandon(current, GONE)
            return self._go_through(current, reading, earlier)

    def abandon(self, current: Import, why: LikeworthError) -> Import:
        """End a replay whose file cannot be read. Rows imported so far stay imported."""
        replay = replay_of(current)
        if replay.position == 0 and replay.after is None:
            error = {"code": why.code, "detail": why.detail}
            return self.store.imports.save(
                replace(current, state=replay.before, error=error, replay=None)
            )
        return self._go_through(current, why=why)

    def _go_through(
        self,
        current: Import,
        reading: Reading | None = None,
        earlier: EarlierReading | None = None,
        *,
        why: LikeworthError | None = None,
    ) -> Import:
        replay = replay_of(current)
        reject = reading.reject if reading is not None else _reject_nothing
        again = self.store.imports.rejected_rows(current.import_id, replay.generation)
        outcomes = numbered(reading, replay.position, again, reject) if reading is not None else ()
        rejected = self.store.imports.rejected_rows(
            current.import_id, current.generation, after=replay.after
        )
        merged = Merged(outcomes, rejected)
        builder = ChunkBuilder(
            terms_of(self.store, self.now),
            reading.parts if reading is not None else (),
            events=self.chunk_events,
            rows=ROWS_PER_EVENT * self.chunk_events,
            reject=reject,
        )
        for chunk in replayed_chunks(merged, builder, earlier):
            current = self._keep(current, chunk)
            if not self.has_time():
                return current
        return self._end(current, reading, why or merged.error)

    def _keep(self, current: Import, chunk: Chunk) -> Import:
        """Store the events, then the rows rejected again, then the checkpoint that covers both."""
        current = extended(self.store, current, chunk)
        replay = replay_of(current)
        missed = self.store.events.write(chunk.writes, origin=current.import_id)
        if missed:
            raise StoreUnavailable(
                f"{len(missed)} events of the replay of the import {current.import_id} are not "
                "stored; the replay continues there"
            )
        self.store.imports.add_rejected_rows(
            current.import_id, replay.generation, chunk.rejected, now=self.now
        )
        first, last = chunk.days(replay.first_day, replay.last_day)
        ahead = replace(
            replay,
            position=replay.position + chunk.rows,
            after=chunk.after or replay.after,
            imported=replay.imported + chunk.imported,
            not_data=replay.not_data + chunk.not_data,
            rejected_by_code=counted(replay.rejected_by_code, chunk.rejected),
            events=replay.events + chunk.events,
            first_day=first,
            last_day=last,
        )
        return self.store.imports.save(replace(current, replay=ahead))

    def _end(self, current: Import, reading: Reading | None, why: LikeworthError | None) -> Import:
        """End the replay: switch to the new generation and its counts in one write."""
        replay = replay_of(current)
        ended = replace(
            current,
            state="done",
            generation=replay.generation,
            events=current.events + replay.events,
            rejected=current.rejected - replay.imported - replay.not_data,
            not_data=current.not_data + replay.not_data,
            rejected_by_code=replay.rejected_by_code,
            first_day=min(filter(None, (current.first_day, replay.first_day)), default=None),
            last_day=max(filter(None, (current.last_day, replay.last_day)), default=None),
            error=None if why is None else {"code": why.code, "detail": why.detail},
            finished_at=stamp(self.now),
            replay=None,
        )
        if why is None and reading is not None:
            summary = reading.summary()
            ended = replace(
                ended,
                report=reading.report,
                events=summary["events"],
                summary=summary,
                platform=replay.platform,
                spread=replay.spread,
                currency=replay.currency,
                account=replay.account,
                mapping=replay.mapping,
                mapping_name=replay.mapping_name,
            )
        saved = self.store.imports.save(ended)
        self.store.imports.remove_rejected_rows(
            current.import_id, current.generation, go_on=self.has_time
        )
        return saved


def _reject_nothing(outcome: Imported) -> None:
    """Do nothing: without the file there are no rows to reject."""


def replay_of(current: Import) -> Replay:
    """Return the replay of an import that has one."""
    assert current.replay is not None
    return current.replay

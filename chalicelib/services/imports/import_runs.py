"""Running an import: an uploaded export file becomes events, through the same door as by HTTP.

The file is read in order; after every chunk a checkpoint says how many rows of which version of the
file are dealt with, written after the events and the refused rows that it covers. Killed anywhere
and run again, an import loses nothing and doubles nothing: events and refused rows land on the
same items, and the counts come from the checkpoint.
"""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

from chalicelib.model.admission import Refusal, admit
from chalicelib.model.days import stamp
from chalicelib.model.errors import ExportRefused, StoreUnavailable
from chalicelib.services.imports.extent import extended
from chalicelib.services.imports.import_chunks import CHUNK_EVENTS, Chunk, chunks
from chalicelib.services.imports.limits import take_bytes
from chalicelib.services.imports.merged_rows import GONE
from chalicelib.services.imports.reading import ReadExport, Reading, open_reading
from chalicelib.services.imports.removing import RemovalRun
from chalicelib.services.imports.replaying import ReplayRun
from chalicelib.services.imports.showing import show_import
from chalicelib.services.tenant_terms import terms_of
from chalicelib.storage.import_records import Import, Replay, counted
from chalicelib.storage.objects import (
    ObjectGoneError,
    ObjectReader,
    ObjectTooLargeError,
    ObjectVersion,
)
from chalicelib.storage.tenant_store import TenantStore

COLLECTED_EVERY = 50_000
STOP_BEFORE_SECONDS = 30.0
"""An import that has less time than this left stops at its checkpoint."""


def run_import(
    store: TenantStore,
    import_id: str,
    version: ObjectVersion,
    *,
    now: dt.datetime,
    deadline: Callable[[], float],
    read_export: ReadExport | None = None,
    chunk_events: int = CHUNK_EVENTS,
) -> Import:
    """Import a file, or go on where its checkpoint says; the same for a replay or a removal.

    Parameters
    ----------
    version : ObjectVersion
        The upload; another version than the checkpoint's starts again.
    deadline : callable
        Seconds that are left; with few left the import stops at its checkpoint.
    read_export : callable, optional
        In place of `exports.read_export`.
    chunk_events : int
        About how many events lie between two checkpoints.

    Returns
    -------
    Import
        ``done``, ``failed`` (with the reason), ``removed``; or ``running``, ``removing``: there is
        more to do, call again with the version that it names.

    Raises
    ------
    NotFound
        There is no such import.
    StoreUnavailable
        Not everything could be stored; nothing before the checkpoint is lost, try again later.
    """
    run = _ImportRun(store, now, deadline, read_export, chunk_events)
    ended = _run(run, store, import_id, version)
    if ended.state in ("done", "failed", "removed"):
        store.import_quotas.end(import_id)
    return ended


def _run(run: _ImportRun, store: TenantStore, import_id: str, version: ObjectVersion) -> Import:
    current = show_import(store, import_id)
    is_same = (current.object_key, current.etag) == (version.key, version.etag)
    if is_same and current.state in ("done", "failed"):
        return current
    if current.is_removed:
        return run.remove(current, version)
    try:
        stream = run.open(version)
    except ObjectGoneError:
        return run.without_object(current, version)
    except ObjectTooLargeError as error:
        return run.refuse(current, version, ExportRefused("file_too_large", str(error)))
    with stream:
        if not is_same and (why := run.over_quota(stream)) is not None:
            return run.refuse(current, version, why)
        if not is_same or current.state == "waiting":
            current = run.begin(current, version)
        with rare_collections():
            if current.replay is not None:
                return run.replay(current, stream, version)
            return run.read(current, stream)


@contextmanager
def rare_collections() -> Iterator[None]:
    """Lets the collector of cyclic garbage look at an import now and then only.

    An import makes some ten objects per row, none of which refers to itself, and keeps those of a
    chunk for a moment; looked at every 700 objects, they are a quarter of the work.
    """
    usual = gc.get_threshold()
    gc.set_threshold(COLLECTED_EVERY, usual[1], usual[2])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


class _ImportRun:
    """One run of the import function, and what it needs."""

    def __init__(
        self,
        store: TenantStore,
        now: dt.datetime,
        deadline: Callable[[], float],
        read_export: ReadExport | None,
        chunk_events: int,
    ) -> None:
        self._store = store
        self._now = now
        self._deadline = deadline
        self._read_export = read_export
        self._chunk_events = chunk_events

    def has_time(self) -> bool:
        """Whether there is time for another chunk."""
        return self._deadline() >= STOP_BEFORE_SECONDS

    def open(self, version: ObjectVersion) -> ObjectReader:
        """The upload; raises `ObjectGoneError` and `ObjectTooLargeError`."""
        return self._store.objects.open(version, max_bytes=self._store.settings.max_import_bytes)

    def begin(self, current: Import, version: ObjectVersion) -> Import:
        """The import at the first row of a version of its file, or of its replay."""
        replay = current.replay
        self._store.import_quotas.begin(current.import_id, now=self._now)
        is_same = (current.object_key, current.etag) == (version.key, version.etag)
        if is_same and replay is not None and replay.before == "done":
            return self._store.imports.save(replace(current, state="running"))
        begun = self._store.imports.save(_begun(current, version, replay if is_same else None))
        if current.rejected:
            self._store.imports.remove_refused_rows(
                current.import_id, current.generation, go_on=self.has_time
            )
        return begun

    def read(self, current: Import, stream: ObjectReader) -> Import:
        """Store the rows behind the checkpoint."""
        try:
            reading = open_reading(self._store, current, stream, self._read_export)
            current = replace(current, report=reading.report)
            for chunk in chunks(
                reading,
                terms_of(self._store, self._now),
                events=self._chunk_events,
                position=current.position,
                parts=reading.parts,
                reject=reading.reject,
                rejected=self._store.imports.refused_rows(current.import_id, current.generation),
            ):
                current = self._keep(current, chunk)
                if not self.has_time():
                    return current
        except ExportRefused as refusal:
            return self._fail(current, refusal)
        except ObjectGoneError:
            return self._fail(current, GONE)
        return self._finish(current, reading)

    def replay(self, current: Import, stream: ObjectReader, version: ObjectVersion) -> Import:
        """Take the rows that were refused before."""

        def open_it(opened: ExitStack, asked: Import | Replay) -> Reading:
            own = stream if asked is current.replay else self.open(version)
            opened.callback(own.close)
            return open_reading(self._store, asked, own, self._read_export)

        return self._replay_run().run(current, open_it)

    def without_object(self, current: Import, version: ObjectVersion) -> Import:
        """The file is gone, or is not the one that was announced any more."""
        is_same = (current.object_key, current.etag) == (version.key, version.etag)
        if version.etag in current.overtaken:
            # Its worker may have written old numbers over new ones before it noticed. Now that its
            # message came again its time is up, so reading the newer file once more mends that.
            newer = ObjectVersion(current.object_key, current.etag, current.version_id)
            left = tuple(etag for etag in current.overtaken if etag != version.etag)
            return self._store.imports.save(replace(_begun(current, newer, None), overtaken=left))
        if is_same and current.replay is not None:
            return self._replay_run().abandon(current, GONE)
        if is_same or (current.state == "waiting" and current.replay is None):
            return self._fail(current, GONE)
        return current

    def over_quota(self, stream: ObjectReader) -> ExportRefused | None:
        """Count the bytes of a file that has arrived; why it is not read, if they are too many."""
        return take_bytes(self._store, stream.size, now=self._now)

    def refuse(self, current: Import, version: ObjectVersion, why: ExportRefused) -> Import:
        """The file is not read at all, and removed: it counts for no quota."""
        if current.replay is not None and current.etag == version.etag:
            return self._replay_run().abandon(current, why)
        begun = self.begin(current, version)
        self._store.objects.remove(version.key)
        return self._fail(begun, why)

    def remove(self, current: Import, version: ObjectVersion) -> Import:
        """Remove what the import stored."""
        return RemovalRun(self._store, now=self._now, has_time=self.has_time).run(current, version)

    def _replay_run(self) -> ReplayRun:
        return ReplayRun(
            self._store, now=self._now, has_time=self.has_time, chunk_events=self._chunk_events
        )

    def _keep(self, current: Import, chunk: Chunk) -> Import:
        """Events, then refused rows, then the checkpoint that covers both."""
        current = extended(self._store, current, chunk)
        missed = self._store.events.write(chunk.writes, origin=current.import_id)
        if missed:
            raise StoreUnavailable(
                f"{len(missed)} events after row {current.position} of the import "
                f"{current.import_id} are not stored; it goes on from there"
            )
        self._store.imports.add_refused_rows(
            current.import_id, current.generation, chunk.refused, now=self._now
        )
        first, last = chunk.days(current.first_day, current.last_day)
        return self._store.imports.save(
            replace(
                current,
                position=current.position + chunk.rows,
                rows=current.rows + chunk.rows,
                events=current.events + chunk.events,
                rejected=current.rejected + len(chunk.refused),
                not_data=current.not_data + chunk.not_data,
                rejected_by_code=counted(current.rejected_by_code, chunk.refused),
                first_day=first,
                last_day=last,
            )
        )

    def _finish(self, current: Import, reading: Reading) -> Import:
        """Keep for which days the file is complete, and end the import."""
        terms = terms_of(self._store, self._now)
        verdicts = [admit(raw, terms) for raw in reading.coverage()]
        coverage = [one for one in verdicts if not isinstance(one, Refusal)]
        if self._store.events.write(coverage, origin=current.import_id):
            raise StoreUnavailable(
                f"the coverage of the import {current.import_id} is not stored; it goes on there"
            )
        summary = reading.summary()
        return self._store.imports.save(
            replace(
                current,
                state="done",
                events=summary["events"],
                coverage=len(coverage),
                finished_at=stamp(self._now),
                summary=summary,
            )
        )

    def _fail(self, current: Import, why: ExportRefused) -> Import:
        return self._store.imports.save(
            replace(
                current,
                state="failed",
                error={"code": why.code, "detail": why.detail},
                finished_at=stamp(self._now),
            )
        )


def _begun(current: Import, version: ObjectVersion, options: Replay | None) -> Import:
    """An import before the first row, with options of a replay in place of its own."""
    asked = options or current
    overtaken = current.overtaken
    if current.state == "running" and current.etag != version.etag:
        overtaken = (*overtaken, current.etag)
    return Import(
        import_id=current.import_id,
        filename=current.filename,
        created_at=current.created_at,
        state="running",
        platform=asked.platform,
        spread=asked.spread,
        currency=asked.currency,
        account=asked.account,
        mapping=asked.mapping,
        mapping_name=asked.mapping_name,
        object_key=version.key,
        etag=version.etag,
        version_id=version.version_id,
        generation=current.generations + 1,
        generations=current.generations + 1,
        earliest=current.earliest,
        latest=current.latest,
        overtaken=overtaken,
        revision=current.revision,
    )


def message_of(store: TenantStore, current: Import) -> dict[str, Any]:
    """The message that has an import run, or go on."""
    return {
        "import": {
            "tenant": store.tenant,
            "import_id": current.import_id,
            "key": current.object_key,
            "etag": current.etag,
            "version_id": current.version_id,
        }
    }

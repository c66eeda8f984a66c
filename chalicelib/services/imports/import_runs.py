"""Run an import: convert an uploaded export file to events, with the same admission as HTTP events.

The file is read in order. Each chunk ends with a checkpoint: the version of the file and the number
of rows processed. The checkpoint is saved after the events and rejected rows that it covers. A run
that is killed can be repeated without loss or duplicates: events and rejected rows overwrite the
same items, and the counts come from the checkpoint.
"""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.model.admission import EventRejection, admit
from chalicelib.model.days import stamp
from chalicelib.model.errors import ExportRejected, StoreUnavailable
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
"""An import with less time left stops at its checkpoint."""


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
    """Run or continue an import, a replay or a removal from its checkpoint.

    Parameters
    ----------
    version : ObjectVersion
        The uploaded object. A version other than the checkpoint's starts the import again.
    deadline : callable
        Returns the seconds left. Below `STOP_BEFORE_SECONDS` the import stops at its checkpoint.
    read_export : callable, optional
        Replaces `importers.read_export`.
    chunk_events : int
        Approximate number of events between two checkpoints.

    Returns
    -------
    Import
        ``done``, ``failed`` (with the reason) or ``removed``. If ``running`` or ``removing``, call
        again with the version in the import.

    Raises
    ------
    NotFound
        If the import does not exist.
    StoreUnavailable
        If not everything could be stored. Nothing before the checkpoint is lost; retry later.
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
        return run.reject(current, version, ExportRejected("file_too_large", str(error)))
    with stream:
        if not is_same and (why := run.over_quota(stream)) is not None:
            return run.reject(current, version, why)
        if not is_same or current.state == "waiting":
            current = run.begin(current, version)
        with rare_collections():
            if current.replay is not None:
                return run.replay(current, stream, version)
            return run.read(current, stream)


@contextmanager
def rare_collections() -> Iterator[None]:
    """Run the cyclic garbage collector less often during an import.

    An import creates about ten objects per row, without reference cycles, and keeps those of one
    chunk. At the default threshold of 700 objects, collection takes a quarter of the time.
    """
    usual = gc.get_threshold()
    gc.set_threshold(COLLECTED_EVERY, usual[1], usual[2])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


@dataclass(frozen=True)
class _ImportRun:
    store: TenantStore
    now: dt.datetime
    deadline: Callable[[], float]
    read_export: ReadExport | None
    chunk_events: int

    def has_time(self) -> bool:
        """Whether there is time for another chunk."""
        return self.deadline() >= STOP_BEFORE_SECONDS

    def open(self, version: ObjectVersion) -> ObjectReader:
        """Open the upload; raises `ObjectGoneError` and `ObjectTooLargeError`."""
        return self.store.objects.open(version, max_bytes=self.store.settings.max_import_bytes)

    def begin(self, current: Import, version: ObjectVersion) -> Import:
        """Start the import, or its replay, at the first row of a version of the file."""
        replay = current.replay
        self.store.import_quotas.begin(current.import_id, now=self.now)
        is_same = (current.object_key, current.etag) == (version.key, version.etag)
        if is_same and replay is not None and replay.before == "done":
            return self.store.imports.save(replace(current, state="running"))
        begun = self.store.imports.save(_begun(current, version, replay if is_same else None))
        if current.rejected:
            self.store.imports.remove_rejected_rows(
                current.import_id, current.generation, go_on=self.has_time
            )
        return begun

    def read(self, current: Import, stream: ObjectReader) -> Import:
        """Store the rows after the checkpoint."""
        try:
            reading = open_reading(self.store, current, stream, self.read_export)
            current = replace(current, report=reading.report)
            for chunk in chunks(
                reading,
                terms_of(self.store, self.now),
                events=self.chunk_events,
                position=current.position,
                parts=reading.parts,
                reject=reading.reject,
                rejected=self.store.imports.rejected_rows(current.import_id, current.generation),
            ):
                current = self._keep(current, chunk)
                if not self.has_time():
                    return current
        except ExportRejected as rejection:
            return self._fail(current, rejection)
        except ObjectGoneError:
            return self._fail(current, GONE)
        return self._finish(current, reading)

    def replay(self, current: Import, stream: ObjectReader, version: ObjectVersion) -> Import:
        """Import the rows that were rejected before."""

        def open_with(opened: ExitStack, options: Import | Replay) -> Reading:
            own = stream if options is current.replay else self.open(version)
            opened.callback(own.close)
            return open_reading(self.store, options, own, self.read_export)

        return self._replay_run().run(current, open_with)

    def without_object(self, current: Import, version: ObjectVersion) -> Import:
        """Handle a file that was removed or replaced."""
        is_same = (current.object_key, current.etag) == (version.key, version.etag)
        if version.etag in current.overtaken:
            # The worker of the old version may have overwritten new numbers before it noticed.
            # Its message is delivered again only after that worker ended, so reading the newer
            # file once more restores the new numbers.
            newer = ObjectVersion(current.object_key, current.etag, current.version_id)
            left = tuple(etag for etag in current.overtaken if etag != version.etag)
            return self.store.imports.save(replace(_begun(current, newer, None), overtaken=left))
        if is_same and current.replay is not None:
            return self._replay_run().abandon(current, GONE)
        if is_same or (current.state == "waiting" and current.replay is None):
            return self._fail(current, GONE)
        return current

    def over_quota(self, stream: ObjectReader) -> ExportRejected | None:
        """Count the bytes of an uploaded file; return the error if over the quota."""
        return take_bytes(self.store, stream.size, now=self.now)

    def reject(self, current: Import, version: ObjectVersion, why: ExportRejected) -> Import:
        """Fail the import without reading the file, and remove the file."""
        if current.replay is not None and current.etag == version.etag:
            return self._replay_run().abandon(current, why)
        begun = self.begin(current, version)
        self.store.objects.remove(version.key)
        return self._fail(begun, why)

    def remove(self, current: Import, version: ObjectVersion) -> Import:
        """Run the removal of the import."""
        return RemovalRun(self.store, now=self.now, has_time=self.has_time).run(current, version)

    def _replay_run(self) -> ReplayRun:
        return ReplayRun(
            self.store, now=self.now, has_time=self.has_time, chunk_events=self.chunk_events
        )

    def _keep(self, current: Import, chunk: Chunk) -> Import:
        """Store the events, then the rejected rows, then the checkpoint that covers both."""
        current = extended(self.store, current, chunk)
        missed = self.store.events.write(chunk.writes, origin=current.import_id)
        if missed:
            raise StoreUnavailable(
                f"{len(missed)} events after row {current.position} of the import "
                f"{current.import_id} are not stored; the import continues there"
            )
        self.store.imports.add_rejected_rows(
            current.import_id, current.generation, chunk.rejected, now=self.now
        )
        first, last = chunk.days(current.first_day, current.last_day)
        return self.store.imports.save(
            replace(
                current,
                position=current.position + chunk.rows,
                rows=current.rows + chunk.rows,
                events=current.events + chunk.events,
                rejected=current.rejected + len(chunk.rejected),
                not_data=current.not_data + chunk.not_data,
                rejected_by_code=counted(current.rejected_by_code, chunk.rejected),
                first_day=first,
                last_day=last,
            )
        )

    def _finish(self, current: Import, reading: Reading) -> Import:
        """Store the coverage of the file and end the import."""
        terms = terms_of(self.store, self.now)
        verdicts = [admit(raw, terms) for raw in reading.coverage()]
        coverage = [one for one in verdicts if not isinstance(one, EventRejection)]
        if self.store.events.write(coverage, origin=current.import_id):
            raise StoreUnavailable(
                f"the coverage of the import {current.import_id} is not stored; it will be retried"
            )
        summary = reading.summary()
        return self.store.imports.save(
            replace(
                current,
                state="done",
                events=summary["events"],
                coverage=len(coverage),
                finished_at=stamp(self.now),
                summary=summary,
            )
        )

    def _fail(self, current: Import, why: ExportRejected) -> Import:
        return self.store.imports.save(
            replace(
                current,
                state="failed",
                error={"code": why.code, "detail": why.detail},
                finished_at=stamp(self.now),
            )
        )


def _begun(current: Import, version: ObjectVersion, replay: Replay | None) -> Import:
    """Return the import before its first row, with the options of a replay if there is one."""
    options = replay or current
    overtaken = current.overtaken
    if current.state == "running" and current.etag != version.etag:
        overtaken = (*overtaken, current.etag)
    return Import(
        import_id=current.import_id,
        filename=current.filename,
        created_at=current.created_at,
        state="running",
        platform=options.platform,
        spread=options.spread,
        currency=options.currency,
        account=options.account,
        mapping=options.mapping,
        mapping_name=options.mapping_name,
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
    """Return the queue message that starts or continues an import."""
    return {
        "import": {
            "tenant": store.tenant,
            "import_id": current.import_id,
            "key": current.object_key,
            "etag": current.etag,
            "version_id": current.version_id,
        }
    }

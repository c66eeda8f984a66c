"""Remove what an import stored, unless something else has restated it since.

Every event names the import that stored it last. A removal searches the days of the import for its
events and deletes each on the condition that it still names this import. An event that another
import restates between reading and deleting stays.

The events of a page are counted and the count is saved before they are deleted. A run that is
killed deletes the rest of the page and does not count it again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.model.days import stamp
from chalicelib.model.errors import StoreUnavailable
from chalicelib.storage import table_keys
from chalicelib.storage.import_records import Import, Removal
from chalicelib.storage.objects import ObjectVersion
from chalicelib.storage.tenant_store import TenantStore

SPANS_STEP = 0
"""Index of the partition of spans in `EventStore.partitions`."""

IMPORTS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class RemovalRun:
    """One run of a removal."""

    store: TenantStore
    now: dt.datetime
    has_time: Callable[[], bool]
    """Returns whether there is time for another page."""

    def run(self, current: Import, version: ObjectVersion) -> Import:
        """Remove an import, or continue from its checkpoint.

        A message for a removed import searches it once more: another worker may have stored events
        of it until its own message was delivered again.

        `version`: the upload that the message names; it is removed too.

        Returns
        -------
        Import
            ``removed``, or ``removing`` if there is more to do.

        Raises
        ------
        StoreUnavailable
        """
        before = current
        if current.state == "removed":
            current = _with_removal(current, step=0, after=None, until=None)
            current = replace(current, state="removing")
        current, at_the_end = self._remove_events(current)
        if not (at_the_end and self._remove_rejected_rows(current)):
            return current
        self._remove_upload(current, version)
        if before.state == "removed" and current.revision == before.revision:
            return before
        removal = replace(removal_of(current), removed_at=stamp(self.now))
        return self.store.imports.save(replace(current, state="removed", removal=removal))

    def _remove_events(self, current: Import) -> tuple[Import, bool]:
        partitions = self._partitions(current)
        while (step := removal_of(current).step) < len(partitions):
            current, is_through = self._remove_from(current, partitions[step])
            if is_through:
                current = _with_removal(current, step=step + 1, after=None)
            if not self.has_time():
                return self._save(current), False
        return current, True

    def _partitions(self, current: Import) -> Sequence[str]:
        known = (current.earliest, current.latest, current.first_day, current.last_day)
        days = [dt.date.fromisoformat(day) for day in known if day is not None]
        return self.store.events.partitions((min(days), max(days)) if days else None)

    def _remove_from(self, current: Import, partition: str) -> tuple[Import, bool]:
        """Remove one page of a partition; return whether it was the last page."""
        removal, import_id = removal_of(current), current.import_id
        found, following = self.store.events.stored_by(import_id, partition, removal.after)
        until = removal.until
        if until is not None:  # the previous run was killed here
            found = [sort for sort in found if sort <= until]
        elif found:
            current = self._save(_counted(_with_removal(current, until=found[-1]), len(found)))
        replaced = self.store.events.remove(import_id, partition, found)
        current = _counted(current, -replaced)
        if until is None:
            return _with_removal(current, after=following, until=None), following is None
        if following is not None and following < until:
            return _with_removal(current, after=following), False
        return _with_removal(current, after=until, until=None), False

    def _save(self, current: Import) -> Import:
        return self.store.imports.save(_with_removal(current, moved_at=stamp(self.now)))

    def _remove_rejected_rows(self, current: Import) -> bool:
        """Remove the rejected rows; return False if time ran out first."""
        for generation in range(1, current.generations + 1):
            if not self.store.imports.remove_rejected_rows(
                current.import_id, generation, go_on=_once_and_while(self.has_time)
            ):
                if self.has_time():
                    raise StoreUnavailable(
                        "not all rejected rows are removed; the removal continues there"
                    )
                self._save(current)
                return False
        return True

    def _remove_upload(self, current: Import, version: ObjectVersion) -> None:
        """Remove the file, unless another file or another import has taken its place."""
        key = current.object_key
        if not key:
            return
        etag = self.store.objects.etag(key)
        if etag is None or etag not in (current.etag, version.etag):
            return
        if not self._is_of_a_later_import(current):
            self.store.objects.remove(key)

    def _is_of_a_later_import(self, current: Import) -> bool:
        """Whether a file of the same name was dropped into the bucket later."""
        place = table_keys.parse_import_object(current.object_key)
        if place is None or place[1] is not None:  # the key contains the import id
            return False
        after: str | None = None
        while page := self.store.imports.newest_first(limit=IMPORTS_AT_ONCE, after=after):
            for one in page:
                if one.import_id <= current.import_id:
                    return False
                if one.object_key == current.object_key and not one.is_removed:
                    return True
            after = page[-1].import_id
        return False


def _once_and_while(go_on: Callable[[], bool]) -> Callable[[], bool]:
    """Return True at the first call, so that every run makes progress; then ask `go_on`."""
    first = iter([True])
    return lambda: next(first, False) or go_on()


def removal_of(current: Import) -> Removal:
    """Return the removal of an import that has one."""
    assert current.removal is not None
    return current.removal


def _with_removal(current: Import, **changes: Any) -> Import:
    """Return the import with a changed checkpoint of its removal."""
    return replace(current, removal=replace(removal_of(current), **changes))


def _counted(current: Import, more: int) -> Import:
    """Return the import with `more` removed events or spans counted."""
    removal = removal_of(current)
    if removal.step == SPANS_STEP:
        return _with_removal(current, spans=removal.spans + more)
    return _with_removal(current, events=removal.events + more)

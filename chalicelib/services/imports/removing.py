"""Removing what an import stored, if nothing else has restated it since.

Every event carries the import that stored it, and the last one to store it owns it. A
removal searches the days of the import for its events and deletes each on the condition that it
still carries this import: one that another import restates between reading and deleting stays.

The events of a page are counted and the count is saved before they are deleted. A run that is
killed deletes the rest of the page and does not count it again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from chalicelib.model.days import stamp
from chalicelib.model.errors import StoreUnavailable
from chalicelib.storage import table_keys
from chalicelib.storage.import_records import Import, Removal
from chalicelib.storage.objects import ObjectVersion
from chalicelib.storage.tenant_store import TenantStore

SPANS_STEP = 0
"""Place of the spans among `EventStore.partitions`."""

IMPORTS_AT_ONCE = 200


class RemovalRun:
    """One run of a removal, and what it has to work with.

    Parameters
    ----------
    store : TenantStore
    now : datetime
    has_time : callable
        Whether there is time for another page.
    """

    def __init__(
        self, store: TenantStore, *, now: dt.datetime, has_time: Callable[[], bool]
    ) -> None:
        self._store = store
        self._now = now
        self._has_time = has_time

    def run(self, current: Import, version: ObjectVersion) -> Import:
        """Remove an import, or go on where its checkpoint says.

        A message for an import that is removed already has it searched once more: another worker
        may have stored events of it until its message came again.

        Parameters
        ----------
        version : ObjectVersion
            The upload that the message names. It goes as well.

        Returns
        -------
        Import
            ``removed``, or ``removing``: there is more to do.

        Raises
        ------
        StoreUnavailable
        """
        before = current
        if current.state == "removed":
            current = _ahead(current, step=0, after=None, until=None)
            current = replace(current, state="removing")
        current, at_the_end = self._remove_events(current)
        if not (at_the_end and self._remove_refused_rows(current)):
            return current
        self._remove_upload(current, version)
        if before.state == "removed" and current.revision == before.revision:
            return before
        removal = replace(removal_of(current), removed_at=stamp(self._now))
        return self._store.imports.save(replace(current, state="removed", removal=removal))

    def _remove_events(self, current: Import) -> tuple[Import, bool]:
        partitions = self._partitions(current)
        while (step := removal_of(current).step) < len(partitions):
            current, is_through = self._remove_from(current, partitions[step])
            if is_through:
                current = _ahead(current, step=step + 1, after=None)
            if not self._has_time():
                return self._save(current), False
        return current, True

    def _partitions(self, current: Import) -> Sequence[str]:
        known = (current.earliest, current.latest, current.first_day, current.last_day)
        days = [dt.date.fromisoformat(day) for day in known if day is not None]
        return self._store.events.partitions((min(days), max(days)) if days else None)

    def _remove_from(self, current: Import, partition: str) -> tuple[Import, bool]:
        """One page of a partition; whether that was its last."""
        removal, import_id = removal_of(current), current.import_id
        found, following = self._store.events.stored_by(import_id, partition, removal.after)
        until = removal.until
        if until is not None:  # the run before was killed here
            found = [sort for sort in found if sort <= until]
        elif found:
            current = self._save(_counted(_ahead(current, until=found[-1]), len(found)))
        replaced = self._store.events.remove(import_id, partition, found)
        current = _counted(current, -replaced)
        if until is None:
            return _ahead(current, after=following, until=None), following is None
        if following is not None and following < until:
            return _ahead(current, after=following), False
        return _ahead(current, after=until, until=None), False

    def _save(self, current: Import) -> Import:
        return self._store.imports.save(_ahead(current, moved_at=stamp(self._now)))

    def _remove_refused_rows(self, current: Import) -> bool:
        """Whether all of them are removed; False if there is no time."""
        for generation in range(1, current.generations + 1):
            if not self._store.imports.remove_refused_rows(
                current.import_id, generation, go_on=_once_and_while(self._has_time)
            ):
                if self._has_time():
                    raise StoreUnavailable("not all rejected rows are removed; it goes on there")
                self._save(current)
                return False
        return True

    def _remove_upload(self, current: Import, version: ObjectVersion) -> None:
        """Remove the file, unless another file or another import has taken its place."""
        key = current.object_key
        if not key:
            return
        there = self._store.objects.etag(key)
        if there is None or there not in (current.etag, version.etag):
            return
        if not self._is_of_a_later_import(current):
            self._store.objects.remove(key)

    def _is_of_a_later_import(self, current: Import) -> bool:
        """Whether another file of the same name was dropped into the bucket since."""
        place = table_keys.parse_import_object(current.object_key)
        if place is None or place[1] is not None:  # the key has the id of the import
            return False
        after: str | None = None
        while page := self._store.imports.newest_first(limit=IMPORTS_AT_ONCE, after=after):
            for one in page:
                if one.import_id <= current.import_id:
                    return False
                if one.object_key == current.object_key and not one.is_removed:
                    return True
            after = page[-1].import_id
        return False


def _once_and_while(go_on: Callable[[], bool]) -> Callable[[], bool]:
    """True the first time, so that every run gets on."""
    first = iter([True])
    return lambda: next(first, False) or go_on()


def removal_of(current: Import) -> Removal:
    """The removal of an import that has one."""
    assert current.removal is not None
    return current.removal


def _ahead(current: Import, **changes: Any) -> Import:
    """The import with another checkpoint of its removal."""
    return replace(current, removal=replace(removal_of(current), **changes))


def _counted(current: Import, more: int) -> Import:
    """The import with more events, or spans, counted."""
    removal = removal_of(current)
    if removal.step == SPANS_STEP:
        return _ahead(current, spans=removal.spans + more)
    return _ahead(current, events=removal.events + more)

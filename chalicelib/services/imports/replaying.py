"""Replays: the rows that an import refused are read once more, with other options.

An import whose whole file was refused runs again from the start. Of any other the file is read
again, and of its rows only those are taken that were refused: both are in the order of the file, so
the rows of the file and the refused rows are merged like two sorted lists, however many there are.
What is refused again becomes a new generation of refused rows; the import shows the old one until
the replay is done, and then all of the new one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from chalicelib.errors import ExportRefused, ImportUnfinished, LikeworthError, StoreUnavailable
from chalicelib.services.admission import terms_of
from chalicelib.services.imports.announcing import check_options, stamp
from chalicelib.services.imports.reading import Reading
from chalicelib.services.imports.rows import Chunk, Gathering, numbered
from chalicelib.services.imports.showing import show_import
from chalicelib.services.mappings import chosen_mapping
from chalicelib.storage.imports import Import, RefusedRow, Replay
from chalicelib.storage.objects import ObjectGoneError
from chalicelib.storage.tenant_store import TenantStore

if TYPE_CHECKING:
    from chalicelib.exports.outcomes import RowOutcome

OPTIONS = ("platform", "mapping", "spread", "currency", "account")
ROWS_PER_EVENT = 50
"""Most rows of a replay are passed over: a checkpoint comes after many times as many."""
_CARRIED_AT_ONCE = 1000
_PATIENCE = dt.timedelta(minutes=15)
"""A replay that was not begun after so long has lost its message and may be asked for again."""

GONE = ExportRefused("object_gone", "the file was removed or replaced")

Step = tuple[RefusedRow | None, int, "RowOutcome | None"]


def ask_for_replay(
    store: TenantStore,
    import_id: str,
    send: Callable[[Import], None],
    given: dict[str, Any],
    *,
    now: dt.datetime,
) -> Import:
    """Ask that an import be replayed; nothing happens if it has refused nothing.

    Parameters
    ----------
    send : callable
        Puts the message of an import into the queue.
    given : dict
        Those of `OPTIONS` that take the place of the import's own; None takes one away.

    Raises
    ------
    NotFound
    InvalidFields
        For an option that cannot be one.
    ImportUnfinished
        The import is waiting or running.
    """
    current = show_import(store, import_id)
    if current.state in ("waiting", "running") and not _is_forgotten(current, now):
        raise ImportUnfinished(f"the import is {current.state}; it can be replayed when it ended")
    if current.state == "done" and not current.rejected:
        return current
    platform = given.get("platform", current.platform) or "auto"
    currency = given.get("currency", current.currency)
    account = given.get("account", current.account)
    check_options(platform, currency, account)
    mapping, name = current.mapping, current.mapping_name
    if "mapping" in given:
        mapping, name = chosen_mapping(store, given["mapping"])
    replay = Replay(
        asked_at=stamp(now),
        before=_how_it_ended(current),
        generation=current.generations + 1,
        platform=platform,
        spread=bool(given.get("spread", current.spread)),
        currency=currency,
        account=account,
        mapping=mapping,
        mapping_name=name,
    )
    asked = store.imports.save(
        replace(current, state="waiting", generations=replay.generation, replay=replay)
    )
    try:
        send(asked)
    except LikeworthError:
        store.imports.save(replace(asked, state=replay.before, replay=None))
        raise
    return asked


def run_replay(
    store: TenantStore,
    current: Import,
    open_reading: Callable[[], Reading],
    *,
    now: dt.datetime,
    has_time: Callable[[], bool],
    chunk_events: int,
) -> Import:
    """Replay an import, or go on where its checkpoint says.

    Returns
    -------
    Import
        ``done``, with `error` set if the file could not be read (to its end); or ``running``.
    """
    try:
        reading = open_reading()
    except ExportRefused as why:
        return abandon_replay(store, current, why, now=now, has_time=has_time)
    except ObjectGoneError:
        return abandon_replay(store, current, GONE, now=now, has_time=has_time)
    merged = _Merged(store, current, reading)
    gathering = Gathering(
        terms_of(store, now),
        reading.parts,
        events=chunk_events,
        rows=ROWS_PER_EVENT * chunk_events,
    )
    for chunk in _chunks(merged, gathering):
        current = _keep(store, current, chunk, now)
        if not has_time():
            return current
    return _end(store, current, now, has_time, reading=reading, why=merged.trouble)


def abandon_replay(
    store: TenantStore,
    current: Import,
    why: ExportRefused,
    *,
    now: dt.datetime,
    has_time: Callable[[], bool],
) -> Import:
    """End a replay whose file cannot be read; what it had taken by then stays taken."""
    replay = _replay_of(current)
    if replay.position == 0 and replay.after is None:
        error = {"code": why.code, "detail": why.detail}
        return store.imports.save(replace(current, state=replay.before, error=error, replay=None))
    gathering = Gathering(terms_of(store, now), (), events=_CARRIED_AT_ONCE, rows=_CARRIED_AT_ONCE)
    for chunk in _chunks(_Merged(store, current, ()), gathering):
        current = _keep(store, current, chunk, now)
        if not has_time():
            return current
    return _end(store, current, now, has_time, why=why)


class _Merged:
    """The rows of a file and those that were refused before, in the order of the file.

    A step is a refused row alone (the file has it no more, or could not be read so far), a row of
    the file alone (it was imported), or both.

    Attributes
    ----------
    trouble : ExportRefused, optional
        Why the file was not read to its end; then the refused rows behind come alone.
    """

    def __init__(self, store: TenantStore, current: Import, reading: Iterable[RowOutcome]) -> None:
        replay = _replay_of(current)
        self._outcomes = numbered(reading, replay.position)
        self._refused = store.imports.refused_rows(
            current.import_id, current.generation, after=replay.after
        )
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


def _chunks(merged: Iterable[Step], gathering: Gathering) -> Iterator[Chunk]:
    for refused, number, outcome in merged:
        if refused is None:
            gathering.pass_over()
        else:
            if outcome is None:
                gathering.carry(refused)
            else:
                gathering.add(number, outcome)
            gathering.settled(refused)
        if gathering.is_full():
            yield gathering.close()
    if not gathering.is_empty():
        yield gathering.close()


def _keep(store: TenantStore, current: Import, chunk: Chunk, now: dt.datetime) -> Import:
    """Events, then rows that stay refused, then the checkpoint that covers both."""
    replay = _replay_of(current)
    missed = store.events.write(chunk.writes)
    if missed:
        raise StoreUnavailable(f"{len(missed)} events of the replay are not stored; it goes on")
    store.imports.add_refused_rows(current.import_id, replay.generation, chunk.refused, now=now)
    first, last = chunk.days(replay.first_day, replay.last_day)
    ahead = replace(
        replay,
        position=replay.position + chunk.rows,
        after=chunk.after or replay.after,
        imported=replay.imported + chunk.imported,
        not_data=replay.not_data + chunk.not_data,
        events=replay.events + len(chunk.writes),
        first_day=first,
        last_day=last,
    )
    return store.imports.save(replace(current, replay=ahead))


def _end(
    store: TenantStore,
    current: Import,
    now: dt.datetime,
    has_time: Callable[[], bool],
    *,
    reading: Reading | None = None,
    why: ExportRefused | None = None,
) -> Import:
    """Show the new generation and the counts that belong to it, in one write."""
    replay = _replay_of(current)
    days = [day for day in (current.first_day, replay.first_day) if day]
    ended = replace(
        current,
        state="done",
        generation=replay.generation,
        events=current.events + replay.events,
        rejected=current.rejected - replay.imported - replay.not_data,
        not_data=current.not_data + replay.not_data,
        first_day=min(days, default=None),
        last_day=max(filter(None, (current.last_day, replay.last_day)), default=None),
        error=None if why is None else {"code": why.code, "detail": why.detail},
        finished_at=stamp(now),
        replay=None,
    )
    if why is None and reading is not None:
        ended = replace(
            ended,
            report=reading.report,
            summary=reading.summary(),
            platform=replay.platform,
            spread=replay.spread,
            currency=replay.currency,
            account=replay.account,
            mapping=replay.mapping,
            mapping_name=replay.mapping_name,
        )
    saved = store.imports.save(ended)
    store.imports.remove_refused_rows(current.import_id, current.generation, go_on=has_time)
    return saved


def _replay_of(current: Import) -> Replay:
    assert current.replay is not None
    return current.replay


def _how_it_ended(current: Import) -> Literal["done", "failed"]:
    if current.replay is not None:
        return current.replay.before
    return "done" if current.state == "done" else "failed"


def _is_forgotten(current: Import, now: dt.datetime) -> bool:
    """Whether a replay was asked for whose message was lost."""
    if current.state != "waiting" or current.replay is None:
        return False
    return now - dt.datetime.fromisoformat(current.replay.asked_at) > _PATIENCE

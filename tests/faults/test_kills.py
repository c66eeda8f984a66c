"""An import, a replay or a removal that is killed at any call has the same result."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.services.imports.import_runs import _ImportRun
from chalicelib.services.imports.replaying import ReplayRun, replay_of
from chalicelib.storage.event_store import EventStore
from tests.conftest import SECRET
from tests.faults.matrix import (
    WHEN,
    AwsLife,
    Setting,
    kill,
    kill_again_and_again,
    kill_in_every_state,
    set_up,
    undisturbed,
)
from tests.faults.sqlite_life import SqliteLife

ROWS = 170
ROWS_ON_SQLITE = 150
"""Fewer rows, because each life starts a service."""

ROWS_REMOVED = 60
"""Few rows, because each event is deleted by a separate call."""

CHUNK_EVENTS = 60


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Set the settings of the API."""
    monkeypatch.setenv("LIKEWORTH_SECRET", SECRET)
    monkeypatch.setenv("LIKEWORTH_RATE_LIMIT", "0")  # no rate limit
    yield
    wiring.reset()


LIVES = {"aws": (AwsLife, ROWS), "sqlite": (SqliteLife, ROWS_ON_SQLITE)}

EVERY = {"aws": (15, 19), "sqlite": (45, 53)}
"""Calls of each life before it is killed; a start on SQLite takes 30."""


@pytest.fixture(params=["aws", "sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    """Each engine in turn."""
    name: str = request.param
    return name


@pytest.fixture(params=["import", "replay"])
def setting(request: pytest.FixtureRequest, engine: str, tmp_path: Path) -> Setting:
    """An import that must be run, or one that must be replayed."""
    make_life, count = LIVES[engine]
    return set_up(
        tmp_path,
        count=count,
        chunk_events=CHUNK_EVENTS,
        replayed=request.param == "replay",
        make_life=make_life,
    )


def test_a_kill_at_any_call_loses_nothing_and_stores_nothing_twice(setting: Setting) -> None:
    wanted, verdicts = kill_in_every_state(setting)
    assert len(wanted.events) > 100
    assert {verdict.when for verdict in verdicts} == set(WHEN)
    assert max(verdict.call for verdict in verdicts) > 20
    assert [verdict for verdict in verdicts if not verdict.is_good] == []


@pytest.mark.parametrize("nth", [0, 1])
def test_repeated_kills_do_not_change_the_result(setting: Setting, engine: str, nth: int) -> None:
    every = EVERY[engine][nth]
    wanted, calls = undisturbed(setting)
    verdict, deaths = kill_again_and_again(setting, every, wanted)
    assert verdict.is_good
    assert deaths >= calls // every > 0


def test_stopping_at_every_checkpoint_does_not_change_the_result(setting: Setting) -> None:
    wanted, _ = undisturbed(setting)
    life = setting.life(setting.begun)
    life.run(seconds=0.0)
    assert life.outcome() == wanted


@pytest.fixture
def removal(engine: str, tmp_path: Path) -> Setting:
    """An import that must be removed."""
    make_life, _ = LIVES[engine]
    return set_up(
        tmp_path, count=ROWS_REMOVED, chunk_events=CHUNK_EVENTS, removed=True, make_life=make_life
    )


def test_a_removal_killed_at_any_call_removes_and_counts_the_same(removal: Setting) -> None:
    wanted, verdicts = kill_in_every_state(removal)
    assert b'"state":"removed"' in wanted.report.replace(b" ", b"")
    assert len(wanted.events) > ROWS_REMOVED / 3
    assert max(verdict.call for verdict in verdicts) > 20
    assert not any("im" in item for item in wanted.events.values())
    assert [verdict for verdict in verdicts if not verdict.is_good] == []


def test_repeated_kills_do_not_change_a_removal(removal: Setting, engine: str) -> None:
    wanted, _ = undisturbed(removal)
    verdict, deaths = kill_again_and_again(removal, EVERY[engine][0], wanted)
    assert verdict.is_good
    assert deaths > 1


def test_the_bench_finds_events_removed_before_they_are_counted(
    removal: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored_by = EventStore.stored_by

    def removing(self: Any, origin: str, partition: str, after: str | None) -> Any:
        found = stored_by(self, origin, partition, after)
        self.remove(origin, partition, found[0])
        return found

    monkeypatch.setattr(EventStore, "stored_by", removing)
    wanted, calls = undisturbed(removal)
    verdicts = (kill(removal, call, "before", wanted) for call in range(1, calls + 1, 3))
    assert any(verdict.differs for verdict in verdicts)


def checkpoint_first(self: Any, current: Any, chunk: Any) -> Any:
    """A bug: the checkpoint is written before the rows that it covers."""
    saved = self.store.imports.save(
        replace(
            current,
            position=current.position + chunk.rows,
            rows=current.rows + chunk.rows,
            events=current.events + chunk.events,
            rejected=current.rejected + len(chunk.rejected),
            not_data=current.not_data + chunk.not_data,
        )
    )
    self.store.events.write(chunk.writes)
    self.store.imports.add_rejected_rows(
        current.import_id, current.generation, chunk.rejected, now=self.now
    )
    return saved


def replay_checkpoint_first(self: Any, current: Any, chunk: Any) -> Any:
    """The same bug in a replay."""
    replay = replay_of(current)
    ahead = replace(
        replay,
        position=replay.position + chunk.rows,
        after=chunk.after or replay.after,
        imported=replay.imported + chunk.imported,
        not_data=replay.not_data + chunk.not_data,
        events=replay.events + chunk.events,
    )
    saved = self.store.imports.save(replace(current, replay=ahead))
    self.store.events.write(chunk.writes)
    self.store.imports.add_rejected_rows(
        current.import_id, replay.generation, chunk.rejected, now=self.now
    )
    return saved


def test_the_bench_finds_a_checkpoint_before_its_rows(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_ImportRun, "_keep", checkpoint_first)
    monkeypatch.setattr(ReplayRun, "_keep", replay_checkpoint_first)
    wanted, calls = undisturbed(setting)
    verdicts = (kill(setting, call, "before", wanted) for call in range(1, calls + 1, 2))
    assert any(verdict.lost and verdict.differs for verdict in verdicts)


@pytest.mark.parametrize("setting", ["import"], indirect=True)
def test_the_bench_finds_event_ids_that_depend_on_the_reader(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = _ImportRun._keep

    def by_reader(self: Any, current: Any, chunk: Any) -> Any:
        """A bug: the id of an event depends on the process that reads the row."""
        for number, write in enumerate(chunk.writes):
            changed = {"event_id": f"{write.event_id}.{os.getpid()}"}
            chunk.writes[number] = write.model_copy(update=changed)
        return keep(self, current, chunk)

    monkeypatch.setattr(_ImportRun, "_keep", by_reader)
    wanted, calls = undisturbed(setting)
    verdicts = (kill(setting, call, "after", wanted) for call in range(1, calls + 1, 2))
    assert any(verdict.doubled for verdict in verdicts)

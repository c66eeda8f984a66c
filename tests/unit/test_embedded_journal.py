"""The journal behind `serve --data`."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chalicelib.embedded.aws import Call
from chalicelib.embedded.journal import Journal, dynamodb_call


def _put(sort: str) -> Call:
    item = {"pk": {"S": "p"}, "sk": {"S": sort}}
    return dynamodb_call("PutItem", json.dumps({"Item": item}).encode())


def _sort(call: Call) -> str:
    sort: str = json.loads(call.body)["Item"]["sk"]["S"]
    return sort


def _replayed(journal: Journal, then: Callable[[list[str]], None] = lambda _: None) -> list[str]:
    seen: list[str] = []
    journal.replay(lambda call: seen.append(_sort(call)), then=lambda: then(seen))
    return seen


def _written(directory: Path, *sorts: str) -> None:
    journal = Journal(directory)
    for sort in sorts:
        journal.observe(_put(sort))
    journal.close()


def test_writes_come_back_in_order(tmp_path: Path) -> None:
    _written(tmp_path, "a", "b")
    _written(tmp_path, "c")
    assert _replayed(Journal(tmp_path)) == ["a", "b", "c"]


def test_what_only_reads_is_not_kept(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.observe(dynamodb_call("Query", b"{}"))
    journal.observe(Call("s3", "PUT", "/b/k", {}, b"body", {}))
    assert journal.size == 0


def test_a_write_is_in_the_file_at_once(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.observe(_put("a"))
    assert b'"sk": {"S": "a"}' in (tmp_path / "table.journal").read_bytes()


@pytest.mark.parametrize("torn", [1, 5, 20])
def test_a_last_line_that_was_torn_is_dropped_and_writing_goes_on(
    tmp_path: Path, torn: int
) -> None:
    _written(tmp_path, "a", "b")
    file = tmp_path / "table.journal"
    file.write_bytes(file.read_bytes()[:-torn])
    _written(tmp_path, "c")
    assert _replayed(Journal(tmp_path)) == ["a", "c"]


def test_a_write_that_the_disk_refuses_leaves_no_half_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path)
    write = os.write

    def full_disk(file: int, data: bytes) -> int:
        if len(data) < 40:
            raise OSError(errno.ENOSPC, "no space left on device")
        return write(file, data[:30])

    journal.observe(_put("a"))
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full_disk)
        with pytest.raises(OSError, match="no space"):
            journal.observe(_put("b"))
    journal.observe(_put("c"))
    journal.close()
    assert _replayed(Journal(tmp_path)) == ["a", "c"]


def test_replay_tells_derived_writes_from_those_that_are_not(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.observe(_put("a"))
    journal.mark_derived(journal.size)
    journal.observe(_put("b"))
    journal.close()
    before: list[list[str]] = []
    seen = _replayed(Journal(tmp_path), lambda so_far: before.append(list(so_far)))
    assert (before, seen) == ([["a"]], ["a", "b"])


def test_without_a_mark_everything_is_derived_again(tmp_path: Path) -> None:
    _written(tmp_path, "a")
    before: list[list[str]] = []
    _replayed(Journal(tmp_path), lambda so_far: before.append(list(so_far)))
    assert before == [[]]


def test_history_is_compacted_to_the_items_that_there_are(tmp_path: Path) -> None:
    journal = Journal(tmp_path, compact_from=3)
    for _ in range(9):
        journal.observe(_put("a"))
    items: list[dict[str, Any]] = [{"pk": {"S": "p"}, "sk": {"S": "a"}}]
    journal.compact(9, lambda: 1, lambda: items)  # not everything is derived yet
    untouched = journal.size
    journal.mark_derived(journal.size)
    journal.compact(9, lambda: 1, lambda: items)
    journal.observe(_put("b"))
    journal.close()
    assert journal.size < untouched
    before: list[list[str]] = []
    seen = _replayed(Journal(tmp_path), lambda so_far: before.append(list(so_far)))
    assert (before, seen) == ([["a"]], ["a", "b"])

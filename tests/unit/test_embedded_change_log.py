"""The list of what changes in a table that is kept elsewhere."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from chalicelib.embedded.aws import Call
from chalicelib.embedded.change_log import ChangeLog, changed_partitions
from chalicelib.embedded.journal import dynamodb_call

ONE, TWO = "acme#events#2026-03-01#0", "acme#events#2026-03-02#3"


def _call(action: str, **body: Any) -> Call:
    return dynamodb_call(action, json.dumps(body).encode())


def _put(partition: str) -> Call:
    return _call("PutItem", Item={"pk": {"S": partition}, "sk": {"S": "x"}})


def _write(log: ChangeLog, partition: str) -> None:
    with log.during(_put(partition)):
        pass


def _read(log: ChangeLog) -> list[str]:
    return [record["dynamodb"]["Keys"]["pk"]["S"] for record in log.read()]


def _after_a_kill(path: Path) -> list[str]:
    """What the next start finds, read without closing the one before."""
    return _read(ChangeLog(path))


def test_every_way_to_change_an_event_is_seen() -> None:
    key = {"pk": {"S": ONE}, "sk": {"S": "x"}}
    other = {"pk": {"S": TWO}, "sk": {"S": "x"}}
    batch = {"t": [{"PutRequest": {"Item": key}}, {"DeleteRequest": {"Key": other}}]}
    transaction = [{"Update": {"Key": key}}, {"ConditionCheck": {"Key": other}}]
    assert changed_partitions(_put(ONE)) == {ONE}
    assert changed_partitions(_call("UpdateItem", Key=key)) == {ONE}
    assert changed_partitions(_call("DeleteItem", Key=key)) == {ONE}
    assert changed_partitions(_call("BatchWriteItem", RequestItems=batch)) == {ONE, TWO}
    assert changed_partitions(_call("TransactWriteItems", TransactItems=transaction)) == {ONE, TWO}


def test_what_changes_no_event_is_not_noted() -> None:
    assert changed_partitions(_call("Query", TableName="t")) == set()
    assert changed_partitions(_put("acme#days#2026-03")) == set()
    assert changed_partitions(_put("acme#rate#0123456789ab")) == set()


def test_a_change_is_on_the_disk_before_its_write_is_sent(tmp_path: Path) -> None:
    log = ChangeLog(tmp_path / "changes")
    with log.during(_put(ONE)):
        assert _after_a_kill(tmp_path / "changes") == [ONE]
        assert _read(log) == []  # it is not there yet: its totals would be derived too early
    assert _read(log) == [ONE]


def test_what_is_delivered_is_forgotten_and_nothing_before(tmp_path: Path) -> None:
    path = tmp_path / "changes"
    log = ChangeLog(path)
    _write(log, ONE)
    assert _read(log) == [ONE]
    assert _after_a_kill(path) == [ONE]  # killed while its totals are derived
    log.settled()
    assert (path.read_bytes(), _after_a_kill(path)) == (b"", [])


def test_a_write_that_goes_on_while_others_are_settled_stays(tmp_path: Path) -> None:
    path = tmp_path / "changes"
    log = ChangeLog(path)
    _write(log, ONE)
    with log.during(_put(TWO)):
        assert _read(log) == [ONE]
        log.settled()
        assert path.read_text() == f"{TWO}\n"
    assert _read(log) == [TWO]
    log.settled()
    assert path.read_bytes() == b""


def test_two_writes_to_one_day_are_one_change_until_both_have_ended(tmp_path: Path) -> None:
    path = tmp_path / "changes"
    log = ChangeLog(path)
    with log.during(_put(ONE)):
        _write(log, ONE)
        assert _read(log) == [ONE]
        log.settled()
        assert path.read_text() == f"{ONE}\n"  # the first one may be stored after the reading
    assert _read(log) == [ONE]


def test_a_write_without_an_answer_is_looked_at_now_and_at_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "changes"
    log = ChangeLog(path)
    with pytest.raises(ConnectionError), log.during(_put(ONE)):
        raise ConnectionError
    assert _read(log) == [ONE]
    log.settled()
    assert _after_a_kill(path) == [ONE]


def test_totals_that_could_not_be_derived_are_tried_again_at_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "changes"
    log = ChangeLog(path)
    _write(log, ONE)
    log.failed(log.read())
    log.settled()
    assert _read(log) == []
    assert _after_a_kill(path) == [ONE]


def test_a_line_that_was_cut_off_is_no_change(tmp_path: Path) -> None:
    path = tmp_path / "changes"
    path.write_text(f"{ONE}\nacme#events#2026-0")
    log = ChangeLog(path)
    assert _read(log) == [ONE]
    _write(log, TWO)
    assert sorted(_after_a_kill(path)) == [ONE, TWO]


def test_a_full_disk_lets_no_write_pass_unnoted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "changes"
    log = ChangeLog(path)

    def full(_file: int, _content: bytes) -> int:
        raise OSError(errno.ENOSPC, "no space left")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        with pytest.raises(OSError, match="no space"), log.during(_put(ONE)):
            pytest.fail("the write was sent")
    assert (path.read_bytes(), _read(log)) == (b"", [])
    _write(log, ONE)
    assert _after_a_kill(path) == [ONE]

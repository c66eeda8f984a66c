"""DynamoDB Local as a process of ours: who reaches it, and when it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import pytest

from chalicelib.embedded import dynamodb_local
from chalicelib.embedded.aws import REGION
from chalicelib.embedded.dynamodb_local import running
from chalicelib.embedded.journal import dynamodb_call
from tests.served import DYNAMODB_LOCAL, ROOT, Served, needs_java_and_jar

pytestmark = needs_java_and_jar

HOLDER = """
import sys, time
from pathlib import Path
from chalicelib.embedded.dynamodb_local import running
with running(Path(sys.argv[1]), Path(sys.argv[2])) as process:
    print(process.pid, flush=True)
    time.sleep(600)
"""
CREATE = {
    "TableName": "table",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def _held(directory: Path) -> tuple[subprocess.Popen[str], int]:
    """A process that keeps a DynamoDB Local running, and Java's number."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(DYNAMODB_LOCAL), str(directory)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    return holder, int(holder.stdout.readline())


def _kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def is_running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    told = subprocess.run(
        ["ps", "-p", str(pid), "-o", "stat="], capture_output=True, text=True, check=False
    )
    return bool(told.stdout.strip()) and not told.stdout.startswith("Z")


def _wait_until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _port(directory: Path) -> int:
    found = re.search(r"likeworth: 127\.0\.0\.1:(\d+)", (directory / "log").read_text())
    assert found is not None
    return int(found[1])


def _accepts(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), 2).close()
    except OSError:
        return False
    return True


def test_only_127_0_0_1_and_the_access_key_reach_the_table(tmp_path: Path) -> None:
    with running(DYNAMODB_LOCAL, tmp_path / "d") as process:
        created, _, _ = process.answer(dynamodb_call("CreateTable", json.dumps(CREATE).encode()))
        _, _, mine = process.answer(dynamodb_call("ListTables", b"{}"))
        port = _port(tmp_path / "d")
        stranger = boto3.Session("AKIASTRANGER", "x", region_name=REGION).client(
            "dynamodb", endpoint_url=f"http://127.0.0.1:{port}"
        )
        assert (created, json.loads(mine)["TableNames"]) == (200, ["table"])
        assert stranger.list_tables()["TableNames"] == []
        # one that listens on every address answers on each of 127.0.0.0/8, too
        assert [_accepts(host, port) for host in ("127.0.0.1", "127.0.0.2", "::1")] == [
            True,
            False,
            False,
        ]
    assert not _accepts("127.0.0.1", port)


def test_java_ends_when_its_parent_is_killed_and_the_next_start_reads_on(tmp_path: Path) -> None:
    directory = tmp_path / "d"
    with running(DYNAMODB_LOCAL, directory) as process:
        process.answer(dynamodb_call("CreateTable", json.dumps(CREATE).encode()))
    holder, java = _held(directory)
    assert is_running(java)
    _kill(holder)
    _wait_until(lambda: not is_running(java))
    _wait_until(lambda: not _accepts("127.0.0.1", _port(directory)))
    with running(DYNAMODB_LOCAL, directory) as process:
        _, _, tables = process.answer(dynamodb_call("ListTables", b"{}"))
    assert json.loads(tables)["TableNames"] == ["table"]


def test_a_java_that_does_not_notice_its_parent_s_end_is_ended_by_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dynamodb_local, "END_SECONDS", 1.0)
    directory = tmp_path / "d"
    holder, java = _held(directory)
    os.kill(java, signal.SIGSTOP)
    _kill(holder)
    assert is_running(java)
    with running(DYNAMODB_LOCAL, directory) as process:
        assert not is_running(java)
        assert process.pid != java
        assert process.answer(dynamodb_call("ListTables", b"{}"))[0] == 200


def test_a_process_that_is_no_java_of_ours_is_let_live(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dynamodb_local, "END_SECONDS", 0.3)
    code = (
        "import fcntl, sys, time; f = open(sys.argv[1], 'w'); fcntl.flock(f, fcntl.LOCK_EX); "
        "print(flush=True); time.sleep(600)"
    )
    (tmp_path / "d").mkdir()
    lock = tmp_path / "d" / "lock"
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(lock)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout is not None
        other.stdout.readline()
        lock.write_text(str(other.pid))
        with (
            pytest.raises(dynamodb_local.EngineUnavailableError, match=f"process {other.pid}"),
            running(DYNAMODB_LOCAL, tmp_path / "d"),
        ):
            pytest.fail("two would share the files")
        assert other.poll() is None
    finally:
        _kill(other)


def test_serve_ends_and_says_so_when_java_is_killed(tmp_path: Path) -> None:
    served = Served(tmp_path / "data", "--engine", "dynamodb-local")
    found = re.search(r"DynamoDB Local \(process (\d+)\)", served.said)
    assert found is not None
    assert urlsplit(served.url).hostname == "127.0.0.1"
    os.kill(int(found[1]), signal.SIGKILL)
    _, said = served.process.communicate(timeout=60)
    assert "DynamoDB Local has ended by itself" in said
    assert served.process.returncode == 1

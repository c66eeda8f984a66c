"""Ctrl-C ends every long command at once, with status 130."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.served import ROOT, Served

AT_ONCE_SECONDS = 10.0
"""A demo takes a minute. A busy machine needs a second or two to end a process."""


def interrupted(tmp_path: Path, *arguments: str) -> tuple[int, float]:
    """Press Ctrl-C when a command works in its temporary directory: the status, the seconds."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    environment = os.environ | {"TMPDIR": str(scratch), "XDG_STATE_HOME": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-m", "chalicelib", *arguments],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    wait_until(lambda: any(scratch.glob("likeworth-*")))
    time.sleep(0.3)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    try:
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert b"Traceback" not in errors
    assert list(scratch.glob("likeworth-*")) == []
    return process.returncode, time.monotonic() - began


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("arguments", [("demo", "--port", "0"), ("demo", "--once")])
def test_ctrl_c_ends_the_demo_while_it_loads_and_removes_its_data(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    status, seconds = interrupted(tmp_path, *arguments)

    assert status == 130
    assert seconds < AT_ONCE_SECONDS


def test_ctrl_c_ends_estimate_while_it_reads_and_removes_its_copies(tmp_path: Path) -> None:
    status, seconds = interrupted(tmp_path, "estimate", "-")

    assert status == 130
    assert seconds < AT_ONCE_SECONDS


def test_ctrl_c_ends_serve_and_its_data_can_be_served_again(tmp_path: Path) -> None:
    first = Served(tmp_path / "data")
    assert first.end(signal.SIGINT) == 130

    second = Served(tmp_path / "data")
    assert second.end(signal.SIGTERM) == 0

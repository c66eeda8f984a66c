"""The command ``serve``; `tests/faults/test_killed_service.py` runs it as a process."""

from __future__ import annotations

import io
import socket
from pathlib import Path

import pytest

from chalicelib.cli import main, progress


def test_a_port_in_use_is_reported_with_status_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 2
    captured = capsys.readouterr()
    assert f"port {port} of 127.0.0.1 is in use" in captured.err
    assert captured.out == ""


def test_progress_is_silent_at_first_and_then_prints_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    out = io.StringIO()
    with progress.step("loading", out) as report:
        for second in (0.5, 1.9, 2.1, 3.0, 7.2):
            now[0] = second
            report(second / 10, f"{second} s")
    assert out.getvalue().splitlines() == [
        "loading: 21% (2.1 s)",
        "loading: 72% (7.2 s)",
        "loading: done in 7.2 s",
    ]


def test_a_short_step_prints_nothing() -> None:
    out = io.StringIO()
    with progress.step("loading", out) as report:
        report(0.5)
    assert out.getvalue() == ""

"""The command ``serve``, in a separate process where that matters."""

from __future__ import annotations

import io
import signal
import socket
import time
from pathlib import Path

import pytest

from chalicelib.cli import main, progress
from tests.factories import make_event, recently
from tests.served import Served


def test_acknowledged_events_survive_a_kill(tmp_path: Path) -> None:
    data = tmp_path / "data"
    events = [make_event(user_id=f"u{n}", occurred_at=recently(days=1)) for n in range(20)]
    yesterday = events[0]["occurred_at"][:10]
    first = Served(data)
    try:
        key = first.key
        answer = first.call("POST", "/v1/events", key, {"events": events})
    finally:
        first.end(signal.SIGKILL)
    assert answer["accepted"] == 20
    second = Served(data)
    try:
        assert "lw_local." not in second.said  # the existing key is valid
        path = f"/v1/timeseries?metric=engagements&group_by=none&from={yesterday}&to={yesterday}"
        counted = 0
        while counted < 20:
            time.sleep(0.2)  # the rate limit of a key is 600 requests per minute
            series = second.call("GET", f"{path}&interval=day", key)["series"]
            counted = sum(point["value"] for one in series for point in one["points"])
    finally:
        status = second.end(signal.SIGTERM)
    assert (counted, status) == (20, 0)


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

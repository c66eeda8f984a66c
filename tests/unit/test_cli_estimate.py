"""`python -m chalicelib estimate`."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.lines import write_lines
from tests.worlds.people import WORLDS, simulate


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("estimate") / "events.ndjson"
    write_lines(simulate(replace(WORLDS["loyalty"], n_people=1_000, n_days=45), 2), path)
    return path


def estimate(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "chalicelib", "estimate", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def with_lines(events: Path, path: Path, *lines: Any) -> Path:
    extra = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    path.write_text(extra + events.read_text())
    return path


def test_it_prints_roi_and_equivalence_and_nothing_on_standard_error(events: Path) -> None:
    done = estimate(events)

    answer = json.loads(done.stdout)
    assert done.returncode == 0
    assert done.stderr == ""
    assert set(answer) == {"roi", "equivalence"}
    assert answer["equivalence"]["engagement"]["channel"] == "facebook"
    assert answer["equivalence"]["baseline"]["paid"] is True


def test_bad_lines_are_named_and_the_rest_is_estimated(events: Path, tmp_path: Path) -> None:
    path = with_lines(
        events,
        tmp_path / "bad.ndjson",
        '{"kind": "engagement"',
        {"kind": "engagement", "event_id": "x", "occurred_at": "yesterday"},
        '{"kind": "audience", "event_id": "n", "size": NaN}',
        "[" * 100_000,
    )

    done = estimate(path)

    assert done.returncode == 0
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == [
        "line 1",
        "line 2",
        "line 3",
        "line 4",
    ]
    assert "malformed_json" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_line_in_the_future_is_refused_by_its_number(events: Path, tmp_path: Path) -> None:
    late = {
        "kind": "engagement",
        "event_id": "x",
        "occurred_at": "2126-01-01T00:00:00Z",
        "channel": "facebook",
        "type": "like",
    }

    done = estimate(with_lines(events, tmp_path / "late.ndjson", late))

    assert done.returncode == 0
    assert done.stderr.startswith("line 1: in_the_future")


def test_events_may_come_through_a_pipe(events: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "chalicelib", "estimate", "/dev/stdin"],
        input=events.read_bytes(),
        capture_output=True,
        check=True,
    )

    assert json.loads(done.stdout)["roi"]["channels"]


def test_money_in_a_second_currency_is_refused_by_line(events: Path, tmp_path: Path) -> None:
    dollars = {
        "kind": "cost",
        "event_id": "k1",
        "occurred_at": "2026-01-06T00:00:00Z",
        "channel": "facebook",
        "amount": {"amount": "5", "currency": "EUR"},
    }
    pounds = {**dollars, "event_id": "k2", "amount": {"amount": "5", "currency": "GBP"}}

    done = estimate(with_lines(events, tmp_path / "mixed.ndjson", dollars, pounds))

    assert done.returncode == 0
    assert done.stderr.startswith("line 2: currency_mismatch")


def test_the_same_event_twice_counts_once_and_the_later_one_wins(
    events: Path, tmp_path: Path
) -> None:
    cost = {
        "kind": "cost",
        "event_id": "k1",
        "occurred_at": "2026-01-06T00:00:00Z",
        "channel": "facebook",
        "amount": {"amount": "500", "currency": "EUR"},
    }
    restated = {**cost, "amount": {"amount": "70", "currency": "EUR"}}

    done = estimate(with_lines(events, tmp_path / "twice.ndjson", cost, cost, restated))

    channels = json.loads(done.stdout)["roi"]["channels"]
    assert next(c for c in channels if c["channel"] == "facebook")["cost"] == 70.0


def test_a_range_and_another_pair_can_be_asked_for(events: Path) -> None:
    done = estimate(
        events, "--from", "2026-01-10", "--to", "2026-01-31", "--engagement", "twitter/share"
    )

    answer = json.loads(done.stdout)
    assert answer["roi"]["from"] == "2026-01-10"
    assert answer["equivalence"]["engagement"]["channel"] == "twitter"


def test_the_classical_models_are_printed_when_they_are_asked_for(events: Path) -> None:
    done = estimate(events, "--attribution")

    answer = json.loads(done.stdout)
    assert set(answer) == {"roi", "equivalence", "attribution"}
    credits = answer["attribution"]["totals"]["credits"]
    assert credits["shapley"]["conversions"] == pytest.approx(credits["last"]["conversions"])


@pytest.mark.parametrize(
    ("content", "word"),
    [("", "unusable_input"), ("nonsense\n", "malformed_json")],
)
def test_unusable_input_ends_with_status_2_and_a_reason(
    tmp_path: Path, content: str, word: str
) -> None:
    path = tmp_path / "events.ndjson"
    path.write_text(content)

    done = estimate(path)

    assert done.returncode == 2
    assert word in done.stderr
    assert done.stdout == ""


def test_a_missing_file_and_an_unknown_engagement_end_with_status_2(
    events: Path, tmp_path: Path
) -> None:
    assert estimate(tmp_path / "none.ndjson").returncode == 2
    asked = estimate(events, "--engagement", "myspace/like")
    assert asked.returncode == 2
    assert "facebook/like" in asked.stderr

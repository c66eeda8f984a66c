"""The option ``--experiments`` of ``estimate``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.cli import main
from tests.experiments import make_effect
from tests.factories import make_conversion, make_event


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """Five weeks of clicks that lead to purchases."""
    lines = []
    for offset in range(35):
        day = f"2026-{1 + offset // 28:02d}-{1 + offset % 28:02d}T12:00:00Z"
        clicks = 40 + offset * 7 % 23
        click = {"channel": "google_ads", "type": "click", "paid": True}
        lines.append(make_event(occurred_at=day, count=clicks, **click))
        sold = 10 + clicks // 5 + offset * 5 % 4
        lines.append(make_conversion(occurred_at=day, count=sold, value=None))
    path = tmp_path / "events.ndjson"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def estimate(
    events: Path, capsys: pytest.CaptureFixture[str], *arguments: object
) -> tuple[int, Any, str]:
    status = main(["estimate", str(events), *map(str, arguments)])
    out, err = capsys.readouterr()
    return status, json.loads(out) if out else None, err


def test_experiments_from_a_file_are_combined_with_the_estimates(
    events: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "experiments.json"
    first = {"conversions_per_engagement": 0.9, "standard_error": 0.001}
    bodies = [make_effect(experiment_id="x", effect=first), make_effect(experiment_id="x")]
    path.write_text(json.dumps(bodies))

    status, answer, err = estimate(events, capsys, "--experiments", path)

    assert (status, err) == (0, "")
    (click,) = answer["roi"]["channels"][0]["engagements"]
    assert click["method"] == "experiment"
    (record,) = answer["roi"]["diagnostics"]["experiments"]
    assert record["measured"]["estimate"] == 0.2  # for equal ids, the last one counts


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", ["malformed_json"]),
        ("[NaN]", ["malformed_json"]),
        ("{}", ["invalid_fields", "list"]),
        (json.dumps([make_effect(), make_effect(channel=None)]), ["experiment 2", "/channel"]),
    ],
)
def test_an_invalid_file_of_experiments_ends_with_status_2_and_the_reason(
    events: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, words: list[str]
) -> None:
    path = tmp_path / "experiments.json"
    path.write_text(content)

    status, answer, err = estimate(events, capsys, "--experiments", path)

    assert (status, answer) == (2, None)
    assert all(word in err for word in (str(path), *words))


def test_a_missing_file_of_experiments_ends_with_status_2(
    events: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = estimate(events, capsys, "--experiments", tmp_path / "none.json")

    assert status == 2
    assert "No such file" in err

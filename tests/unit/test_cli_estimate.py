"""The command ``estimate``."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib.cli import main
from chalicelib.cli.inputs import admitted_lines
from chalicelib.cli.inputs.admitted_lines import EventLines, LineFile
from tests.factories import (
    NOW,
    make_annotation,
    make_conversion,
    make_cost,
    make_coverage,
    make_event,
    money,
)
from tests.worlds.lines import write_lines
from tests.worlds.people import WORLDS, simulate


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("estimate") / "events.ndjson"
    write_lines(simulate(replace(WORLDS["loyalty"], n_people=1_000, n_days=45), 2), path)
    return path


@dataclass(frozen=True)
class Ended:
    """The exit status and output of a command."""

    returncode: int
    stdout: str
    stderr: str


def estimate(*arguments: object) -> Ended:
    """Run the command in this process, because a new one would import numpy and scipy again."""
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as errors:
        try:
            status = main(["estimate", *map(str, arguments)])
        except SystemExit as ended:
            status = int(ended.code or 0)
    return Ended(status, out.getvalue(), errors.getvalue())


def with_lines(events: Path, path: Path, *lines: Any) -> Path:
    extra = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join([*extra, events.read_text()]))
    return path


def estimate_in_a_process(path: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "chalicelib", "estimate", path]
    return subprocess.run(command, capture_output=True, check=True, **options)


def test_it_prints_roi_and_equivalence_without_messages(events: Path) -> None:
    done = estimate_in_a_process(str(events))

    answer = json.loads(done.stdout)
    assert done.stderr == b""
    assert list(answer) == ["coverage", "roi", "equivalence"]
    assert {one["source"] for one in answer["coverage"]} >= {"purchase", "facebook/like"}
    assert answer["equivalence"]["engagement"]["channel"] == "facebook"
    assert answer["equivalence"]["baseline"]["paid"] is True


def test_summary_prints_tables_instead_of_json(events: Path) -> None:
    done = estimate(events, "--summary")

    assert (done.returncode, done.stderr) == (0, "")
    assert "Within-Person Regression Results" in done.stdout
    assert re.search(r"^facebook/like +-?\d", done.stdout, re.MULTILINE)
    unknown = estimate(events, "--summary", "--goal", "dance")
    assert unknown.returncode == 2
    assert "dance" in unknown.stderr


def test_country_adds_public_holidays_to_the_fit(events: Path, tmp_path: Path) -> None:
    path = tmp_path / "anonymous.ndjson"
    path.write_text(re.sub(r', "user_id": "\w+"', "", events.read_text()))

    done = estimate(path, "--country", "at")  # Epiphany is in the window

    assert done.returncode == 0
    assert '"holidays_used"' in done.stdout
    assert '"holidays_used"' not in estimate(path).stdout


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), {"ids_taken_for_people"}),
        (("--user-ids", "people"), set()),
        (("--user-ids", "devices"), {"ids_are_devices"}),
    ],
)
def test_user_ids_determines_the_warnings_of_estimates_from_people(
    events: Path, options: tuple[str, ...], expected: set[str]
) -> None:
    done = estimate(events, *options)

    found = json.loads(done.stdout)["equivalence"]["engagement"]
    assert found["method"] == "within_user"
    assert set(found["warnings"]) & {"ids_taken_for_people", "ids_are_devices"} == expected


def test_the_fit_window_has_the_requested_days(events: Path) -> None:
    done = estimate(events, "--fit-from", "2026-01-10", "--fit-to", "2026-02-05")

    window = json.loads(done.stdout)["roi"]["fit"]["window"]
    assert window == {"from": "2026-01-10", "to": "2026-02-05"}


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--role", "facebook/click=bystander"),
        ("--role", "cause"),
        ("--time-zone", "Mars/Base"),
        ("--country", "XX"),
    ],
)
def test_an_invalid_option_is_a_usage_error(events: Path, option: str, value: str) -> None:
    done = estimate(events, option, value)

    assert done.returncode == 2
    assert value in done.stderr


def lines_of(path: Path, *raws: dict[str, Any]) -> EventLines:
    path.write_text("".join(json.dumps(raw) + "\n" for raw in raws))
    return EventLines([LineFile(path)], NOW)


def test_an_anonymous_event_at_another_hour_of_its_day_replaces_the_first(tmp_path: Path) -> None:
    lines = lines_of(
        tmp_path / "twice.ndjson",
        make_event(event_id="day", occurred_at="2026-03-14T00:00:00Z", count=10),
        make_event(event_id="day", occurred_at="2026-03-14T08:00:00Z", count=12),
        make_event(event_id="day", occurred_at="2026-03-13T08:00:00Z", count=5),
        make_event(event_id="one", occurred_at="2026-03-14T08:00:00Z", user_id="u"),
        make_event(event_id="one", occurred_at="2026-03-14T09:00:00Z", user_id="u"),
    )

    assert [getattr(event, "count", 0) for event in lines] == [12, 5, 1, 1]


def test_a_person_is_the_same_in_any_spelling_and_with_or_without_consent(
    tmp_path: Path,
) -> None:
    lines = lines_of(
        tmp_path / "spelt.ndjson",
        make_event(event_id="one", user_id=" Anna@Example.com"),
        make_event(event_id="one", user_id="anna@example.com", consent=False),
        make_event(event_id="one", user_id="berta@example.com"),
    )

    assert [getattr(event, "user_id", "") for event in lines] == [None, "berta@example.com"]


def test_a_span_is_replaced_by_the_next_one_with_its_id(tmp_path: Path) -> None:
    lines = lines_of(
        tmp_path / "spans.ndjson",
        make_coverage(event_id="v", first="2026-02-01"),
        make_coverage(event_id="v", first="2026-03-01"),
        make_annotation(event_id="v"),
    )

    assert [event.kind for event in lines] == ["coverage", "annotation"]
    assert next(iter(lines)).day == dt.date(2026, 3, 1)


def test_a_missing_day_of_the_window_comes_from_the_events(tmp_path: Path) -> None:
    first, last = dt.date(2026, 3, 1), dt.date(2026, 3, 14)
    lines = lines_of(
        tmp_path / "days.ndjson",
        make_event(occurred_at="2026-03-14T08:00:00Z"),
        make_event(occurred_at="2026-03-01T08:00:00Z"),
    )

    assert lines.window(None, None) is None
    assert lines.window(dt.date(2026, 3, 5), None) == (dt.date(2026, 3, 5), last)
    assert lines.window(None, dt.date(2026, 3, 5)) == (first, dt.date(2026, 3, 5))


@pytest.mark.parametrize("kept", [0, 3, 100])
def test_many_events_are_read_again_with_the_same_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    monkeypatch.setattr(admitted_lines, "KEPT_EVENTS", kept)
    first, second = tmp_path / "first.ndjson", tmp_path / "second.ndjson"
    lines_of(
        first,
        make_event(event_id="twice", count=10),
        make_event(event_id="bad", count=-1),
        make_conversion(event_id="sale", value={"amount": "5.00", "currency": "EUR"}),
        make_event(event_id="left", channel="x"),
        make_conversion(event_id="other", value={"amount": "5.00", "currency": "USD"}),
    )
    lines_of(second, make_event(event_id="twice", count=12), make_event(event_id="new"))

    lines = EventLines([LineFile(first), LineFile(second)], NOW)
    lines.leave_out(0, "x")

    for _ in range(2):
        assert [event.event_id for event in lines] == ["sale", "twice", "new"]
    assert [getattr(event, "count", 0) for event in lines] == [1, 12, 1]
    assert [(one.file, one.row) for one in lines.rejected] == [(0, 2), (0, 5)]


def test_bad_lines_are_listed_and_the_rest_is_estimated(events: Path, tmp_path: Path) -> None:
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
    told = [line.split(":")[0] for line in done.stderr.splitlines()]
    assert told == ["line 1", "line 2", "line 3", "line 4"]
    assert "malformed_json" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_line_in_the_future_is_rejected_with_its_number(events: Path, tmp_path: Path) -> None:
    late = make_event(occurred_at="2126-01-01T00:00:00Z")

    done = estimate(with_lines(events, tmp_path / "late.ndjson", late))

    assert done.returncode == 0
    assert done.stderr.startswith("line 1: in_the_future")


def test_events_can_be_read_from_a_pipe(events: Path) -> None:
    done = estimate_in_a_process("/dev/stdin", input=events.read_bytes())

    assert json.loads(done.stdout)["roi"]["channels"]


def test_amounts_in_a_second_currency_are_rejected_with_their_line(
    events: Path, tmp_path: Path
) -> None:
    costs = [
        make_cost(occurred_at="2026-01-06T00:00:00Z", amount=money("5", currency))
        for currency in ("EUR", "GBP")
    ]

    done = estimate(with_lines(events, tmp_path / "mixed.ndjson", *costs))

    assert done.returncode == 0
    assert done.stderr.startswith("line 2: currency_mismatch")


def test_the_same_event_twice_counts_once_and_the_later_one_wins(
    events: Path, tmp_path: Path
) -> None:
    cost = make_cost(occurred_at="2026-01-06T00:00:00Z", amount=money("500"))
    restated = cost | {"amount": money("70")}

    done = estimate(with_lines(events, tmp_path / "twice.ndjson", cost, cost, restated))

    channels = json.loads(done.stdout)["roi"]["channels"]
    assert next(c for c in channels if c["channel"] == "facebook")["cost"] == 70.0


def test_a_range_and_another_pair_can_be_requested(events: Path) -> None:
    done = estimate(
        events, "--from", "2026-01-10", "--to", "2026-01-31", "--engagement", "twitter/share"
    )

    answer = json.loads(done.stdout)
    assert answer["roi"]["from"] == "2026-01-10"
    assert answer["equivalence"]["engagement"]["channel"] == "twitter"


def test_attribution_adds_the_path_models(events: Path) -> None:
    done = estimate(events, "--attribution")

    answer = json.loads(done.stdout)
    assert set(answer) == {"coverage", "roi", "equivalence", "attribution"}
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
    unknown = estimate(events, "--engagement", "myspace/like")
    assert unknown.returncode == 2
    assert "facebook/like" in unknown.stderr

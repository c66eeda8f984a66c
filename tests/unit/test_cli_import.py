"""The commands ``import`` and ``report``: files into a running service, and its answers out."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from chalicelib.cli import main
from chalicelib.local.installation import Installation
from chalicelib.local.service import LocalService
from tests.lookalikes import write_files

DAYS = 45


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalService, Path]]:
    import app

    folder = tmp_path_factory.mktemp("served")
    made = LocalService(app, Installation(folder / "data"), port=0, data=folder / "data")
    made.start()
    yield made, folder / "data"
    made.stop()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    write_files(folder, DAYS, first_day=dt.datetime.now(dt.UTC).date() - dt.timedelta(days=60))
    return folder


def test_files_are_stored_and_the_report_of_their_fit_is_the_same_from_both_sides(
    service: tuple[LocalService, Path],
    shop: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    running, data = service
    key = running.create_key("acme", "admin", currency="AUD")
    access = ["--url", running.url, "--key", key]
    names = ["google.csv", "shop.csv", "x.csv"]
    costs = ["--costs", str(shop / "costs.csv")]

    status = main(["import", *(str(shop / name) for name in names), *costs, *access, "--fit"])

    output, errors = capsys.readouterr()
    assert status == 0, errors
    for name in (*names, "costs.csv"):
        assert f"{shop / name}" in output
    assert output.count(" done ") == len(names) + 1

    book = tmp_path / "report.xlsx"
    assert main(["report", *access, "--out", str(tmp_path / "report.json")]) == 0
    served = capsys.readouterr().out
    assert main(["report", "--data", str(data), "--tenant", "acme", "--out", str(book)]) == 0
    stored = capsys.readouterr().out

    answer = json.loads((tmp_path / "report.json").read_text())
    costs_of = {one["channel"]: one["cost"] for one in answer["roi"]["channels"]}
    assert costs_of["linkedin"] > 0
    assert "Of " in served
    assert served == stored
    assert "BUDGET" in served
    rows = openpyxl.load_workbook(book)["Channels"].iter_rows(min_row=2, values_only=True)
    assert next(row[0] for row in rows) == "Google Ads"


def test_a_file_that_fails_is_named_with_the_reason_and_status_1(
    service: tuple[LocalService, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    running, _ = service
    key = running.create_key("failing", "ingest", currency="AUD")
    unknown = tmp_path / "unknown.csv"
    unknown.write_text("a,b\n1,2\n")

    status = main(["import", str(unknown), "--url", running.url, "--key", key])

    captured = capsys.readouterr()
    assert status == 1
    assert "failed" in captured.out
    assert "File not recognised" in captured.err


def test_event_lines_are_sent_and_rejected_lines_are_named(
    service: tuple[LocalService, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    running, _ = service
    key = running.create_key("lines", "ingest")
    event = {
        "kind": "engagement",
        "occurred_at": "2026-03-01T00:00:00Z",
        "channel": "facebook",
        "type": "like",
    }
    lines = [json.dumps(event | {"event_id": f"e{number}"}) for number in range(700)]
    lines[650] = json.dumps(event | {"event_id": "bad", "type": "hug"})
    path = tmp_path / "events.ndjson"
    path.write_text("\n\n".join(lines))  # a blank line between all lines

    status = main(["import", str(path), "--url", running.url, "--key", key])

    captured = capsys.readouterr()
    assert status == 0
    assert f"{path}:1301: unknown_value" in captured.err
    assert captured.out.splitlines()[-1].split()[-2:] == ["699", "1"]


def test_a_file_whose_events_are_all_rejected_is_shown_with_its_lines(
    service: tuple[LocalService, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    running, _ = service
    key = running.create_key("wrong", "ingest")
    path = tmp_path / "events.ndjson"
    path.write_text('{"kind": "engagement"}\n{"kind": "cost"}\n')

    status = main(["import", str(path), "--url", running.url, "--key", key])

    captured = capsys.readouterr()
    assert status == 1
    assert captured.out.splitlines()[-1].split()[-2:] == ["0", "2"]
    assert f"{path}:2: " in captured.err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--url", "http://127.0.0.1:9"], "an API key is needed"),
        (["--url", "127.0.0.1", "--key", "k"], "must begin with http"),
        (["--url", "http://127.0.0.1:9", "--key", "k"], "http://127.0.0.1:9"),
    ],
)
def test_a_service_that_cannot_be_used_is_status_2(
    options: list[str],
    message: str,
    shop: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("LIKEWORTH_KEY", raising=False)

    assert main(["import", str(shop / "x.csv"), *options]) == 2
    assert message in capsys.readouterr().err
    assert main(["report", *options]) == 2
    assert message in capsys.readouterr().err


def test_a_wrong_key_is_named(
    service: tuple[LocalService, Path], shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    running, _ = service

    status = main(["import", str(shop / "x.csv"), "--url", running.url, "--key", "lw_no.k.y"])

    assert status == 2
    assert "unauthenticated" in capsys.readouterr().err

"""The command `convert`: its output streams and exit status."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib.cli import convert
from tests.importers.files import google_report, google_row


def run(*arguments: object) -> int:
    parser = argparse.ArgumentParser()
    convert.add_parser(parser.add_subparsers())
    namespace = parser.parse_args(["convert", *map(str, arguments)])
    status = namespace.run(namespace)
    assert isinstance(status, int)
    return status


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "export.csv"
    path.write_text(google_report(google_row(), google_row(campaign="B", clicks="x")))
    return path


def test_events_go_to_standard_output_and_rejected_rows_to_standard_error(
    export: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = run(export)

    output, errors = capsys.readouterr()
    assert status == 0
    assert [json.loads(line)["type"] for line in output.splitlines()] == ["impression", "click"]
    assert errors.startswith(f"{export}:5: invalid_number: Clicks: not a number")


def test_coverage_is_printed_after_the_events_on_request(
    export: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(export, "--coverage") == 0

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["kind"] for line in lines] == ["engagement"] * 2 + ["coverage"] * 2
    assert {line["type"] for line in lines[2:]} == {"impression", "click"}


def test_the_summary_replaces_the_events(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = run(export, "--summary")

    summary = json.loads(capsys.readouterr().out)
    assert status == 0
    assert {
        name: summary[name] for name in ("platform", "report", "rows", "events", "rejected")
    } == {
        "platform": "google_ads",
        "report": "campaign",
        "rows": 2,
        "events": 2,
        "rejected": 1,
    }
    assert (summary["from"], summary["to"]) == ("2026-06-01", "2026-06-01")


def test_a_rejected_file_prints_one_line_and_exits_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "empty.csv"
    path.touch()

    assert run(path) == 2
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors.startswith(f"{path}: empty_file: the file is empty. Download")
    assert errors.count("\n") == 1


def test_a_missing_file_and_a_folder_are_rejected(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path / "none.csv") == run(tmp_path) == 2
    assert capsys.readouterr().err.count("unreadable_file") == 2


def test_convert_applies_a_mapping(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, mapping = tmp_path / "own.csv", tmp_path / "mapping.json"
    file.write_text("Tag;Gefällt\n2026-06-01;3\n", encoding="utf-8")
    mapping.write_text(
        json.dumps(
            {"columns": {"Tag": "day", "Gefällt": "like"}, "constants": {"channel": "xing"}}
        ),
        encoding="utf-8",
    )

    assert run(file, "--mapping", str(mapping)) == 0

    (line,) = capsys.readouterr().out.splitlines()
    assert (json.loads(line)["channel"], json.loads(line)["count"]) == ("xing", 3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "malformed_json: /"),
        ('{"columns": {"Tag": "tag"}}', "unknown_value: /columns/Tag: must be one of"),
    ],
)
def test_an_invalid_mapping_file_is_rejected_with_the_reason(
    export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, expected: str
) -> None:
    mapping = tmp_path / "mapping.json"
    mapping.write_text(text, encoding="utf-8")

    assert run(export, "--mapping", str(mapping)) == 2

    assert expected in capsys.readouterr().err


def test_spread_currency_and_platform_reach_the_reader(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "export.csv"
    header = ("Campaign", "Avg. CPC", "Clicks", "Cost")
    path.write_text(google_report(["Brand", "1.00", "6", "6.00"], header=header))

    assert run(path) == run(path, "--spread") == run(path, "--platform", "youtube") == 2
    assert run(path, "--spread", "--currency", "EUR", "--platform", "google_ads") == 0
    output, errors = capsys.readouterr()
    codes = [line.split(": ")[1] for line in errors.splitlines()]
    assert codes == ["aggregate_period", "no_currency", "unknown_platform", "note"]
    assert json.loads(output.splitlines()[0])["cost"]["currency"] == "EUR"


def test_a_file_with_nothing_to_import_is_noted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "export.csv"
    path.write_text(google_report(["Total: Account", "", "EUR", "1.00", "5", "5", "0.00"]))
    assert run(path) == 0
    path.write_text(google_report(google_row(clicks="x")))
    assert run(path) == 2

    errors = capsys.readouterr().err
    assert "nothing to import: 1 rows, 0 rejected, 1 without data" in errors
    assert "nothing to import: 1 rows, 1 rejected, 0 without data" in errors


def test_an_event_that_violates_the_contract_rejects_its_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "export.csv"
    damaged = google_row(campaign="B", day="2026-06-09", clicks=10**13, conversions="70.00")
    path.write_text(google_report(google_row(), damaged))

    assert run(path, "--summary") == 0
    output, errors = capsys.readouterr()
    assert errors.startswith(f"{path}:5: out_of_range: ")
    summary = json.loads(output)
    assert (summary["events"], summary["rejected"], summary["to"]) == (2, 1, "2026-06-01")
    assert [claimed["count"] for claimed in summary["claimed_conversions"]] == ["0.50"]


def test_a_closed_output_ends_the_command_quietly(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(google_report(*(google_row(campaign=f"C{n}") for n in range(20_000))))
    code = (
        "import argparse, sys; from chalicelib.cli import convert;"
        "p = argparse.ArgumentParser(); convert.add_parser(p.add_subparsers());"
        "a = p.parse_args(sys.argv[1:]); sys.exit(a.run(a))"
    )

    with subprocess.Popen(
        [sys.executable, "-c", code, "convert", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read()

    assert errors == b""
    assert process.returncode == 1

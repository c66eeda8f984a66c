"""`keys create`."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.cli import main
from chalicelib.services.keys import authenticate


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("LIKEWORTH_TABLE", "LIKEWORTH_SECRET", "LIKEWORTH_CURRENCY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def _create(*arguments: str) -> int:
    return main(["keys", "create", *arguments])


def _records(directory: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (directory / "keys.ndjson").read_text().splitlines()]


def test_the_key_alone_is_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert _create("--tenant", "acme", "--role", "admin") == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("lw_acme.")
    assert captured.out.count("\n") == 1
    assert captured.out.strip() not in captured.err
    assert "acme" in captured.err


def test_a_record_holds_the_hash_and_not_the_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _create("--tenant", "acme", "--role", "read", "--currency", "CHF")
    key = capsys.readouterr().out.strip()
    (record,) = _records(tmp_path / "state" / "likeworth")
    assert (record["tenant"], record["role"], record["currency"]) == ("acme", "read", "CHF")
    assert len(record["key_hash"]) == 64
    assert key.rpartition(".")[2] not in json.dumps(record)


def test_a_second_key_cannot_change_the_reporting_currency(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert _create("--tenant", "acme", "--role", "read", "--currency", "CHF") == 0
    assert _create("--tenant", "acme", "--role", "read", "--currency", "CHF") == 0
    capsys.readouterr()

    assert _create("--tenant", "acme", "--role", "read", "--currency", "USD") == 2

    captured = capsys.readouterr()
    assert captured.out == ""
    assert "CHF" in captured.err


def test_the_secret_is_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    _create("--tenant", "acme", "--role", "read", "--data", str(tmp_path))
    first = (tmp_path / "secret").read_text()
    _create("--tenant", "acme", "--role", "read", "--data", str(tmp_path))
    assert (tmp_path / "secret").read_text() == first
    assert len(first.strip()) >= 32
    for name in ("secret", "keys.ndjson"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert sorted(file.name for file in tmp_path.iterdir()) == ["keys.ndjson", "secret"]


def test_a_given_secret_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LIKEWORTH_SECRET", "a secret from outside")
    assert _create("--tenant", "acme", "--role", "read", "--data", str(tmp_path)) == 0
    assert not (tmp_path / "secret").exists()
    monkeypatch.setenv("LIKEWORTH_SECRET", "too short")
    assert _create("--tenant", "acme", "--role", "read", "--data", str(tmp_path)) == 2
    assert "16" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--tenant", "Acme Ltd", "--role", "read"),
        ("--tenant", "acme", "--role", "read", "--currency", "euro"),
    ],
)
def test_what_makes_no_sense_is_refused(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert _create(*arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("keys create: ")
    assert not (tmp_path / "state").exists()


def test_with_a_table_in_the_environment_the_key_goes_there(
    cloud: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LIKEWORTH_SECRET", "a root secret for tests only")
    monkeypatch.setenv("LIKEWORTH_TABLE", "likeworth")
    assert _create("--tenant", "acme", "--role", "ingest", "--currency", "USD") == 0
    key = capsys.readouterr().out.strip()
    assert authenticate(key, wiring.store).role == "ingest"
    assert wiring.store("acme").config.currency == "USD"
    assert _create("--tenant", "acme", "--role", "read", "--currency", "EUR") == 2
    assert "USD" in capsys.readouterr().err
    assert not (tmp_path / "state").exists()

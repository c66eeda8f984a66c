"""The commands ``keys create``, ``keys list`` and ``keys revoke``."""

from __future__ import annotations

import datetime as dt
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.cli import main
from chalicelib.cli.places import reason_of
from chalicelib.model.errors import Unauthenticated
from chalicelib.services.credentials.api_keys import authenticate

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("LIKEWORTH_TABLE", "LIKEWORTH_SECRET", "LIKEWORTH_CURRENCY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def _create(*options: str, tenant: str = "acme", role: str = "read") -> int:
    return main(["keys", "create", "--tenant", tenant, "--role", role, *options])


def test_standard_output_contains_only_the_key(capsys: pytest.CaptureFixture[str]) -> None:
    assert _create(role="admin") == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("lw_acme.")
    assert captured.out.count("\n") == 1
    assert captured.out.strip() not in captured.err
    assert "acme" in captured.err


def test_only_the_hash_of_the_key_is_stored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _create("--currency", "CHF")
    secret = capsys.readouterr().out.strip().rpartition(".")[2].encode()
    files = [file for file in (tmp_path / "state").rglob("*") if file.is_file()]
    assert any(b"CHF" in file.read_bytes() for file in files)
    assert not any(secret in file.read_bytes() for file in files)


def test_a_second_key_cannot_change_the_reporting_currency(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert _create("--currency", "CHF") == 0
    assert _create("--currency", "CHF") == 0
    capsys.readouterr()

    assert _create("--currency", "USD") == 2

    captured = capsys.readouterr()
    assert captured.out == ""
    assert "CHF" in captured.err


def test_the_secret_is_created_once_and_readable_only_by_the_owner(tmp_path: Path) -> None:
    _create("--data", str(tmp_path))
    first = (tmp_path / "secret").read_text()
    _create("--data", str(tmp_path))
    assert (tmp_path / "secret").read_text() == first
    assert len(first.strip()) >= 32
    assert {"secret", "likeworth.db"} <= {file.name for file in tmp_path.iterdir()}
    for file in tmp_path.rglob("*"):
        assert stat.S_IMODE(file.stat().st_mode) == (0o700 if file.is_dir() else 0o600), file


def test_a_secret_in_the_environment_takes_precedence_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LIKEWORTH_SECRET", "a secret from outside")
    assert _create("--data", str(tmp_path)) == 0
    assert not (tmp_path / "secret").exists()
    monkeypatch.setenv("LIKEWORTH_SECRET", "too short")
    assert _create("--data", str(tmp_path)) == 2
    assert "16" in capsys.readouterr().err


def test_keys_are_stored_in_the_table_that_the_environment_names(
    cloud: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LIKEWORTH_SECRET", "a root secret for tests only")
    monkeypatch.setenv("LIKEWORTH_TABLE", "likeworth")
    assert _create("--currency", "USD", role="ingest") == 0
    key = capsys.readouterr().out.strip()
    assert authenticate(key, wiring.store, now=dt.datetime.now(dt.UTC)).role == "ingest"
    assert wiring.store("acme").config.currency == "USD"
    assert _create("--currency", "EUR") == 2
    assert "USD" in capsys.readouterr().err
    assert not (tmp_path / "state").exists()
    assert main(["keys", "revoke", "--tenant", "acme", key.split(".")[1]]) == 0
    assert main(["keys", "revoke", "--tenant", "acme", "0" * 12]) == 2
    assert "no key" in capsys.readouterr().err
    with pytest.raises(Unauthenticated):
        authenticate(key, wiring.store, now=dt.datetime.now(dt.UTC))
    assert main(["keys", "list", "--tenant", "acme"]) == 0
    captured = capsys.readouterr()
    shown = [line.split("\t")[1:3] for line in captured.out.splitlines()]
    assert shown == [["role", "state"], ["ingest", "revoked"]]
    assert captured.err == ""


# --- expiry, limits, revocation -----------------------------------------------------------------


def _list(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, dict[str, str]]:
    assert main(["keys", "list", "--tenant", "acme", *arguments]) == 0
    head, *rows = (line.split("\t") for line in capsys.readouterr().out.splitlines())
    return {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in rows}


def _make(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Create a key and return its id."""
    assert _create(*arguments) == 0
    return capsys.readouterr().out.split(".")[1]


def test_expires_sets_when_a_key_expires(capsys: pytest.CaptureFixture[str]) -> None:
    first = _make(capsys, "--expires", "90d")
    second = _make(capsys)
    keys = _list(capsys)
    left = dt.datetime.fromisoformat(keys[first]["expires_at"]) - dt.datetime.now(dt.UTC)
    assert dt.timedelta(days=90, minutes=-1) < left <= dt.timedelta(days=90)
    assert keys[second]["expires_at"] == "-"


def test_a_third_key_is_rejected_until_one_is_revoked(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = _make(capsys), _make(capsys)
    assert _create() == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("keys create: acme has 2 active keys with the role read")
    assert first in captured.err
    assert _create(role="admin") == 0
    assert _create(tenant="other") == 0
    capsys.readouterr()
    assert main(["keys", "revoke", "--tenant", "acme", first]) == 0
    assert main(["keys", "revoke", "--tenant", "acme", first]) == 0  # not an error
    capsys.readouterr()
    third = _make(capsys)
    keys = _list(capsys)
    assert {one: keys[one]["state"] for one in (first, second, third)} == {
        first: "revoked",
        second: "active",
        third: "active",
    }


def test_of_four_concurrent_creations_two_succeed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "chalicelib", "keys", "create", "--role", "read"]
    command += ["--tenant", "acme", "--data", str(tmp_path)]
    _create("--data", str(tmp_path), role="admin")
    made = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) for _ in range(4)]
    assert sorted(one.wait(60) for one in made) == [0, 0, 2, 2]


def test_listing_and_revoking_do_not_create_a_data_directory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["keys", "list", "--tenant", "acme"]) == 0
    captured = capsys.readouterr()
    assert captured.out.split() == ["id", "role", "state", "created_at", "expires_at", "revoked_at"]
    assert main(["keys", "revoke", "--tenant", "acme", "0123456789ab"]) == 2
    assert "has no key" in capsys.readouterr().err
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("create --role read --tenant Acme", "keys create: "),
        ("create --role read --tenant acme --currency euro", "keys create: "),
        *(
            (f"create --role read --tenant acme --expires {when}", "keys create: --expires:")
            for when in ("yesterday", "2020-01-01", "0d", "99999d", "2999-01-01")
        ),
        ("revoke --tenant acme lw_acme.0123456789ab.x", "keys revoke: "),
        ("revoke --tenant Acme 0123456789ab", "keys revoke: "),
        ("list --tenant Acme", "keys list: "),
    ],
)
def test_invalid_arguments_are_rejected(
    arguments: str, message: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["keys", *arguments.split()]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(message)
    assert not (tmp_path / "state").exists()


def test_a_system_error_names_the_file_if_it_is_known() -> None:
    assert reason_of(PermissionError(13, "Permission denied", "/d/secret")) == (
        "/d/secret: Permission denied"
    )
    assert reason_of(OSError(28, "No space left on device")).endswith("No space left on device")

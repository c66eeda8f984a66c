"""Which engine reads which directory, and what is said where none can."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.cli import main
from chalicelib.embedded.dynamodb_local import installed_in
from chalicelib.embedded.engine import EngineMismatchError, engine_of, record_engine


def _said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["serve", "--port", "0", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    return " ".join(captured.err.split())


def test_a_new_directory_takes_the_engine_that_is_asked_for(tmp_path: Path) -> None:
    assert engine_of(tmp_path, None) == "embedded"
    assert engine_of(tmp_path, "dynamodb-local") == "dynamodb-local"
    assert engine_of(tmp_path / "not there", "embedded") == "embedded"


@pytest.mark.parametrize("engine", ["embedded", "dynamodb-local"])
def test_a_directory_remembers_its_engine(tmp_path: Path, engine: str) -> None:
    record_engine(tmp_path, engine)
    assert engine_of(tmp_path, None) == engine_of(tmp_path, engine) == engine


def test_a_directory_of_another_engine_is_refused_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record_engine(tmp_path, "dynamodb-local")
    before = sorted(tmp_path.iterdir())
    said = _said(capsys, "--data", str(tmp_path), "--engine", "embedded")
    assert "was written by --engine dynamodb-local, and embedded cannot read it" in said
    assert "serve it with --engine dynamodb-local, or name another directory" in said
    assert {file.name for file in tmp_path.iterdir()} - {file.name for file in before} <= {
        "lock",
        "secret",
    }


def test_a_journal_from_before_engines_were_recorded_belongs_to_the_embedded_one(
    tmp_path: Path,
) -> None:
    (tmp_path / "table.journal").write_bytes(b"")
    assert engine_of(tmp_path, None) == "embedded"
    with pytest.raises(EngineMismatchError, match="--engine embedded"):
        engine_of(tmp_path, "dynamodb-local")


@pytest.mark.parametrize("asked", [None, "embedded"])
def test_an_engine_that_nobody_knows_is_refused(tmp_path: Path, asked: str | None) -> None:
    record_engine(tmp_path, "from-tomorrow")
    with pytest.raises(EngineMismatchError, match="does not know"):
        engine_of(tmp_path, asked)


def test_an_engine_that_keeps_files_needs_a_directory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert "name it with --data DIR" in _said(capsys, "--engine", "dynamodb-local")


def test_without_java_it_is_said_and_nothing_else_is_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    data = tmp_path / "data"
    said = _said(capsys, "--data", str(data), "--engine", "dynamodb-local")
    assert "needs a Java development kit, 17 or newer" in said
    assert not (data / "engine").exists()
    assert not (data / "table.journal").exists()


def test_without_the_jar_it_is_said_where_it_would_lie(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.touch(mode=0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    monkeypatch.setenv("LIKEWORTH_DYNAMODB_LOCAL", str(tmp_path / "jars"))
    said = _said(capsys, "--data", str(tmp_path / "data"), "--engine", "dynamodb-local")
    assert f"no DynamoDB Local in {tmp_path / 'jars'}: `make dynamodb-local` installs it" in said
    assert not (tmp_path / "data" / "engine").exists()


def test_a_java_that_cannot_start_it_is_quoted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'Error: no compiler in this runtime'\nexit 3\n")
    java.chmod(0o755)
    (tmp_path / "DynamoDBLocal.jar").touch()
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    monkeypatch.setenv("LIKEWORTH_DYNAMODB_LOCAL", str(tmp_path))
    said = _said(capsys, "--data", str(tmp_path / "data"), "--engine", "dynamodb-local")
    assert "ended with status 3 as it was started (Error: no compiler in this runtime;" in said


def test_the_jar_lies_where_the_setting_says_else_where_data_of_users_lie(tmp_path: Path) -> None:
    assert installed_in("/opt/jars", {"XDG_DATA_HOME": "/data"}) == Path("/opt/jars")
    assert installed_in("", {"XDG_DATA_HOME": "/data"}) == Path("/data/likeworth/dynamodb-local")
    home = Path.home() / ".local" / "share" / "likeworth" / "dynamodb-local"
    assert installed_in("", {}) == installed_in("", {"XDG_DATA_HOME": "relative"}) == home

"""Which engine keeps the table of a directory: it is recorded there, and never guessed.

Imports neither boto3 nor MiniStack: the command line names the engines.
"""

from __future__ import annotations

from pathlib import Path

from chalicelib.embedded.files import replace_file

EMBEDDED = "embedded"
DYNAMODB_LOCAL = "dynamodb-local"
ENGINES = (EMBEDDED, DYNAMODB_LOCAL)

JOURNAL = "table.journal"
"""The embedded engine's file; a directory from before engines were recorded has it alone."""

_RECORD = "engine"


class EngineMismatchError(RuntimeError):
    """A directory cannot be served by the engine that was asked for."""


def engine_of(directory: Path | None, asked: str | None) -> str:
    """The engine to serve a directory with.

    Parameters
    ----------
    directory : Path or None
        None where nothing is kept.
    asked : str or None
        What the user chose; None takes the one that has written the directory, `EMBEDDED` for a
        new one.

    Raises
    ------
    EngineMismatchError
        If another engine has written the directory, or an engine is asked for that needs one.
    """
    if directory is None:
        if asked == DYNAMODB_LOCAL:
            raise EngineMismatchError(
                f"--engine {DYNAMODB_LOCAL} keeps its table in a directory: name it with --data DIR"
            )
        return EMBEDDED
    written_by = _written_by(directory)
    if written_by is None:
        return asked or EMBEDDED
    if written_by not in ENGINES:
        raise EngineMismatchError(
            f"{directory} was written by the engine {written_by!r}, which this version does not "
            "know: serve it with the version that wrote it, or name another directory"
        )
    if asked not in (None, written_by):
        raise EngineMismatchError(
            f"{directory} was written by --engine {written_by}, and {asked} cannot read it: serve "
            f"it with --engine {written_by}, or name another directory for {asked}"
        )
    return written_by


def record_engine(directory: Path, engine: str) -> None:
    """Record the engine of a directory; to be called before it writes there."""
    replace_file(directory / _RECORD, engine.encode() + b"\n")


def _written_by(directory: Path) -> str | None:
    record = directory / _RECORD
    if record.exists():
        return record.read_text(encoding="utf-8").strip()
    return EMBEDDED if (directory / JOURNAL).exists() else None

"""The state directory of an installation on one machine: its root secret and its API keys.

Imports neither boto3 nor MiniStack, so that `keys create` starts at once.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib.errors import MisconfiguredService

MIN_SECRET_CHARACTERS = 16


def state_path(data: Path | None, environment: Mapping[str, str]) -> Path:
    """Where the state lies: `data`, else ``$XDG_STATE_HOME/likeworth``, else ``~/.local/state``."""
    if data is not None:
        return data
    base = environment.get("XDG_STATE_HOME", "")
    root = Path(base) if base and os.path.isabs(base) else Path.home() / ".local" / "state"
    return root / "likeworth"


@dataclass(frozen=True, slots=True)
class Installation:
    """A state directory; it is made when something is first kept in it.

    Attributes
    ----------
    path : Path
    """

    path: Path

    def root_secret(self, given: str = "") -> str:
        """The root secret, made on first use (file ``secret``, readable by its owner only).

        Parameters
        ----------
        given : str
            A secret from the settings; it wins where it is not empty.

        Raises
        ------
        MisconfiguredService
            If a secret is shorter than `MIN_SECRET_CHARACTERS`.
        """
        text = given
        if not text:
            file = self.path / "secret"
            if not file.exists():
                self._create_secret(file)
            text = file.read_text(encoding="ascii").strip()
        if len(text) < MIN_SECRET_CHARACTERS:
            raise MisconfiguredService(
                f"the root secret has fewer than {MIN_SECRET_CHARACTERS} characters"
            )
        return text

    def _create_secret(self, file: Path) -> None:
        """Link a finished file into place: of two processes one wins, neither reads half a file."""
        self._make()
        temporary = self.path / f"secret.{os.getpid()}.{secrets.token_hex(4)}"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as out:
                out.write(secrets.token_urlsafe(32) + "\n")
            os.link(temporary, file)
        except FileExistsError:
            return
        finally:
            temporary.unlink()

    def add_key_record(self, record: Mapping[str, Any]) -> None:
        """Append a record about an API key; it may hold the key's hash, never the key."""
        self._make()
        line = json.dumps(dict(record), separators=(",", ":")).encode() + b"\n"
        file = self.path / "keys.ndjson"
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, line)
        finally:
            os.close(descriptor)

    @contextlib.contextmanager
    def key_records_held(self) -> Iterator[None]:
        """Keep other processes from adding records by way of this, until what was read is used."""
        self._make()
        with open(self.path / "keys.ndjson", "ab", opener=_for_owner) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _make(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class KeyFile:
    """Reads the key records of an installation as they are added."""

    def __init__(self, installation: Installation) -> None:
        self._file = installation.path / "keys.ndjson"
        self._seen: tuple[int, int] = (0, 0)
        self._offset = 0

    def new_records(self) -> list[dict[str, Any]]:
        """The records since the last call; a look at the file's time where there are none."""
        try:
            status = os.stat(self._file)
        except FileNotFoundError:
            return []
        seen = (status.st_mtime_ns, status.st_size)
        if seen == self._seen:
            return []
        self._seen = seen
        with open(self._file, "rb") as file:
            file.seek(self._offset)
            content = file.read()
        complete = content.rfind(b"\n") + 1
        self._offset += complete
        return [json.loads(line) for line in content[:complete].splitlines() if line.strip()]

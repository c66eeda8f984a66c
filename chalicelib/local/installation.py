"""The state directory of an installation on one machine, and its root secret."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chalicelib.model.errors import MisconfiguredService

MIN_SECRET_CHARACTERS = 16


def state_path(data: Path | None, environment: Mapping[str, str]) -> Path:
    """The state directory: `data`, or ``$XDG_STATE_HOME/likeworth``, or ``~/.local/state/...``."""
    if data is not None:
        return data
    base = environment.get("XDG_STATE_HOME", "")
    root = Path(base) if base and os.path.isabs(base) else Path.home() / ".local" / "state"
    return root / "likeworth"


@dataclass(frozen=True, slots=True)
class Installation:
    """A state directory; it is created when something is first stored in it."""

    path: Path

    def root_secret(self, given: str = "", *, make: bool = True) -> str:
        """Return the root secret (file ``secret``, readable by its owner only).

        Parameters
        ----------
        given : str
            A secret from the settings; if not empty, it is returned instead.
        make : bool
            Whether to create the file if it is missing. False for a directory with data, which was
            written under another secret.

        Raises
        ------
        MisconfiguredService
            If it is missing, unreadable, or shorter than `MIN_SECRET_CHARACTERS`.
        """
        text = given
        if not text:
            file = self.path / "secret"
            if make and not file.exists():
                self._create_secret(file)
            text = _text_of(file)
        if len(text) < MIN_SECRET_CHARACTERS:
            raise MisconfiguredService(
                f"the root secret has fewer than {MIN_SECRET_CHARACTERS} characters"
            )
        return text

    def _create_secret(self, file: Path) -> None:
        """Link a finished file into place, so that two processes get the same, complete secret."""
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

    def _make(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise MisconfiguredService(
            f"the root secret {file} is missing: restore it from a backup, or set LIKEWORTH_SECRET"
        ) from None
    except UnicodeDecodeError:
        raise MisconfiguredService(
            f"the root secret {file} is damaged: restore it from a backup"
        ) from None

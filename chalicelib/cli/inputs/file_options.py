"""Options for single files: ``--mapping shop.csv=shop.json``, ``--platform ads.csv=google_ads``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from chalicelib.model.errors import UnusableInput


@dataclass(frozen=True, slots=True)
class FileOption:
    """The value of an option, for one file or for all files.

    Attributes
    ----------
    value : str
    file : str
        The name or path of the file; empty for all files.
    """

    value: str
    file: str = ""

    def is_for(self, name: str) -> bool:
        """Whether the option names this file."""
        return bool(self.file) and is_same_file(self.file, name)


def parse_option(text: str, names: Sequence[str], path: type[PurePath] = PurePath) -> FileOption:
    """Split ``FILE=VALUE``; a text without the name of a file is a value for all files.

    A path may contain ``=`` itself, so the part before the sign has to be the name of a file, or of
    a file in one of the folders and archives: ``exports/ads.csv``, ``exports.zip/ads.csv``.

    Parameters
    ----------
    text : str
    names : sequence of str
        The files, as the user wrote them.
    path : type
        The rules of paths: those of this system by default.
    """
    for at, sign in enumerate(text):
        if sign == "=" and any(_is_in(text[:at], name, path) for name in names):
            return FileOption(text[at + 1 :], text[:at])
    return FileOption(text)


def is_same_file(given: str, name: str, path: type[PurePath] = PurePath) -> bool:
    """Whether a path names a file: the whole path, or its last parts."""
    if given == name:
        return True
    wanted, parts = path(given).parts, path(name).parts
    return bool(wanted) and path(*parts[-len(wanted) :]) == path(given)


def _is_in(given: str, name: str, path: type[PurePath]) -> bool:
    """Whether a path names a file, or a file in this folder or archive."""
    inner = path(given)
    return any(is_same_file(str(one), name, path) for one in (inner, *inner.parents) if one.parts)


def value_for(options: Sequence[FileOption], name: str) -> str | None:
    """Return the value that names a file; None without one. The last one counts."""
    return next((one.value for one in reversed(options) if one.is_for(name)), None)


def value_for_all(options: Sequence[FileOption]) -> str | None:
    """Return the value for all files; None without one."""
    return next((one.value for one in reversed(options) if not one.file), None)


def check_used(option: str, options: Sequence[FileOption], names: Sequence[str]) -> None:
    """Raise `UnusableInput` if an option names a file that is not read."""
    for one in options:
        if one.file and not any(_is_in(one.file, name, PurePath) for name in names):
            raise UnusableInput(f"{option}: {one.file} is none of the files")

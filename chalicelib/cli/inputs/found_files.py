"""Find the files that a user means: files, folders, members of zip archives, standard input."""

from __future__ import annotations

import gzip
import os
import shutil
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import BinaryIO

from chalicelib.importers.bytes.archives import MAX_LEVELS, ZIP_MARKS, ZipArchive
from chalicelib.model.errors import ExportRejected, MalformedJson
from chalicelib.model.strict_json import parse_json

STDIN = "-"
KINDS = frozenset(
    {"engagement", "conversion", "cost", "audience", "coverage", "annotation", "control"}
)
EVENT_SUFFIXES = (".ndjson", ".jsonl")
_WILDCARDS = frozenset("*?[")
_GZIP_MARK = b"\x1f\x8b"
_SNIFFED_LINES, _SNIFFED_BYTES = 50, 1 << 20


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to read.

    Attributes
    ----------
    name : str
        The user's path; for a member, that of the archive and its own.
    path : Path
        Where its bytes are; for a member of an archive and for standard input, a copy.
    level : int
        How many archives it was in.
    shown : str
        The name in messages; empty for `name`.
    """

    name: str
    path: Path
    level: int = 0
    shown: str = ""

    @property
    def title(self) -> str:
        """The name in messages."""
        return self.shown or self.name


def find_files(arguments: Iterable[str], scratch: Path, stdin: BinaryIO) -> Iterator[FoundFile]:
    """Yield the files, those of a folder in the order of their names.

    Parameters
    ----------
    arguments : iterable of str
        Paths of files and folders; ``-`` is standard input. A path with ``*``, ``?`` or ``[`` that
        does not exist is a pattern, because the shells of Windows do not expand patterns.
    scratch : Path
        A directory for copies of what can be read only once.
    stdin : binary file

    Raises
    ------
    OSError
        If a path does not exist or cannot be read.
    """
    for number, argument in enumerate(arguments):
        copy = scratch / f"input-{number}"
        if argument == STDIN:
            with copy.open("wb") as target:
                shutil.copyfileobj(stdin, target)
            yield FoundFile("standard input", copy)
            continue
        for name, path in _matches(argument):
            mode = path.stat().st_mode
            if stat.S_ISDIR(mode):
                for inner in files_in(path):
                    yield FoundFile(str(inner), inner)
            elif stat.S_ISREG(mode):
                yield FoundFile(name, path)
            else:  # a pipe can be read only once
                with path.open("rb") as source, copy.open("wb") as target:
                    shutil.copyfileobj(source, target)
                yield FoundFile(name, copy)


def split_pattern(text: str, path: type[PurePath] = PurePath) -> tuple[PurePath, str] | None:
    """Split a path into the folder before its first wildcard, and the pattern below that folder.

    Parameters
    ----------
    text : str
    path : type
        The rules of paths: those of this system by default.

    Returns
    -------
    tuple or None
        None if the path has no wildcard.
    """
    parts = path(text).parts
    first = next((n for n, part in enumerate(parts) if _WILDCARDS & set(part)), None)
    return None if first is None else (path(*parts[:first]), "/".join(parts[first:]))


def _matches(argument: str) -> list[tuple[str, Path]]:
    """Return the names and paths that an argument means; itself, if nothing matches."""
    pattern = None if Path(argument).exists() else split_pattern(argument)
    found = [] if pattern is None else sorted(Path(pattern[0]).glob(pattern[1]))
    shown = [one for one in found if not _is_hidden(one.name)]
    return [(str(one), one) for one in shown] or [(argument, Path(argument))]


def files_in(folder: Path) -> list[Path]:
    """Return the files in a folder and its folders, without hidden and temporary files."""
    found = []
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_hidden(name))
        found += [Path(parent, name) for name in sorted(names) if not _is_hidden(name)]
    return found


def with_short_names(
    files: Sequence[FoundFile], path: type[PurePath] = PurePath
) -> list[FoundFile]:
    """Show the files without the folder that they have in common.

    Parameters
    ----------
    files : sequence of FoundFile
    path : type
        The rules of paths: those of this system by default.
    """
    common = _common_folder([path(file.name).parent for file in files])
    if len(files) < 2 or common is None:
        return list(files)
    return [replace(file, shown=str(path(file.name).relative_to(common))) for file in files]


def _common_folder(folders: Sequence[PurePath]) -> PurePath | None:
    """Return the deepest folder that contains all; None if there is none, as on two drives."""
    around = [(folder, *folder.parents) for folder in folders]
    return next((one for one in around[0] if all(one in other for other in around)), None)


def members_of(file: FoundFile, scratch: Path) -> list[FoundFile]:
    """Copy the members of a zip archive to single files; empty if the file is no archive of files.

    Raises
    ------
    ExportRejected
        If the archive is damaged or unsafe to unpack.
    """
    if file.level >= MAX_LEVELS or not is_zip(file.path):
        return []
    found = []
    with file.path.open("rb") as stream:
        archive = ZipArchive(stream)
        if any(info.filename == "[Content_Types].xml" for info in archive.members):
            return []  # a workbook
        for number, info in enumerate(archive.members):
            copy = scratch / f"{file.path.name}-{file.level}-{number}"
            with archive.open(info) as source, copy.open("wb") as target:
                shutil.copyfileobj(source, target)
            name, title = (f"{one}/{info.filename}" for one in (file.name, file.title))
            found.append(FoundFile(name, copy, file.level + 1, title))
    return found


def is_zip(path: Path) -> bool:
    """Whether a file begins like a zip archive (a workbook does, too)."""
    with path.open("rb") as stream:
        return stream.read(4) in ZIP_MARKS


def holds_events(path: Path) -> bool:
    """Whether one of the first lines of a file is an event, as for ``POST /v1/events``."""
    if is_zip(path):
        return False
    try:
        with open_lines(path) as lines:
            left = _SNIFFED_BYTES
            for _ in range(_SNIFFED_LINES):
                line = lines.readline(left)
                left -= len(line)
                if not line or left <= 0:
                    return False
                if _is_event(line):
                    return True
    except (OSError, EOFError):  # damaged gzip; the importers name the damage
        return False
    return False


def open_lines(path: Path) -> BinaryIO:
    """Open a file of lines, unpacked if it is a gzip file."""
    with path.open("rb") as stream:
        is_gzip = stream.read(2) == _GZIP_MARK
    return gzip.open(path, "rb") if is_gzip else path.open("rb")  # type: ignore[return-value]


def has_event_suffix(name: str) -> bool:
    """Whether a file name says that the file contains events."""
    return name.lower().removesuffix(".gz").endswith(EVENT_SUFFIXES)


def mixes_events(members: Iterable[FoundFile]) -> bool:
    """Whether an archive contains event lines, which its importers would not read."""
    return any(holds_events(member.path) for member in members)


def rejection_of(file: FoundFile, error: OSError) -> ExportRejected:
    """Return the rejection of a file that cannot be opened."""
    return ExportRejected("unreadable_file", f"{file.title}: {error.strerror or error}")


def _is_event(line: bytes) -> bool:
    if b'"kind"' not in line:
        return False
    try:
        found = parse_json(line, unpaired=True)
    except MalformedJson:
        return False
    return isinstance(found, dict) and found.get("kind") in KINDS


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "~$")) or name in ("__MACOSX", "Thumbs.db", "desktop.ini")

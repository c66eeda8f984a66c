"""Compiled files and a zip that are identical, byte by byte, for the same input."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

from infra.commands import run
from infra.packaging.targets import PackageError

IN_LAMBDA = "/var/task"
APPLICATION = ("app.py", "chalicelib")
BEGINNING_OF_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can contain."""


def compile_all(folder: Path, python: Path) -> None:
    """Compile every module, so that processes start faster; remove the sources of libraries.

    Python does not compare the compiled files with their sources. They contain the paths that the
    sources have in Lambda, so a traceback has the file and line of a library, without its text.
    The application keeps its sources.
    """
    own = [one for one in sorted(folder.iterdir()) if is_application(Path(one.name))]
    libraries = [one for one in sorted(folder.iterdir()) if one not in own]
    _compile(own, folder, python)
    _compile(libraries, folder, python, "-b")  # next to the sources, where they can replace them
    for module in sorted(folder.rglob("*.py")):
        if not is_application(module.relative_to(folder)):
            module.unlink()


def is_application(place: Path) -> bool:
    """Whether a file of a package is part of the application, and not of a library."""
    return place.parts[0] in APPLICATION


def _compile(places: list[Path], folder: Path, python: Path, *options: str) -> None:
    """Compile modules and folders of modules."""
    if not places:  # without arguments, compileall compiles Python itself
        return
    command = [
        *(str(python), "-I", "-m", "compileall", "-q", "-j", "1", *options),
        *("--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", IN_LAMBDA),
        *(str(one) for one in places if one.is_dir() or one.suffix == ".py"),
    ]
    environment = {"PYTHONHASHSEED": "0", "PATH": "/usr/bin:/bin"}
    done = run(command, only=environment)
    if done.failed:
        raise PackageError(f"a module cannot be compiled:\n{done.output[-2000:]}")


def pack(folder: Path, path: Path) -> str:
    """Zip a folder; returns the SHA-256 digest of the zip."""
    files = sorted(one for one in folder.rglob("*") if one.is_file())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for file in files:
            info = zipfile.ZipInfo(file.relative_to(folder).as_posix(), BEGINNING_OF_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # Unix, on every machine
            mode = 0o755 if ".so" in file.suffixes else 0o644
            info.external_attr = (0o100000 | mode) << 16
            packed.writestr(info, file.read_bytes())
    return hashlib.sha256(path.read_bytes()).hexdigest()


def unpacked_bytes(path: Path) -> int:
    """Size of the unpacked content of a zip."""
    with zipfile.ZipFile(path) as packed:
        return sum(one.file_size for one in packed.infolist())

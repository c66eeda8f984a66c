"""Compiled files and a zip that are the same for the same input, to the last byte."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

from infra.packaging.commands import run
from infra.packaging.targets import PackageError

IN_LAMBDA = "/var/task"
BEGINNING_OF_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip can tell."""


def compile_all(folder: Path, python: Path) -> None:
    """Compile every module, so that no start of a process has to.

    The compiled files are not checked against their sources (which are always those), and name the
    sources as they will lie in Lambda.
    """
    command = [
        *(str(python), "-I", "-m", "compileall", "-q", "-j", "1"),
        *("--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", IN_LAMBDA),
        str(folder),
    ]
    environment = {"PYTHONHASHSEED": "0", "PATH": "/usr/bin:/bin"}
    done = run(command, only=environment)
    if done.failed:
        raise PackageError(f"not every module can be compiled:\n{done.told[-2000:]}")


def pack(folder: Path, path: Path) -> str:
    """Zip a folder; the digest (SHA-256) of the zip."""
    files = sorted(one for one in folder.rglob("*") if one.is_file())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for file in files:
            info = zipfile.ZipInfo(file.relative_to(folder).as_posix(), BEGINNING_OF_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3  # Unix, wherever it is made
            mode = 0o755 if ".so" in file.suffixes else 0o644
            info.external_attr = (0o100000 | mode) << 16
            packed.writestr(info, file.read_bytes())
    return hashlib.sha256(path.read_bytes()).hexdigest()


def unpacked_bytes(path: Path) -> int:
    """How much a zip holds."""
    with zipfile.ZipFile(path) as packed:
        return sum(one.file_size for one in packed.infolist())

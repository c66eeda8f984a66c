"""The packages, and the processors that they are built for."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from infra.commands import run
from infra.stack.lambdas import FUNCTIONS

RUNTIME = "python3.13"
"""Lambda's name of the Python runtime."""

VERSION = (3, 13)
MAX_UNPACKED_BYTES = 230_000_000
"""Lambda accepts 262,144,000 bytes of code and layers. The rest is for layers, and for libraries
that grow: a build that fails here can still be deployed with a higher limit."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """A processor architecture."""

    name: str
    """Its name in Lambda."""
    platform: str
    """Its name in `uv`, with the C library of Lambda's Amazon Linux 2023 or an older one."""
    elf_machine: int
    """The number in the header of libraries for it."""


ARCHITECTURES = {
    "x86_64": Architecture("x86_64", "x86_64-manylinux_2_28", 62),
    "arm64": Architecture("arm64", "aarch64-manylinux_2_28", 183),
}


def architecture_here() -> Architecture | None:
    """The architecture of this machine, or None if Lambda does not have it."""
    return ARCHITECTURES.get({"aarch64": "arm64"}.get(platform.machine(), platform.machine()))


@dataclass(frozen=True, slots=True)
class Package:
    """A zip with the code of some functions."""

    name: str
    functions: tuple[str, ...]
    """Logical names of its functions in the template."""
    without: frozenset[str]
    """Distributions of the lock file that these functions do not use; their own requirements are
    left out too.
    """
    needed: frozenset[str]
    """Modules that it must contain."""


IN_THE_RUNTIME = frozenset({"boto3", "botocore"})
"""Lambda's Python runtime contains them and their requirements."""

NUMERICAL = frozenset({"numpy", "scipy", "statsmodels"})
SERVING = frozenset({"pydantic", "pydantic_core", "chalice", "chalicelib", "aws_lambda_powertools"})
ESTIMATING = frozenset({"statsmodels", "scipy", "numpy", "pandas"})

PACKAGES = (
    Package(
        "thin",
        tuple(f"{one.name}Handler" for one in FUNCTIONS if not one.is_numerical),
        NUMERICAL | {"holidays"},
        SERVING,
    ),
    Package(
        "whole",
        tuple(f"{one.name}Handler" for one in FUNCTIONS if one.is_numerical),
        frozenset(),
        SERVING | ESTIMATING,
    ),
)


class PackageError(Exception):
    """The package must not be deployed, or cannot be built on this machine."""


def find_python() -> Path:
    """An interpreter of the version that Lambda runs, to compile and test packages with.

    Raises
    ------
    PackageError
        If there is none.
    """
    for path in _candidates():
        command = [str(path), "-c", "import sys; print(*sys.version_info[:2])"]
        found = run(command)
        if not found.failed and tuple(map(int, found.out.split())) == VERSION:
            return path
    raise PackageError(
        f"{RUNTIME} is needed to compile and test the package, and was not found: install it, or "
        f"set LIKEWORTH_PACKAGE_PYTHON"
    )


def _candidates() -> Iterator[Path]:
    named = os.environ.get("LIKEWORTH_PACKAGE_PYTHON")
    if named:
        yield Path(named)
        return
    on_path = shutil.which(RUNTIME)
    if on_path is not None:
        yield Path(on_path)
    pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
    yield from sorted(pyenv.glob(f"{'.'.join(map(str, VERSION))}.*/bin/python"))


if __name__ == "__main__":
    print(find_python())

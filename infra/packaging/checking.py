"""Checks of a package before it is deployed; most of them run the package."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from infra.commands import run
from infra.packaging.archive import is_application, unpacked_bytes
from infra.packaging.targets import (
    MAX_UNPACKED_BYTES,
    VERSION,
    Architecture,
    Package,
    PackageError,
)
from infra.rehearsal import brand_events

DAY = dt.datetime(2026, 3, 15, 12, tzinfo=dt.UTC)
CLOSE = 1e-6
"""Relative difference that is allowed between an estimate of the package and one of this code: the
lock file has other versions of numpy and scipy for other versions of Python."""
CLOSE_DAYS = 1e-2
"""The same for the decomposition of days: its variances come from a search on a flat likelihood."""

STARTS = """
import sys
sys.path[:0] = sys.argv[1:3]
import app, pydantic
for handler in sys.argv[3:]:
    assert callable(getattr(app, handler)), handler
print(sorted({name.partition(".")[0] for name in sys.modules} & {"numpy", "scipy", "pandas"}))
"""
ESTIMATES = """
import datetime as dt, json, sys
sys.path[:0] = sys.argv[1:3]
from chalicelib.model.events import parse_event
from chalicelib.services.fitting.estimation import fit_events
import numpy, pandas, scipy, statsmodels
for module in (numpy, pandas, scipy, statsmodels):
    assert module.__file__.startswith(sys.argv[1]), module.__file__
events = (parse_event(json.loads(line)) for line in open(sys.argv[3], encoding="utf-8"))
as_of = dt.datetime.fromisoformat(sys.argv[4])
print(json.dumps(fit_events(events, window=None, currency="EUR", as_of=as_of, fit_id="x")))
"""


def check_size(path: Path) -> int:
    """Unpacked size in bytes; raises `PackageError` if it is above our limit."""
    size = unpacked_bytes(path)
    if size >= MAX_UNPACKED_BYTES:
        raise PackageError(
            f"{path.name} unpacks to {size:,} bytes; it must be less than {MAX_UNPACKED_BYTES:,}"
        )
    return size


def check_content(path: Path, package: Package, architecture: Architecture) -> None:
    """Check that a zip contains what is needed and that its libraries fit the processor.

    Raises
    ------
    PackageError
        If not.
    """
    with zipfile.ZipFile(path) as packed:
        names = packed.namelist()
        missing = [one for one in sorted(package.needed) if not _init_of(one) & set(names)]
        if missing:
            raise PackageError(f"{path.name} lacks {', '.join(missing)}")
        for name in names:
            if ".so" in Path(name).suffixes:
                with packed.open(name) as library:
                    header = library.read(20)
                if header[:4] != b"\x7fELF" or header[18] != architecture.elf_machine:
                    raise PackageError(f"{name} is not a library for {architecture.name}")
        known = set(names)
        uncompiled = [n for n in names if n.endswith(".py") and _compiled(n) not in known]
        if uncompiled:
            raise PackageError(f"{len(uncompiled)} modules are not compiled: {uncompiled[0]}")
        sources = [
            name for name in names if name.endswith(".py") and not is_application(Path(name))
        ]
        if sources:
            raise PackageError(f"{len(sources)} sources of libraries: {sources[0]}")


def _init_of(module: str) -> set[str]:
    """The file of a package in the zip, with or without its source."""
    return {f"{module}/__init__.py", f"{module}/__init__.pyc"}


def _compiled(module: str) -> str:
    """The path of a module's compiled file."""
    path = Path(module)
    tag = "cpython-" + "".join(map(str, VERSION))
    return (path.parent / "__pycache__" / f"{path.stem}.{tag}.pyc").as_posix()


def check_start(path: Path, package: Package, python: Path, runtime: Path) -> None:
    """Check that the application starts from the unpacked zip, without installed packages.

    `runtime`: folder with the packages that Lambda's Python contains.

    Raises
    ------
    PackageError
        If not.
    """
    with tempfile.TemporaryDirectory() as folder:
        unpack(path, Path(folder))
        handlers = ["app", *(_handler_of(one) for one in package.functions if one != "APIHandler")]
        loaded = _run(python, STARTS, folder, str(runtime), *handlers)
    if loaded.strip() != "[]":
        raise PackageError(f"the application loads {loaded.strip()} when it starts")


def check_estimates(path: Path, python: Path, runtime: Path) -> float:
    """Check that the packaged code has the same estimates from the same events as this code.

    Returns
    -------
    float
        The largest relative difference of two numbers.

    Raises
    ------
    PackageError
        If it does not run, or if its estimates differ.
    """
    from chalicelib.model.events import parse_event
    from chalicelib.services.fitting.estimation import fit_events

    sent = brand_events(DAY.date())
    here = fit_events(
        map(parse_event, sent),
        window=None,
        currency="EUR",
        as_of=DAY,
        fit_id="x",
    )
    with tempfile.TemporaryDirectory() as folder:
        unpack(path, Path(folder, "task"))
        events = Path(folder, "events.ndjson")
        events.write_text("\n".join(map(json.dumps, sent)), encoding="utf-8")
        task = f"{folder}/task"
        printed = _run(python, ESTIMATES, task, str(runtime), str(events), DAY.isoformat())
    return largest_difference(json.loads(json.dumps(here)), json.loads(printed))


def largest_difference(one: Any, other: Any, where: str = "") -> float:
    """The largest relative difference between the numbers of two documents.

    Raises
    ------
    PackageError
        If anything but a number differs, or a number by more than `CLOSE` (`CLOSE_DAYS`).
    """
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        pairs = [(one[name], other[name], f"{where}/{name}") for name in one]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = [(a, b, f"{where}/{n}") for n, (a, b) in enumerate(zip(one, other, strict=True))]
    elif isinstance(one, float | int) and isinstance(other, float | int):
        close = CLOSE_DAYS if "/decomposition/" in where else CLOSE
        if math.isclose(one, other, rel_tol=close, abs_tol=close):
            return abs(one - other) / max(abs(one), abs(other), 1.0)
        raise PackageError(f"{where} is {one} here and {other} in the package")
    elif one == other:
        return 0.0
    else:
        raise PackageError(f"{where} differs in the package")
    return max((largest_difference(*pair) for pair in pairs), default=0.0)


def unpack(path: Path, folder: Path) -> None:
    """Unpack a zip as Lambda does."""
    with zipfile.ZipFile(path) as packed:
        packed.extractall(folder)


def _handler_of(function: str) -> str:
    words = re.findall("[A-Z]+[a-z]*", function.removesuffix("Handler"))
    return "_".join([*words, "handler"]).lower()


def _run(python: Path, code: str, *arguments: str) -> str:
    """Run code with only the given packages; return its output."""
    done = run(
        [str(python), "-I", "-S", "-c", code, *arguments],
        only={"AWS_DEFAULT_REGION": "eu-central-1", "OPENBLAS_NUM_THREADS": "1"},
    )
    if done.failed:
        raise PackageError(f"the package does not run:\n{done.output[-4000:]}")
    return done.out

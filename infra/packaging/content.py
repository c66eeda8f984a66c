"""The content of a package: wheels of the lock file, without files that no function reads."""

from __future__ import annotations

import re
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import app
from chalicelib import documentation
from chalicelib.api.openapi import described
from infra.commands import run
from infra.packaging.targets import (
    IN_THE_RUNTIME,
    VERSION,
    Architecture,
    Package,
    PackageError,
)

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"
CHALICE = ("__init__.py", "app.py")
"""Modules of Chalice that a package needs; the others deploy and serve locally."""

API = "APIHandler"
"""The function that serves the documentation."""

ONLY_ON_ONE_MACHINE = (
    *("local", "demo", "cli", "client", "report"),
    *("__main__.py", "handbook.py", "markdown_sources.py"),
)

UNREAD_FILES = re.compile(
    r".*\.(pyi|pxd|pyx|pxi|c|cpp|h|hpp|f|f90|pyf|in|typed|md|rst|ipynb|build|a|po)"
)
NEVER_IMPORTED = (
    "aws_lambda_powertools/event_handler",
    "holidays/financial/",
    "narwhals/_arrow/",
    "narwhals/_dask/",
    "narwhals/_duckdb/",
    "narwhals/_ibis/",
    "narwhals/_polars/",
    "narwhals/_spark_like/",
    "narwhals/_sql/",
    "numpy/_core/_simd.",
    "pandas/plotting/_matplotlib/",
    "pydantic/v1/",
    "scipy/cluster/",
    "scipy/io/",
    "scipy/odr/",
    "scipy/stats/_unuran/",
    "statsmodels/sandbox/",
    "statsmodels/tsa/ardl/",
    "statsmodels/tsa/exponential_smoothing/",
    "statsmodels/tsa/holtwinters/",
    "statsmodels/tsa/innovations/",
    "statsmodels/tsa/regime_switching/",
    "statsmodels/tsa/statespace/dynamic_factor",
    "statsmodels/tsa/statespace/exponential_smoothing",
    "statsmodels/tsa/statespace/sarimax",
    "statsmodels/tsa/statespace/varmax",
    "statsmodels/tsa/stl/",
    "statsmodels/tsa/vector_ar/",
)
"""A router with a user interface, trading days of exchanges, tables of other libraries than pandas,
a test of processor features, plots, an old version of pydantic, and clustering, file formats,
sampling and time series models that no estimator uses."""

UNREAD_FOLDERS = {"tests", "testing", "__pycache__", "bin", "include", "licenses", "sboms"}
NOT_TESTS = {("numpy", "testing"), ("pandas", "_testing"), ("scipy", "_lib")}
"""Folders that are read at run time despite their names."""

DATA_OF_DATASETS = re.compile(r"statsmodels/datasets/.+\.(asc|csv|dta|xls|txt|dat)")
_ENTRY = re.compile(r"^(?=[A-Za-z0-9])", re.MULTILINE)
_REQUIRED_BY = re.compile(r"^ +# (?:via|  ) ?([A-Za-z0-9._-]+|-r .+)$", re.MULTILINE)


def gather(folder: Path, package: Package, architecture: Architecture) -> None:
    """Fill an empty folder with everything that the package's functions import.

    Raises
    ------
    PackageError
        If a distribution has no wheel for the processor, or another hash.
    """
    install(folder, package, architecture)
    prune(folder)
    _copy_application(folder)
    if API in package.functions:
        write_documentation(folder / "chalicelib" / "documentation")


def install(folder: Path, package: Package, architecture: Architecture) -> None:
    """Unpack the wheels that the package needs from the lock file, for Lambda's machine."""
    lock = LOCK.read_text(encoding="utf-8")
    gone = with_what_only_they_need(lock, package.without | IN_THE_RUNTIME)
    _install(folder, [one for one in entries(lock) if name_of(one) not in gone], architecture)


def install_runtime(folder: Path, architecture: Architecture) -> None:
    """Unpack what Lambda's Python contains, in the versions of the lock file, to test with it."""
    lock = LOCK.read_text(encoding="utf-8")
    there = with_what_only_they_need(lock, IN_THE_RUNTIME)
    _install(folder, [one for one in entries(lock) if name_of(one) in there], architecture)


def install_locked(folder: Path, lock: Path, architecture: Architecture) -> None:
    """Unpack all wheels of a lock file into a folder, in addition to its content."""
    _install(folder, entries(lock.read_text(encoding="utf-8")), architecture)


def _install(folder: Path, wanted: list[str], architecture: Architecture) -> None:
    listed = folder.with_name(f"{folder.name}.lock")
    listed.write_text("".join(wanted), encoding="utf-8")
    command = [
        *(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps"),
        *("--require-hashes", "--only-binary", ":all:", "--link-mode", "copy"),
        *("--python-version", ".".join(map(str, VERSION))),
        *("--python-platform", architecture.platform),
        *("--target", str(folder), "--requirements", str(listed)),
    ]
    done = run(command)
    listed.unlink()
    if done.failed:
        raise PackageError(f"the wheels cannot be installed:\n{done.output}")


def entries(lock: str) -> list[str]:
    """The entries of a lock file; a name may occur twice, for two versions of Python."""
    return [one for one in _ENTRY.split(lock) if "==" in one]


def name_of(entry: str) -> str:
    """The name of an entry's distribution."""
    return entry.partition("==")[0]


def with_what_only_they_need(lock: str, names: frozenset[str]) -> set[str]:
    """Distributions of a lock file, with the requirements that no other distribution has.

    Raises
    ------
    PackageError
        If one of them is not in it.
    """
    required_by: dict[str, set[str]] = {}
    for one in entries(lock):
        by = required_by.setdefault(name_of(one), set())
        by |= set(_REQUIRED_BY.findall(one))
    if not names <= set(required_by):
        raise PackageError(f"not in the lock file: {', '.join(sorted(names - set(required_by)))}")
    gone = set(names)
    while more := {name for name, by in required_by.items() if by <= gone} - gone:
        gone |= more
    return gone


def prune(folder: Path) -> None:
    """Remove what no function reads: tests, stubs, sources of compiled modules, data sets."""
    for path in sorted(folder.rglob("*"), reverse=True):
        place = path.relative_to(folder)
        if path.is_dir():
            if is_unread_folder(place):
                shutil.rmtree(path)
        elif path.exists() and is_unread_file(place):
            path.unlink()


def is_unread_folder(place: Path) -> bool:
    """Whether nothing in a folder is read at run time."""
    return place.name in UNREAD_FOLDERS and (place.parts[0], place.name) not in NOT_TESTS


def is_unread_file(place: Path) -> bool:
    """Whether a file is not read at run time."""
    return bool(
        place.as_posix().startswith(NEVER_IMPORTED)
        or UNREAD_FILES.fullmatch(place.name)
        or DATA_OF_DATASETS.fullmatch(place.as_posix())
        or (place.parts[0].endswith(".dist-info") and place.name != "METADATA")
    )


def _copy_application(folder: Path) -> None:
    shutil.copy(ROOT / "app.py", folder)
    shutil.copytree(
        ROOT / "chalicelib",
        folder / "chalicelib",
        ignore=shutil.ignore_patterns("__pycache__", *ONLY_ON_ONE_MACHINE),
    )
    found = find_spec("chalice")
    if found is None or found.origin is None:
        raise PackageError("Chalice is not installed")
    (folder / "chalice").mkdir()
    for name in CHALICE:
        shutil.copy(Path(found.origin).with_name(name), folder / "chalice")


def write_documentation(folder: Path, site: Path = documentation.BUILT) -> None:
    """Copy the built site, and write the description of the API, into the package.

    Raises
    ------
    PackageError
        If the site is not built.
    """
    if not site.exists():
        raise PackageError("the documentation is not built: run make site")
    shutil.copytree(site, folder / documentation.PACKAGED.name)
    text = described(app.app.declared.values())
    (folder / documentation.OPENAPI.name).write_text(text, encoding="utf-8")

"""The rules of the house that a machine can check: arrows, weight, the map."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import chalicelib

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "chalicelib"

LEVELS: tuple[frozenset[str], ...] = (
    frozenset({"model"}),
    frozenset({"settings", "functions"}),
    frozenset({"attribution", "importers", "storage"}),
    frozenset({"services", "aws", "webhooks"}),
    frozenset({"wiring", "telemetry", "report"}),
    frozenset(
        {
            "api",
            "workers",
            "cli",
            "local",
            "demo",
            "dashboard",
            "documentation",
            "client",
            "__main__",
        }
    ),
    frozenset({"app"}),
)
"""From the ground up; a room imports only rooms below its own level."""

LEVEL = {room: number for number, level in enumerate(LEVELS) for room in level}

MAY_ALSO = {
    "cli": {"local", "demo", "client"},  # the command line starts or calls them
    "demo": {"local"},
    "__main__": {"cli"},
    "api": {"dashboard", "documentation"},  # serves their pages
}
"""Doors inside a level, each with its reason."""

HEAVY = ("statsmodels", "scipy", "pandas", "numpy")
UNASKED = (
    "boto3",
    "botocore",
    "aws_lambda_powertools",
    "aws_xray_sdk",
    "lxml",
    "chalicelib.api.openapi",
    "chalicelib.importers.platforms",
)
THIN_ROOMS = (
    "api",
    "storage",
    "services",
    "importers",
    "wiring",
    "telemetry",
    "functions",
    "workers",
    "app",
    "model",
)
MAKES_CLIENTS = {"aws"}
RECORDERS = (
    "app.py",
    *(f"chalicelib/api/{name}.py" for name in ("endpoint", "likeworth_app", "problems")),
    *(
        f"chalicelib/workers/{name}.py"
        for name in ("daily_jobs", "fit_worker", "import_worker", "queue_messages")
    ),
)


def room_of(file: Path) -> str:
    """The room that a file lies in: a package or a module directly under `chalicelib`."""
    if file.parent == ROOT:
        return file.stem
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


@functools.cache
def sources() -> list[Path]:
    """Every module of the house but the map itself."""
    files = [ROOT / "app.py", *PACKAGE.rglob("*.py")]
    return sorted(file for file in files if file != PACKAGE / "__init__.py")


@functools.cache
def imports_of(file: Path, *, at_import: bool) -> frozenset[str]:
    """Dotted names that a module imports when it is imported itself, or at any time."""
    return frozenset(_imports(ast.parse(file.read_text(encoding="utf-8")), at_import=at_import))


def _imports(tree: ast.Module, *, at_import: bool) -> Iterator[str]:
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                yield module
                yield from (f"{module}.{name.name}" for name in names)
            case ast.ImportFrom():
                yield "chalicelib"  # a relative import: named by the test below
            case ast.FunctionDef() | ast.AsyncFunctionDef() if at_import:
                continue
            case ast.If(test=ast.Name(id="TYPE_CHECKING")) if at_import:
                continue
            case _:
                pass
        pending.extend(ast.iter_child_nodes(node))


def names_below(file: Path, package: str) -> set[str]:
    """Names right below a package that a module imports from."""
    depth = package.count(".") + 1
    return {
        name.split(".")[depth]
        for name in imports_of(file, at_import=False)
        if name.startswith(f"{package}.")
    }


def rooms_imported(file: Path) -> set[str]:
    """Rooms of the house that a module imports, its own not among them."""
    rooms = set()
    for name in imports_of(file, at_import=False):
        first, _, rest = name.partition(".")
        if first == "app":
            rooms.add("app")
        elif first == "chalicelib" and rest:
            rooms.add(rest.partition(".")[0])
    return {room for room in rooms if room in LEVEL} - {room_of(file)}


def violations(wrong: Callable[[Path], set[str]]) -> dict[str, set[str]]:
    """What is wrong in each module, by its path; modules without a finding are left out."""
    found = {str(file.relative_to(ROOT)): wrong(file) for file in sources()}
    return {path: names for path, names in found.items() if names}


def test_arrows_point_one_way() -> None:
    def wrong(file: Path) -> set[str]:
        room = room_of(file)
        below = {other for other in LEVEL if LEVEL[other] < LEVEL[room]}
        return rooms_imported(file) - below - MAY_ALSO.get(room, set())

    assert violations(wrong) == {}


MODEL_LEVELS: tuple[frozenset[str], ...] = (
    frozenset({"codes"}),
    frozenset({"errors", "currencies", "days", "countries"}),
    frozenset({"money", "channels", "strict_json", "problem_details"}),
    frozenset({"events"}),
    frozenset({"admission"}),
)


def test_arrows_in_the_model_point_one_way() -> None:
    level = {name: number for number, names in enumerate(MODEL_LEVELS) for name in names}
    for file in sources():
        if room_of(file) != "model" or (file.parent.name == "model" and file.stem == "__init__"):
            continue
        own = file.relative_to(PACKAGE / "model").parts[0].removesuffix(".py")
        used = names_below(file, "chalicelib.model")
        assert all(level[other] < level[own] for other in used - {own}), file


def test_attribution_imports_only_errors() -> None:
    for file in sources():
        if room_of(file) == "attribution":
            assert names_below(file, "chalicelib") <= {"attribution", "model"}, file
            assert names_below(file, "chalicelib.model") <= {"errors"}, file


METHODS = {
    *("within_user", "time_series", "regions", "paths", "experiments", "audience", "virality"),
    *("search", "dialogue", "response_curves", "plans"),
}
USES = {
    "regions": {"time_series"},
    "search": {"time_series"},
    "response_curves": {"time_series"},
}
"""A panel of regions uses the baseline, the averaging and the resolution of one series. What
engagements do through search is estimated by the model of totals, with other outcomes. Response
curves use its chains.
"""


def test_methods_of_attribution_do_not_import_each_other() -> None:
    folder = PACKAGE / "attribution"
    assert {path.name for path in folder.iterdir() if path.is_dir()} - {"__pycache__"} == METHODS
    for method in METHODS:
        for file in (folder / method).glob("*.py"):
            others = names_below(file, "chalicelib.attribution") & METHODS
            assert others <= {method} | USES.get(method, set()), file


def test_plans_need_no_numerical_library() -> None:
    for file in (PACKAGE / "attribution" / "plans").glob("*.py"):
        heavy = {name.split(".")[0] for name in imports_of(file, at_import=False)} & set(HEAVY)
        assert heavy == set(), file


def test_every_module_has_a_name_of_its_own() -> None:
    names = Counter(file.stem for file in sources() if file.stem not in {"__init__", "__main__"})
    assert [name for name, times in names.items() if times > 1] == []


def test_thin_rooms_load_nothing_heavy_when_they_are_imported() -> None:
    def heavy(file: Path) -> set[str]:
        if room_of(file) not in THIN_ROOMS:
            return set()
        return {name for name in imports_of(file, at_import=True) if name.split(".")[0] in HEAVY}

    assert violations(heavy) == {}


def test_only_the_wiring_makes_clients() -> None:
    def of_boto3(file: Path) -> set[str]:
        if room_of(file) in MAKES_CLIENTS:
            return set()
        return {n for n in imports_of(file, at_import=False) if n.split(".")[0] == "boto3"}

    assert violations(of_boto3) == {}


def test_only_the_edge_records() -> None:
    found = {
        str(file.relative_to(ROOT)) for file in sources() if "telemetry" in rooms_imported(file)
    }
    assert found == set(RECORDERS)


def test_every_room_has_its_level() -> None:
    assert {room_of(file) for file in sources()} <= set(LEVEL)


def test_the_application_starts_thin() -> None:
    code = f"import sys, app; print([m for m in {(*HEAVY, *UNASKED)!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_map_names_every_room() -> None:
    assert chalicelib.__doc__ is not None
    drawn = chalicelib.__doc__.replace(",", " ").replace("/", " ").split()
    rooms = {room_of(file) for file in sources()} - {"app", "__main__"}
    assert rooms <= set(drawn)


def test_maps_of_importers_name_every_module_and_folder() -> None:
    for folder in [PACKAGE / "importers", *(PACKAGE / "importers").glob("*/")]:
        if folder.name in {"platforms", "__pycache__"}:
            continue
        drawn = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))
        modules = {file.stem for file in folder.glob("*.py")} - {"__init__"}
        rooms = {path.parent.name for path in folder.glob("*/__init__.py")}
        assert modules | rooms <= set(re.findall(r"\w+", drawn or "")), folder


def test_a_wrong_arrow_would_be_seen(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        "def late():\n    from chalicelib.api import endpoint\n"
        "import chalicelib.storage.table_keys\nfrom chalicelib import wiring\n"
    )
    names = imports_of(wrong, at_import=False)
    assert {"chalicelib.api", "chalicelib.storage.table_keys", "chalicelib.wiring"} <= names
    assert "chalicelib.api" not in imports_of(wrong, at_import=True)

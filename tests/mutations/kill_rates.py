"""Run mutmut on the most critical modules, and require that tests kill the mutants.

    python -m tests.mutations.kill_rates [--tenths N] [room ...]

mutmut changes one operator, number, text, argument or keyword at a time. It works on a copy in
`build/mutate/<room>` with the tests listed here, so a room takes minutes; with `--tenths 2`, only
a fifth of the mutants is tried, by the last digit of their number. It does not mutate properties
and other decorated functions.

Afterwards that folder contains `mutmut.log`, the output of mutmut. `mutmut results` lists survivors
and `mutmut show <name>` shows one.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "mutate"
REQUIRED_SHARE = 0.85
FOUND = frozenset({1, 3, 24, -24, 36, 37, 152, 255})
"""Exit codes of mutmut's processes: a test failed, pytest crashed, or the time ran out."""


@dataclass(frozen=True)
class Room:
    """Modules to mutate, and the tests that must detect the mutants.

    Attributes
    ----------
    modules : tuple of str
        Paths from the root of the repository.
    tests : tuple of str
        As arguments of pytest.
    """

    modules: tuple[str, ...]
    tests: tuple[str, ...]


ROOMS = {
    "within_user": Room(
        (
            "chalicelib/attribution/within_user/regression.py",
            "chalicelib/attribution/within_user/panel_sums.py",
            "chalicelib/attribution/within_user/panel_effects.py",
        ),
        (
            "tests/unit/test_within_user.py",
            "tests/contract/test_estimators.py::test_the_panel_estimator_equals_its_definition",
        ),
    ),
    "effects": Room(
        ("chalicelib/services/answers/effects.py",),
        ("tests/unit/test_effects.py",),
    ),
    "writer": Room(
        ("chalicelib/storage/writer.py",),
        ("tests/unit/test_storage_writer.py",),
    ),
    "import_runs": Room(
        ("chalicelib/services/imports/import_runs.py",),
        (
            "tests/unit/test_import_runs.py",
            "tests/unit/test_services_imports.py",
            "tests/unit/test_services_replays.py",
            "tests/contract/test_import_quotas.py",
        ),
    ),
    "rows": Room(
        (
            "chalicelib/importers/rows/row_engine.py",
            "chalicelib/importers/rows/row_events.py",
            "chalicelib/importers/rows/row_sales.py",
            "chalicelib/importers/rows/number_cells.py",
        ),
        (
            "tests/importers/test_row_engine.py",
            "tests/importers/test_row_events.py",
            "tests/importers/test_row_sales.py",
            "tests/importers/test_number_cells.py",
            "tests/unit/test_rejected_rows.py",
            "tests/importers/test_mapping.py",
            "tests/importers/test_mapping_features.py",
            "tests/importers/test_not_additive.py",
            "tests/importers/test_google_ads.py",
            "tests/importers/test_covered.py",
            "tests/contract/test_importers.py",
        ),
    ),
}


def main() -> int:
    """Mutate the given rooms, or all; return 1 if too many mutants survive in one of them."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutations.kill_rates")
    parser.add_argument("rooms", nargs="*", metavar="room", help=", ".join(ROOMS))
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--tenths", type=int, default=10, choices=range(1, 11))
    options = parser.parse_args()
    if unknown := [name for name in options.rooms if name not in ROOMS]:
        parser.error(f"unknown: {', '.join(unknown)}; known: {', '.join(ROOMS)}")
    too_low = []
    rows = ["| room | mutants | killed | share | minutes |\n|---|---|---|---|---|"]
    for name in options.rooms or ROOMS:
        start = time.monotonic()
        outcomes = mutate(name, ROOMS[name], options.processes, options.tenths)
        killed = sum(code in FOUND for code in outcomes.values())
        share = killed / max(len(outcomes), 1)
        minutes = (time.monotonic() - start) / 60
        rows.append(f"| {name} | {len(outcomes)} | {killed} | {share:.1%} | {minutes:.1f} |")
        if share < REQUIRED_SHARE:
            too_low.append(name)
            print(*sorted(one for one, code in outcomes.items() if code not in FOUND), sep="\n")
    print(*rows, sep="\n")
    print(f"Fewer than {REQUIRED_SHARE:.0%} are killed in: {', '.join(too_low) or 'no room'}.")
    return int(bool(too_low))


def mutate(name: str, room: Room, processes: int, tenths: int) -> dict[str, int | None]:
    """Run mutmut on a room; return the exit code of each tried mutant's tests, by its name."""
    folder = BUILD / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for source in ("app.py", "chalicelib", "docs", "infra", "tests", "pyproject.toml"):
        (folder / source).symlink_to(ROOT / source)
    (folder / "setup.cfg").write_text(_configuration(room), encoding="utf-8")
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(processes)]
    digits = "1379246850"[:tenths]
    if tenths < 10:
        command.append(f"*_mutmut_*[{digits}]")
    with (folder / "mutmut.log").open("w", encoding="utf-8") as log:
        subprocess.run(command, cwd=folder, stdout=log, stderr=log, check=True)
    outcomes: dict[str, int | None] = {}
    for module in room.modules:
        meta = folder / "mutants" / f"{module}.meta"
        outcomes |= json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]
    return {one: code for one, code in outcomes.items() if one.endswith(tuple(digits))}


def _configuration(room: Room) -> str:
    lists = {
        "source_paths": ("chalicelib",),
        "only_mutate": room.modules,
        "also_copy": ("app.py", "docs", "infra", "tests", "pyproject.toml"),
        "pytest_add_cli_args": ("-p", "no:cacheprovider"),
        "pytest_add_cli_args_test_selection": room.tests,
    }
    lines = ["[mutmut]"]
    for key, values in lists.items():
        lines += [f"{key} =", *(f"    {value}" for value in values)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())

"""Apply every mutation to the estimators and check that its test finds it.

    python -m tests.mutations [--everything]

With `--everything`, a mutation that its own test does not find is tried on all checks of the
contract, and the first one that finds it is named.
"""

from __future__ import annotations

import argparse
import functools
import sys
import time
from collections.abc import Callable

from tests.contract.estimators import CHECKS, ESTIMATORS
from tests.contract.test_estimators import PANEL_CHECKS
from tests.mutations.mutation import Mutation, is_found
from tests.mutations.table import MUTATIONS


def main() -> int:
    """Print a row per mutation; return 1 if one of them survives."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutations")
    parser.add_argument("--everything", action="store_true")
    options = parser.parse_args()
    survivors = 0
    print("| mutation | found | by | seconds |\n|---|---|---|---|")
    for mutation in MUTATIONS:
        start = time.perf_counter()
        found = _finder(mutation, everything=options.everything)
        survivors += not found
        seconds = time.perf_counter() - start
        print(f"| {mutation.name} | {'yes' if found else 'NO'} | {found} | {seconds:.1f} |")
    print(f"\n{len(MUTATIONS) - survivors} of {len(MUTATIONS)} mutations are found.")
    return int(survivors > 0)


def _finder(mutation: Mutation, *, everything: bool) -> str:
    """Name of the test that finds a mutation; empty if none does."""
    if is_found(mutation, mutation.found_by):
        return _name(mutation.found_by)
    others: list[Callable[[], None]] = [*PANEL_CHECKS] if everything else []
    if everything:
        others += [functools.partial(check, one) for check in CHECKS for one in ESTIMATORS]
    return next((_name(check) for check in others if is_found(mutation, check)), "")


def _name(check: Callable[[], None]) -> str:
    if isinstance(check, functools.partial):
        return f"{check.func.__name__} ({check.args[0].name})"
    return getattr(check, "__name__", "").replace("<lambda>", "a case of a test")


if __name__ == "__main__":
    sys.exit(main())

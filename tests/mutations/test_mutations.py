"""Every mutation of the estimators is found by its test."""

from __future__ import annotations

import functools
from collections.abc import Callable

import pytest

from chalicelib.attribution.spread import average_candidates
from tests.mutations.kill_rates import ROOMS, ROOT
from tests.mutations.mutation import Misplaced, Mutation, applied, is_found
from tests.mutations.table import MUTATIONS

QUICK = [mutation for mutation in MUTATIONS if not mutation.is_slow]


@functools.cache
def passes(check: Callable[[], None]) -> bool:
    """Whether a check passes on the unchanged code."""
    check()
    return True


@pytest.mark.breaks_code
@pytest.mark.parametrize("mutation", QUICK, ids=lambda mutation: mutation.name)
def test_a_mutation_is_found(mutation: Mutation) -> None:
    assert passes(mutation.found_by)
    assert is_found(mutation, mutation.found_by)


def test_mutation_without_effect_is_not_found() -> None:
    harmless = Mutation(
        "harmless",
        average_candidates,
        "max(apart",
        "max(1.0 * apart",
        next(one.found_by for one in MUTATIONS if one.function is average_candidates),
    )

    assert not is_found(harmless, harmless.found_by)


def test_mutation_of_missing_source_is_reported() -> None:
    gone = Mutation("gone", average_candidates, "no such source", "", lambda: None)

    with pytest.raises(Misplaced, match="gone: 0 places"), applied(gone):
        pass


def test_names_are_unique() -> None:
    names = [mutation.name for mutation in MUTATIONS]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", ROOMS)
def test_mutmut_is_given_modules_and_tests_that_exist(name: str) -> None:
    paths = [*ROOMS[name].modules, *(test.partition("::")[0] for test in ROOMS[name].tests)]

    assert [path for path in paths if not (ROOT / path).is_file()] == []

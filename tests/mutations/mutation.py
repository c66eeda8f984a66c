"""A mutation: a piece of a function's source is replaced in place.

The code of the function object is exchanged, so every module that imported it runs the
mutation.
"""

from __future__ import annotations
import __future__

import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FunctionType
from typing import Any, cast

import numpy as np

from tests.contract.estimators import forget_answers


@dataclass(frozen=True)
class Mutation:
    """A mistake.

    Attributes
    ----------
    name : str
        Description of the mistake.
    function : callable or property
    old, new : str
        A piece of its source that occurs once, and its replacement.
    found_by : callable
        A test without arguments that must fail.
    is_slow : bool
        Whether it takes too long for every run of the tests.
    """

    name: str
    function: Callable[..., Any] | property
    old: str
    new: str
    found_by: Callable[[], None]
    is_slow: bool = False


class Misplaced(Exception):
    """The piece of source that a mutation replaces does not occur exactly once."""


@contextmanager
def applied(mutation: Mutation) -> Iterator[None]:
    """Run with the mutation applied.

    Raises
    ------
    Misplaced
        If the source has changed; the mutation must be updated.
    """
    function = _function(mutation.function)
    source = textwrap.dedent(inspect.getsource(function))
    if source.count(mutation.old) != 1:
        raise Misplaced(f"{mutation.name}: {source.count(mutation.old)} places of {mutation.old!r}")
    flags = __future__.annotations.compiler_flag
    changed = source.replace(mutation.old, mutation.new)
    code = compile(changed, inspect.getsourcefile(function) or "", "exec", flags)
    names = dict(function.__globals__)
    exec(code, names)  # noqa: S102
    kept = function.__code__
    function.__code__ = _function(names[function.__name__]).__code__
    forget_answers()  # a check compares answers of the mutation with each other
    try:
        yield
    finally:
        function.__code__ = kept
        forget_answers()


def is_found(mutation: Mutation, check: Callable[[], None]) -> bool:
    """Whether a check fails, numerically or by an assertion, with the mutation applied."""
    with applied(mutation):
        try:
            check()
        except (AssertionError, RuntimeWarning, np.linalg.LinAlgError):
            return True
    return False


def _function(of: Callable[..., Any] | property) -> FunctionType:
    if isinstance(of, property):
        of = cast("Callable[..., Any]", of.fget)
    return cast("FunctionType", getattr(of, "__func__", of))

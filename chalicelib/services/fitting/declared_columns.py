"""Declarations of columns and sums of events: the type, and the numbering of their values.

A dataclass that inherits from `Declared` declares each column with `column` and each mapping of
sums with `sums`. Appending and packing follow from these declarations, so a new column is added in
one place, and in the code that fills it.
"""

from __future__ import annotations

import operator
from array import array
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

Numbers = Mapping[str, Sequence[int]]
"""Numbering (``kinds``, ``people``) -> the new number of each old number."""


@dataclass(frozen=True, slots=True)
class Amount:
    """How amounts are initialised, added and written as JSON."""

    nothing: Callable[[], Any]
    """Returns the amount of a new key."""
    added: Callable[[Any, Any], Any]
    """Returns the sum of two amounts."""
    to_json: Callable[[Any], Any]
    from_json: Callable[[Any], Any]


def _same(amount: Any) -> Any:
    return amount


COUNT = Amount(float, operator.add, _same, _same)
MONEY = Amount(Decimal, operator.add, str, Decimal)


def column(code: str, numbered: str | None = None) -> Any:
    """Declare a column: an `array.array`.

    Parameters
    ----------
    code : str
        The type code of the array.
    numbered : str, optional
        The numbering of the column's values.
    """
    return field(default_factory=lambda: array(code), metadata={"code": code, "numbers": numbered})


def sums(amount: Amount, *keys: str | None) -> Any:
    """Declare a mapping from keys to sums.

    Parameters
    ----------
    *keys : str or None
        The numbering of each part of a key, or None.
    """
    return field(
        default_factory=lambda: defaultdict(amount.nothing),
        metadata={"amount": amount, "keys": keys},
    )


class Declared:
    """Operations that follow from the declarations of a dataclass."""

    __slots__ = ()

    @classmethod
    def form(cls) -> str:
        """The declarations as text; it changes with every change of the packed data."""
        return ", ".join(_declaration(one) for one in fields(cls) if one.metadata)  # type: ignore[arg-type]

    @property
    def columns(self) -> list[array[Any]]:
        """All columns, in the order of their declarations."""
        return [getattr(self, one.name) for one in _fields(self, "code")]

    def extend_declared(self, other: Declared, numbers: Numbers) -> None:
        """Append the columns of another object and add its sums.

        `numbers`: for each numbering, the number here of each number there.
        """
        for one in _fields(self, "code"):
            there = getattr(other, one.name)
            numbering = one.metadata["numbers"]
            new = there if numbering is None else _renumbered(there, numbers[numbering])
            getattr(self, one.name).extend(new)
        for one in _fields(self, "amount"):
            mine, added = getattr(self, one.name), one.metadata["amount"].added
            new_numbers = [None if name is None else numbers[name] for name in one.metadata["keys"]]
            for key, amount in getattr(other, one.name).items():
                here = tuple(
                    part if new is None else new[part]
                    for part, new in zip(key, new_numbers, strict=True)
                )
                mine[here] = added(mine[here], amount)

    def sums_as_json(self) -> dict[str, list[Any]]:
        """All sums, JSON-able: for each mapping a list of keys with their amounts."""
        return {
            one.name: [
                [*key, one.metadata["amount"].to_json(amount)]
                for key, amount in getattr(self, one.name).items()
            ]
            for one in _fields(self, "amount")
        }

    def read_sums(self, raw: Mapping[str, list[Any]]) -> None:
        """Read the sums of `sums_as_json`."""
        for one in _fields(self, "amount"):
            mine, from_json = getattr(self, one.name), one.metadata["amount"].from_json
            for *key, amount in raw[one.name]:
                mine[tuple(key)] = from_json(amount)


def _fields(of: Declared, name: str) -> list[Any]:
    return [one for one in fields(of) if name in one.metadata]  # type: ignore[arg-type]


def _declaration(one: Any) -> str:
    about = one.metadata.get("code") or "sums"
    return f"{one.name} {about} {one.metadata.get('numbers') or one.metadata.get('keys') or ''}"


def _renumbered(numbers: array[int], new: Sequence[int]) -> array[int]:
    """Map each number to its new value; negative ones count from the end of `new`."""
    import numpy as np

    made: array[int] = array("q")
    made.frombytes(
        np.asarray(new, dtype=np.int64)[np.frombuffer(numbers, dtype=np.int64)].tobytes()
    )
    return made

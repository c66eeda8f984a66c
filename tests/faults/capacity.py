"""Capacity units of DynamoDB by its documented formulas: item sizes, write and read units.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Item = dict[str, Any]

WRITE_UNIT = 1024
READ_UNIT = 4096


def item_bytes(item: Item) -> int:
    """Size of an item: the names of its attributes and their values."""
    return sum(len(name.encode()) + value_bytes(value) for name, value in item.items())


def value_bytes(value: Item) -> int:
    """Size of a value in DynamoDB's JSON."""
    ((kind, held),) = value.items()
    match kind:
        case "S":
            return len(held.encode())
        case "N":
            return number_bytes(held)
        case "B":
            return len(held) * 3 // 4
        case "BOOL" | "NULL":
            return 1
        case "SS":
            return sum(len(text.encode()) for text in held)
        case "NS":
            return sum(map(number_bytes, held))
        case "L":
            return 3 + sum(1 + value_bytes(one) for one in held)
        case "M":
            return 3 + sum(1 + len(name.encode()) + value_bytes(one) for name, one in held.items())
    raise ValueError(f"unknown type {kind}")


def number_bytes(text: str) -> int:
    """About one byte per two significant digits, plus one, plus one for the sign."""
    digits = significant_digits(text)
    return (len(digits) + 1) // 2 + 1 + text.startswith("-")


def significant_digits(text: str) -> str:
    """The digits of a number without leading and trailing zeros."""
    mantissa = text.lower().lstrip("+-").partition("e")[0]
    return mantissa.replace(".", "").strip("0")


def write_units(size: int) -> int:
    """Units of a write, given the size of the larger of the old and the new item."""
    return max(math.ceil(size / WRITE_UNIT), 1)


def read_units(size: int, *, consistent: bool) -> float:
    """Units of a read, given its size."""
    units = max(math.ceil(size / READ_UNIT), 1)
    return float(units) if consistent else units / 2


@dataclass
class Bill:
    """The units of a sequence of calls.

    Attributes
    ----------
    writes, reads : Counter
        Units by partition key.
    calls : Counter
        By operation.
    """

    writes: Counter[str] = field(default_factory=Counter)
    reads: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    _sizes: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def write_units(self) -> float:
        """All write units."""
        return float(sum(self.writes.values()))

    @property
    def read_units(self) -> float:
        """All read units."""
        return float(sum(self.reads.values()))

    def written(self, item: Item) -> None:
        """An item was put."""
        key, size = key_of(item), item_bytes(item)
        self.writes[key[0]] += write_units(max(size, self._sizes.get(key, 0)))
        self._sizes[key] = size

    def written_together(self, item: Item) -> None:
        """An item was put in a transaction, which costs twice: prepare and commit."""
        before = self.writes[key_of(item)[0]]
        self.written(item)
        self.writes[key_of(item)[0]] += self.writes[key_of(item)[0]] - before

    def updated(self, key_item: Item) -> None:
        """Attributes of an item were changed, which changes its size by at most one unit."""
        key = key_of(key_item)
        size = self._sizes.setdefault(key, item_bytes(key_item))
        self.writes[key[0]] += write_units(size)

    def removed(self, key_item: Item) -> None:
        """An item was deleted, if it existed."""
        key = key_of(key_item)
        self.writes[key[0]] += write_units(self._sizes.pop(key, 0))

    def rejected(self, key_item: Item) -> None:
        """A condition was false: this costs as much as writing the existing item."""
        key = key_of(key_item)
        self.writes[key[0]] += write_units(self._sizes.get(key, 0))

    def read(self, partition: str, items: Iterable[Item], *, consistent: bool) -> None:
        """Items of a partition were read, by a query or a single get."""
        self.reads[partition] += read_units(sum(map(item_bytes, items)), consistent=consistent)


def key_of(item: Item) -> tuple[str, str]:
    """Partition and sort key."""
    return item["pk"]["S"], item["sk"]["S"]

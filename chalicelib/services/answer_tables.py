"""Flatten answers for CSV: derive columns and cells from the declared shape.

=====================  =======================================================================
type of a field        columns
=====================  =======================================================================
a number, a text       one, with the field's name
`Estimate`             ``name``, ``name_ci_low``, ``name_ci_high``
another shape          ``name_inner`` for each of its fields
a list of texts        one, separated by blanks; of pairs: ``first/last first/last``
a mapping of texts     one, as a query string
=====================  =======================================================================

A value that is missing or null leaves its cells empty.
"""

from __future__ import annotations

import functools
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from typing_extensions import get_type_hints, is_typeddict

from chalicelib.services.answer_fields import Estimate

Row = dict[str, Any]
Write = Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class Column:
    """A field with a different name or format in the table."""

    path: str
    """Field names separated by dots, from the outer shape to the inner ones."""
    name: str
    """Name of the column, or prefix of the names of its columns."""
    write: Write | None = None
    """Converts the value of the field to one cell."""


@dataclass(frozen=True, slots=True)
class _Cell:
    """One column, the path to its value, and the function that formats the value."""

    name: str
    path: tuple[str, ...]
    write: Write | None


class Table:
    """A table with one row for each object of a shape.

    Parameters
    ----------
    shape : type
        A `TypedDict`.
    fields : str or Column
        The fields in the table, in order. Default: all fields of the shape.
    """

    def __init__(self, shape: type, *fields: str | Column) -> None:
        self._shape = shape
        self._fields = fields

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns; raises KeyError for a field that the shape does not have."""
        return tuple(cell.name for cell in self._cells)

    def rows(self, objects: Iterable[Mapping[str, Any]]) -> Iterator[Row]:
        """Yield objects of the shape as flat rows; each row has all columns."""
        for one in objects:
            row: Row = {}
            for cell in self._cells:
                value: Any = one
                for field in cell.path:
                    value = None if value is None else value.get(field)
                if cell.write is not None and value is not None:
                    value = cell.write(value)
                row[cell.name] = value
            yield row

    def rows_of(
        self, answer: Mapping[str, Any], parts: Iterable[Mapping[str, Any]]
    ) -> Iterator[Row]:
        """Yield parts of an answer as flat rows, with its currency and its own warnings."""
        return self.rows(
            {
                **part,
                "warnings": [*part["warnings"], *answer["warnings"]],
                "currency": answer["currency"],
            }
            for part in parts
        )

    @functools.cached_property
    def _cells(self) -> list[_Cell]:
        cells: list[_Cell] = []
        for field in self._fields or _fields_of(self._shape):
            column = field if isinstance(field, Column) else Column(field, field)
            path = tuple(column.path.split("."))
            if column.write is not None:
                cells.append(_Cell(column.name, path, column.write))
            else:
                cells += _cells_of(column.name, path, _type_at(self._shape, path))
        return cells


def _type_at(shape: Any, path: Sequence[str]) -> Any:
    for field in path:
        if typing.get_origin(shape) is dict:
            shape = typing.get_args(shape)[1]
        else:
            shape = _fields_of(shape)[field]
    return shape


def _cells_of(name: str, path: tuple[str, ...], kind: Any) -> Iterator[_Cell]:
    if is_typeddict(kind):
        for field, inner in _fields_of(kind).items():
            bare = kind is Estimate and field == "estimate"
            yield from _cells_of(name if bare else f"{name}_{field}", (*path, field), inner)
    elif typing.get_origin(kind) is list:
        yield _Cell(name, path, _listed)
    elif typing.get_origin(kind) is dict:
        yield _Cell(name, path, urlencode)
    else:
        yield _Cell(name, path, None)


def _listed(values: Iterable[str | Sequence[str]]) -> str:
    return " ".join(one if isinstance(one, str) else "/".join(one) for one in values)


@functools.cache
def _fields_of(shape: type) -> dict[str, Any]:
    """Return the name and type of each field, without ``| None``."""
    return {name: _without_null(kind) for name, kind in get_type_hints(shape).items()}


def _without_null(kind: Any) -> Any:
    if typing.get_origin(kind) not in (typing.Union, types.UnionType):
        return kind
    kinds = [one for one in typing.get_args(kind) if one is not types.NoneType]
    return kinds[0] if len(kinds) == 1 else kind

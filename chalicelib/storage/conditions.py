"""Conditions on an item: what must hold for it to be written.

A condition is data, so that each table can do with it what it needs: DynamoDB gets an expression
(`expression_of`), SQLite asks `holds`. Both compare as DynamoDB does: attributes of different
types are never equal, and an absent attribute fulfils no comparison.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from chalicelib.storage.attributes import Attribute, Item


@dataclass(frozen=True, slots=True)
class Missing:
    """The item has no such attribute, or there is no item."""

    name: str


@dataclass(frozen=True, slots=True)
class Exists:
    """There is an item with this attribute."""

    name: str


@dataclass(frozen=True, slots=True)
class Equals:
    """The attribute has this value."""

    name: str
    value: Attribute


@dataclass(frozen=True, slots=True)
class AtMost:
    """The attribute is at most this value: text by its bytes, numbers by their size."""

    name: str
    value: Attribute


@dataclass(frozen=True, slots=True)
class Below:
    """The attribute is below this value."""

    name: str
    value: Attribute


@dataclass(frozen=True, slots=True)
class NoneOf:
    """The attribute has none of these values; an absent one has none of them."""

    name: str
    values: tuple[Attribute, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Each of these holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these holds."""

    parts: tuple[Condition, ...]


Condition = Missing | Exists | Equals | AtMost | Below | NoneOf | AllOf | AnyOf

NO_ITEM = Missing("pk")
AN_ITEM = Exists("pk")


def holds(condition: Condition, item: Item | None) -> bool:
    """Whether a condition holds for the item that is stored; None where there is none."""
    there = item or {}
    match condition:
        case Missing(name):
            return name not in there
        case Exists(name):
            return name in there
        case Equals(name, value):
            return name in there and _value(there[name]) == _value(value)
        case AtMost(name, value):
            return _comparable(there.get(name), value) and _of(there[name]) <= _of(value)
        case Below(name, value):
            return _comparable(there.get(name), value) and _of(there[name]) < _of(value)
        case NoneOf(name, values):
            return name not in there or _value(there[name]) not in map(_value, values)
        case AllOf(parts):
            return all(holds(part, item) for part in parts)
        case AnyOf(parts):
            return any(holds(part, item) for part in parts)


@dataclass(frozen=True, slots=True)
class Expression:
    """A condition as DynamoDB takes it.

    Attributes
    ----------
    text : str
    names, values : dict
        What the placeholders of the text stand for.
    """

    text: str
    names: dict[str, str]
    values: Item


def expression_of(condition: Condition) -> Expression:
    """The DynamoDB expression of a condition; every name is a placeholder (many are reserved)."""
    names: dict[str, str] = {}
    values: Item = {}

    def name_of(name: str) -> str:
        names[f"#{name}"] = name
        return f"#{name}"

    def value_of(value: Attribute) -> str:
        placeholder = f":is{len(values)}"
        values[placeholder] = value
        return placeholder

    def text_of(condition: Condition) -> str:
        match condition:
            case Missing(name):
                return f"attribute_not_exists({name_of(name)})"
            case Exists(name):
                return f"attribute_exists({name_of(name)})"
            case Equals(name, value):
                return f"{name_of(name)} = {value_of(value)}"
            case AtMost(name, value):
                return f"{name_of(name)} <= {value_of(value)}"
            case Below(name, value):
                return f"{name_of(name)} < {value_of(value)}"
            case NoneOf(name, values):
                listed = ", ".join(map(value_of, values))
                return f"NOT {name_of(name)} IN ({listed})"
            case AllOf(parts):
                return " AND ".join(f"({text_of(part)})" for part in parts)
            case AnyOf(parts):
                return " OR ".join(f"({text_of(part)})" for part in parts)

    return Expression(text_of(condition), names, values)


def _comparable(there: Attribute | None, value: Attribute) -> bool:
    return there is not None and there.keys() == value.keys()


def _value(attribute: Attribute) -> Any:
    ((kind, value),) = attribute.items()
    return kind, Decimal(value) if kind == "N" else value


def _of(attribute: Attribute) -> Any:
    """What an attribute is compared by; of text the bytes, as DynamoDB compares."""
    kind, value = _value(attribute)
    return value.encode() if kind == "S" else value

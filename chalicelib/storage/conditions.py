"""Conditions for writing an item.

A condition is data. The DynamoDB table converts it to an expression (`expression_of`); the SQLite
table evaluates it with `holds`. Both use DynamoDB's rules: attributes of different types are never
equal, and every comparison with a missing attribute is false.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from chalicelib.storage.attributes import Attribute, Item


@dataclass(frozen=True, slots=True)
class Missing:
    """The attribute or the whole item is missing."""

    name: str


@dataclass(frozen=True, slots=True)
class Exists:
    """The item exists and has this attribute."""

    name: str


@dataclass(frozen=True, slots=True)
class Equals:
    """The attribute has this value."""

    name: str
    value: Attribute


@dataclass(frozen=True, slots=True)
class AtMost:
    """The attribute is at most this value. Text is compared by its bytes."""

    name: str
    value: Attribute


@dataclass(frozen=True, slots=True)
class Below:
    """The attribute is below this value."""

    name: str
    value: Attribute


@dataclass(frozen=True, slots=True)
class NoneOf:
    """The attribute is missing or has none of these values."""

    name: str
    values: tuple[Attribute, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of these conditions are true."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these conditions is true."""

    parts: tuple[Condition, ...]


Condition = Missing | Exists | Equals | AtMost | Below | NoneOf | AllOf | AnyOf

NO_ITEM = Missing("pk")
AN_ITEM = Exists("pk")


def holds(condition: Condition, item: Item | None) -> bool:
    """Return whether a condition is true for the stored item; `item` is None if there is none."""
    stored = item or {}
    match condition:
        case Missing(name):
            return name not in stored
        case Exists(name):
            return name in stored
        case Equals(name, value):
            return name in stored and _value(stored[name]) == _value(value)
        case AtMost(name, value):
            return _comparable(stored.get(name), value) and _order(stored[name]) <= _order(value)
        case Below(name, value):
            return _comparable(stored.get(name), value) and _order(stored[name]) < _order(value)
        case NoneOf(name, values):
            return name not in stored or _value(stored[name]) not in map(_value, values)
        case AllOf(parts):
            return all(holds(part, item) for part in parts)
        case AnyOf(parts):
            return any(holds(part, item) for part in parts)


@dataclass(frozen=True, slots=True)
class Expression:
    """A condition as a DynamoDB expression."""

    text: str
    names: dict[str, str]
    values: Item
    """The names and values of the placeholders in `text`."""


def expression_of(condition: Condition) -> Expression:
    """Convert a condition to a DynamoDB expression.

    Every name is a placeholder because DynamoDB reserves many names.
    """
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


def _comparable(stored: Attribute | None, value: Attribute) -> bool:
    return stored is not None and stored.keys() == value.keys()


def _value(attribute: Attribute) -> Any:
    ((kind, value),) = attribute.items()
    return kind, Decimal(value) if kind == "N" else value


def _order(attribute: Attribute) -> Any:
    """Return the value to sort by; for text its bytes, as in DynamoDB."""
    kind, value = _value(attribute)
    return value.encode() if kind == "S" else value

"""Conversion between plain values and DynamoDB's typed attributes.

For items that are read and written rarely. `event_items` builds the items of events directly,
which is faster.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

Attribute = dict[str, Any]
Item = dict[str, Attribute]


def to_attribute(value: Any) -> Attribute:
    """Convert None, bool, int, Decimal, str, bytes, or lists and dicts of those to an attribute.

    Raises
    ------
    TypeError
        For any other type. Floats are rejected because a decimal may not equal the float.
    """
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, Decimal):
        return {"N": format(value, "f")}
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, bytes):
        return {"B": value}
    if isinstance(value, list | tuple):
        return {"L": [to_attribute(one) for one in value]}
    if isinstance(value, dict):
        return {"M": {str(name): to_attribute(one) for name, one in value.items()}}
    raise TypeError(f"values of type {type(value).__name__} cannot be stored in an item")


def from_attribute(attribute: Attribute) -> Any:
    """Return the plain value of a typed attribute: int for whole numbers, Decimal for others."""
    (kind, value) = next(iter(attribute.items()))
    match kind:
        case "NULL":
            return None
        case "N":
            number = Decimal(value)
            return int(number) if number == number.to_integral_value() else number
        case "L":
            return [from_attribute(one) for one in value]
        case "M":
            return {name: from_attribute(one) for name, one in value.items()}
        case "BOOL" | "S" | "B":
            return value
    raise TypeError(f"attributes of type {kind} are not supported")


def to_item(partition: str, sort: str, values: dict[str, Any]) -> Item:
    """Build an item from its keys and plain values; omit values that are None."""
    item = {"pk": {"S": partition}, "sk": {"S": sort}}
    for name, value in values.items():
        if value is not None:
            item[name] = to_attribute(value)
    return item


def from_item(item: Item) -> dict[str, Any]:
    """Return the plain values of an item, without its keys."""
    return {name: from_attribute(one) for name, one in item.items() if name not in ("pk", "sk")}

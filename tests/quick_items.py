"""moto's items of DynamoDB, faster: to compare, measure, copy, and read from an answer.

Most attributes are a text or a number, and all keys are texts. moto makes a value of each before it
compares two, asks five questions before it copies one, and botocore looks for the ten forms that an
attribute can have. Here texts and numbers are handled first, and everything else as before.
"""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

from botocore.parsers import BaseJSONParser
from moto.dynamodb import responses
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.utilities import bytesize, dynamo_to_dict

_LITERAL = frozenset({"S", "N", "BOOL", "NULL"})
"""Types whose value is the same in a request, in moto's memory, in an answer, and in botocore."""
_hash, _equal, _less = DynamoType.__hash__, DynamoType.__eq__, DynamoType.__lt__
_size = DynamoType.size
_copy = DynamoType.__deepcopy__
_handle_structure = BaseJSONParser._handle_structure


def install() -> None:
    """From now on, in this process."""
    DynamoType.__hash__ = _hash_of  # type: ignore[method-assign]
    DynamoType.__eq__ = _is_equal  # type: ignore[method-assign, assignment]
    DynamoType.__ne__ = _differs  # type: ignore[method-assign, assignment]
    DynamoType.__lt__ = _is_less  # type: ignore[method-assign]
    DynamoType.size = _size_of  # type: ignore[method-assign]
    DynamoType.__deepcopy__ = _copy_of  # type: ignore[method-assign]
    Item.size = _size_of_item  # type: ignore[method-assign]
    Item.__deepcopy__ = _copy_of_item  # type: ignore[method-assign]
    responses.dynamo_to_dict = _as_json
    BaseJSONParser._handle_structure = _read_structure


def _hash_of(self: DynamoType) -> int:
    return hash(("S", self.value)) if self.type == "S" else _hash(self)


def _is_equal(self: DynamoType, other: DynamoType) -> bool:
    if self.type == "S":
        return other.type == "S" and self.value == other.value
    return _equal(self, other)


def _differs(self: DynamoType, other: DynamoType) -> bool:
    return not _is_equal(self, other)


def _is_less(self: DynamoType, other: DynamoType) -> bool:
    if self.type == "S" == other.type:
        less: bool = self.value < other.value
        return less
    return _less(self, other)


def _size_of(self: DynamoType) -> int:
    value = self.value
    if self.type in ("S", "N") and value.isascii():
        return len(value)
    return _size(self)


def _size_of_item(self: Item) -> int:
    return sum(
        (len(name) if name.isascii() else bytesize(name)) + _size_of(one)
        for name, one in self.attrs.items()
    )


def _copy_of(self: DynamoType, memo: dict[int, Any]) -> DynamoType:
    if self.type not in _LITERAL:
        return _copy(self, memo)
    copied = DynamoType.__new__(DynamoType)
    copied.type, copied.value = self.type, self.value
    return copied


def _copy_of_item(self: Item, memo: dict[int, Any]) -> Item:
    """As moto copies it: without the check of the size, which the item has passed."""
    copied = Item.__new__(Item)
    copied.hash_key = _copy_of(self.hash_key, memo)
    copied.range_key = copy.deepcopy(self.range_key, memo)
    copied.attrs = LimitedSizeDict.__new__(LimitedSizeDict)
    dict.update(copied.attrs, {name: _copy_of(one, memo) for name, one in self.attrs.items()})
    return copied


def _as_json(value: Any) -> Any:
    if type(value) is DynamoType and value.type in _LITERAL:
        return {value.type: value.value}
    if type(value) in (dict, LimitedSizeDict):
        return {name: _as_json(one) for name, one in value.items()}
    if type(value) is list:
        return [_as_json(one) for one in value]
    if value is None or type(value) in (str, int, float, bool, bytes) or isinstance(value, dt.date):
        return value
    return dynamo_to_dict(value)


def _read_structure(self: Any, shape: Any, value: Any) -> Any:
    if shape.name == "AttributeValue" and len(value) == 1:
        ((kind, content),) = value.items()
        if kind in _LITERAL and content is not None:
            return {kind: content}
    return _handle_structure(self, shape, value)

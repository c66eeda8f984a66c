"""JSON as RFC 8259 has it, and no more: what a parser silently forgives is refused here."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from chalicelib.errors import MalformedJson

MAX_DEPTH = 32

_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_BRACKET = re.compile(r"[\[\]{}]")


def parse_json(body: bytes, *, unpaired: bool = False) -> Any:
    """The value of a JSON text; numbers with a fraction or an exponent are `Decimal`.

    Parameters
    ----------
    unpaired : bool
        Whether texts may hold halves of surrogate pairs, which are no characters and can neither
        be stored nor hashed: whoever allows them looks at each text.

    Raises
    ------
    MalformedJson
        For a syntax error, NaN and Infinity, a key given twice, bytes that are not UTF-8, more
        than 32 levels, half of a surrogate pair, or a whole number of thousands of digits.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedJson(f"byte {error.start} is not UTF-8") from error
    if _depth(text) > MAX_DEPTH:
        raise MalformedJson(f"nested more than {MAX_DEPTH} levels deep")
    try:
        value = json.loads(
            text,
            parse_float=_fraction,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        raise MalformedJson(f"{error.msg} (line {error.lineno}, column {error.colno})") from error
    except ValueError as error:
        raise MalformedJson("a number has too many digits") from error
    if not unpaired and _SURROGATE.search(text) and not _is_text(value):
        raise MalformedJson("a text holds half of a surrogate pair")
    return value


def _is_text(value: Any) -> bool:
    """Whether all texts of a value are made of characters."""
    match value:
        case str():
            return not any("\ud800" <= character <= "\udfff" for character in value)
        case list():
            return all(map(_is_text, value))
        case dict():
            return all(map(_is_text, value)) and all(map(_is_text, value.values()))
    return True


def _depth(text: str) -> int:
    """How deep the brackets of a text nest, whether or not they match."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return 0
    deepest = depth = 0
    for bracket in _BRACKET.findall(_STRING.sub("", text)):
        if bracket in "[{":
            depth += 1
            deepest = max(deepest, depth)
        else:
            depth -= 1
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedJson("an object names a key twice")
    return found


def _fraction(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise MalformedJson("a number's exponent is out of every range") from error


def _refuse_constant(name: str) -> NoReturn:
    raise MalformedJson(f"{name} is not JSON")

"""A strict JSON parser (RFC 8259) that rejects what other parsers silently accept."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from itertools import accumulate
from typing import Any, NoReturn

from chalicelib.model.errors import MalformedJson

MAX_DEPTH = 32

_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_NOT_STRUCTURE = bytes(set(range(256)) - set(b'{}[]"\\'))
_STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1, ord('"'): 0, ord("\\"): 0}
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def parse_json(body: bytes, *, unpaired: bool = False) -> Any:
    """Parse JSON; numbers with a fraction or an exponent become `Decimal`.

    `unpaired`: whether texts may contain halves of surrogate pairs. They are not characters and can
    be neither stored nor hashed, so a caller that allows them must check each text.

    Raises
    ------
    MalformedJson
        For a syntax error, NaN or Infinity, a duplicate key, bytes that are not UTF-8, more than 32
        levels, half of a surrogate pair, or a whole number with thousands of digits.
    """
    if _is_too_deep(body):
        raise MalformedJson(f"nested more than {MAX_DEPTH} levels deep")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedJson(f"byte {error.start} is not UTF-8") from error
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise MalformedJson(f"{error.msg} (line {error.lineno}, column {error.colno})") from error
    except ValueError as error:
        raise MalformedJson("a number has too many digits") from error
    if not unpaired and _SURROGATE.search(text) and not _is_text(value):
        raise MalformedJson("a text contains half of a surrogate pair")
    return value


def _is_text(value: Any) -> bool:
    """Return whether all texts of a value contain only characters."""
    match value:
        case str():
            return not any("\ud800" <= character <= "\udfff" for character in value)
        case list():
            return all(map(_is_text, value))
        case dict():
            return all(map(_is_text, value)) and all(map(_is_text, value.values()))
    return True


def _is_too_deep(body: bytes) -> bool:
    """Return whether brackets are nested too deeply, even if they do not match.

    Reduce the text to brackets, quotes and escapes, where most strings become empty. Parse strings
    one by one only if others remain. Then remove pairs of adjacent brackets repeatedly, at most two
    levels at a time.
    """
    brackets = body.translate(None, _NOT_STRUCTURE).replace(b'""', b"")
    if b'"' in brackets:
        brackets = _STRING.sub(b"", body).translate(None, _NOT_STRUCTURE)
    left = brackets
    for _ in range(MAX_DEPTH // 2):
        left = left.replace(b"{}", b"").replace(b"[]", b"")
        if not left:
            return False
    return max(accumulate(map(_STEP.__getitem__, brackets))) > MAX_DEPTH


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedJson("an object has a duplicate key")
    return found


def _fraction(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise MalformedJson("the exponent of a number is too large") from error


def _reject_constant(name: str) -> NoReturn:
    raise MalformedJson(f"{name} is not JSON")


_DECODER = json.JSONDecoder(
    parse_float=_fraction, parse_constant=_reject_constant, object_pairs_hook=_object
)
"""Created once: creating a decoder takes a tenth of the time to parse a line of NDJSON."""

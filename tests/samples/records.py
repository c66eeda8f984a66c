"""Samples of JSON and XML with an additional number that no importer reads.

Every object of a file gets the same new key, so that each record has it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

KEY = "zorb_clicks"
NUMBER = 7

_BEFORE_JSON = re.compile(rb"[^\[{]*")
_RECORDS_OF_XML = re.compile(r"(?=</(?:item|entry|post|wp:comment)>)")


def is_of_records(data: bytes) -> bool:
    """Whether a file contains JSON or XML."""
    text = data.lstrip(b"\xef\xbb\xbf \r\n\t")
    if text.startswith(b"<?xml"):
        return True
    if not text.startswith((b"{", b"[", b"window.")):
        return False
    try:
        with_a_number(data)
    except ValueError:  # lines of Python, or an incomplete line
        return False
    return True


def with_a_number(data: bytes) -> bytes:
    """Return the file with the new key in each of its objects, or in each XML record."""
    if data.lstrip().startswith(b"<"):
        element = f"<{KEY}>{NUMBER}</{KEY}>"
        return _RECORDS_OF_XML.sub(element, data.decode()).encode()
    before = _BEFORE_JSON.match(data)
    begin = before[0] if before else b""
    text = data[len(begin) :].decode()
    try:
        return begin + json.dumps(_changed(json.loads(text), _add)).encode()
    except ValueError:
        changed = (json.dumps(_changed(json.loads(line), _add)) for line in text.splitlines())
        return begin + "\n".join(changed).encode()


def _add(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, KEY: NUMBER}


def _changed(value: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    if isinstance(value, dict):
        return change({key: _changed(held, change) for key, held in value.items()})
    return [_changed(held, change) for held in value] if isinstance(value, list) else value

"""Files of records with one more number in them, to hold importers of JSON and XML to one contract.

Every object of a file gets the same new key: whatever an importer takes for a record, it is there.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from typing import Any

from tests.exports.corpus import FILES

KEY = "zorb_clicks"
NUMBER = 7
GZIP = b"\x1f\x8b"

_BEFORE_JSON = re.compile(rb"[^\[{]*")
_RECORDS_OF_XML = re.compile(r"(?=</(?:item|entry|post|wp:comment)>)")


def _is_of_records(data: bytes) -> bool:
    text = data.lstrip(b"\xef\xbb\xbf \r\n\t")
    return text[:1] in (b"{", b"[", b"w") or text.startswith(b"<?xml")


RECORDS = {
    name: gzip.decompress(data) if data.startswith(GZIP) else data
    for name, (_, data) in FILES.items()
    if _is_of_records(gzip.decompress(data) if data.startswith(GZIP) else data)
}
"""The files of the corpus that hold JSON or XML, by name."""


def with_a_number(data: bytes) -> bytes:
    """The file with the new key in each of its objects, or in each of its records of XML."""
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

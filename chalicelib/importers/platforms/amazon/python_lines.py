"""Parse lines that are Python dictionaries instead of JSON, as in the oldest review files.

Only literals as `repr` writes them (strings, numbers, lists, dictionaries) are parsed. Size and
depth are limited because `ast` is designed for trusted source code.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Any

from chalicelib.importers.records.json_documents import JsonLine

MAX_CHARACTERS = 200_000
_MAX_BRACKETS = 100

_STRING = r"""u?'(?:[^'\\\r\n\0]|\\[\\'"nrtxuU])*+'|u?"(?:[^"\\\r\n\0]|\\[\\'"nrtxuU])*+\""""
_NUMBER = r"-?\d{1,25}(?:\.\d{0,25})?(?:e[+-]?\d{1,3})?"
_LITERAL = re.compile(rf"\s*\{{(?:{_STRING}|{_NUMBER}|[\[\]{{}},:]|True|False|None|[ \t])*+\s*")
_STRINGS = re.compile(_STRING)
_DIFFERENCE = re.compile(r"\d\s*-")


def with_dictionaries(lines: Iterable[JsonLine]) -> Iterator[JsonLine]:
    """Yield the lines of a file, with Python dictionaries parsed where a line is not JSON."""
    for line in lines:
        if line.flaw is not None and line.flaw.code == "malformed_record":
            record = parse_dictionary(line.raw)
            if record is not None:
                yield JsonLine(line.line, line.raw, record)
                continue
        yield line


def parse_dictionary(text: str) -> dict[Any, Any] | None:
    """Parse a dictionary of literals with keys of text; return None for any other text."""
    if len(text) > MAX_CHARACTERS or not _LITERAL.fullmatch(text):
        return None
    bare = _STRINGS.sub("", text)
    if bare.count("{") + bare.count("[") > _MAX_BRACKETS or _DIFFERENCE.search(bare):
        return None
    try:
        value = ast.literal_eval(text.strip())
    except (ValueError, TypeError, SyntaxError):
        return None
    return value if isinstance(value, dict) and _has_text_keys(value) else None


def _has_text_keys(value: Any) -> bool:
    """Return whether all keys are text at every depth, as in JSON."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and _has_text_keys(held) for key, held in value.items())
    return all(map(_has_text_keys, value)) if isinstance(value, list) else True

"""JSON: one document read whole, an array read item by item, or one record per line."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, BinaryIO, cast

import ijson

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.bytes.rations import Rationed
from chalicelib.importers.outcomes import MAX_RAW_CHARACTERS, RowRejected
from chalicelib.model.errors import ExportRejected

MAX_DEPTH = 200
"""Levels of nesting; nested comments are the deepest in exports."""

MAX_VALUES = 600_000
"""In a document that is read whole; a value takes up to a hundred bytes."""

MAX_DIGITS = 1_000
"""A number in a document that is read item by item must have fewer digits."""

_BEGINNINGS = ("start_map", "start_array")
_ENDS = ("end_map", "end_array")
_TOO_GREAT = "a number with an exponent of 19 digits"
_ENDLESS_NUMBER = re.compile(rb"(?<![0-9])[0-9]{%d}" % MAX_DIGITS)
_TOKENS = re.compile(r'[\[\]{}]|"(?:[^"\\]|\\.)*+"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class JsonLine:
    """One line of NDJSON that is not blank.

    Attributes
    ----------
    line : int
        Its number in the file, from 1.
    raw : str
    record : object
        The parsed value; None if `flaw` is set.
    flaw : RowRejected, optional
        Why the line cannot be read.
    """

    line: int
    raw: str
    record: Any
    flaw: RowRejected | None = None


def read_document(source: Source) -> Any:
    """Return the document, with `Decimal` for numbers that have decimals.

    Raises
    ------
    ExportRejected
        `file_too_large`, `unreadable_file`, `too_deep`.
    """
    return parse_json(source.document())


def parse_json(text: str) -> Any:
    """Parse the text of a whole document; raises like `read_document`."""
    if text.count(",") > MAX_VALUES:
        raise ExportRejected(
            "file_too_large", f"a JSON file of this kind may have at most {MAX_VALUES:,} values"
        )
    if is_too_deep(text):
        raise _too_deep()
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_reject_constant)
    except RecursionError as error:
        raise ExportRejected("too_deep", "the JSON is nested too deep for an export") from error
    except ValueError as error:
        raise ExportRejected("unreadable_file", f"the file is not valid JSON: {error}") from error
    except ArithmeticError as error:
        raise ExportRejected(
            "unreadable_file", f"the file is not valid JSON: {_TOO_GREAT}"
        ) from error


def items_of(source: Source, prefix: str, *, skip: int = 0) -> Iterator[Any]:
    """Yield the items of an array in a document that may be larger than memory.

    Parameters
    ----------
    prefix : str
        Path of the array in ijson's notation, e.g. ``item`` or ``data.item``.
    skip : int
        Bytes before the JSON, e.g. of ``window.YTD.tweets.part0 = ``.

    Raises
    ------
    ExportRejected
        `unreadable_file`, `too_deep`, `file_too_large`, after the last item before the error.
    """
    stream = Rationed(cast("io.BufferedIOBase", _Digits(cast("BinaryIO", source.bytes()))))
    stream.read(skip)
    target = prefix.split(".") if prefix else []
    path: list[str] = []
    depth = 0
    builder: ijson.ObjectBuilder | None = None
    with _parse_errors_rejected():
        for event, value in _parts(stream):
            begins, ends = event in _BEGINNINGS, event in _ENDS
            if builder is None and (ends or event == "map_key" or path != target):
                _follow(path, event, value)
                stream.renew()
                continue
            builder = builder or ijson.ObjectBuilder()
            builder.event(event, value)
            stream.count_value()
            depth += begins - ends
            _check_levels(len(path) + depth)
            if not depth:
                yield builder.value
                builder = None
                stream.renew()


def arrays_in(text: str) -> set[str]:
    """Return the keys of arrays in an object, from the beginning of its JSON."""
    found: set[str] = set()
    path: list[str] = []
    try:
        with _parse_errors_rejected():
            for event, value in _parts(_Digits(io.BytesIO(text.encode("utf-8", "replace")))):
                if event == "start_array" and len(path) == 1:
                    found.add(path[0])
                _follow(path, event, value)
    except ExportRejected:
        pass  # incomplete, invalid or too deep: reading the file will raise again
    return found


def _parts(stream: Any) -> Iterator[tuple[str, Any]]:
    """Yield the parse events of a document.

    `ijson.parse` and everything built on it join the whole path for each bracket. For a million
    brackets this takes gigabytes, so only `basic_parse` is used, and only here.
    """
    yield from ijson.basic_parse(cast("BinaryIO", stream), use_float=False)


def _follow(path: list[str], event: str, value: Any) -> None:
    """Update the path of keys to the current place in a document.

    An array has the key ``item``. Raises `too_deep`.
    """
    if event in _BEGINNINGS:
        path.append("item" if event == "start_array" else "")
        _check_levels(len(path))
    elif event in _ENDS:
        path.pop()
    elif event == "map_key":
        path[-1] = value


@contextmanager
def _parse_errors_rejected() -> Iterator[None]:
    """Convert the exceptions of a parser for an invalid document to `unreadable_file`."""
    try:
        yield
    except (ijson.JSONError, ValueError) as error:
        raise ExportRejected(
            "unreadable_file", f"the file is not valid JSON: {_reason(error)}"
        ) from error
    except ArithmeticError as error:
        raise ExportRejected(
            "unreadable_file", f"the file is not valid JSON: {_TOO_GREAT}"
        ) from error


class _Digits:
    """A stream that rejects endless numbers: 4,300 digits abort ijson's parser and the process."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._end = b""

    def read(self, size: int = -1) -> bytes:
        part = self._stream.read(size)
        window = self._end + part
        if _ENDLESS_NUMBER.search(window):
            raise ValueError(f"a number has {MAX_DIGITS} or more digits")
        self._end = window[-MAX_DIGITS:]
        return part


def lines_of(source: Source) -> Iterator[JsonLine]:
    """Yield the records of NDJSON, including lines that cannot be read."""
    lines = source.lines()
    for text in lines:
        run = lines.take()
        if not text.strip():
            continue
        flaw: RowRejected | None = None
        record: Any = None
        if not run.whole:
            flaw = RowRejected("cut_off", "the line is too long for a record")
        elif not run.readable:
            flaw = RowRejected("unreadable_text", "the line contains bytes that are not text")
        else:
            try:
                record = parse_json(text)
            except ExportRejected:
                flaw = RowRejected("malformed_record", "the line is not valid JSON")
        yield JsonLine(run.first, run.text, record, flaw)


def raw_text(record: Any) -> str:
    """Return a record as shown in a rejection."""
    return json.dumps(record, default=str, ensure_ascii=False)[:MAX_RAW_CHARACTERS]


def _check_levels(levels: int) -> None:
    if levels > MAX_DEPTH:
        raise _too_deep()


def _reason(error: Exception) -> str:
    """Return the first line of ijson's message; the rest quotes the file, which may name people.

    If the quotation is not UTF-8, the message is the repr of bytes, on one line.
    """
    return re.split(r"\n|\\n", str(error).removeprefix("b'"))[0]


def _too_deep() -> ExportRejected:
    return ExportRejected("too_deep", f"the JSON has more than {MAX_DEPTH} levels")


def is_too_deep(text: str) -> bool:
    """Whether JSON is nested deeper than any export.

    json's own limit is the interpreter's recursion limit, which includes the caller's frames.
    """
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False
    depth = 0
    for token in _TOKENS.finditer(text):
        mark = token[0]
        if mark in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif mark in "]}":
            depth -= 1
    return False


def _reject_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")

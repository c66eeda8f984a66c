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
from chalicelib.importers.outcomes import MAX_RAW_CHARACTERS, RowRefused
from chalicelib.model.errors import ExportRefused

MAX_DEPTH = 200
"""Levels of nesting; comments that answer each other are the deepest that exports have."""

MAX_VALUES = 600_000
"""In a document that is read whole: a value takes up to a hundred bytes."""

MAX_DIGITS = 1_000
"""Fewer than this has a number in a document that is read item by item."""

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
        What it holds; None if `flaw` is set.
    flaw : RowRefused, optional
        Why it cannot be read.
    """

    line: int
    raw: str
    record: Any
    flaw: RowRefused | None = None


def read_document(source: Source) -> Any:
    """The document, with `Decimal` for numbers that have decimals.

    Raises
    ------
    ExportRefused
        `file_too_large`, `unreadable_file`, `too_deep`.
    """
    return parse_json(source.document())


def parse_json(text: str) -> Any:
    """A value from the text of a whole document; raises as `read_document` does."""
    if text.count(",") > MAX_VALUES:
        raise ExportRefused(
            "file_too_large", f"such JSON is read whole and may hold {MAX_VALUES:,} values at most"
        )
    if is_too_deep(text):
        raise _too_deep()
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ExportRefused("too_deep", "the JSON is nested too deep to be an export") from error
    except ValueError as error:
        raise ExportRefused("unreadable_file", f"the file is no whole JSON: {error}") from error
    except ArithmeticError as error:
        raise ExportRefused(
            "unreadable_file", f"the file is no whole JSON: {_TOO_GREAT}"
        ) from error


def items_of(source: Source, prefix: str, *, skip: int = 0) -> Iterator[Any]:
    """The items of an array in a document that may be larger than memory.

    Parameters
    ----------
    prefix : str
        Where the array is, in ijson's notation, e.g. ``item`` or ``data.item``.
    skip : int
        Bytes before the JSON, as ``window.YTD.tweets.part0 = ``.

    Raises
    ------
    ExportRefused
        `unreadable_file`, `too_deep`, `file_too_large`, at the item behind which the document is
        broken.
    """
    stream = Rationed(cast("io.BufferedIOBase", _Digits(cast("BinaryIO", source.bytes()))))
    stream.read(skip)
    target = prefix.split(".") if prefix else []
    path: list[str] = []
    depth = 0
    builder: ijson.ObjectBuilder | None = None
    with _said_of_the_document():
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
    """The keys of an object that hold arrays, as far as the beginning of its JSON shows."""
    found: set[str] = set()
    path: list[str] = []
    try:
        with _said_of_the_document():
            for event, value in _parts(_Digits(io.BytesIO(text.encode("utf-8", "replace")))):
                if event == "start_array" and len(path) == 1:
                    found.add(path[0])
                _follow(path, event, value)
    except ExportRefused:
        pass  # cut off, or broken, or too deep: reading it will say so
    return found


def _parts(stream: Any) -> Iterator[tuple[str, Any]]:
    """The parts of a document, one after the other.

    The only place that ijson parses in: `ijson.parse` and what is built on it make a text of the
    whole path for each of a million brackets, which takes gigabytes before the first is seen.
    """
    yield from ijson.basic_parse(cast("BinaryIO", stream), use_float=False)


def _follow(path: list[str], event: str, value: Any) -> None:
    """Changes the keys around a place in a document to those around the next.

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
def _said_of_the_document() -> Iterator[None]:
    """Raises what a parser says of a broken document as `unreadable_file`."""
    try:
        yield
    except (ijson.JSONError, ValueError) as error:
        raise ExportRefused(
            "unreadable_file", f"the file is no whole JSON: {_reason(error)}"
        ) from error
    except ArithmeticError as error:
        raise ExportRefused(
            "unreadable_file", f"the file is no whole JSON: {_TOO_GREAT}"
        ) from error


class _Digits:
    """A stream without endless numbers: ijson's parser ends the process on one of 4,300 digits."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._end = b""

    def read(self, size: int = -1) -> bytes:
        part = self._stream.read(size)
        window = self._end + part
        if _ENDLESS_NUMBER.search(window):
            raise ValueError(f"a number of {MAX_DIGITS} digits and more")
        self._end = window[-MAX_DIGITS:]
        return part


def lines_of(source: Source) -> Iterator[JsonLine]:
    """The records of NDJSON, the broken lines among them."""
    lines = source.lines()
    for text in lines:
        run = lines.take()
        if not text.strip():
            continue
        flaw: RowRefused | None = None
        record: Any = None
        if not run.whole:
            flaw = RowRefused("cut_off", "a line is too long to be a record")
        elif not run.readable:
            flaw = RowRefused("unreadable_text", "the line holds bytes that are no text")
        else:
            try:
                record = parse_json(text)
            except ExportRefused:
                flaw = RowRefused("malformed_record", "the line is no JSON")
        yield JsonLine(run.first, run.text, record, flaw)


def raw_text(record: Any) -> str:
    """A record as a refusal shows it."""
    return json.dumps(record, default=str, ensure_ascii=False)[:MAX_RAW_CHARACTERS]


def _check_levels(levels: int) -> None:
    if levels > MAX_DEPTH:
        raise _too_deep()


def _reason(error: Exception) -> str:
    """What ijson says; below its first line it quotes the file, with its people.

    Where the quotation is no UTF-8, the message is the form of a bytes object, on one line.
    """
    return re.split(r"\n|\\n", str(error).removeprefix("b'"))[0]


def _too_deep() -> ExportRefused:
    return ExportRefused("too_deep", f"JSON nested in more than {MAX_DEPTH} levels")


def is_too_deep(text: str) -> bool:
    """Whether JSON is nested deeper than any export.

    json's own limit is the interpreter's recursion limit, which counts the caller's frames.
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


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")

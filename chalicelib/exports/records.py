"""The reading loop of files that hold records (JSON, XML, HTML): one outcome per record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from chalicelib.exports.documents import JsonLine, raw_text
from chalicelib.exports.outcomes import (
    Imported,
    NotData,
    RawEvent,
    Refused,
    RowOutcome,
    RowRefused,
)

T = TypeVar("T")

Converted = tuple[RawEvent, ...] | str
"""The events of a record, or why it is no data."""


def outcomes_of(
    records: Iterable[T],
    convert: Callable[[T], Converted],
    *,
    shown: Callable[[T], str] = raw_text,
    part: int = 0,
) -> Iterator[RowOutcome]:
    """One outcome per record, numbered from 1.

    Parameters
    ----------
    convert : callable
        The events of a record, which may be none (its numbers stand with another record), or why it
        is no data; may raise `RowRefused`.
    shown : callable
        What a refusal may show of a record: of people, nothing.
    """
    for number, record in enumerate(records, start=1):
        yield outcome_of(number, record, convert, shown, part)


def outcomes_of_lines(
    lines: Iterable[JsonLine],
    convert: Callable[[Any], Converted],
    *,
    shown: Callable[[Any], str] = raw_text,
) -> Iterator[RowOutcome]:
    """One outcome per line of NDJSON, by the line's number; a broken line shows nothing."""
    for line in lines:
        if line.flaw is not None:
            yield Refused(line.line, "", line.flaw.code, line.flaw.message)
        else:
            yield outcome_of(line.line, line.record, convert, shown)


def outcome_of(
    number: int,
    record: T,
    convert: Callable[[T], Converted],
    shown: Callable[[T], str],
    part: int = 0,
) -> RowOutcome:
    """The outcome of one record."""
    try:
        converted = convert(record)
    except RowRefused as error:
        return Refused(number, shown(record), error.code, error.message, part)
    if isinstance(converted, str):
        return NotData(number, converted, part)
    return Imported(number, converted, part)

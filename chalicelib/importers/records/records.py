"""The loop over the records of a file (JSON, XML, HTML): one outcome per record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, TypeVar, cast

from chalicelib.importers.outcomes import (
    Imported,
    RawEvent,
    RecordOutcomes,
    Rejected,
    RowOutcome,
    RowRejected,
    Skipped,
)
from chalicelib.importers.records.json_documents import JsonLine, raw_text
from chalicelib.importers.records.unread_keys import NONE, UnreadKeys, is_observed

T = TypeVar("T")

Converted = tuple[RawEvent, ...] | str
"""The events of a record, or why it is not data."""


def outcomes_of(
    records: Iterable[T],
    convert: Callable[[T], Converted],
    *,
    shown: Callable[[T], str] = raw_text,
    part: int = 0,
    names_unread: bool = True,
    left_out: Mapping[str, str] = NONE,
) -> RecordOutcomes:
    """Return one outcome per record, numbered from 1, and track unread keys of JSON objects.

    Parameters
    ----------
    convert : callable
        Returns the events of a record, possibly none (another record has its numbers), or why it
        is not data; may raise `RowRejected`.
    shown : callable
        Returns what a rejection may show of a record; nothing about people.
    names_unread : bool
        Whether to track unread keys here; otherwise the importer does.
    left_out : mapping of str to str
        As in `UnreadKeys`: why known keys are not read.
    """
    keys = UnreadKeys(left_out=left_out)
    outcome = partial(_observed_outcome, keys) if names_unread else outcome_of
    return RecordOutcomes(
        (
            outcome(number, record, convert, shown, part)
            for number, record in enumerate(records, start=1)
        ),
        keys,
    )


def outcomes_of_lines(
    lines: Iterable[JsonLine],
    convert: Callable[[Any], Converted],
    *,
    shown: Callable[[Any], str] = raw_text,
    names_unread: bool = True,
    left_out: Mapping[str, str] = NONE,
) -> RecordOutcomes:
    """Like `outcomes_of` for NDJSON, numbered by line; nothing is shown of an unreadable line."""
    keys = UnreadKeys(left_out=left_out)
    outcome = partial(_observed_outcome, keys) if names_unread else outcome_of

    def outcomes() -> Iterator[RowOutcome]:
        for line in lines:
            if line.flaw is not None:
                yield Rejected(line.line, "", line.flaw.code, line.flaw.message)
            else:
                yield outcome(line.line, line.record, convert, shown)

    return RecordOutcomes(outcomes(), keys)


def outcomes_of_elements(
    elements: Iterable[T],
    convert: Callable[[T], Converted],
    *,
    shown: Callable[[T], str],
    fields: Callable[[T], dict[str, Any]],
    read: Iterable[str],
) -> RecordOutcomes:
    """Like `outcomes_of` for XML elements, whose unread children must be declared.

    Parameters
    ----------
    fields : callable
        Returns the texts of an element by the names of its children.
    read : iterable of str
        The names that `convert` reads.
    """
    keys = UnreadKeys(read)

    def outcomes() -> Iterator[RowOutcome]:
        for number, element in enumerate(elements, start=1):
            outcome = outcome_of(number, element, convert, shown)
            if type(outcome) is Imported:
                keys.add(fields(element))
            yield outcome

    return RecordOutcomes(outcomes(), keys)


def _observed_outcome(
    keys: UnreadKeys,
    number: int,
    record: T,
    convert: Callable[[T], Converted],
    shown: Callable[[T], str],
    part: int = 0,
) -> RowOutcome:
    """Return the outcome of a record and track the unread keys of a JSON object or array."""
    if not isinstance(record, dict | list) or is_observed(record):
        return outcome_of(number, record, convert, shown, part)
    outcome = outcome_of(
        number, record, lambda plain: convert(cast("T", keys.observed(plain))), shown, part
    )
    if type(outcome) is Imported:
        keys.add(record)
    return outcome


def outcome_of(
    number: int,
    record: T,
    convert: Callable[[T], Converted],
    shown: Callable[[T], str],
    part: int = 0,
) -> RowOutcome:
    """Return the outcome of one record."""
    try:
        converted = convert(record)
    except RowRejected as error:
        return Rejected(number, shown(record), error.code, error.message, part)
    if isinstance(converted, str):
        return Skipped(number, converted, part)
    return Imported(number, converted, part)

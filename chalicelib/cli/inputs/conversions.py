"""Convert an export to valid events: what `convert` prints and `estimate` reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chalicelib.importers import (
    ExportReader,
    Imported,
    Mapping,
    RawEvent,
    Rejected,
    event_line,
    parse_mapping,
)
from chalicelib.model.errors import FieldError, InvalidFields
from chalicelib.model.events import EventRejected, parse_event


@dataclass(frozen=True, slots=True)
class Converted:
    """The valid events of one row of an export, as lines of JSON.

    Attributes
    ----------
    row : int
        As in `importers.Imported`.
    events : tuple of dict
    lines : list of str
        One per event, with line ends.
    """

    row: int
    events: tuple[RawEvent, ...]
    lines: list[str]


def convert_rows(reader: ExportReader) -> Iterator[Converted | Rejected]:
    """Yield the events of each imported row, and the rejected rows.

    A row with an event that violates the contract is rejected, and the reader's summary counts it
    as such.

    Raises
    ------
    ExportRejected
        If the rest of the file cannot be read.
    """
    for outcome in reader:
        if isinstance(outcome, Rejected):
            yield outcome
        elif isinstance(outcome, Imported):
            try:
                yield Converted(outcome.row, outcome.events, valid_lines(outcome.events))
            except EventRejected as error:
                reader.reject(outcome)
                yield Rejected(outcome.row, "", error.code, error.message, outcome.part)


def valid_lines(events: tuple[RawEvent, ...] | list[RawEvent]) -> list[str]:
    """Serialize events; raises `EventRejected` if one is invalid."""
    lines = []
    for event in events:
        parse_event(event)
        lines.append(event_line(event))
    return lines


def read_mapping(path: Path) -> Mapping:
    """Read a mapping from a file.

    Raises
    ------
    InvalidFields
        If it is not a mapping.
    OSError
        If it cannot be read.
    """
    return parse_mapping(read_raw_mapping(path))


def read_raw_mapping(path: Path) -> object:
    """Read the JSON of a mapping from a file; raises as `read_mapping` does."""
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        problem = FieldError("", "malformed_json", f"the mapping is not valid JSON: {error}")
        raise InvalidFields("the file is not a mapping", (problem,)) from None

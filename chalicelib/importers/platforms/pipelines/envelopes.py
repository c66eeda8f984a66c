"""The columns that pipelines add to a record: the pipeline, the record, the extraction time.

Envelopes do not depend on the meaning of a record. A new pipeline needs an `Envelope` here; a new
stream needs no change here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from chalicelib.importers.outcomes import RowRejected
from chalicelib.importers.platforms.pipelines.landed import (
    MAX_KEY_CHARACTERS,
    Landed,
    Version,
    flat,
    plain_name,
)
from chalicelib.importers.records.json_documents import parse_json
from chalicelib.importers.values.dates import parse_instant
from chalicelib.importers.values.values import list_of, name_of, number, record_of
from chalicelib.model.errors import ExportRejected

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)
_NAIVE_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?")
_FRACTION = re.compile(r"\.(\d{1,6})\d*")
_MOST_MILLISECONDS = 253_402_300_800_000
_NEVER = frozenset({"", "false", "0", "f", "none", "null"})


@dataclass(frozen=True, slots=True)
class Envelope:
    """The columns that a pipeline adds to every record.

    Attributes
    ----------
    name : str
        The pipelines that use this envelope.
    marks : tuple of str
        Keys that only this envelope has. Each line contains at least one of them.
    own : tuple of str
        Prefixes of the envelope's own keys, which are not part of the record.
    times : tuple of str
        Keys of the extraction time, the preferred one first.
    deleted : str
        A key that is filled or true if the source has deleted the record.
    data : str
        The key of the record, if the line does not contain its fields directly.
    sequence : str
        The key of a number that orders records extracted at the same time.
    changes : str
        The key of an object that lists the fields that the pipeline could not write.
    row_id : str
        The key of an id that identifies the subject of the row, not the line.
    is_utc : bool
        Whether times without an offset are in UTC.
    """

    name: str
    marks: tuple[str, ...]
    own: tuple[str, ...]
    times: tuple[str, ...]
    deleted: str
    data: str = ""
    sequence: str = ""
    row_id: str = ""
    changes: str = ""
    is_utc: bool = False


ENVELOPES = (
    Envelope(
        "Airbyte",
        marks=(
            *("_airbyte_raw_id", "_airbyte_ab_id", "_airbyte_extracted_at"),
            *("_airbyte_emitted_at", "_airbyte_data"),
        ),
        own=("_airbyte_", "_ab_"),
        times=("_airbyte_extracted_at", "_airbyte_emitted_at"),
        deleted="_ab_cdc_deleted_at",
        data="_airbyte_data",
        changes="_airbyte_meta",
    ),
    Envelope(
        "Singer targets (Meltano), Stitch",
        marks=(
            *("_sdc_extracted_at", "_sdc_batched_at", "_sdc_received_at", "_sdc_sequence"),
            *("_sdc_table_version", "_sdc_sync_started_at"),
        ),
        own=("_sdc_",),
        times=("_sdc_extracted_at", "_sdc_received_at", "_sdc_batched_at"),
        deleted="_sdc_deleted_at",
        sequence="_sdc_sequence",
    ),
    Envelope(
        "Fivetran",
        marks=("_fivetran_synced", "_fivetran_id"),
        own=("_fivetran_",),
        times=("_fivetran_synced",),
        deleted="_fivetran_deleted",
        row_id="_fivetran_id",
        is_utc=True,
    ),
)

MARKS = frozenset(mark for envelope in ENVELOPES for mark in envelope.marks)

_MESSAGES = {
    **dict.fromkeys(("STATE", "ACTIVATE_VERSION", "LOG", "TRACE", "CONTROL"), "about progress"),
    **dict.fromkeys(("SCHEMA", "CATALOG", "SPEC"), "about the schema of records"),
    "BATCH": "that refers to other files, which are not read",
}
"""Singer and Airbyte messages without a record: type -> description."""


def unwrap(line: Any, position: int = 0) -> Landed | str:
    """Return the record of a line, or why the line has none.

    Parameters
    ----------
    position : int
        The number of lines before this one. It orders messages without a time.

    Raises
    ------
    RowRejected
        `malformed_record`.
    """
    if not isinstance(line, dict):
        raise RowRejected("malformed_record", "the line is not a record")
    message = _message(line, position)
    if message is not None:
        return message
    envelope = envelope_of(line)
    if envelope is None:
        return Landed(line, flat(line))
    deleted = line.get(envelope.deleted)
    data = line
    if envelope.data and line.get(envelope.data) is not None:
        data = _record_in(line[envelope.data])
        deleted = deleted or data.get(envelope.deleted)
    data = {key: value for key, value in data.items() if not key.startswith(envelope.own)}
    version = Version(
        _time_of(line.get(key) for key in envelope.times),
        _whole(line.get(envelope.sequence)),
        name_of(line.get(envelope.row_id)),
    )
    lost = _lost(line.get(envelope.changes))
    return Landed(data, flat(data), version, _is_set(deleted), envelope.is_utc, lost=lost)


def envelope_of(keys: Iterable[str]) -> Envelope | None:
    """Return the envelope whose marks are among the keys of a line; None if there is none."""
    found = MARKS.intersection(keys)
    if not found:
        return None
    return next((envelope for envelope in ENVELOPES if found.intersection(envelope.marks)), None)


def is_message(line: dict[str, Any]) -> bool:
    """Whether a line is a Singer or Airbyte message."""
    kind = line.get("type")
    if kind == "RECORD":
        return isinstance(line.get("record"), dict)
    if "type" not in line:
        return "emitted_at" in line and "stream" in line and isinstance(line.get("data"), dict)
    return isinstance(kind, str) and kind in _MESSAGES


def _message(line: dict[str, Any], position: int) -> Landed | str | None:
    """Return the record of a message, or a description of a message without a record.

    None if the line is not a message.
    """
    if not is_message(line):
        return None
    if "type" in line and line["type"] != "RECORD":
        return f"a message {_MESSAGES[line['type']]}"
    record = record_of(line.get("record")) if "record" in line else line
    time, stream = line.get("time_extracted"), name_of(line.get("stream"))
    if isinstance(record.get("data"), dict) and "stream" in record:  # an Airbyte message
        time, stream = record.get("emitted_at"), name_of(record["stream"])
        record = record["data"]
    deleted = record.get("_sdc_deleted_at") or record.get("_ab_cdc_deleted_at")
    data = {k: v for k, v in record.items() if not k.startswith(("_sdc_", "_ab_"))}
    extracted = _time_of([time])
    version = Version(extracted, 0 if extracted else position + 1)
    return Landed(data, flat(data), version, _is_set(deleted), stream=stream)


def _record_in(value: Any) -> dict[str, Any]:
    """Return the record under an envelope's key: an object or its JSON text."""
    if isinstance(value, str):
        try:
            value = parse_json(value)
        except ExportRejected:
            value = None
    if not isinstance(value, dict):
        raise RowRejected("malformed_record", "the envelope contains no record")
    return value


def _lost(meta: Any) -> frozenset[str]:
    """Return the plain names of the fields that a pipeline reports as nulled or truncated."""
    if isinstance(meta, str):
        try:
            meta = parse_json(meta)
        except ExportRejected:
            return frozenset()
    fields = (record_of(change).get("field") for change in list_of(record_of(meta).get("changes")))
    return frozenset(plain_name(name_of(field)[:MAX_KEY_CHARACTERS]) for field in fields)


def _time_of(values: Iterable[Any]) -> int:
    """Return the first readable time in microseconds since 1970; 0 if there is none."""
    for value in values:
        try:
            text = name_of(value)
            if text.isdecimal() or not isinstance(value, str):
                milliseconds = number(value, "the time of extraction")
                if milliseconds is not None and 0 < milliseconds < _MOST_MILLISECONDS:
                    return int(milliseconds * 1000)
                continue
            if _NAIVE_TIME.fullmatch(text):
                text += "Z"
            fraction = _FRACTION.search(text)
            whole = (parse_instant(text) - _EPOCH) // _MICROSECOND
            return whole + (int(fraction[1].ljust(6, "0")) if fraction else 0)
        except (RowRejected, ValueError):
            continue
    return 0


def _whole(value: Any) -> int:
    try:
        found = number(value, "the sequence")
    except RowRejected:
        return 0
    return int(found) if found is not None and abs(found) < 2**62 else 0


def _is_set(value: Any) -> bool:
    """Whether a deletion mark is set: a time or true."""
    if isinstance(value, str):
        return value.strip().casefold() not in _NEVER
    return bool(value)

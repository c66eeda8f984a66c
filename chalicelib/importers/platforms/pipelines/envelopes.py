"""What pipelines put around a record: who wrote a line, where the record is, when it was extracted.

An envelope knows nothing of what a record means. Adding a pipeline adds an `Envelope` here; adding
a stream touches nothing here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from chalicelib.importers.outcomes import RowRefused
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
from chalicelib.model.errors import ExportRefused

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
        Who writes so.
    marks : tuple of str
        Keys of which at least one is there, and which nothing else has.
    own : tuple of str
        How its own keys begin: they are no part of the record.
    times : tuple of str
        Keys of the time of extraction, the best first.
    deleted : str
        The key that is filled, or true, once the source has deleted the record.
    data : str
        The key under which the record is, if it is not spread over the line itself.
    sequence : str
        The key of a number that orders what was extracted at one time.
    changes : str
        The key of an object that lists the fields which the pipeline could not write.
    row_id : str
        The key of an id that stands for what the row is about, not for the line.
    is_utc : bool
        Whether times without an offset are UTC.
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
    **dict.fromkeys(("STATE", "ACTIVATE_VERSION", "LOG", "TRACE", "CONTROL"), "of progress"),
    **dict.fromkeys(("SCHEMA", "CATALOG", "SPEC"), "of the form of records"),
    "BATCH": "that names other files, which are not read",
}
"""Messages of Singer and Airbyte that carry no record: type -> what they are about."""


def unwrap(line: Any, position: int = 0) -> Landed | str:
    """The record of a line, or why the line carries none.

    Parameters
    ----------
    position : int
        How many lines were read before: messages without a time are in order.

    Raises
    ------
    RowRefused
        `malformed_record`.
    """
    if not isinstance(line, dict):
        raise RowRefused("malformed_record", "this is no record")
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
    """The envelope whose marks are among the keys of a line; None if there is none."""
    found = MARKS.intersection(keys)
    if not found:
        return None
    return next((envelope for envelope in ENVELOPES if found.intersection(envelope.marks)), None)


def is_message(line: dict[str, Any]) -> bool:
    """Whether a line is a message of Singer or Airbyte."""
    kind = line.get("type")
    if kind == "RECORD":
        return isinstance(line.get("record"), dict)
    if "type" not in line:
        return "emitted_at" in line and "stream" in line and isinstance(line.get("data"), dict)
    return isinstance(kind, str) and kind in _MESSAGES


def _message(line: dict[str, Any], position: int) -> Landed | str | None:
    """The record of a message, or what else the message is about; None if the line is none."""
    if not is_message(line):
        return None
    if "type" in line and line["type"] != "RECORD":
        return f"a message {_MESSAGES[line['type']]}"
    record = record_of(line.get("record")) if "record" in line else line
    time, stream = line.get("time_extracted"), name_of(line.get("stream"))
    if isinstance(record.get("data"), dict) and "stream" in record:  # Airbyte's
        time, stream = record.get("emitted_at"), name_of(record["stream"])
        record = record["data"]
    deleted = record.get("_sdc_deleted_at") or record.get("_ab_cdc_deleted_at")
    data = {k: v for k, v in record.items() if not k.startswith(("_sdc_", "_ab_"))}
    extracted = _time_of([time])
    version = Version(extracted, 0 if extracted else position + 1)
    return Landed(data, flat(data), version, _is_set(deleted), stream=stream)


def _record_in(value: Any) -> dict[str, Any]:
    """The record under the key of an envelope: an object, or the text of one."""
    if isinstance(value, str):
        try:
            value = parse_json(value)
        except ExportRefused:
            value = None
    if not isinstance(value, dict):
        raise RowRefused("malformed_record", "the envelope holds no record")
    return value


def _lost(meta: Any) -> frozenset[str]:
    """The plain names of the fields that a pipeline says it has put null or a part in place of."""
    if isinstance(meta, str):
        try:
            meta = parse_json(meta)
        except ExportRefused:
            return frozenset()
    fields = (record_of(change).get("field") for change in list_of(record_of(meta).get("changes")))
    return frozenset(plain_name(name_of(field)[:MAX_KEY_CHARACTERS]) for field in fields)


def _time_of(values: Iterable[Any]) -> int:
    """The first of some times, in millionths of a second since 1970; 0 if none can be read."""
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
        except (RowRefused, ValueError):
            continue
    return 0


def _whole(value: Any) -> int:
    try:
        found = number(value, "the sequence")
    except RowRefused:
        return 0
    return int(found) if found is not None and abs(found) < 2**62 else 0


def _is_set(value: Any) -> bool:
    """Whether a mark of deletion is there: a time, or true."""
    if isinstance(value, str):
        return value.strip().casefold() not in _NEVER
    return bool(value)

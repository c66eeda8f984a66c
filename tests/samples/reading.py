"""The outcome of a sample in the format of expectations: reading, comparing, writing."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.importers import (
    ExportReader,
    Imported,
    Rejected,
    RowOutcome,
    event_line,
    parse_mapping,
    read_export,
)
from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.platforms import IMPORTERS
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer
from chalicelib.model.errors import ExportRejected
from chalicelib.model.events import EventRejected, parse_event

_COUNTED = ("rows", "events", "rejected", "not_data", "platform", "report", "no_data", "lifetime")
"""Fields of a summary that repeat what the rows show."""


class Pipe(io.RawIOBase):
    """A stream like one from a network: not seekable, a few bytes per read."""

    def __init__(self, data: bytes, piece: int = 1000) -> None:
        self._data = io.BytesIO(data)
        self._piece = piece

    def read(self, size: int = -1) -> bytes:
        return self._data.read(min(size, self._piece) if size >= 0 else self._piece)


def open_sample(data: bytes, options: Mapping[str, Any], *, piece: int = 1000) -> ExportReader:
    """Open a file with options as JSON; raise `ExportRejected`."""
    chosen = dict(options)
    if "mapping" in chosen:
        chosen["mapping"] = parse_mapping(chosen["mapping"])
    return read_export(Pipe(data, piece), **chosen)  # type: ignore[arg-type]


def read_sample(data: bytes, options: Mapping[str, Any], *, piece: int = 1000) -> dict[str, Any]:
    """Read a file to its end, and check its events like `convert`.

    Returns
    -------
    dict
        ``report`` (known before the first row), ``events``, ``rejected`` and ``not_data`` (each
        with its row), ``summary`` (everything else about the file) and ``coverage``; or only
        ``rejected_file``, with a code and a detail. Empty values are omitted.
    """
    try:
        return _without_empty(_read(open_sample(data, options, piece=piece)))
    except ExportRejected as rejection:
        return {"rejected_file": {"code": rejection.code, "detail": rejection.detail}}


def _read(reader: ExportReader) -> dict[str, Any]:
    events: list[dict[str, Any]] = []
    rejected: list[dict[str, Any]] = []
    not_data: list[dict[str, Any]] = []
    for outcome in reader:
        place = _place(outcome)
        if isinstance(outcome, Rejected):
            row = {"code": outcome.code, "message": outcome.message, "raw": outcome.raw}
            rejected.append(place | row)
        elif isinstance(outcome, Imported):
            try:
                events += [place | event for event in plain_events(outcome)]
            except EventRejected as rejection:
                reader.reject(outcome)
                rejected.append(place | {"code": rejection.code, "message": rejection.message})
        else:
            not_data.append(place | {"reason": outcome.reason})
    summary = reader.summary()
    coverage = [_plain(event) for event in reader.coverage()]
    for event in coverage:
        parse_event(event)
    report = reader.report
    return {
        "report": _without_empty(
            {
                "platform": report.platform,
                "report": report.report,
                "encoding": report.encoding,
                "delimiter": report.delimiter,
                "decimal_mark": report.decimal_mark,
                "period": [str(day) for day in (report.period_from, report.period_to) if day],
                "lifetime": report.lifetime,
                "parts": list(report.parts),
            }
        ),
        "events": events,
        "rejected": rejected,
        "not_data": not_data,
        "summary": _without_empty({k: v for k, v in summary.items() if k not in _COUNTED}),
        "coverage": coverage,
    }


def plain_events(outcome: Imported) -> list[dict[str, Any]]:
    """Return the events of a row as a client would send them; raise `EventRejected`."""
    events = [_plain(event) for event in outcome.events]
    for event in events:
        parse_event(event)
    return events


def importer_of(data: bytes, options: Mapping[str, Any]) -> str:
    """Return the title of a file's importer; empty for an archive and with a mapping."""
    importer = _best_importer(data, is_named="platform" in options, wanted=options.get("platform"))
    is_mapped = bool(options.get("mapping", {}).get("columns"))
    return "" if importer is None or is_mapped else importer.declaration.title


def claims_of(data: bytes, *, is_named: bool = False) -> Iterator[tuple[int, Importer]]:
    """Yield the importers that claim a file, each with its hits."""
    source = Source(io.BytesIO(data))
    if source.archive is not None:
        return
    glimpse = Glimpse(source, named=is_named)
    for importer in IMPORTERS:
        claim = importer.recognise(glimpse)
        if claim is not None and (claim.marks or is_named):
            yield claim.hits, importer


def _best_importer(data: bytes, *, is_named: bool, wanted: str | None) -> Importer | None:
    try:
        claims = list(claims_of(data, is_named=is_named))
    except ExportRejected:
        return None
    own = [(hits, one) for hits, one in claims if wanted is None or one.platform == wanted]
    return max(own, key=lambda claim: claim[0], default=(0, None))[1]


def expectation_of(data: bytes, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the expectation of a sample: its options, its importer, and the outcome."""
    head = {"options": dict(options), "importer": importer_of(data, options)}
    return _without_empty(head | read_sample(data, options))


def written(expectation: Mapping[str, Any]) -> str:
    """Return JSON with a line for each event, row and text."""
    parts = [f" {_json(key)}: {_value(value)}" for key, value in expectation.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _value(value: Any) -> str:
    if isinstance(value, list):
        return "[\n" + ",\n".join(f"  {_json(entry)}" for entry in value) + "\n ]"
    if isinstance(value, dict) and any(isinstance(held, list) for held in value.values()):
        return "{\n" + ",\n".join(f"  {_json(k)}: {_json(v)}" for k, v in value.items()) + "\n }"
    return _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _place(outcome: RowOutcome) -> dict[str, int]:
    return {"row": outcome.row} | ({"part": outcome.part} if outcome.part else {})


def _plain(event: dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(event_line(event))
    return plain


def _without_empty(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in (None, "", [], {}, False)}

"""The outcome of a sample in the format of expectations: reading, comparing, writing."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
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


def read_sample(data: bytes, options: Mapping[str, Any]) -> dict[str, Any]:
    """Read a file to its end, and check its events like `convert`.

    Returns
    -------
    dict
        ``report`` (known before the first row), ``events``, ``rejected`` and ``not_data`` (each
        with its row), ``summary`` (everything else about the file) and ``coverage``; or only
        ``rejected_file``, with a code and a detail. Empty values are omitted.
    """
    return SampleReading(data, options).found


class SampleReading:
    """A file that is read to its end, once, and recognised, once.

    Attributes
    ----------
    outcomes : list of RowOutcome
        Empty if the file is rejected.
    summary : dict
        The whole summary; empty if the file is rejected.
    found : dict
        As `read_sample` returns it.
    """

    def __init__(self, data: bytes, options: Mapping[str, Any]) -> None:
        self._data, self._options = data, dict(options)
        self.outcomes: list[RowOutcome] = []
        self.summary: dict[str, Any] = {}
        try:
            reader = open_sample(data, options)
            self.outcomes = list(reader)
            self.found = _without_empty(_read(reader, self.outcomes))
            self.summary = reader.summary()
        except ExportRejected as rejection:
            detail = {"code": rejection.code, "detail": rejection.detail}
            self.found = {"rejected_file": detail}

    @cached_property
    def claims(self) -> list[tuple[int, Importer]]:
        """The importers that claim the file, each with its hits."""
        is_named = "platform" in self._options
        try:
            source = Source(io.BytesIO(self._data))
            return [] if source.archive is not None else list(_claims(source, is_named=is_named))
        except ExportRejected:
            return []

    @property
    def own_claims(self) -> list[tuple[int, Importer]]:
        """The claims of the importers of the platform that the options name, or else all."""
        named = self._options.get("platform")
        return [claim for claim in self.claims if named in (None, claim[1].platform)]

    @property
    def importer(self) -> str:
        """The title of the file's importer; empty for an archive and with a mapping."""
        is_mapped = bool(self._options.get("mapping", {}).get("columns"))
        if is_mapped or not self.own_claims:
            return ""
        return max(self.own_claims, key=lambda claim: claim[0])[1].declaration.title

    @property
    def expectation(self) -> dict[str, Any]:
        """The expectation of a sample: its options, its importer, and the outcome."""
        head = {"options": self._options, "importer": self.importer}
        return _without_empty(head | self.found)


def _read(reader: ExportReader, outcomes: Iterable[RowOutcome]) -> dict[str, Any]:
    events: list[dict[str, Any]] = []
    rejected: list[dict[str, Any]] = []
    not_data: list[dict[str, Any]] = []
    for outcome in outcomes:
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


def _claims(source: Source, *, is_named: bool) -> Iterator[tuple[int, Importer]]:
    glimpse = Glimpse(source, named=is_named)
    for importer in IMPORTERS:
        claim = importer.recognise(glimpse)
        if claim is not None and (claim.marks or is_named):
            yield claim.hits, importer


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

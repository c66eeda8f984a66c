"""A declared report of JSON records, which is recognised by its keys."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import ClaimedConversions, Reading, ReportDescription
from chalicelib.importers.recognition.declarations import Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.records.records import Converted
from chalicelib.importers.records.shapes import record_outcomes
from chalicelib.model.errors import ExportRejected

Convert = Callable[[Any], Converted]
"""Returns the events of a record, or why it is not data; must not assume the record's type."""

Converter = Callable[[Options, ClaimedConversions], Convert]
"""Returns the function for the records of a file, which may add unpaid orders to the sums."""


@dataclass(frozen=True, slots=True)
class References:
    """How the records of a file refer to each other.

    Attributes
    ----------
    name, parent : callable
        The name by which other records refer to a record, and the name of the record that it
        answers; empty if there is none.
    """

    name: Callable[[Any], str]
    parent: Callable[[Any], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordReport:
    """A report type whose files contain records in JSON, arranged as in `shapes.record_outcomes`.

    Attributes
    ----------
    platform, report : str
        As in `ReportDescription`.
    declaration : Declaration
    converter : Converter
    shown : callable
        Returns what a rejection may show of a record; nothing about people.
    keys : tuple of str
        The keys that a file must contain.
    patterns : tuple of re.Pattern
        Further text that it must contain.
    hits : int
        As in `Recognition`; the number of keys by default.
    within : tuple of str
        Keys of an object around the records.
    lifetime : bool
        As in `ReportDescription`.
    references : References, optional
        How records name the records that they answer. A file with references is read twice.
    """

    platform: str
    report: str
    declaration: Declaration
    converter: Converter
    shown: Callable[[Any], str]
    keys: tuple[str, ...] = ()
    patterns: tuple[re.Pattern[str], ...] = ()
    hits: int = 0
    within: tuple[str, ...] = ()
    lifetime: bool = False
    references: References | None = None

    def importer(
        self, recognise: Callable[[Glimpse], Recognition | None] | None = None
    ) -> Importer:
        """Return the importer; `recognise` if keys and patterns do not identify the report."""
        return Importer(self.platform, self.declaration, recognise or self._recognise)

    def open(self, source: Source, options: Options) -> Reading:
        """Open a file of this type; may raise `ExportRejected`."""
        description = ReportDescription(
            self.platform, self.report, source.encoding, lifetime=self.lifetime
        )
        unpaid = ClaimedConversions()
        convert = self.converter(options, unpaid)
        if self.references is not None:
            convert = self._with_parents(source, convert, self.references)
        outcomes = record_outcomes(source, convert, self.shown, within=self.within)
        return Reading(description, outcomes, unpaid=unpaid)

    def _with_parents(self, source: Source, convert: Convert, references: References) -> Convert:
        """Return a function that also names the parent; files list the latest record first."""
        ids: dict[str, str] = {}

        def note(record: Any) -> Converted:
            name = references.name(record)
            events = convert(record) if name else ""
            if events and not isinstance(events, str):
                ids[name] = events[0]["event_id"]
            return "noted"

        def with_parent(record: Any) -> Converted:
            events, name = convert(record), references.parent(record)
            parent = ids.get(name) if name != references.name(record) else None
            if parent is None or isinstance(events, str):
                return events
            return tuple(event | {"parent_event_id": parent} for event in events)

        noted = record_outcomes(source, note, self.shown, within=self.within, names_unread=False)
        try:
            for _ in noted:
                pass
        except ExportRejected:
            return with_parent  # reading the records again raises it after the good ones
        return with_parent

    def _recognise(self, glimpse: Glimpse) -> Recognition | None:
        if not glimpse.is_json or not all(f'"{key}"' in glimpse.text for key in self.keys):
            return None
        if not all(pattern.search(glimpse.text) for pattern in self.patterns):
            return None
        return Recognition(self.hits or len(self.keys), ", ".join(self.keys), self.open)


def of_account(convert: Callable[[Any, str], Converted]) -> Converter:
    """Return the converter for a function of a record and its account (``-`` if unknown)."""
    return lambda options, unpaid: lambda record: convert(record, options.account or "-")

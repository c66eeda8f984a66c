"""Landing files: recognise the stream of a file, and import the latest version of each record."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.covered import Covered
from chalicelib.importers.outcomes import (
    Imported,
    Reading,
    ReportDescription,
    RowOutcome,
    RowRejected,
    UnreadValues,
)
from chalicelib.importers.platforms.pipelines.envelopes import (
    ENVELOPES,
    envelope_of,
    is_message,
    unwrap,
)
from chalicelib.importers.platforms.pipelines.ga4_records import GA4_RECORDS
from chalicelib.importers.platforms.pipelines.google_ads_stats import GOOGLE_ADS_STATS
from chalicelib.importers.platforms.pipelines.landed import Landed
from chalicelib.importers.platforms.pipelines.landed_files import (
    DELIMITER,
    first_lines,
    landed_outcomes,
)
from chalicelib.importers.platforms.pipelines.linkedin_analytics import LINKEDIN_ANALYTICS
from chalicelib.importers.platforms.pipelines.meta_actions import META_ACTIONS
from chalicelib.importers.platforms.pipelines.meta_insights import META_INSIGHTS
from chalicelib.importers.platforms.pipelines.shopify_orders import SHOPIFY_ORDERS
from chalicelib.importers.platforms.pipelines.streams import Ledger, Stream, Subject, stream_of
from chalicelib.importers.platforms.pipelines.stripe_charges import STRIPE_CHARGES
from chalicelib.importers.platforms.pipelines.versions import Versions
from chalicelib.importers.recognition.declarations import Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Importer, Options, Recognition
from chalicelib.importers.records.records import Converted
from chalicelib.importers.records.unread_keys import UnreadKeys
from chalicelib.importers.values.event_identity import code_of

STREAMS = (
    GOOGLE_ADS_STATS,
    META_INSIGHTS,
    META_ACTIONS,
    LINKEDIN_ANALYTICS,
    SHOPIFY_ORDERS,
    STRIPE_CHARGES,
    GA4_RECORDS,
)
ENVELOPE_HITS = 100
"""More than any importer's number of keys, because only pipelines write these keys."""

EARLIER = "an earlier version of a record that is in the file again"
DELETED = "deleted at the source"

_NAME = re.compile(r"[\w.-]{1,60}")
_SHOWN = re.compile(r"(?:\w*_)?(?:id|date|day|created|date_start|date_stop|start_at)|currency")
_HARMLESS = re.compile(r"[\w:+ .-]{1,40}")
WHERE = (
    "Use the bucket of the service as the destination of Airbyte (S3, as JSON Lines or CSV, "
    "flattened or not, with or without gzip), a Singer target (Meltano), Stitch or Fivetran; or "
    "import the messages of a tap or source. See docs/pipelines.md"
)


def _recognise(stream: Stream, glimpse: Glimpse) -> Recognition | None:
    """Claim a file if its first record of a known stream belongs to this stream."""
    if not stream.hint.search(glimpse.text):
        return None
    streams: tuple[Stream, ...] = STREAMS
    if glimpse.named:
        streams = tuple(other for other in STREAMS if other.platform == stream.platform)
    for position, line in enumerate(first_lines(glimpse)):
        try:
            landed = unwrap(line, position)
        except RowRejected:
            continue
        found = None if isinstance(landed, str) else stream_of(frozenset(landed.fields), streams)
        if found is None:
            continue
        hits, first = found
        is_wrapped = is_message(line) or envelope_of(line) is not None
        if first is not stream or (stream.needs_envelope and not is_wrapped):
            return None
        return Recognition(
            ENVELOPE_HITS + hits if is_wrapped else hits,
            f"records of {stream.report} landed by a pipeline",
            partial(_open, stream, streams),
        )
    return None


def _open(stream: Stream, streams: tuple[Stream, ...], source: Source, options: Options) -> Reading:
    is_json = source.text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[")
    description = ReportDescription(
        stream.platform,
        stream.report,
        source.encoding,
        "" if is_json else DELIMITER,
        notes=stream.notes[:1] if stream.levels or stream.is_report else (),
    )
    reading = Reading(description, iter(()))
    reading.outcomes = _outcomes(source, streams, options, reading)
    return reading


def _outcomes(
    source: Source, streams: tuple[Stream, ...], options: Options, reading: Reading
) -> Iterator[RowOutcome]:
    """Yield one outcome per line. The file is read twice: to index its records, then to convert."""
    reopen = source.rereadable()
    index = FileIndex(streams)
    unused = Reading(reading.report, iter(()))
    for _ in landed_outcomes(reopen(), index.add, _shown, unused):
        pass
    records = Records(index, Ledger(options, reading.claimed, reading.unpaid), reading.unread)
    for outcome in landed_outcomes(reopen(), records.convert, _shown, reading):
        if isinstance(outcome, Imported):
            outcome = outcome._replace(claim=records.ledger.claim)
        yield outcome
    remarks = records.ledger.remarks
    reading.notes += [f"{remark} ({number:,} records)" for remark, number in remarks.items()]
    for covered in records.covered.values():
        reading.coverage += covered.events()


class FileIndex:
    """The contents of a file: the versions of each record, and the levels of each stream."""

    def __init__(self, streams: tuple[Stream, ...]) -> None:
        self.streams = streams
        self.versions = Versions()
        self._levels: dict[tuple[str, str, str], dict[str, None]] = {}
        self._position = 0

    def add(self, line: Any) -> Converted:
        """Add a line to the index. The result is empty, as for a line without events."""
        self._position += 1
        try:
            landed = unwrap(line, self._position)
            found = (
                None
                if isinstance(landed, str)
                else stream_of(frozenset(landed.fields), self.streams)
            )
            if found is None or isinstance(landed, str):
                return ""
            stream = found[1]
            if stream.is_report and stream.reason(landed):
                return ""
            subject = stream.subject(landed)
        except RowRejected:
            return ""
        content = (
            code_of(json.dumps(landed.data, default=str, sort_keys=True)) if stream.is_report else 0
        )
        self.versions.add(_key(stream, subject), landed.version, self._position, content)
        if subject.level and not landed.is_deleted:
            levels = self._levels.setdefault(_traffic(stream, subject), {})
            levels.setdefault(subject.level)
        return ""

    def level(self, stream: Stream, subject: Subject) -> str:
        """Return the level of a stream that is imported, if the file has several."""
        found = self._levels.get(_traffic(stream, subject), {})
        preferred = (level for level in stream.levels if level in found)
        return next(preferred, next(iter(found), subject.level))


class Records:
    """Converts the lines of a file to events.

    Attributes
    ----------
    ledger : Ledger
    covered : dict
        Stream -> the coverage of the file so far.
    """

    def __init__(self, index: FileIndex, ledger: Ledger, unread: list[UnreadValues]) -> None:
        self.ledger = ledger
        self.covered: dict[tuple[str, str], Covered] = {}
        self._index = index
        self._position = 0
        self._unread = unread
        self._keys: dict[tuple[str, str], tuple[UnreadKeys, UnreadKeys]] = {}

    def convert(self, line: Any) -> Converted:
        """Return the events of a line, or why it is not data; raise `RowRejected`."""
        self._position += 1
        landed = unwrap(line, self._position)
        if isinstance(landed, str):
            return landed
        found = stream_of(frozenset(landed.fields), self._index.streams)
        if found is None:
            named = f": {landed.stream}" if _NAME.fullmatch(landed.stream) else ""
            return f"a record of a stream that is not imported{named}"
        return self._observed(landed, found[1])

    def _observed(self, landed: Landed, stream: Stream) -> Converted:
        """Call `_converted` and note the fields of the record that it does not read."""
        key = stream.platform, stream.report
        if key not in self._keys:
            self._keys[key] = UnreadKeys(), UnreadKeys()
            self._unread += self._keys[key]
        of_data, of_fields = self._keys[key]
        observed = replace(
            landed, data=of_data.observed(landed.data), fields=of_fields.observed(landed.fields)
        )
        converted = self._converted(observed, stream)
        if not isinstance(converted, str):  # streams read either the original or the flat record
            if of_data.is_read:
                of_data.add(landed.data)
            else:
                of_fields.add(landed.fields)
        return converted

    def _converted(self, landed: Landed, stream: Stream) -> Converted:
        if stream.is_report and (reason := stream.reason(landed)):
            return reason
        if landed.is_deleted:
            return DELETED
        subject = stream.subject(landed)
        verdict = self._index.versions.verdict(_key(stream, subject), self._position)
        if verdict == "earlier":
            return EARLIER
        if verdict == "conflicting":
            raise RowRejected(
                "conflicting_records",
                "records of the same extraction have different numbers for the same subject and "
                "day, and no known field distinguishes them",
            )
        if not stream.is_report and (reason := stream.reason(landed)):
            return reason
        level = self._index.level(stream, subject)
        if subject.level != level:
            return f"repeats the traffic of the records by {level}"
        self.ledger.begin_record()
        converted = stream.convert(landed, subject, self.ledger)
        self.ledger.settle_record()
        if stream.covers:
            self._cover(stream, subject, converted)
        return converted

    def _cover(self, stream: Stream, subject: Subject, converted: Converted) -> None:
        key = stream.platform, stream.report
        covered = self.covered.get(key)
        if covered is None:
            account = self.ledger.options.account or "-"
            parts = stream.platform, f"api-{stream.report}", account
            covered = self.covered[key] = Covered(parts, stream.lists_all_days)
        if subject.first is not None and subject.last is not None:
            covered.days.update(range(subject.first.toordinal(), subject.last.toordinal() + 1))
        if not isinstance(converted, str):
            covered.add_events(converted)


def _traffic(stream: Stream, subject: Subject) -> tuple[str, str, str]:
    return stream.platform, stream.report, subject.family


def _key(stream: Stream, subject: Subject) -> str:
    return f"{stream.platform} {stream.report} {subject.key}"


def _shown(line: Any) -> str:
    """Return the fields of a rejected record to show: ids, days and currency.

    Other fields may contain personal data.
    """
    try:
        landed = unwrap(line)
    except RowRejected:
        return ""
    if isinstance(landed, str):
        return ""
    parts = [
        f"{name}={text}"
        for name in landed.fields
        if _SHOWN.fullmatch(name) and _HARMLESS.fullmatch(text := landed.name(name))
    ]
    return ", ".join(parts[:10])


def _declaration(stream: Stream) -> Declaration:
    written_by = ", ".join(envelope.name for envelope in ENVELOPES)
    return Declaration(
        stream.title,
        WHERE,
        f"{stream.looks_for}, in the envelope of {written_by} or in Singer messages",
        stream.becomes,
        (
            *stream.rejected,
            (
                "conflicting_records",
                "two records of the same extraction differ only in their numbers",
            ),
            ("malformed_record", "the line is not JSON or not a record"),
        ),
        (
            *stream.notes,
            "If a file contains several versions of a record, the one extracted last is imported. "
            "The others are skipped, and so are records that the source has deleted.",
            "For a rejected record, only ids, days and currency are shown.",
        ),
        holds_people=stream.holds_people,
    )


PIPELINES = tuple(
    Importer(stream.platform, _declaration(stream), partial(_recognise, stream))
    for stream in STREAMS
)

"""A made-up report and its reader, for imports that need no platform."""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from chalicelib.importers.outcomes import Imported, Rejected, ReportDescription, RowOutcome, Skipped
from chalicelib.model.errors import ExportRejected


class LineReport:
    """Reads one JSON value per line: a list of events, ``"rejected"``, or null for no data.

    ``{"needs": {...}, "events": [...]}`` is rejected unless those options were asked for.
    ``{"export_rejected": code}`` rejects the file when it is reached; with ``"needs"``, unless
    those options were asked for.
    """

    def __init__(self, stream: BinaryIO, **asked: Any) -> None:
        self.asked = asked
        self.report = ReportDescription(
            "lines", "made_up", "utf-8", period_from=dt.date(2026, 3, 1), notes=("made up",)
        )
        self._stream = stream
        self._rows = 0
        self._ids: Counter[str] = Counter()

    def __iter__(self) -> Iterator[RowOutcome]:
        for outcome in self.outcomes():
            if isinstance(outcome, Imported):
                self._ids.update(_ids_of(outcome.events))
            yield outcome

    def outcomes(self) -> Iterator[RowOutcome]:
        """One outcome per line."""
        for row, line in enumerate(self._stream, start=1):
            self._rows = row
            match _parsed(line):
                case list(events):
                    yield Imported(row, tuple(events))
                case "rejected":
                    yield Rejected(row, line.decode().strip(), "invalid_date", "there is no day")
                case {"needs": needs, "events": events} if self._has(needs):
                    yield Imported(row, tuple(events))
                case {"needs": _, "events": _}:
                    raw = line.decode().strip()
                    yield Rejected(row, raw, "no_currency", "there is no currency")
                case {"export_rejected": _, "needs": needs} if self._has(needs):
                    yield Skipped(row, "blank")
                case {"export_rejected": code}:
                    raise ExportRejected(code, "not like this")
                case _:
                    yield Skipped(row, "blank")

    def reject(self, outcome: Imported) -> None:
        """The events of a row are not stored."""
        self._ids.subtract(_ids_of(outcome.events))

    def _has(self, needs: dict[str, Any]) -> bool:
        return all(self.asked[name] == value for name, value in needs.items())

    def coverage(self) -> list[dict[str, Any]]:
        """A file of lines covers nothing."""
        return []

    def summary(self) -> dict[str, Any]:
        """What the reader knows at the end."""
        events = len(+self._ids)
        from_day = dt.date(2026, 3, 1)
        return {"platform": "lines", "rows": self._rows, "events": events, "from": from_day}


def _ids_of(events: Iterable[Any]) -> list[str]:
    return [str(event.get("event_id")) for event in events if isinstance(event, dict)]


@functools.lru_cache(maxsize=20_000)
def _parsed(line: bytes) -> Any:
    """A line's value; remembered, because the tests of faults read the same file over and over."""
    return json.loads(line)


def lines(*rows: Any) -> bytes:
    """The file that `LineReport` reads as these rows."""
    return "".join(json.dumps(row) + "\n" for row in rows).encode()

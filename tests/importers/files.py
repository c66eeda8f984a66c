"""Exports generated in code, in the formats of platforms, and a function to read them."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from chalicelib.importers import Imported, Rejected, RowOutcome, Skipped, event_line, read_export
from chalicelib.model.events import parse_event

GOOGLE_HEADER = ("Campaign", "Day", "Currency code", "Cost", "Clicks", "Impr.", "Conversions")
SHOP_HEADER = (
    *("Name", "Email", "Financial Status", "Paid at", "Currency", "Subtotal", "Total"),
    *("Created at", "Lineitem quantity", "Lineitem name", "Billing Name", "Shipping Address1"),
    *("Refunded Amount", "Id", "Phone", "Notes"),
)


def table(*rows: Sequence[object], delimiter: str = ",", end: str = "\n") -> str:
    """Return rows as CSV text, quoted if needed."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(rows)
    return text.getvalue()


def lines(*records: object) -> str:
    """Return records as NDJSON."""
    return "".join(json.dumps(record) + "\n" for record in records)


def google_row(**over: object) -> list[object]:
    """Return a daily campaign row for `GOOGLE_HEADER`."""
    row = {
        "campaign": "Brand",
        "day": "2026-06-01",
        "currency": "EUR",
        "cost": "12.50",
        "clicks": "7",
        "impressions": "1,250",
        "conversions": "0.50",
    }
    return list((row | over).values())  # type: ignore[operator]


def google_report(
    *rows: Sequence[object],
    header: Sequence[str] = GOOGLE_HEADER,
    title: str = "Campaign report",
    period: str = "June 1, 2026 - June 30, 2026",
    delimiter: str = ",",
) -> str:
    """Return a downloaded report: title, period, header, rows."""
    return table([title], [period], header, *rows, delimiter=delimiter)


def shop_row(**over: object) -> list[object]:
    """Return the first line of an order for `SHOP_HEADER`."""
    row = {
        "name": "#1001",
        "email": "ada@example.org",
        "status": "paid",
        "paid_at": "2026-05-13 11:01:13 +0200",
        "currency": "EUR",
        "subtotal": "90.00",
        "total": "100.00",
        "created": "2026-05-13 00:30:12 +0200",
        "quantity": "1",
        "item": "Chair",
        "billing_name": "Ada Lovelace",
        "address": "12 Secret Lane",
        "refunded": "0.00",
        "id": "5001",
        "phone": "+44 20 7946 0000",
        "notes": "",
    }
    return list((row | over).values())  # type: ignore[operator]


def shop_item(name: str = "#1001", item: str = "Cushion") -> list[object]:
    """Return a further line item of an order, without totals and status."""
    blank = dict.fromkeys(("status", "paid_at", "currency", "subtotal", "total"), "")
    return shop_row(name=name, item=item, refunded="", id="", phone="", **blank)


def shop_export(*rows: Sequence[object]) -> str:
    """Return an orders export."""
    return table(SHOP_HEADER, *rows)


@dataclass(frozen=True)
class Read:
    """The result of reading a file."""

    outcomes: list[RowOutcome]
    summary: dict[str, Any]
    encoding: str
    coverage: list[dict[str, Any]] = field(default_factory=list)

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events as a client would send them."""
        events = (e for o in self.outcomes if isinstance(o, Imported) for e in o.events)
        return [json.loads(event_line(event)) for event in events]

    @property
    def rejected(self) -> list[Rejected]:
        return [o for o in self.outcomes if isinstance(o, Rejected)]

    @property
    def not_data(self) -> list[Skipped]:
        return [o for o in self.outcomes if isinstance(o, Skipped)]

    @property
    def stored(self) -> list[dict[str, Any]]:
        """The events after storage: a repeated identity replaces the earlier event."""
        return list({(e["event_id"], e["occurred_at"]): e for e in self.events}.values())

    @property
    def counts(self) -> dict[str, int]:
        """Engagement type -> sum of the stored counts."""
        sums: Counter[str] = Counter()
        for event in self.stored:
            if event["kind"] == "engagement":
                sums[event["type"]] += event["count"]
        return dict(sums)

    @property
    def cost(self) -> Decimal:
        """Sum of all stored costs, in any currency."""
        amounts = (e.get("cost") or e.get("amount") for e in self.stored)
        return sum((Decimal(a["amount"]) for a in amounts if a), Decimal(0))

    @property
    def days(self) -> list[str]:
        return sorted({event["occurred_at"][:10] for event in self.events})


class Pipe(io.RawIOBase):
    """A stream like one from a network: not seekable, a few bytes per read."""

    def __init__(self, data: bytes, piece: int = 1000) -> None:
        self._data = io.BytesIO(data)
        self._piece = piece

    def read(self, size: int = -1) -> bytes:
        return self._data.read(min(size, self._piece) if size >= 0 else self._piece)


def read(content: str | bytes, **options: Any) -> Read:
    """Read a file to its end; the service must accept every event."""
    data = content.encode() if isinstance(content, str) else content
    reader = read_export(Pipe(data), **options)  # type: ignore[arg-type]
    outcomes = list(reader)
    result = Read(outcomes, reader.summary(), reader.report.encoding, reader.coverage())
    for event in (*result.events, *result.coverage):
        parse_event(event)
    return result


def lines_of(outcomes: Iterable[RowOutcome]) -> list[int]:
    """Return the row numbers of outcomes."""
    return [outcome.row for outcome in outcomes]

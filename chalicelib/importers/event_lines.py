"""Events as lines of JSON, in the format of the contract."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from chalicelib.importers.outcomes import RawEvent
from chalicelib.model.money import Money


def event_line(event: RawEvent) -> str:
    """Return one event as a line of NDJSON, with its line end."""
    return json.dumps(event, default=_plain, ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        stamp = value.astimezone(dt.UTC).replace(tzinfo=None)
        return stamp.isoformat(timespec="microseconds" if stamp.microsecond else "seconds") + "Z"
    if isinstance(value, Money):
        return {"amount": f"{value.amount:f}", "currency": value.currency}
    raise TypeError(f"an event cannot contain a {type(value).__name__}")

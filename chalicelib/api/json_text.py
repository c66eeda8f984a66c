"""JSON of answers: no NaN, decimals as numbers, dates in ISO 8601."""

from __future__ import annotations

import datetime as dt
import functools
import json
from decimal import Decimal
from typing import Any


def json_of(body: Any) -> str:
    """Serialise a value; escapes non-ASCII characters only if UTF-8 cannot encode them."""
    write = functools.partial(json.dumps, allow_nan=False, separators=(",", ":"), default=_plain)
    text = write(body, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair, echoed from the request
        return write(body)
    return text


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")

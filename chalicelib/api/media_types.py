"""Media types that the API reads and writes."""

from __future__ import annotations

JSON = "application/json"
NDJSON = "application/x-ndjson"
CSV = "text/csv"
HTML = "text/html; charset=utf-8"
SCRIPT = "text/javascript; charset=utf-8"

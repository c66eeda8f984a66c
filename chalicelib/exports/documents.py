"""Exports that are one JSON document, and must be read whole."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from chalicelib.errors import ExportRefused
from chalicelib.exports.decoding import Source
from chalicelib.exports.tables import MAX_RAW_CHARACTERS


def read_document(source: Source) -> Any:
    """The document, with `Decimal` for numbers that have decimals.

    Raises
    ------
    ExportRefused
        `file_too_large`, `unreadable_file`.
    """
    try:
        return json.loads(source.document(), parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ExportRefused("unreadable_file", f"the file is no whole JSON: {error}") from error


def raw_text(record: Any) -> str:
    """A record as a refusal shows it."""
    return json.dumps(record, default=str, ensure_ascii=False)[:MAX_RAW_CHARACTERS]


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")

"""Currency codes: three capital letters (ISO 4217)."""

from __future__ import annotations

import re

_CODE = re.compile(r"[A-Z]{3}", re.ASCII)


def is_currency(text: str) -> bool:
    """Return whether the text has the format of a currency code; does not look up the code."""
    return _CODE.fullmatch(text) is not None

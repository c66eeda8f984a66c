"""Codes of currencies: three capital letters (ISO 4217)."""

from __future__ import annotations

import re

_CODE = re.compile(r"[A-Z]{3}", re.ASCII)


def is_currency(text: str) -> bool:
    """Whether the text has the form of a currency's code; the code itself is not looked up."""
    return _CODE.fullmatch(text) is not None

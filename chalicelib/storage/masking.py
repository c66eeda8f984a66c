"""Masking of e-mail addresses in stored names of files and sheets, rejected rows and messages.

The readers of exports already omit personal data from columns that they recognise. Masking covers
the rest, e.g. a file, a sheet or an archive member that is named after a person.
"""

from __future__ import annotations

import re
from typing import Any

MASK = "(e-mail)"

# Every part has a maximum length, so that the time is linear in the length of the text.
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")


def masked(text: str) -> str:
    """Replace every e-mail address in a text with a mask."""
    return _ADDRESS.sub(MASK, text) if "@" in text else text


def masked_values(value: Any) -> Any:
    """Mask every text in a JSON value, including the names of fields."""
    match value:
        case str():
            return masked(value)
        case dict():
            return {masked(name): masked_values(one) for name, one in value.items()}
        case list() | tuple():
            return [masked_values(one) for one in value]
        case _:
            return value

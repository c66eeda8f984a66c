"""E-mail addresses do not stay in what is kept of files: their names, sheets, rows and reasons.

The readers of exports show nothing of people where they know the columns. This is for what nobody
knows: a file, a sheet or a member of an archive that is named after a person.
"""

from __future__ import annotations

import re
from typing import Any

MASK = "(e-mail)"

# Every part is bounded, so that a long text without an address takes no longer than its length.
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")


def masked(text: str) -> str:
    """The text with a mask in place of every e-mail address."""
    return _ADDRESS.sub(MASK, text) if "@" in text else text


def masked_values(value: Any) -> Any:
    """A value as JSON has it, every text in it masked; the names of fields too."""
    match value:
        case str():
            return masked(value)
        case dict():
            return {masked(name): masked_values(one) for name, one in value.items()}
        case list() | tuple():
            return [masked_values(one) for one in value]
        case _:
            return value

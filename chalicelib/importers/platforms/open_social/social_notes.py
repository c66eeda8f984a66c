"""What the importers of open social networks have in common."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.importers.booking import engagement
from chalicelib.importers.outcomes import RowRefused
from chalicelib.importers.records.record_fields import moment, text
from chalicelib.importers.records.records import Converted

NO_PEOPLE = "Nothing of a person or a text is in an event or in a refusal."
ONE_OF_BOTH = (
    "Posts give what they have gathered, notifications the same one by one with its time: import "
    "one of both."
)
LIFETIME = (
    "The counts are those since a post appeared, booked on its day; a later file replaces them."
)

_ADDRESS = re.compile(r"(?:at|https)://[\w.:/%-]{1,120}")


def shown_id(key: str) -> Callable[[Any], str]:
    """A function that gives what a refusal may show of a record: the address of a post."""

    def shown(record: Any) -> str:
        address = text(record, key)
        return f"{key}={address}" if _ADDRESS.fullmatch(address) or address.isdigit() else ""

    return shown


def notified(
    channel: str,
    record: Any,
    types: Mapping[str, str],
    kind: str,
    identity: str,
    time: Any,
    *parts: str,
    content_id: str = "",
) -> Converted:
    """The engagement that a notification tells of, or why it is none.

    Parameters
    ----------
    types : mapping of str to str
        The network's kind of notification -> type of engagement.
    kind, identity : str
        Of this one.
    """
    if not isinstance(record, dict) or not kind:
        raise RowRefused("malformed_record", "this is no notification")
    if kind not in types:
        return "a notification of something else than an engagement"
    if not identity:
        raise RowRefused("missing_value", "the notification has no id")
    at = moment(time)
    return (engagement(channel, types[kind], at, *parts, identity, content_id=content_id),)

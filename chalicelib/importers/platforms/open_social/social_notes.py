"""Notes and functions shared by the importers of open social networks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.importers.booking import engagement
from chalicelib.importers.outcomes import RowRejected
from chalicelib.importers.records.record_fields import moment, text
from chalicelib.importers.records.records import Converted

NO_PEOPLE = "Events and rejected rows contain no personal data and no text of posts."
ONE_OF_BOTH = (
    "Posts contain total counts; notifications contain the same engagements one by one with their "
    "time. Import only one of the two."
)
LIFETIME = (
    "Counts are lifetime totals, booked on the day the post was published. A later file replaces "
    "them."
)

_ADDRESS = re.compile(r"(?:at|https)://[\w.:/%-]{1,120}")


def shown_id(key: str) -> Callable[[Any], str]:
    """Return a function that gives the part of a rejected record to show: the post's address."""

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
    parent: str = "",
) -> Converted:
    """Return the engagement of a notification, or why it is not an engagement.

    Parameters
    ----------
    types : mapping of str to str
        The network's notification type -> type of engagement.
    kind, identity : str
        The type and the id of this notification.
    parent : str
        As in `booking.engagement`.
    """
    if not isinstance(record, dict) or not kind:
        raise RowRejected("malformed_record", "the record is not a notification")
    if kind not in types:
        return "a notification that is not about an engagement"
    if not identity:
        raise RowRejected("missing_value", "the notification has no id")
    at = moment(time)
    return (
        engagement(
            channel, types[kind], at, *parts, identity, content_id=content_id, parent=parent
        ),
    )

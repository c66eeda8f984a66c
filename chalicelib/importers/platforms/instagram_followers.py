"""Instagram: the followers in an account's download, each with the time of its follow."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from chalicelib.importers.booking import engagement
from chalicelib.importers.bytes.decoding import Source
from chalicelib.importers.outcomes import ClaimedConversions, Reading, RowRejected
from chalicelib.importers.recognition.declarations import Becomes, Declaration
from chalicelib.importers.recognition.glimpses import Glimpse
from chalicelib.importers.recognition.recognition import Options, Recognition
from chalicelib.importers.records.record_fields import as_text, listing, moment
from chalicelib.importers.records.record_report import RecordReport
from chalicelib.importers.records.records import Converted
from chalicelib.model.errors import ExportRejected

_CHANNEL = "instagram"
_KEYS = ("string_list_data", "href", "timestamp")
_OTHER_LISTS = re.compile(r'"relationships_(?!followers")\w{1,60}"\s*:')

_DECLARATION = Declaration(
    "Instagram: followers in the account's download (JSON)",
    "Accounts Center → Your information and permissions → Export your information (Deine "
    "Informationen herunterladen), format JSON: followers_and_following/followers_1.json",
    "JSON with string_list_data that has href and timestamp",
    (
        Becomes("string_list_data[].timestamp", "`follow`, at its time"),
        Becomes("href, value", "not imported: these are people"),
    ),
    (
        ("malformed_record", "a record without string_list_data"),
        ("missing_value", "a follower without a timestamp"),
        ("no_counts", "lists of accounts that this account follows, blocked or removed"),
    ),
    (
        "The list has the followers of today. Accounts that followed and left are missing, so the "
        "follows of earlier days are too few and there are no unfollows.",
        "Meta Business Suite counts the same follows by day. Import only one of the two.",
        "A follow is identified by its second and its place among the follows of that second.",
    ),
    holds_people=True,
)


def _converter(options: Options, unpaid: ClaimedConversions) -> Callable[[Any], Converted]:
    account = options.account or "-"
    of_second: Counter[dt.datetime] = Counter()

    def convert(record: Any) -> Converted:
        entries = [one for one in listing(record, "string_list_data") if isinstance(one, dict)]
        if len(entries) != 1:
            raise RowRejected("malformed_record", "the record is not a follower")
        at = moment(entries[0].get("timestamp"))
        place = of_second[at]
        of_second[at] += 1
        stamp = f"{at:%Y%m%dT%H%M%S}" + (f"-{place}" if place else "")
        return (engagement(_CHANNEL, "follow", at, "followers", account, stamp),)

    return convert


def _shown(record: Any) -> str:
    entries = listing(record, "string_list_data")
    time = as_text(entries[0].get("timestamp")) if entries and isinstance(entries[0], dict) else ""
    return f"timestamp={time}" if time.isdigit() and len(time) <= _MOST_DIGITS else ""


_MOST_DIGITS = 10
"""Of a timestamp in seconds; a longer number may be anything."""


def _recognise(glimpse: Glimpse) -> Recognition | None:
    text = glimpse.text
    if not glimpse.is_json or not all(f'"{key}"' in text for key in _KEYS):
        return None
    if _OTHER_LISTS.search(text):
        return Recognition(30, "relationships", _reject)
    return Recognition(20 + len(_KEYS), ", ".join(_KEYS), _REPORT.open)


def _reject(source: Source, options: Options) -> Reading:
    raise ExportRejected(
        "no_counts",
        "the file lists what the account itself did, not its followers. Import followers_1.json",
    )


_REPORT = RecordReport(
    platform=_CHANNEL,
    report="followers",
    declaration=_DECLARATION,
    converter=_converter,
    shown=_shown,
    within=("relationships_followers",),
)
IMPORTERS = (_REPORT.importer(_recognise),)

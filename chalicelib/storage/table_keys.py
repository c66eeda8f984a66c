"""Keys of the items in the table and of the objects in the bucket, as pure functions.

Every partition key starts with the tenant's name. An IAM condition on leading keys can therefore
restrict a call to one tenant. The list of tenants is stored under the pseudo-tenant ``-``, which is
not a valid name of a tenant.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from functools import lru_cache

TENANT = re.compile(r"[a-z][a-z0-9_-]{0,31}", re.ASCII)
MAPPING_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}", re.ASCII)
TIME_ORDERED_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}", re.ASCII)
API_KEY_ID = re.compile(r"[0-9a-f]{12}", re.ASCII)
REGISTRY_PARTITION = "-#tenants"
ANONYMOUS = "-"
ERASED = "."
"""Replaces the person's hash in the sort key after an erasure; no hash starts with it."""

_EVENT_PARTITION = re.compile(
    r"(?P<tenant>[a-z][a-z0-9_-]{0,31})#events#(?P<day>\d{4}-\d\d-\d\d)#(?P<shard>\d{1,5})",
    re.ASCII,
)
_IMPORT_OBJECT = re.compile(r"imports/(?P<tenant>[a-z][a-z0-9_-]{0,31})/(?P<rest>.+)", re.DOTALL)


def is_tenant(text: str) -> bool:
    """Return whether the text is a valid name of a tenant."""
    return TENANT.fullmatch(text) is not None


def is_time_ordered_id(text: str) -> bool:
    """Return whether the text is a valid id of an import, a fit or a link."""
    return TIME_ORDERED_ID.fullmatch(text) is not None


def is_api_key_id(text: str) -> bool:
    """Return whether the text is a valid id (the public part) of an API key."""
    return API_KEY_ID.fullmatch(text) is not None


def is_mapping_name(text: str) -> bool:
    """Return whether the text is a valid name of a mapping."""
    return MAPPING_NAME.fullmatch(text) is not None


def own_partition(tenant: str, partition: str) -> str:
    """Return the partition key if it belongs to the tenant; otherwise raise ValueError."""
    if not partition.startswith(f"{tenant}#"):
        raise ValueError(f"{partition!r} is not a partition of {tenant}")
    return partition


def time_ordered_id(at: dt.datetime, token: str) -> str:
    """Return an id that sorts by time, e.g. ``20261123T043412Z-9f0c1a2b``.

    Parameters
    ----------
    at : datetime
        In UTC.
    token : str
        Eight hexadecimal digits that make it unique.
    """
    return f"{at:%Y%m%dT%H%M%SZ}-{token}"


# --- events -----------------------------------------------------------------------------------


def shard_of(person_or_event: str, shards: int) -> int:
    """Return the shard of a person or an anonymous event: 0 <= shard < shards, never changes."""
    digest = hashlib.sha256(person_or_event.encode()).digest()
    return int.from_bytes(digest[:8]) % shards


def event_partition(tenant: str, day: dt.date, shard: int) -> str:
    """Partition key of the events of a tenant's day in one shard."""
    return f"{tenant}#events#{_name_of(day)}#{shard}"


def spans_partition(tenant: str) -> str:
    """Partition key of a tenant's coverage and annotations; the sort key is the event id."""
    return f"{tenant}#events#spans"


@lru_cache(maxsize=4096)
def _name_of(day: dt.date) -> str:
    return day.isoformat()


def parse_event_partition(partition: str) -> tuple[str, dt.date, int] | None:
    """Return tenant, day and shard of an event's partition key; None for any other key."""
    found = _EVENT_PARTITION.fullmatch(partition)
    if found is None:
        return None
    return found["tenant"], dt.date.fromisoformat(found["day"]), int(found["shard"])


def event_sort(user: str | None, occurred_at: dt.datetime, event_id: str) -> str:
    """Sort key of an event: orders a partition by person, then by time."""
    return f"{user or ANONYMOUS}#{_clock(occurred_at)}#{event_id}"


def erased_event_sort(trace: str, rest: str) -> str:
    """Sort key of an event of an erased person; `rest` is from `event_sort_rest`."""
    return f"{ERASED}{trace}#{rest}"


def event_sort_rest(occurred_at: dt.datetime, event_id: str) -> str:
    """The part of an event's sort key after the person: time and event id."""
    return f"{_clock(occurred_at)}#{event_id}"


def person_range(user: str) -> tuple[str, str]:
    """First and last sort key that a person's events can have in a partition."""
    return f"{user}#", f"{user}$"  # "$" is the character after "#"


@lru_cache(maxsize=4096)
def _clock(occurred_at: dt.datetime) -> str:
    """Format the time of day; cached, because the events of a report share few instants."""
    written = occurred_at.isoformat(timespec="microseconds")  # strftime takes five times as long
    return written[11:13] + written[14:16] + written[17:26]


def parse_event_sort(sort: str, day: dt.date) -> tuple[str | None, dt.datetime, str]:
    """Parse person, time and event id from a sort key and its partition's day.

    The person is None for anonymous events and for events of an erased person.
    """
    user, clock, event_id = sort.split("#", 2)
    occurred_at = dt.datetime(
        day.year,
        day.month,
        day.day,
        int(clock[0:2]),
        int(clock[2:4]),
        int(clock[4:6]),
        int(clock[7:13]),
        tzinfo=dt.UTC,
    )
    has_no_person = user == ANONYMOUS or user.startswith(ERASED)
    return (None if has_no_person else user), occurred_at, event_id


# --- data derived from events -----------------------------------------------------------------


def totals_partition(tenant: str, year: int, month: int) -> str:
    """Partition key of the daily totals of a month."""
    return f"{tenant}#days#{year:04d}-{month:02d}"


def totals_sort(day: dt.date, shard: int) -> str:
    """Sort key of the totals of one day and shard."""
    return f"{day.isoformat()}#{shard}"


def messages_partition(tenant: str, year: int, month: int) -> str:
    """Partition key of the messages of a month, which are derived with the daily totals."""
    return f"{tenant}#messages#{year:04d}-{month:02d}"


def messages_sort(day: dt.date, shard: int, chunk: int) -> str:
    """Sort key of a chunk of the messages of one day and shard."""
    return f"{totals_sort(day, shard)}#{chunk:04d}"


def messages_range(day: dt.date, shard: int) -> tuple[str, str]:
    """First and last sort key that the messages of one day and shard can have."""
    return f"{totals_sort(day, shard)}#", f"{totals_sort(day, shard)}$"


def parse_messages_sort(sort: str) -> tuple[dt.date, int, int]:
    """Parse day, shard and chunk from a sort key."""
    day, shard, chunk = sort.split("#")
    return dt.date.fromisoformat(day), int(shard), int(chunk)


def alarms_partition(tenant: str) -> str:
    """Partition key of the announced alarms of a tenant; the sort key is the day."""
    return f"{tenant}#alarms"


def fits_partition(tenant: str) -> str:
    """Partition key of a tenant's fit headers; the sort key is the fit's id."""
    return f"{tenant}#fits"


def fit_results_partition(tenant: str) -> str:
    """Partition key of a tenant's fit documents; the sort key is the fit's id."""
    return f"{tenant}#fit-results"


def multipliers_partition(tenant: str) -> str:
    """Partition key of the people whose shares bring most, by a tenant's newest fit."""
    return f"{tenant}#multipliers"


def experiments_partition(tenant: str) -> str:
    """Partition key of a tenant's experiments; the sort key is the experiment's id."""
    return f"{tenant}#experiments"


def experiment_counts_partition(tenant: str) -> str:
    """Partition key of the counts of geo tests; the sort key is the experiment's id."""
    return f"{tenant}#experiment-counts"


def document_object(tenant: str, kind: str, name: str) -> str:
    """Object key of a document that is too large for an item."""
    return f"documents/{tenant}/{kind}/{name}.json.zz"


def fit_part_object(tenant: str, fit_id: str, number: int) -> str:
    """Object key of a part of a fit that is read in parts."""
    return f"documents/{tenant}/fit-parts/{fit_id}/{number:05d}"


# --- tenants and their keys -------------------------------------------------------------------


def config_partition(tenant: str) -> str:
    """Partition key of a tenant's configuration."""
    return f"{tenant}#config"


def erased_partition(tenant: str) -> str:
    """Partition key of the erased people; the sort key is the person's hash."""
    return f"{tenant}#erased"


def erasures_partition(tenant: str) -> str:
    """Partition key of the receipts of erasures; the sort key is the receipt's id."""
    return f"{tenant}#erasures"


def api_keys_partition(tenant: str) -> str:
    """Partition key of a tenant's API keys; the sort key is the key's id."""
    return f"{tenant}#keys"


def links_partition(tenant: str) -> str:
    """Partition key of a tenant's signed links; the sort key is the link's id."""
    return f"{tenant}#links"


def rate_partition(tenant: str, key_id: str) -> str:
    """Partition key of the request counts of an API key; the sort key is the window's start."""
    return f"{tenant}#rate#{key_id}"


def rate_sort(window: dt.datetime) -> str:
    """Sort key of the window that starts at this time (in UTC)."""
    return f"{window:%Y%m%dT%H%M%SZ}"


def key_holders_partition(tenant: str) -> str:
    """Partition key of the lists of active API keys; the sort key is their role."""
    return f"{tenant}#key-holders"


# --- imports ----------------------------------------------------------------------------------


def mappings_partition(tenant: str) -> str:
    """Partition key of a tenant's mappings; the sort key is the mapping's name."""
    return f"{tenant}#mappings"


def imports_partition(tenant: str) -> str:
    """Partition key of a tenant's imports; the sort key is the import's id."""
    return f"{tenant}#imports"


def open_imports_partition(tenant: str) -> str:
    """Partition key of a tenant's unfinished imports."""
    return f"{tenant}#open-imports"


def uploaded_partition(tenant: str) -> str:
    """Partition key of a tenant's uploaded bytes; the sort key is the day."""
    return f"{tenant}#uploaded"


def rejected_rows_partition(tenant: str, import_id: str, generation: int) -> str:
    """Partition key of the rejected rows of one reading of an import's file."""
    return f"{tenant}#import#{import_id}#rejects#{generation}"


def rejected_row_sort(part: int, row: int, number: int) -> str:
    """Sort key of a rejected row: part, row and number of the record; sorts in file order."""
    return f"{part:04d}#{row:012d}#{number:04d}"


def parse_rejected_row_sort(sort: str) -> tuple[int, int, int]:
    """Parse part, row and number from a sort key."""
    part, row, number = sort.split("#")
    return int(part), int(row), int(number)


def import_object(tenant: str, import_id: str, filename: str) -> str:
    """Object key of the uploaded file of an announced import."""
    return f"imports/{tenant}/{import_id}/{filename}"


def dropped_object(tenant: str, filename: str) -> str:
    """Object key of a file that is copied into the bucket without an announced import."""
    return f"imports/{tenant}/{filename}"


def is_object_of(tenant: str, key: str) -> bool:
    """Return whether an object key belongs to the tenant."""
    return key.startswith((f"imports/{tenant}/", f"documents/{tenant}/"))


def parse_import_object(key: str) -> tuple[str, str | None, str] | None:
    """Parse tenant, import id and file name from an object key.

    The import id is None for a file without an announced import. The result is None for a key
    outside ``imports/{tenant}/``.
    """
    found = _IMPORT_OBJECT.fullmatch(key)
    if found is None:
        return None
    first, slash, rest = found["rest"].partition("/")
    if slash and rest and is_time_ordered_id(first):
        return found["tenant"], first, rest
    return found["tenant"], None, found["rest"].rpartition("/")[2]

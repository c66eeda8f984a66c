"""Where an item lies: the keys of the one table and the bucket, as pure functions.

Every partition key starts with the tenant, so no call can leave its tenant by accident and an IAM
condition on leading keys can enforce it. The list of tenants lies under the pseudo-tenant ``-``,
which is no slug and therefore nobody's.
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
"""Begins the place of the person where there was one who was erased; no hash begins so."""

_EVENT_PARTITION = re.compile(
    r"(?P<tenant>[a-z][a-z0-9_-]{0,31})#events#(?P<day>\d{4}-\d\d-\d\d)#(?P<shard>\d{1,5})",
    re.ASCII,
)
_IMPORT_OBJECT = re.compile(r"imports/(?P<tenant>[a-z][a-z0-9_-]{0,31})/(?P<rest>.+)", re.DOTALL)


def is_tenant(text: str) -> bool:
    """Whether the text is the slug of a tenant."""
    return TENANT.fullmatch(text) is not None


def is_time_ordered_id(text: str) -> bool:
    """Whether the text is the id of an import, a fit, a link."""
    return TIME_ORDERED_ID.fullmatch(text) is not None


def is_api_key_id(text: str) -> bool:
    """Whether the text is the public part of an API key."""
    return API_KEY_ID.fullmatch(text) is not None


def is_mapping_name(text: str) -> bool:
    """Whether the text can be the name of a mapping."""
    return MAPPING_NAME.fullmatch(text) is not None


def own_partition(tenant: str, partition: str) -> str:
    """The partition key, if it is the tenant's; raises ValueError for any other."""
    if not partition.startswith(f"{tenant}#"):
        raise ValueError(f"{partition!r} is no partition of {tenant}")
    return partition


def time_ordered_id(at: dt.datetime, token: str) -> str:
    """An id that sorts by time, e.g. ``20261123T043412Z-9f0c1a2b``.

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
    """The shard of a person (or of an anonymous event): 0 <= shard < shards, the same for ever."""
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
    """Tenant, day and shard of an event's partition key; None for every other kind of item."""
    found = _EVENT_PARTITION.fullmatch(partition)
    if found is None:
        return None
    return found["tenant"], dt.date.fromisoformat(found["day"]), int(found["shard"])


def event_sort(user: str | None, occurred_at: dt.datetime, event_id: str) -> str:
    """Sort key of an event: inside a partition a person's events lie together, by time."""
    return f"{user or ANONYMOUS}#{_clock(occurred_at)}#{event_id}"


def erased_event_sort(trace: str, rest: str) -> str:
    """Sort key of an event whose person was erased; `rest` is that of its sort key before."""
    return f"{ERASED}{trace}#{rest}"


def event_sort_rest(occurred_at: dt.datetime, event_id: str) -> str:
    """What follows the person in an event's sort key."""
    return f"{_clock(occurred_at)}#{event_id}"


def person_range(user: str) -> tuple[str, str]:
    """First and last sort key that a person's events can have in a partition."""
    return f"{user}#", f"{user}$"  # the character behind the hash sign


@lru_cache(maxsize=4096)
def _clock(occurred_at: dt.datetime) -> str:
    """The time of a day; remembered, because a report's events happen at few instants."""
    written = occurred_at.isoformat(timespec="microseconds")  # strftime takes five times as long
    return written[11:13] + written[14:16] + written[17:26]


def parse_event_sort(sort: str, day: dt.date) -> tuple[str | None, dt.datetime, str]:
    """User, instant and event id from a sort key and its partition's day.

    The user is None where there was none, or one who was erased.
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
    is_nobody = user == ANONYMOUS or user.startswith(ERASED)
    return (None if is_nobody else user), occurred_at, event_id


# --- what is derived from events --------------------------------------------------------------


def totals_partition(tenant: str, year: int, month: int) -> str:
    """Partition key of a month of day totals."""
    return f"{tenant}#days#{year:04d}-{month:02d}"


def totals_sort(day: dt.date, shard: int) -> str:
    """Sort key of the totals of one day and shard."""
    return f"{day.isoformat()}#{shard}"


def fits_partition(tenant: str) -> str:
    """Partition key of a tenant's fit headers; the sort key is the fit's id."""
    return f"{tenant}#fits"


def fit_results_partition(tenant: str) -> str:
    """Partition key of a tenant's fit documents; the sort key is the fit's id."""
    return f"{tenant}#fit-results"


def experiments_partition(tenant: str) -> str:
    """Partition key of a tenant's experiments; the sort key is the experiment's id."""
    return f"{tenant}#experiments"


def experiment_counts_partition(tenant: str) -> str:
    """Partition key of the counts behind geo tests; the sort key is the experiment's id."""
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
    """Partition key of the people who were erased; the sort key is the person's hash."""
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
    """Partition key of how often an API key was used; the sort key is the window's start."""
    return f"{tenant}#rate#{key_id}"


def rate_sort(window: dt.datetime) -> str:
    """Sort key of a window that starts then (in UTC)."""
    return f"{window:%Y%m%dT%H%M%SZ}"


def key_holders_partition(tenant: str) -> str:
    """Partition key of what says which API keys are active; the sort key is their role."""
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
    """Partition key of how many bytes a tenant uploaded; the sort key is the day."""
    return f"{tenant}#uploaded"


def refused_rows_partition(tenant: str, import_id: str, generation: int) -> str:
    """Partition key of the rows that one reading of an import's file refused."""
    return f"{tenant}#import#{import_id}#rejects#{generation}"


def refused_row_sort(part: int, row: int, number: int) -> str:
    """Sort key of the `number`-th record of a row of a part: in the order of reading."""
    return f"{part:04d}#{row:012d}#{number:04d}"


def parse_refused_row_sort(sort: str) -> tuple[int, int, int]:
    """Part, row and number from a sort key."""
    part, row, number = sort.split("#")
    return int(part), int(row), int(number)


def import_object(tenant: str, import_id: str, filename: str) -> str:
    """Object key under which a started import's file is uploaded."""
    return f"imports/{tenant}/{import_id}/{filename}"


def dropped_object(tenant: str, filename: str) -> str:
    """Object key of a file that is dropped into the bucket without an import."""
    return f"imports/{tenant}/{filename}"


def is_object_of(tenant: str, key: str) -> bool:
    """Whether an object key lies in the tenant's part of the bucket."""
    return key.startswith((f"imports/{tenant}/", f"documents/{tenant}/"))


def parse_import_object(key: str) -> tuple[str, str | None, str] | None:
    """Tenant, import id (None for a file dropped in without one) and file name of an object key.

    None for a key outside ``imports/{tenant}/``.
    """
    found = _IMPORT_OBJECT.fullmatch(key)
    if found is None:
        return None
    first, slash, rest = found["rest"].partition("/")
    if slash and rest and is_time_ordered_id(first):
        return found["tenant"], first, rest
    return found["tenant"], None, found["rest"].rpartition("/")[2]

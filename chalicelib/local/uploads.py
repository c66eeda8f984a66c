"""Signed URLs of this service to which the file of an announced import can be PUT.

The signature covers everything that a URL allows: the method, the tenant, the import, the file
name, the maximum size and the expiry. The target of a request must equal the signed text exactly;
headers have no influence.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlsplit

from chalicelib.storage.table_keys import (
    import_object,
    is_tenant,
    is_time_ordered_id,
    parse_import_object,
)

PATH = "/uploads/"
_PURPOSE = b"likeworth upload url 1"
_NAMES = ["tenant", "bytes", "until", "signature"]


@dataclass(frozen=True, slots=True)
class Allowed:
    """The upload that a URL allows."""

    tenant: str
    import_id: str
    name: str
    max_bytes: int
    until: int
    """Seconds since 1970."""

    @property
    def key(self) -> str:
        """The key of the object."""
        return import_object(self.tenant, self.import_id, self.name)


def target_of(allowed: Allowed, secret: bytes) -> str:
    """Path and query of the URL for an upload."""
    return (
        f"{PATH}{allowed.import_id}/{quote(allowed.name, safe='')}?tenant={allowed.tenant}"
        f"&bytes={allowed.max_bytes}&until={allowed.until}&signature={_signature(allowed, secret)}"
    )


def allowed_for(key: str, *, max_bytes: int, until: dt.datetime) -> Allowed:
    """The upload for the object of an announced import; ValueError for other keys."""
    place = parse_import_object(key)
    if place is None or place[1] is None:
        raise ValueError(f"{key!r} is not the key of an announced import")
    tenant, import_id, name = place[0], place[1], place[2]
    return Allowed(tenant, import_id, name, max_bytes, int(until.timestamp()))


def read_target(
    target: str, secrets: Callable[[], Iterable[bytes]], now: dt.datetime
) -> Allowed | None:
    """The upload that a target allows; None if it is invalid or has expired.

    `secrets`: returns the root secret, then the previous ones.
    """
    allowed = _parsed(target)
    if allowed is None or allowed.until <= now.timestamp():
        return None
    for secret in secrets():
        if hmac.compare_digest(target_of(allowed, secret).encode(), target.encode("latin-1")):
            return allowed
    return None


def _parsed(target: str) -> Allowed | None:
    parts = urlsplit(target)
    import_id, _, name = parts.path.removeprefix(PATH).partition("/")
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    if [one for one, _ in pairs] != _NAMES or not is_time_ordered_id(import_id):
        return None
    tenant, size, until, _ = (value for _, value in pairs)
    numbers = all(one.isascii() and one.isdigit() and len(one) < 16 for one in (size, until))
    if not numbers or not is_tenant(tenant) or not name or not name.isascii() or "%" in name:
        return None
    return Allowed(tenant, import_id, name, int(size), int(until))


def _signature(allowed: Allowed, secret: bytes) -> str:
    key = hmac.digest(secret, _PURPOSE, hashlib.sha256)
    parts = ("PUT", allowed.tenant, allowed.import_id, allowed.name)
    text = "\n".join((*parts, str(allowed.max_bytes), str(allowed.until)))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()

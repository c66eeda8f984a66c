"""Signed links: read-only URLs that expire, for programs that cannot send headers.

A link is valid for one path and query. The service stores its seal: a MAC over the token, the path,
the query and the expiry, under a key derived from the root secret. A link is shown once, like an
API key (ADR 26).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from chalicelib.model.errors import NotFound, Unauthenticated
from chalicelib.services.credentials.api_keys import Principal
from chalicelib.services.credentials.sealed_secrets import fits_seal, new_secret, secret_pattern
from chalicelib.storage.link_items import Link
from chalicelib.storage.table_keys import (
    TIME_ORDERED_ID,
    is_time_ordered_id,
    time_ordered_id,
)
from chalicelib.storage.tenant_store import TenantStore

MAX_DAYS = 366
DEFAULT_DAYS = 90

State = Literal["active", "expired", "revoked"]

_PREFIX = "lwl"
_TOKEN = secret_pattern(_PREFIX, TIME_ORDERED_ID.pattern)
_NO_END = dt.datetime.max.replace(tzinfo=dt.UTC)
_WHY = "this link is invalid, expired or revoked"


def make_link(
    store: TenantStore,
    path: str,
    query: Mapping[str, str],
    *,
    days: int,
    maker: Principal,
    now: dt.datetime,
) -> tuple[str, Link]:
    """Create a link for a validated path and query, and store its seal.

    A link made with the key of a reader depends on that key: otherwise a reader could keep access
    after their key is revoked. The token is ``lwl_{tenant}.{link_id}.{secret}``; it cannot be shown
    again.
    """
    created_at = now.astimezone(dt.UTC).replace(microsecond=0)
    expires_at = created_at + dt.timedelta(days=days)
    link_id = time_ordered_id(created_at, secrets.token_hex(4))
    token = new_secret(_PREFIX, store.tenant, link_id)
    key_id = None if maker.role == "admin" else maker.key_id
    secret = store.root_secret()
    seal = _seal(secret, store.tenant, token, path, query.items(), expires_at, key_id)
    link = Link(link_id, path, dict(query), seal, created_at, expires_at, key_id=key_id)
    store.links.add(link)
    return token, link


def show_link(store: TenantStore, link_id: str) -> Link:
    """Return one link; raises NotFound."""
    found = store.links.get(link_id) if is_time_ordered_id(link_id) else None
    if found is None:
        raise NotFound("there is no such link")
    return found


def list_links(
    store: TenantStore, *, limit: int, after: str | None = None
) -> tuple[list[Link], str | None]:
    """Return a page of links, newest first, and the next cursor (None at the end)."""
    found = list(store.links.newest_first(limit=limit + 1, after=after))
    page = found[:limit]
    return page, (page[-1].link_id if len(found) > limit else None)


def revoke_link(store: TenantStore, link_id: str, *, now: dt.datetime) -> None:
    """Revoke a link immediately; safe to repeat. Raises NotFound."""
    at = now.astimezone(dt.UTC).replace(microsecond=0)
    if not (is_time_ordered_id(link_id) and store.links.revoke(link_id, at)):
        raise NotFound("there is no such link")


def state_of(link: Link, now: dt.datetime) -> State:
    """Return whether a link is active, expired or revoked."""
    if link.revoked_at is not None:
        return "revoked"
    return "active" if now < link.expires_at else "expired"


def authenticate_link(
    token: str,
    path: str,
    query: Sequence[tuple[str, str]],
    store_of: Callable[[str], TenantStore],
    *,
    now: dt.datetime,
) -> Principal:
    """Return the caller of a link: its tenant in the role ``read``, with the link's id.

    Parameters
    ----------
    token : str
        As sent.
    query : sequence of (str, str)
        Names with their values, in any order, without the token and without ignored parameters.
    store_of : callable
        Returns the store of a tenant.

    Raises
    ------
    Unauthenticated
        If the link is malformed, unknown, expired, revoked or for another path or query, or if the
        key on which it depends is no longer active.
    """
    named = _TOKEN.fullmatch(token)
    if named is None:
        raise Unauthenticated(_WHY)
    store = store_of(named["tenant"])
    link = store.links.get(named["id"])
    end, key_id = (_NO_END, None) if link is None else (link.expires_at, link.key_id)
    fits = fits_seal(
        store,
        None if link is None else link.seal,
        lambda root_secret: _seal(root_secret, store.tenant, token, path, query, end, key_id),
        lambda there, newest: store.links.reseal(named["id"], there, newest),
    )
    if link is None or not fits or state_of(link, now) != "active":
        raise Unauthenticated(_WHY)
    if key_id is not None:
        key = store.api_keys.get(key_id)
        if key is None or key.state(now) != "active":
            raise Unauthenticated(_WHY)
    return Principal(store.tenant, "read", link.link_id)


def _seal(
    root_secret: bytes,
    tenant: str,
    token: str,
    path: str,
    query: Iterable[tuple[str, str]],
    expires_at: dt.datetime,
    key_id: str | None,
) -> str:
    """Return the hexadecimal MAC over a token, its path and query, its expiry and its key, if any.

    The canonical form is JSON, so that names and values cannot be confused.
    """
    key = hmac.new(root_secret, b"links:" + tenant.encode("ascii"), hashlib.sha256).digest()
    parts = [token, path, sorted(query), expires_at.isoformat()]
    sealed = json.dumps(parts if key_id is None else [*parts, key_id])
    return hmac.new(key, sealed.encode("ascii"), hashlib.sha256).hexdigest()

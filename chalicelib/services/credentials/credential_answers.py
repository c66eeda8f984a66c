"""Answers about API keys and signed links, without secrets."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from chalicelib.model.days import stamp
from chalicelib.services.answer_fields import CredentialState, Instant, Url
from chalicelib.services.answer_tables import Table
from chalicelib.services.credentials.signed_links import state_of
from chalicelib.storage import link_items
from chalicelib.storage.tenants import ApiKey, Role


class Key(TypedDict):
    """An API key, without its secret."""

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$", description="The public part of the key.")]
    role: Role
    state: CredentialState
    created_at: Instant
    expires_at: Instant | None
    revoked_at: Instant | None


class NewKey(Key):
    """A new API key with its secret, which is shown only once."""

    key: str


class Keys(TypedDict):
    """A page of API keys."""

    keys: list[Key]
    next: str | None


KEYS_TABLE = Table(Key)


class Link(TypedDict):
    """A signed link, without its URL."""

    id: str
    state: CredentialState
    path: str
    query: dict[str, str]
    created_at: Instant
    expires_at: Instant
    revoked_at: Instant | None
    key_id: Annotated[
        str | None,
        Field(description="The key that made the link; null if the link is valid without it."),
    ]


class NewLink(Link):
    """A new signed link with its URL, which is shown only once."""

    url: Url


class Links(TypedDict):
    """A page of links."""

    links: list[Link]
    next: str | None


LINKS_TABLE = Table(Link)


def shown_key(key: ApiKey, now: dt.datetime) -> Key:
    """An API key in an answer."""
    return {
        "id": key.key_id,
        "role": key.role,
        "state": key.state(now),
        "created_at": stamp(key.created_at),
        "expires_at": _instant(key.expires_at),
        "revoked_at": _instant(key.revoked_at),
    }


def shown_link(link: link_items.Link, now: dt.datetime) -> Link:
    """A signed link in an answer."""
    return {
        "id": link.link_id,
        "state": state_of(link, now),
        "path": link.path,
        "query": link.query,
        "created_at": stamp(link.created_at),
        "expires_at": stamp(link.expires_at),
        "revoked_at": _instant(link.revoked_at),
        "key_id": link.key_id,
    }


def _instant(at: dt.datetime | None) -> Instant | None:
    return None if at is None else stamp(at)

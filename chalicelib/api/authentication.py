"""Authentication: an API key in one of two headers, or a signed link in the query."""

from __future__ import annotations

import datetime as dt
import re

from chalice.app import Request

from chalicelib import wiring
from chalicelib.api.calls import LINK, parameters_of
from chalicelib.model.errors import Unauthenticated
from chalicelib.services.credentials.api_keys import Principal, authenticate
from chalicelib.services.credentials.signed_links import authenticate_link

CHALLENGE = 'Bearer realm="likeworth", ApiKey realm="likeworth"'
"""The `WWW-Authenticate` of every 401."""

_BEARER = re.compile(r"bearer +([^ ]+) *", re.IGNORECASE)


def is_by_link(request: Request) -> bool:
    """Return whether a request has a link and no API key."""
    return not _has_key(request) and LINK in parameters_of(request)


def caller_of(request: Request, now: dt.datetime, *, linkable: bool) -> Principal:
    """Return the caller of a request.

    Raises
    ------
    Unauthenticated
        If there is no valid key or link, or the two headers contain different keys.
    """
    if linkable and is_by_link(request):
        pairs = [(name, one) for name, values in parameters_of(request).items() for one in values]
        token = next(value for name, value in pairs if name == LINK)
        pairs.remove((LINK, token))
        return authenticate_link(token, request.path, pairs, wiring.store, now=now)
    return authenticate(_key_of(request), wiring.store, now=now)


def _has_key(request: Request) -> bool:
    return bool(request.headers.get("x-api-key") or request.headers.get("authorization"))


def _key_of(request: Request) -> str:
    key = request.headers.get("x-api-key") or ""
    authorization = request.headers.get("authorization") or ""
    if not authorization:
        if not key:
            raise Unauthenticated("the API key is missing: send it in x-api-key or Authorization")
        return key
    found = _BEARER.fullmatch(authorization)
    if found is None:
        raise Unauthenticated("the Authorization header must be: Bearer KEY")
    if key not in ("", found[1]):
        raise Unauthenticated("x-api-key and Authorization contain different keys")
    return found[1]

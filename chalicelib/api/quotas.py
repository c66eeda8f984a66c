"""Requests that a key has left: counted once the caller is known, sent with every answer.

The headers are those of draft-ietf-httpapi-ratelimit-headers-10.
"""

from __future__ import annotations

import datetime as dt
from contextvars import ContextVar

from chalicelib import wiring
from chalicelib.model.errors import RateLimited
from chalicelib.services.credentials.api_keys import Principal
from chalicelib.services.credentials.rate_limits import WINDOW_SECONDS, Quota

POLICY = "default"

_current: ContextVar[Quota | None] = ContextVar("quota", default=None)


def forget_quota() -> None:
    """Begin a request: how many its caller has left is not known yet."""
    _current.set(None)


def count_request(caller: Principal, now: dt.datetime) -> None:
    """Count a request of a caller.

    Raises
    ------
    RateLimited
        If the limit is exceeded.
    """
    quota = wiring.rate_limiter().admit(caller.tenant, caller.key_id, now)
    _current.set(quota)
    if quota is not None and not quota.is_admitted:
        raise RateLimited(
            f"{quota.limit} requests per {WINDOW_SECONDS} seconds have been made; "
            f"the next may come in {quota.reset_seconds} seconds",
            retry_after_seconds=quota.reset_seconds,
        )


def quota_headers() -> dict[str, str]:
    """The headers for the answer to this request; none if requests are not counted.

    While the store does not answer, the number of requests left is not known; then only the policy
    is sent.
    """
    quota = _current.get()
    if quota is None:
        return {}
    headers = {"RateLimit-Policy": f'"{POLICY}";q={quota.limit};w={WINDOW_SECONDS}'}
    if quota.remaining is not None:
        headers["RateLimit"] = f'"{POLICY}";r={quota.remaining};t={quota.reset_seconds}'
    return headers

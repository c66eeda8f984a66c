"""Request limits: count each authenticated request and send the remaining number.

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


def reset_quota() -> None:
    """Reset at the start of a request, before its caller is known."""
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
            f"the limit is {quota.limit} requests per {WINDOW_SECONDS} seconds; "
            f"retry in {quota.reset_seconds} seconds",
            retry_after_seconds=quota.reset_seconds,
        )


def quota_headers() -> dict[str, str]:
    """Return the headers for the answer to this request; none if requests are not counted.

    While the store is unavailable, the number of remaining requests is unknown and only the policy
    is sent.
    """
    quota = _current.get()
    if quota is None:
        return {}
    headers = {"RateLimit-Policy": f'"{POLICY}";q={quota.limit};w={WINDOW_SECONDS}'}
    if quota.remaining is not None:
        headers["RateLimit"] = f'"{POLICY}";r={quota.remaining};t={quota.reset_seconds}'
    return headers

"""How many requests a key has left: counted once the caller is known, told with every answer.

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
    """Begin a request: nothing is known of what its caller has left."""
    _current.set(None)


def count_request(caller: Principal, now: dt.datetime) -> None:
    """Count a request of a caller.

    Raises
    ------
    RateLimited
        If it is one too many.
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
    """What the answer to this request tells; nothing where nobody counts.

    What is left is not known while the store does not answer; then only the policy is told.
    """
    quota = _current.get()
    if quota is None:
        return {}
    headers = {"RateLimit-Policy": f'"{POLICY}";q={quota.limit};w={WINDOW_SECONDS}'}
    if quota.remaining is not None:
        headers["RateLimit"] = f'"{POLICY}";r={quota.remaining};t={quota.reset_seconds}'
    return headers

"""Errors: one class per cause, each with a stable, machine-readable code.

This module does not depend on HTTP or AWS, only on the registry of codes. `api/problems.py` turns
the classes into problem+json, the command line into a line on standard error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.model.codes import meanings_of


class LikeworthError(Exception):
    """The base class of all errors that this service raises on purpose.

    Attributes
    ----------
    code : str
        Stable and machine-readable; the registry of codes and ``docs/errors.md`` explain it.
    detail : str
        One sentence for a person: what is wrong and, if possible, how to fix it.
    """

    code = "internal_error"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


@dataclass(frozen=True, slots=True)
class FieldError:
    """An error in one field of a request."""

    pointer: str
    """JSON pointer (RFC 6901) into the request, e.g. ``/events/3/occurred_at``."""
    code: str
    message: str
    """A stable code and a sentence."""


# --- requests ---------------------------------------------------------------------------------


class InvalidRequest(LikeworthError):
    """The request as a whole is invalid."""

    code = "invalid_request"


class MalformedJson(InvalidRequest):
    """The body is not strict JSON: syntax, NaN, duplicate keys, bad UTF-8, nested too deeply."""

    code = "malformed_json"


class InvalidFields(InvalidRequest):
    """Fields of a request are invalid; `errors` lists them."""

    code = "invalid_fields"

    def __init__(self, detail: str, errors: tuple[FieldError, ...] = ()) -> None:
        super().__init__(detail)
        self.errors = errors


class UnsupportedMediaType(InvalidRequest):
    """The call does not support the Content-Type of the body."""

    code = "unsupported_media_type"


class NotAcceptable(InvalidRequest):
    """The client accepts none of the formats of this answer."""

    code = "not_acceptable"


class BodyTooLarge(InvalidRequest):
    """The body or its number of events exceeds the limit."""

    code = "body_too_large"


class AllEventsRejected(InvalidRequest):
    """All events of the request were rejected."""

    code = "all_events_refused"

    def __init__(self, detail: str, rejected: tuple[Mapping[str, object], ...]) -> None:
        super().__init__(detail)
        self.rejected = rejected


# --- access and quotas ------------------------------------------------------------------------


class Unauthenticated(LikeworthError):
    """The API key is missing or invalid."""

    code = "unauthenticated"


class Forbidden(LikeworthError):
    """The API key's role does not allow this call."""

    code = "forbidden"


class RateLimited(LikeworthError):
    """A quota is used up: the requests of an API key, or the quota of a subclass."""

    code = "rate_limited"

    def __init__(self, detail: str, *, retry_after_seconds: int) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class TooManyImports(RateLimited):
    """The tenant has reached its quota of unfinished imports."""

    code = "too_many_imports"


class UploadQuotaUsed(RateLimited):
    """The tenant has used up its upload quota for today."""

    code = "upload_quota_used"


class NotFound(LikeworthError):
    """The resource does not exist, or belongs to another tenant."""

    code = "not_found"


class NoFitYet(NotFound):
    """The answer needs a fit, and the tenant has none."""

    code = "no_fit_yet"


class OtherVersion(LikeworthError):
    """The data were stored by another version in a format that this version cannot read."""

    code = "other_version"


class MethodNotAllowed(LikeworthError):
    """The path does not support this method; `allowed` lists the supported ones."""

    code = "method_not_allowed"

    def __init__(self, detail: str, allowed: Sequence[str]) -> None:
        super().__init__(detail)
        self.allowed = tuple(allowed)


class ImportUnfinished(LikeworthError):
    """An import that is waiting or running cannot be replayed or removed."""

    code = "import_unfinished"


class ImportRemoved(LikeworthError):
    """The import was removed, so it cannot be replayed."""

    code = "import_removed"


class TooManyKeys(LikeworthError):
    """The tenant already has the maximum number of active keys of this role."""

    code = "too_many_keys"


class LastAdminKey(LikeworthError):
    """This is the last admin key: without it, keys could not be created by HTTP."""

    code = "last_admin_key"


# --- the store --------------------------------------------------------------------------------


class StoreUnavailable(LikeworthError):
    """The store could not complete a write or a read; a retry may help.

    Attributes
    ----------
    retry_after_seconds : int
        When to retry.
    not_stored : tuple of int
        Indexes of the caller's items that were not stored; empty for reads.
    accepted : int
        Number of events of the write that are stored.
    rejected : tuple of mapping
        Events of the write that were rejected; sending them again does not help.
    """

    code = "store_unavailable"

    def __init__(
        self,
        detail: str,
        *,
        not_stored: tuple[int, ...] = (),
        accepted: int = 0,
        rejected: tuple[Mapping[str, object], ...] = (),
        retry_after_seconds: int = 2,
    ) -> None:
        super().__init__(detail)
        self.not_stored = not_stored
        self.accepted = accepted
        self.rejected = rejected
        self.retry_after_seconds = retry_after_seconds

    def mark_not_stored(self, count: int) -> None:
        """Mark all of `count` items as not stored, unless some are marked already."""
        if not self.not_stored:
            self.not_stored = tuple(range(count))


class DamagedStore(LikeworthError):
    """Stored data have changed since they were written and cannot be used."""

    code = "store_damaged"


class UnprocessableMessage(LikeworthError):
    """A message in a queue that no retry can process; it goes to the dead-letter queue."""

    code = "unprocessable_message"


class MisconfiguredService(LikeworthError):
    """A required setting is missing or invalid."""

    code = "misconfigured"


class GivenUp(LikeworthError):
    """An import or a fit was tried several times and failed each time."""

    code = "gave_up"

    def __init__(self) -> None:
        super().__init__(
            "this was tried several times and failed each time; see the service log for the cause, "
            "fix it, and start again"
        )


# --- platform exports -------------------------------------------------------------------------


class ExportRejected(LikeworthError):
    """A whole export file is rejected; `code` is one of `EXPORT_REJECTIONS`."""

    def __init__(self, code: str, detail: str) -> None:
        if code not in EXPORT_REJECTIONS:
            raise ValueError(f"unregistered rejection code {code!r}")
        super().__init__(detail)
        self.code = code


EXPORT_REJECTIONS = meanings_of("file")
"""Code -> meaning of every rejection of a whole file."""


# --- estimates --------------------------------------------------------------------------------


class UnusableInput(LikeworthError):
    """The data contain nothing to estimate from."""

    code = "unusable_input"


class UnfinishedFit(LikeworthError):
    """A fit that reads its events in parts could not be completed."""

    code = "unfinished_fit"

    def __init__(self) -> None:
        super().__init__(
            "the fit reads its events in parts, and reading a part or combining the parts did not "
            "finish in time; request another fit"
        )

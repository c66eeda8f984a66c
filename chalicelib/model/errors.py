"""What can go wrong, one class per cause, each with a stable, machine-readable code.

This module knows no HTTP, no AWS, and of the house only the registry of codes: `api/problems.py`
turns the classes into problem+json, the command line into a line on standard error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.model.codes import meanings_of


class LikeworthError(Exception):
    """The root of every error that this service raises on purpose.

    Attributes
    ----------
    code : str
        Stable and machine-readable; documented in ``docs/errors.md``.
    detail : str
        One sentence for a person: what is wrong and, where there is one, the way out.
    """

    code = "internal_error"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong in one place of a request.

    Attributes
    ----------
    pointer : str
        JSON pointer (RFC 6901) into the request, e.g. ``/events/3/occurred_at``.
    code, message : str
        The stable code and a sentence.
    """

    pointer: str
    code: str
    message: str


# --- requests ---------------------------------------------------------------------------------


class InvalidRequest(LikeworthError):
    """The request as a whole cannot be read or makes no sense."""

    code = "invalid_request"


class MalformedJson(InvalidRequest):
    """The body is not JSON (RFC 8259): syntax, NaN, duplicate keys, bad UTF-8, nested too deep."""

    code = "malformed_json"


class InvalidFields(InvalidRequest):
    """Some fields of a request are wrong; `errors` says which."""

    code = "invalid_fields"

    def __init__(self, detail: str, errors: tuple[FieldError, ...] = ()) -> None:
        super().__init__(detail)
        self.errors = errors


class UnsupportedMediaType(InvalidRequest):
    """The body's Content-Type is none that this call reads."""

    code = "unsupported_media_type"


class NotAcceptable(InvalidRequest):
    """The client accepts no form in which this answer exists."""

    code = "not_acceptable"


class BodyTooLarge(InvalidRequest):
    """The body, or the number of events in it, is above the limit."""

    code = "body_too_large"


class AllEventsRefused(InvalidRequest):
    """Not one event of the request could be accepted."""

    code = "all_events_refused"

    def __init__(self, detail: str, rejected: tuple[Mapping[str, object], ...]) -> None:
        super().__init__(detail)
        self.rejected = rejected


# --- who may do what --------------------------------------------------------------------------


class Unauthenticated(LikeworthError):
    """No API key, or none that is known."""

    code = "unauthenticated"


class Forbidden(LikeworthError):
    """The API key's role does not allow this call."""

    code = "forbidden"


class RateLimited(LikeworthError):
    """A quota is used up for now: the requests of the API key, or what a subclass names.

    Attributes
    ----------
    retry_after_seconds : int
        When to try again.
    """

    code = "rate_limited"

    def __init__(self, detail: str, *, retry_after_seconds: int) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class TooManyImports(RateLimited):
    """The tenant has as many unfinished imports as it may have."""

    code = "too_many_imports"


class UploadQuotaUsed(RateLimited):
    """The tenant has uploaded as many bytes today as it may."""

    code = "upload_quota_used"


class NotFound(LikeworthError):
    """There is no such thing, or it belongs to another tenant."""

    code = "not_found"


class NoFitYet(NotFound):
    """The question needs a fit and the tenant has none for it."""

    code = "no_fit_yet"


class OtherVersion(LikeworthError):
    """Another version of the service wrote this in a form that this version does not read."""

    code = "other_version"


class MethodNotAllowed(LikeworthError):
    """The path exists, but not with this method; `allowed` are those that it has."""

    code = "method_not_allowed"

    def __init__(self, detail: str, allowed: Sequence[str]) -> None:
        super().__init__(detail)
        self.allowed = tuple(allowed)


class ImportUnfinished(LikeworthError):
    """An import that is waiting or running can be neither replayed nor removed yet."""

    code = "import_unfinished"


class ImportRemoved(LikeworthError):
    """The import was removed, so it cannot be replayed."""

    code = "import_removed"


class TooManyKeys(LikeworthError):
    """The tenant has as many active keys of this role as it may have."""

    code = "too_many_keys"


class LastAdminKey(LikeworthError):
    """Without this key nobody could make another one."""

    code = "last_admin_key"


# --- the store --------------------------------------------------------------------------------


class StoreUnavailable(LikeworthError):
    """The store could not take (all of) a write or answer a read now; trying again later may help.

    Attributes
    ----------
    retry_after_seconds : int
        When to try again.
    not_stored : tuple of int
        Indexes (into what the caller handed over) that were not stored; empty for reads.
    accepted : int
        How many of a write's events are stored all the same.
    rejected : tuple of mapping
        Those of a write's events that were refused and need not be sent again.
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

    def hand_back(self, count: int) -> None:
        """Of so many things none is stored, unless it is told already which are not."""
        if not self.not_stored:
            self.not_stored = tuple(range(count))


class DamagedStore(LikeworthError):
    """What is stored is not as it was written, and no answer is made of it."""

    code = "store_damaged"


class UnprocessableMessage(LikeworthError):
    """A message in a queue that no retry can make sense of; it belongs with the dead letters."""

    code = "unprocessable_message"


class MisconfiguredService(LikeworthError):
    """A setting that this call needs is missing or makes no sense."""

    code = "misconfigured"


class GivenUp(LikeworthError):
    """An import or a fit was tried several times and did not come to its end."""

    code = "gave_up"

    def __init__(self) -> None:
        super().__init__(
            "this was tried several times and failed each time; the log of the service says why. "
            "Start it again after fixing the cause"
        )


# --- platform exports -------------------------------------------------------------------------


class ExportRefused(LikeworthError):
    """A whole export file cannot be imported; `code` says why (closed list: `EXPORT_REFUSALS`)."""

    def __init__(self, code: str, detail: str) -> None:
        if code not in EXPORT_REFUSALS:
            raise ValueError(f"undocumented export refusal {code!r}")
        super().__init__(detail)
        self.code = code


EXPORT_REFUSALS = meanings_of("file")
"""Code -> meaning of every refusal of a whole file."""


# --- estimates --------------------------------------------------------------------------------


class UnusableInput(LikeworthError):
    """There is nothing in the input that could be estimated from."""

    code = "unusable_input"


class UnfinishedFit(LikeworthError):
    """A fit that was read in parts could not be ended."""

    code = "unfinished_fit"

    def __init__(self) -> None:
        super().__init__(
            "the events are so many that they are read in parts, and one could not be read, or all "
            "not be put together, in time; ask for another fit"
        )

"""A request as the views see it, with parsed query parameters."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from chalice.app import Request
from pydantic_core import PydanticCustomError

from chalicelib.api.request_bodies import read_body, read_object
from chalicelib.api.routes import Body, Page, Route
from chalicelib.model.days import EARLIEST, LATEST, SECONDS_PER_DAY, WrongDay, parse_day
from chalicelib.model.errors import FieldError, InvalidFields, Unauthenticated
from chalicelib.model.events.event_fields import parse_instant
from chalicelib.model.strict_json import parse_json
from chalicelib.services.credentials.api_keys import Principal
from chalicelib.storage.tenant_store import TenantStore

current_request: ContextVar[Request | None] = ContextVar("request", default=None)
"""Stored per context, not on the app, so that a threaded server cannot mix up two callers."""

IGNORED = frozenset({"_", "cb", "cachebuster", "nocache", "fbclid", "gclid", "msclkid"})
IGNORED_PREFIX = "utm_"
"""Parameters that libraries and platforms append to URLs. No API parameter may have such a name."""

LINK = "link"
"""The parameter that replaces a key for programs that cannot send headers."""

_SMALL_NUMBER = re.compile(r"\d{1,6}", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,6}(\.\d{1,30})?([eE][+-]?\d{1,3})?", re.ASCII)
_NUMBER = re.compile(r"\d{1,12}", re.ASCII)
_EPOCH = re.compile(r"\d{1,14}", re.ASCII)
_COMPACT_DAY = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])", re.ASCII)
_MILLISECONDS_FROM = 100_000_000_000
"""Numbers from here on are milliseconds: as seconds they would be after the year 5138."""
_EPOCH_BEGINS = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_DAY_FORM = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LOST_PLUS = re.compile(r" (?=\d\d:\d\d$)", re.ASCII)
"""An unencoded plus sign in a URL arrives as a blank."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request to a route."""

    route: Route
    """The declaration of the view."""
    request: Request
    query: Mapping[str, str]
    """Query parameters; each is declared and was sent once."""
    now: dt.datetime
    routes: Mapping[tuple[str, str], Route]
    """(method, path) -> every route of the application."""
    _store: TenantStore | None = None
    _caller: Principal | None = None

    @property
    def store(self) -> TenantStore:
        """The store of the caller's tenant; raises Unauthenticated on a public route."""
        if self._store is None:
            raise Unauthenticated("a public route has no tenant")
        return self._store

    @property
    def caller(self) -> Principal:
        """The authenticated caller; raises Unauthenticated on a public route."""
        if self._caller is None:
            raise Unauthenticated("a public route has no caller")
        return self._caller

    def json(self) -> Any:
        """Parse a JSON body; raises the errors of `read_body` and `parse_json`."""
        _, body = read_body(self.request, self._body.media_types)
        return parse_json(body)

    def fields(self) -> dict[str, Any]:
        """Parse a JSON object with the declared fields; raises the errors of `read_object`."""
        return read_object(self.request, self._body)

    def date(self, name: str) -> dt.date | None:
        """Parse a query parameter as a UTC day; None if absent; raises InvalidFields."""
        return None if name not in self.query else parse_when(name, self.query[name])

    def period(self) -> tuple[dt.date | None, dt.date | None]:
        """Parse ``from`` and ``to``; raises InvalidFields if ``to`` is before ``from``."""
        start, end = self.date("from"), self.date("to")
        if start is not None and end is not None and end < start:
            raise wrong_parameter("to", "out_of_range", "the last day is before the first")
        return start, end

    def limit(self) -> int:
        """Parse ``limit``, from 1 to the maximum of the page; raises InvalidFields."""
        most = self._page.most
        text = self.query.get("limit", str(self._page.default))
        if not (_SMALL_NUMBER.fullmatch(text) and 1 <= int(text) <= most):
            message = f"must be a whole number from 1 to {most}"
            raise wrong_parameter("limit", "out_of_range", message)
        return int(text)

    def whole_number(self, name: str) -> int | None:
        """Parse a query parameter as a whole number; None if absent; raises InvalidFields."""
        text = self.query.get(name)
        if text is None:
            return None
        if not _NUMBER.fullmatch(text):
            raise wrong_parameter(name, "invalid_format", "must be a whole number")
        return int(text)

    def number(self, name: str) -> float | None:
        """Parse a query parameter as a decimal number; None if absent; raises InvalidFields."""
        text = self.query.get(name)
        if text is None:
            return None
        if not _DECIMAL.fullmatch(text):
            raise wrong_parameter(name, "invalid_format", "must be a number such as 0.5")
        return float(text)

    def moment(self, name: str) -> dt.datetime | None:
        """Parse a query parameter as an instant; a day means its end in UTC.

        Returns None if it is absent; raises InvalidFields.
        """
        return None if name not in self.query else parse_moment(name, self.query[name])

    def cursor(self) -> str | None:
        """Return ``cursor``, None if absent; raises InvalidFields if its format is wrong."""
        text = self.query.get("cursor")
        if text is not None and not self._page.cursor.fullmatch(text):
            raise wrong_parameter(
                "cursor", "invalid_format", "must be the `next` of an earlier page"
            )
        return text

    @property
    def _body(self) -> Body:
        assert self.route.body is not None, "the route declares no body"
        return self.route.body

    @property
    def _page(self) -> Page:
        assert self.route.page is not None, "the route declares no page"
        return self.route.page


def request_id(request: Request | None) -> str:
    """Return the id of a request in the log and at the gateway."""
    if request is None:
        return "-"
    made_by_lambda = getattr(request.lambda_context, "aws_request_id", None)
    return str(request.context.get("requestId") or made_by_lambda or "-")


def parse_date(name: str, text: Any) -> dt.date:
    """Parse ``YYYY-MM-DD``; raises InvalidFields that points to `name`."""
    try:
        return parse_day(text)
    except WrongDay as error:
        raise wrong_parameter(name, error.code, str(error)) from None


def parse_when(name: str, text: str) -> dt.date:
    """Parse a query parameter as a UTC day.

    It is ``YYYY-MM-DD``, RFC 3339 with an offset, or seconds or milliseconds since 1970.

    Raises
    ------
    InvalidFields
        Pointing to `name`.
    """
    if _DAY_FORM.fullmatch(text):
        return parse_date(name, text)
    if _COMPACT_DAY.fullmatch(text):
        raise wrong_parameter(
            name, "invalid_format", "must be YYYY-MM-DD; eight digits are ambiguous"
        )
    if _EPOCH.fullmatch(text):
        number = int(text)
        seconds = number // 1000 if number >= _MILLISECONDS_FROM else number
        day = EARLIEST + dt.timedelta(days=seconds // SECONDS_PER_DAY)
    else:
        try:
            day = parse_instant(_LOST_PLUS.sub("+", text)).date()
        except PydanticCustomError:
            raise wrong_parameter(
                name,
                "invalid_format",
                "must be a day (YYYY-MM-DD), an instant (RFC 3339), or a Unix time in seconds or "
                "milliseconds",
            ) from None
    if not EARLIEST <= day <= LATEST:
        raise wrong_parameter(name, "out_of_range", f"must be between {EARLIEST} and {LATEST}")
    return day


def parse_moment(name: str, text: str) -> dt.datetime:
    """Parse a query parameter as an instant, in the forms of `parse_when`; a day means its end.

    Raises
    ------
    InvalidFields
        Pointing to `name`.
    """
    day = parse_when(name, text)
    if _DAY_FORM.fullmatch(text):
        return dt.datetime.combine(day, dt.time.max, dt.UTC)
    if not _EPOCH.fullmatch(text):
        return parse_instant(_LOST_PLUS.sub("+", text))
    number = int(text)
    milliseconds = number if number >= _MILLISECONDS_FROM else 1000 * number
    return _EPOCH_BEGINS + dt.timedelta(milliseconds=milliseconds)


def parameters_of(request: Request) -> dict[str, list[str]]:
    """Return the parameters that are not ignored: name -> its values."""
    given = request.query_params
    if given is None:
        return {}
    return {
        name: given.getlist(name)
        for name in given
        if name not in IGNORED and not name.startswith(IGNORED_PREFIX)
    }


def checked_query(
    parameters: Mapping[str, Sequence[str]], known: Sequence[str], required: Sequence[str] = ()
) -> dict[str, str]:
    """Check query parameters and return name -> value.

    Raises
    ------
    InvalidFields
        If a parameter is unknown, repeated or without a value, or a required one is missing.
    """
    wrong: list[FieldError] = []
    query: dict[str, str] = {}
    for name, values in parameters.items():
        if name not in known:
            allowed = f"; use one of {', '.join(known)}" if known else ""
            wrong.append(FieldError(_pointer(name), "unknown_field", f"unknown parameter{allowed}"))
        elif len(values) != 1:
            wrong.append(FieldError(_pointer(name), "invalid_format", "given more than once"))
        elif not values[0]:
            wrong.append(FieldError(_pointer(name), "too_short", "given without a value"))
        else:
            query[name] = values[0]
    if wrong:
        raise InvalidFields("the query is invalid", tuple(wrong))
    for name in required:
        if name not in query:
            raise wrong_parameter(name, "missing_field", f"the parameter {name} is required")
    return query


def _pointer(name: str) -> str:
    return "/" + name.replace("~", "~0").replace("/", "~1")


def wrong_parameter(name: str, code: str, message: str) -> InvalidFields:
    """Make the error for one invalid parameter."""
    return InvalidFields(f"{name}: {message}", (FieldError(_pointer(name), code, message),))

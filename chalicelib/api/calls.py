"""One call of the API as the views see it, and its query parameters as values."""

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
from chalicelib.storage.tenant_store import TenantStore

current_request: ContextVar[Request | None] = ContextVar("request", default=None)
"""Kept per context, not on the app, so that a threaded server cannot confuse two callers."""

IGNORED = frozenset({"_", "cb", "cachebuster", "nocache", "fbclid", "gclid", "msclkid"})
IGNORED_PREFIX = "utm_"
"""Parameters that libraries and platforms append to any URL; none of ours may have such a name."""

LINK = "link"
"""The parameter that replaces a key if a program can send no header."""

_SMALL_NUMBER = re.compile(r"\d{1,6}", re.ASCII)
_EPOCH = re.compile(r"\d{1,14}", re.ASCII)
_COMPACT_DAY = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])", re.ASCII)
_MILLISECONDS_FROM = 100_000_000_000
"""From here on a number is milliseconds: as seconds it would be the year 5138."""
_DAY_FORM = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LOST_PLUS = re.compile(r" (?=\d\d:\d\d$)", re.ASCII)
"""A plus sign that was not encoded in a URL arrives as a blank."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the API, as far as all views need it.

    Attributes
    ----------
    route : Route
        What the view declares.
    request : chalice.app.Request
    query : dict
        Query parameters; each was given once and is declared.
    now : datetime
    routes : dict
        (method, path) -> every route of the application.
    """

    route: Route
    request: Request
    query: Mapping[str, str]
    now: dt.datetime
    routes: Mapping[tuple[str, str], Route]
    _store: TenantStore | None = None

    @property
    def store(self) -> TenantStore:
        """The store of the caller's tenant."""
        if self._store is None:
            raise Unauthenticated("this call has no tenant")
        return self._store

    def json(self) -> Any:
        """The value in a body of JSON; raises what `read_body` and `parse_json` raise."""
        _, body = read_body(self.request, self._body.media_types)
        return parse_json(body)

    def fields(self) -> dict[str, Any]:
        """The JSON object in the body, with the declared fields; raises what `read_object` does."""
        return read_object(self.request, self._body)

    def date(self, name: str) -> dt.date | None:
        """A query parameter as a UTC day, None without it; raises InvalidFields."""
        return None if name not in self.query else parse_when(name, self.query[name])

    def period(self) -> tuple[dt.date | None, dt.date | None]:
        """The parameters ``from`` and ``to``; raises InvalidFields if ``to`` is before ``from``."""
        start, end = self.date("from"), self.date("to")
        if start is not None and end is not None and end < start:
            raise wrong_parameter("to", "out_of_range", "the last day is before the first")
        return start, end

    def limit(self) -> int:
        """The parameter ``limit``, from 1 to the most of a page; raises InvalidFields."""
        most = self._page.most
        text = self.query.get("limit", str(self._page.default))
        if not (_SMALL_NUMBER.fullmatch(text) and 1 <= int(text) <= most):
            raise wrong_parameter("limit", "out_of_range", f"a whole number from 1 to {most}")
        return int(text)

    def cursor(self) -> str | None:
        """The parameter ``cursor``, None without it; raises InvalidFields if it cannot be ours."""
        text = self.query.get("cursor")
        if text is not None and not self._page.cursor.fullmatch(text):
            raise wrong_parameter(
                "cursor", "invalid_format", "not a cursor that this call has given"
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
    """The id that the log and the gateway have for a request."""
    if request is None:
        return "-"
    made_by_lambda = getattr(request.lambda_context, "aws_request_id", None)
    return str(request.context.get("requestId") or made_by_lambda or "-")


def parse_date(name: str, text: Any) -> dt.date:
    """A day from ``YYYY-MM-DD``; raises InvalidFields that points to `name`."""
    try:
        return parse_day(text)
    except WrongDay as error:
        raise wrong_parameter(name, error.code, str(error)) from None


def parse_when(name: str, text: str) -> dt.date:
    """The UTC day of a query parameter: a day, an instant, or an epoch.

    ``YYYY-MM-DD``, RFC 3339 with an offset, or seconds or milliseconds since 1970.

    Raises
    ------
    InvalidFields
        Pointing to `name`.
    """
    if _DAY_FORM.fullmatch(text):
        return parse_date(name, text)
    if _COMPACT_DAY.fullmatch(text):
        raise wrong_parameter(
            name, "invalid_format", "a day is YYYY-MM-DD; eight digits would be seconds since 1970"
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
                "a day (YYYY-MM-DD), an instant (RFC 3339), or seconds or milliseconds since 1970",
            ) from None
    if not EARLIEST <= day <= LATEST:
        raise wrong_parameter(name, "out_of_range", f"a day lies between {EARLIEST} and {LATEST}")
    return day


def parameters_of(request: Request) -> dict[str, list[str]]:
    """The parameters of a request that are not ignored: name -> each of its values."""
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
    """Query parameters, each with its one value.

    Raises
    ------
    InvalidFields
        For unknown and repeated ones, those without a value, and a missing required one.
    """
    wrong: list[FieldError] = []
    query: dict[str, str] = {}
    for name, values in parameters.items():
        if name not in known:
            allowed = f"; known are {', '.join(known)}" if known else ""
            wrong.append(FieldError(_pointer(name), "unknown_field", f"unknown parameter{allowed}"))
        elif len(values) != 1:
            wrong.append(FieldError(_pointer(name), "invalid_format", "given more than once"))
        elif not values[0]:
            wrong.append(FieldError(_pointer(name), "too_short", "given without a value"))
        else:
            query[name] = values[0]
    if wrong:
        raise InvalidFields("the query cannot be understood", tuple(wrong))
    for name in required:
        if name not in query:
            raise wrong_parameter(name, "missing_field", f"the parameter {name} is required")
    return query


def _pointer(name: str) -> str:
    return "/" + name.replace("~", "~0").replace("/", "~1")


def wrong_parameter(name: str, code: str, message: str) -> InvalidFields:
    """The error that says what is wrong with one parameter."""
    return InvalidFields(f"{name}: {message}", (FieldError(_pointer(name), code, message),))

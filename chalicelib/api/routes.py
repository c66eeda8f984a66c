"""Declarations of routes: roles, parameters, body and answer.

A module of views creates one `Routes` and declares each view with its `route`. `LikeworthApp`
serves the declarations, `api/openapi` describes them, and `tests/contract/test_views.py` checks
them.
This module reads no request.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypedDict, Unpack

from chalicelib.api.media_types import JSON
from chalicelib.model.errors import LikeworthError
from chalicelib.storage.tenants import Role

if TYPE_CHECKING:
    from chalice.app import Request

    from chalicelib.api.responses import Answer

View = Callable[..., "Answer"]
"""Takes a `Call` and the parts of the path by name."""


class Tag(NamedTuple):
    """The group of the routes of one module in the OpenAPI description."""

    name: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Page:
    """Pagination with the parameters ``limit`` and ``cursor``."""

    cursor: re.Pattern[str]
    """Format of a cursor."""
    most: int = 200
    default: int = 50
    """Maximum and default of ``limit``."""
    by_link: bool = False
    """Whether a signed link may read one page, for the role `read`."""


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a request."""

    schema: str
    """Name of its schema in the OpenAPI description."""
    required: Sequence[str] = ()
    optional: Sequence[str] = ()
    """Fields of the JSON object; empty if a service checks the object."""
    may_be_absent: bool = False
    """Whether a missing body means an empty object."""
    media_types: tuple[str, ...] = (JSON,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A route: one method of one path."""

    method: str
    path: str
    view: View
    tag: Tag
    roles: tuple[Role, ...] = ()
    """Roles that may call it, besides the admin."""
    public: bool = False
    """Whether the route needs no API key."""
    params: tuple[str, ...] = ()
    """Allowed query parameters."""
    required: tuple[str, ...] = ()
    """Those of `params` that are required."""
    page: Page | None = None
    """Adds the parameters ``limit`` and ``cursor``."""
    tabular: bool = False
    """Whether the answer has rows and is also available as CSV; adds the parameter ``format``."""
    body: Body | None = None
    answer: type | None = None
    """A `TypedDict`; None if the answer has no body or is not JSON with a declared shape."""
    statuses: tuple[int, ...] = (200,)
    """Statuses of answers that are not errors."""
    media_type: str | None = None
    """Media type of an answer that is a text instead of JSON with the shape `answer`."""
    creates: bool = False
    """Whether the header ``Location`` has the URL of a created resource."""
    raises: tuple[type[LikeworthError], ...] = ()
    """Errors besides those that follow from the rest of the declaration."""
    items_of: Callable[[Request], int] | None = None
    """For a route that stores items: counts the items of a request. If the store fails before any
    of them is stored, the problem lists all their indexes.
    """

    @property
    def known(self) -> tuple[str, ...]:
        """All query parameters."""
        paging = ("limit", "cursor") if self.page else ()
        return (*self.params, *paging, *(("format",) if self.tabular else ()))

    @property
    def linkable(self) -> bool:
        """Whether a signed link may read it: a table for the role `read`, whole or a page of it."""
        by_link = self.page is None or self.page.by_link
        return self.tabular and "read" in self.roles and by_link


class Options(TypedDict, total=False):
    """Options of a declaration: the attributes of `Route` that have a default."""

    roles: tuple[Role, ...]
    public: bool
    params: tuple[str, ...]
    required: tuple[str, ...]
    page: Page
    tabular: bool
    body: Body
    answer: type
    statuses: tuple[int, ...]
    media_type: str
    creates: bool
    raises: tuple[type[LikeworthError], ...]
    items_of: Callable[[Request], int]


class Routes:
    """The routes of one module of views.

    Parameters
    ----------
    tag, meaning : str
        Name and description of the group in the OpenAPI description.
    """

    def __init__(self, tag: str, meaning: str) -> None:
        self._tag = Tag(tag, meaning)
        self._declared: list[Route] = []

    def __iter__(self) -> Iterator[Route]:
        return iter(self._declared)

    def route(self, method: str, path: str, **options: Unpack[Options]) -> Callable[[View], View]:
        """Declare the decorated view; the options are attributes of `Route`."""

        def declare(view: View) -> View:
            route = Route(method=method, path=path, view=view, tag=self._tag, **options)
            self._declared.append(route)
            return view

        return declare

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
    """Pagination with the parameters ``limit`` and ``cursor``.

    Attributes
    ----------
    cursor : re.Pattern
        Format of a cursor.
    most, default : int
        Maximum and default of ``limit``.
    """

    cursor: re.Pattern[str]
    most: int = 200
    default: int = 50


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a request.

    Attributes
    ----------
    schema : str
        Name of its schema in the OpenAPI description.
    required, optional : sequence of str
        Fields of the JSON object; empty if a service checks the object.
    may_be_absent : bool
        Whether a missing body means an empty object.
    """

    schema: str
    required: Sequence[str] = ()
    optional: Sequence[str] = ()
    may_be_absent: bool = False
    media_types: tuple[str, ...] = (JSON,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A route: one method of one path.

    Attributes
    ----------
    roles : tuple of str
        Roles that may call it, besides the admin.
    public : bool
        Whether the route needs no API key.
    params : tuple of str
        Allowed query parameters.
    required : tuple of str
        Those of `params` that are required.
    page : Page, optional
        Adds the parameters ``limit`` and ``cursor``.
    tabular : bool
        Whether the answer has rows and is also available as CSV; adds the parameter ``format``.
    answer : type, optional
        A `TypedDict`; None if the answer has no body or is not JSON with a declared shape.
    statuses : tuple of int
        Statuses of answers that are not errors.
    media_type : str, optional
        Media type of an answer that is a text instead of JSON with the shape `answer`.
    creates : bool
        Whether the header ``Location`` has the URL of a created resource.
    raises : tuple of LikeworthError classes
        Errors besides those that follow from the rest of the declaration.
    items_of : callable, optional
        For a route that stores items: counts the items of a request. If the store fails before any
        of them is stored, the problem lists all their indexes.
    """

    method: str
    path: str
    view: View
    tag: Tag
    roles: tuple[Role, ...] = ()
    public: bool = False
    params: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    page: Page | None = None
    tabular: bool = False
    body: Body | None = None
    answer: type | None = None
    statuses: tuple[int, ...] = (200,)
    media_type: str | None = None
    creates: bool = False
    raises: tuple[type[LikeworthError], ...] = ()
    items_of: Callable[[Request], int] | None = None

    @property
    def known(self) -> tuple[str, ...]:
        """All query parameters."""
        paging = ("limit", "cursor") if self.page else ()
        return (*self.params, *paging, *(("format",) if self.tabular else ()))

    @property
    def linkable(self) -> bool:
        """Whether a signed link may read it: a whole table for the role `read`, without pages."""
        return self.tabular and "read" in self.roles and self.page is None


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

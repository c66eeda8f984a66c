"""What a route is, declared once: who may call it, what it takes and what it answers.

A module of views makes one `Routes` and declares each view with its `route`. `LikeworthApp` serves
the declarations, `api/openapi` describes them, and `tests/contract/test_views.py` tests them.
Nothing here reads a request.
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
"""Called with a `Call` and the parts of the path by name."""


class Tag(NamedTuple):
    """What the routes of one module are about, as the description of the API groups them."""

    name: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Page:
    """A list that is answered page by page, by the parameters ``limit`` and ``cursor``.

    Attributes
    ----------
    cursor : re.Pattern
        What a cursor looks like.
    most, default : int
        Of ``limit``.
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
        Its name in the description of the API.
    required, optional : sequence of str
        Fields of the JSON object; none if a service checks the object itself.
    may_be_absent : bool
        Whether no body at all means an empty object.
    media_types : tuple of str
    """

    schema: str
    required: Sequence[str] = ()
    optional: Sequence[str] = ()
    may_be_absent: bool = False
    media_types: tuple[str, ...] = (JSON,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method of one path.

    Attributes
    ----------
    method, path : str
    view : callable
    tag : Tag
    roles : tuple of str
        Roles that may call, besides the admin.
    public : bool
        Whether no API key is needed.
    params : tuple of str
        Query parameters; any other is an error.
    required : tuple of str
        Those of `params` that must be given.
    page : Page, optional
        Adds the parameters ``limit`` and ``cursor``.
    tabular : bool
        Whether the answer has rows and is also available as CSV; adds the parameter ``format``.
    body : Body, optional
    answer : type, optional
        A `TypedDict`; None if the answer has no body or is not JSON of a declared shape.
    statuses : tuple of int
        Of answers that are not errors.
    media_type : str, optional
        Of an answer that is a text and not JSON made of `answer`.
    creates : bool
        Whether the header ``Location`` names what the request made.
    raises : tuple of LikeworthError classes
        Errors that other routes with the same declaration do not have.
    items_of : callable, optional
        For a route that stores: how many items a request contains. If the store fails before any
        of them is stored, all are handed back by index.
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
        """Every query parameter."""
        paging = ("limit", "cursor") if self.page else ()
        return (*self.params, *paging, *(("format",) if self.tabular else ()))

    @property
    def linkable(self) -> bool:
        """Whether a signed link may open it: a whole table for readers, not one page of it."""
        return self.tabular and "read" in self.roles and self.page is None


class Options(TypedDict, total=False):
    """What a route may declare besides method and path: attributes of `Route` with a default."""

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
        How the description of the API names the group, and what it says about it.
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

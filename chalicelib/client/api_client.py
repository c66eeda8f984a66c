"""The client: one method per answer, and `get`, `rows` and `send` for everything else."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

if TYPE_CHECKING:
    from chalicelib.services.answers import (
        Attribution,
        Audiences,
        BudgetPlan,
        Decomposition,
        DesignedTest,
        Engagements,
        Equivalence,
        Equivalences,
        ResponseCurveAnswer,
        Roi,
        SearchEffects,
        SwitchbackResult,
        Virality,
    )
    from chalicelib.services.code_answers import Codes
    from chalicelib.services.dialogue.checking_sample import DialogueSample
    from chalicelib.services.dialogue.dialogue_answer import Dialogue

URL_VARIABLE, KEY_VARIABLE = "LIKEWORTH_URL", "LIKEWORTH_KEY"
TIMEOUT_SECONDS = 60.0
MAX_TRIES = 5
LONGEST_PAUSE_SECONDS = 60.0
TRIED_AGAIN = frozenset({429, 502, 503, 504})
"""Statuses after which a GET is repeated, after the pause in `Retry-After` if there is one."""

MAX_EVENTS, MAX_EVENT_BYTES = 500, 900_000
"""Of one request with events."""

NDJSON = "application/x-ndjson"
UNFINISHED = frozenset({"waiting", "queued", "running"})

Json = dict[str, Any]
Value = str | int | dt.date | None


class Problem(Exception):
    """The API rejected a request (RFC 9457).

    Attributes
    ----------
    status : int
        The HTTP status.
    code : str
        Stable, e.g. ``no_fit_yet``; empty if the answer is not from the service.
    detail : str
        A sentence.
    errors : list of dict
        Which fields are invalid: ``pointer``, ``code``, ``message``.
    rejected : list of dict
        The rejected events of a request, if all were rejected.
    retry_after : float or None
        Seconds after which the service asks to repeat the request.
    """

    def __init__(
        self, status: int, body: Mapping[str, Any], retry_after: float | None = None
    ) -> None:
        self.status = status
        self.code = str(body.get("code", ""))
        self.detail = str(body.get("detail") or body.get("title") or f"HTTP status {status}")
        self.errors: list[dict[str, str]] = list(body.get("errors") or [])
        self.rejected: list[Json] = list(body.get("rejected") or [])
        self.retry_after = retry_after
        wrong = "; ".join(f"{one['pointer']}: {one['message']}" for one in self.errors)
        super().__init__(": ".join(part for part in (self.code, self.detail, wrong) if part))


class Unreachable(Exception):
    """There was no answer: the address is wrong, or the service does not run."""


class _NoRedirects(HTTPRedirectHandler):
    """The API does not redirect; a redirect would carry the key to another address."""

    def redirect_request(self, *_args: Any, **_more: Any) -> None:
        return None


class Likeworth:
    """A tenant's answers over HTTP.

    Parameters
    ----------
    url : str, optional
        Address of the service, without ``/v1``. By default from the variable `LIKEWORTH_URL`.
    key : str, optional
        An API key. By default from the variable `LIKEWORTH_KEY`, so that a notebook does not
        contain it.
    timeout : float
        Seconds to wait for one answer.

    Raises
    ------
    ValueError
        If the address or the key is missing, or the address is not http or https. Plain http is
        accepted for this machine only, because it would show the key to the network.
    """

    def __init__(
        self, url: str | None = None, key: str | None = None, *, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        self.url = (url or os.environ.get(URL_VARIABLE, "")).rstrip("/")
        self._key = key or os.environ.get(KEY_VARIABLE, "")
        if not self.url or not self._key:
            raise ValueError(f"give url and key, or set {URL_VARIABLE} and {KEY_VARIABLE}")
        parts = urlsplit(self.url)
        local = parts.hostname in ("127.0.0.1", "localhost", "::1")
        if parts.scheme != "https" and not (parts.scheme == "http" and local):
            raise ValueError("the address must begin with https:// (http:// on this machine only)")
        self._timeout = timeout
        self._opener = build_opener(_NoRedirects)

    def __repr__(self) -> str:
        return f"Likeworth({self.url!r})"

    def roi(self, **query: Value) -> Roi:
        """Return `GET /v1/roi`; parameters ``goal``, ``channel``, ``start``, ``end``, ``fit``."""
        return cast("Roi", self.get("/v1/roi", **query))

    def equivalence(self, engagement: str, baseline: str, **query: Value) -> Equivalence:
        """Return `GET /v1/equivalence` of two engagement types, e.g. ``facebook/like``."""
        found = self.get("/v1/equivalence", engagement=engagement, baseline=baseline, **query)
        return cast("Equivalence", found)

    def equivalences(self, **query: Value) -> Equivalences:
        """Return `GET /v1/equivalences`: every pair of engagement types, in one answer."""
        return cast("Equivalences", self.get("/v1/equivalences", **query))

    def audiences(self, **query: Value) -> Audiences:
        """Return `GET /v1/audiences`: what a follower and a page are worth."""
        return cast("Audiences", self.get("/v1/audiences", **query))

    def virality(self, **query: Value) -> Virality:
        """Return `GET /v1/virality`: how many further shares a share brings."""
        return cast("Virality", self.get("/v1/virality", **query))

    def dialogue(self, **query: Value) -> Dialogue:
        """Return `GET /v1/dialogue`: mood, response times, open criticism and alarms."""
        return cast("Dialogue", self.get("/v1/dialogue", **query))

    def dialogue_sample(self, n: int = 100, **query: Value) -> DialogueSample:
        """Return `GET /v1/dialogue/sample`: messages drawn by lot, for a person to check."""
        return cast("DialogueSample", self.get("/v1/dialogue/sample", n=n, **query))

    def search_effects(self, **query: Value) -> SearchEffects:
        """Return `GET /v1/search-effects`: what comes through search, and what stars do."""
        return cast("SearchEffects", self.get("/v1/search-effects", **query))

    def response_curves(self, **query: Value) -> ResponseCurveAnswer:
        """Return `GET /v1/response-curves`: what more or less spend of a channel would bring."""
        return cast("ResponseCurveAnswer", self.get("/v1/response-curves", **query))

    def plan(self, *, goal: str | None = None, fit: str | None = None, **body: Any) -> BudgetPlan:
        """Return `POST /v1/plans`: where the next euro goes.

        `body`: ``budget``, ``days``, ``freeze``, ``move_at_most``, ``free``, ``margin``, ``sure``.
        """
        return cast("BudgetPlan", self._ask_json("/v1/plans", goal, fit, body))

    def design(
        self, *, goal: str | None = None, fit: str | None = None, **body: Any
    ) -> DesignedTest:
        """Return `POST /v1/experiments/design`: what a test would find, and whether it is worth it.

        `body`: ``channel``, ``kind``, ``days``, and for a geo test ``series`` or ``csv``.
        """
        return cast("DesignedTest", self._ask_json("/v1/experiments/design", goal, fit, body))

    def switchback(self, channel: str, first_day: str, **query: Value) -> SwitchbackResult:
        """Return `GET /v1/experiments/switchback`: what a finished switchback shows.

        `query`: ``days`` and ``block`` as in its design, ``type``, ``paid``, ``goal``, ``margin``.
        """
        found = self.get(
            "/v1/experiments/switchback", channel=channel, first_day=first_day, **query
        )
        return cast("SwitchbackResult", found)

    def engagements(self, **query: Value) -> Engagements:
        """Return `GET /v1/engagements`: one row per engagement type."""
        return cast("Engagements", self.get("/v1/engagements", **query))

    def attribution(self, **query: Value) -> Attribution:
        """Return `GET /v1/attribution`: the credit of classical models, for comparison."""
        return cast("Attribution", self.get("/v1/attribution", **query))

    def decomposition(self, **query: Value) -> Decomposition:
        """Return `GET /v1/decomposition`: the conversions of each day, split into causes."""
        return cast("Decomposition", self.get("/v1/decomposition", **query))

    def codes(self) -> Codes:
        """Return `GET /v1/codes`: the meaning of every reason, warning and verdict."""
        return cast("Codes", self.get("/v1/codes"))

    def coverage(self, **query: Value) -> Json:
        """Return `GET /v1/coverage`: the days for which each source has data."""
        return self.get("/v1/coverage", **query)

    def get(self, path: str, **query: Value) -> Json:
        """Return the JSON of any GET. ``start`` and ``end`` become ``from`` and ``to``.

        Raises
        ------
        Problem
            If the service rejects the request.
        Unreachable
            If there is no answer.
        """
        found: Json = json.loads(self._ask(f"{path}{_query(query)}"))
        return found

    def rows(self, path: str, **query: Value) -> list[dict[str, str]]:
        """Return the CSV table of an answer as one dictionary per row.

        Raises
        ------
        Problem, Unreachable
        """
        text = self._ask(f"{path}{_query(query)}", accept="text/csv").decode()
        return list(csv.DictReader(io.StringIO(text)))

    def pages(self, path: str, name: str, **query: Value) -> Iterator[Json]:
        """Yield the entries ``name`` of a paged list, e.g. ``pages("/v1/imports", "imports")``."""
        cursor: str | None = None
        while True:
            page = self.get(path, **query, **({"cursor": cursor} if cursor else {}))
            yield from page[name]
            cursor = page.get("next")
            if not cursor:
                return

    def send(self, method: str, path: str, body: Any = None) -> Json:
        """Send a request with a JSON body, once; return the JSON of the answer.

        Raises
        ------
        Problem, Unreachable
        """
        data = None if body is None else json.dumps(body).encode()
        answer = self._ask(path, method=method, data=data, tries=1)
        return json.loads(answer) if answer else {}

    def send_events(self, lines: Iterable[bytes]) -> Iterator[tuple[int, Json]]:
        """Send event lines in requests of a suitable size; yield each size and answer.

        Sending an event again changes nothing, so requests are repeated like those of `get`.

        Raises
        ------
        Problem, Unreachable
        """
        for batch in _batches(lines):
            try:
                text = self._ask(
                    "/v1/events", method="POST", data=b"".join(batch), content_type=NDJSON
                )
            except Problem as problem:
                if not problem.rejected:
                    raise
                yield len(batch), {"accepted": 0, "rejected": problem.rejected}
            else:
                yield len(batch), json.loads(text)

    def upload(self, file: Path, *, filename: str = "", **options: Any) -> Json:
        """Announce a file, upload it and return the new import, which then runs.

        Parameters
        ----------
        file : Path
        filename : str, optional
            Its name for the service, if the file has another one here.
        options
            Fields of `POST /v1/imports`: ``platform``, ``mapping``, ``spread``, ``currency``.

        Raises
        ------
        Problem, Unreachable
        """
        size = file.stat().st_size
        made = self.send(
            "POST", "/v1/imports", {"filename": filename or file.name, "bytes": size, **options}
        )
        target = made["upload"]
        headers = {"Content-Length": str(size), **target.get("headers", {})}
        with file.open("rb") as body:
            request = Request(  # noqa: S310 - the service signed this address
                target["url"], data=body, method=target.get("method", "PUT"), headers=headers
            )
            self._open(request)
        return made

    def wait_for(self, path: str, *, seconds: float = 600.0, pause: float = 1.0) -> Json:
        """Return an import or a fit once it has ended, or as it is after that many seconds."""
        give_up_at = time.monotonic() + seconds
        while True:
            found = self.get(path)
            if found.get("state", found.get("status")) not in UNFINISHED:
                return found
            if time.monotonic() >= give_up_at:
                return found
            time.sleep(pause)

    def _ask_json(
        self, path: str, goal: str | None, fit: str | None, body: Mapping[str, Any]
    ) -> Json:
        """A question with a body: nothing is stored, so it is repeated like `get`."""
        text = self._ask(
            f"{path}{_query({'goal': goal, 'fit': fit})}",
            method="POST",
            data=json.dumps(body).encode(),
        )
        found: Json = json.loads(text)
        return found

    def _ask(
        self,
        target: str,
        *,
        method: str = "GET",
        data: bytes | None = None,
        accept: str = "application/json",
        content_type: str = "application/json",
        tries: int = MAX_TRIES,
    ) -> bytes:
        headers = {"x-api-key": self._key, "Accept": accept, "User-Agent": "likeworth-client"}
        if data is not None:
            headers["Content-Type"] = content_type
        address = f"{self.url}{target}"
        for number in range(1, tries + 1):
            request = Request(address, data, headers, method=method)  # noqa: S310 - http(s) only
            try:
                return self._open(request)
            except Problem as problem:
                if problem.status not in TRIED_AGAIN or number == tries:
                    raise
                time.sleep(min(problem.retry_after or 2.0**number, LONGEST_PAUSE_SECONDS))
        raise AssertionError("unreachable")

    def _open(self, request: Request) -> bytes:
        try:
            with self._opener.open(request, timeout=self._timeout) as answer:
                return cast(bytes, answer.read())
        except HTTPError as error:
            raise _problem_of(error) from None
        except (URLError, HTTPException, OSError) as error:
            reason = getattr(error, "reason", error)
            raise Unreachable(f"{self.url} does not answer: {reason}") from None


def _batches(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    size = 0
    for line in lines:
        if batch and (len(batch) == MAX_EVENTS or size + len(line) > MAX_EVENT_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += len(line)
    if batch:
        yield batch


def _query(query: Mapping[str, Value]) -> str:
    names = {"start": "from", "end": "to"}
    given = {
        names.get(name, name): str(value) for name, value in query.items() if value is not None
    }
    return f"?{urlencode(given)}" if given else ""


def _problem_of(error: HTTPError) -> Problem:
    try:
        body = json.loads(error.read())
    except (ValueError, HTTPException, OSError):
        body = None
    pause = error.headers.get("Retry-After", "")
    return Problem(
        error.code,
        body if isinstance(body, dict) else {},
        float(pause) if pause.isdigit() else None,
    )

"""A client of the HTTP API, as the demo and the command line need it."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, BinaryIO
from urllib.parse import urlencode, urlsplit

from chalicelib.model.errors import LikeworthError

NDJSON = "application/x-ndjson"
JSON = "application/json"
MAX_EVENTS = 500
MAX_BODY_BYTES = 900_000
"""Of a request with events; the service accepts slightly more."""

_ATTEMPTS = 6
_LONGEST_PAUSE = 60


class ServiceError(LikeworthError):
    """The service returned an error.

    Attributes
    ----------
    status : int
    code : str
        The code of the problem; ``internal_error`` if the answer is no problem.
    """

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code


class ServiceClient:
    """A client with one persistent connection.

    A request that the service asks to repeat later (``Retry-After``) is repeated.

    Parameters
    ----------
    url : str
        The address of the service, without ``/v1``.
    key : str
        An API key.
    """

    def __init__(self, url: str, key: str, timeout: float = 120.0) -> None:
        parts = urlsplit(url)
        self._prefix = parts.path.rstrip("/")
        self._connection = _connect(parts.scheme, parts.netloc, timeout)
        self._timeout = timeout
        self._key = key

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """Send a GET request and return the JSON response."""
        return self._call("GET", f"{path}?{urlencode(query)}" if query else path)

    def post(self, path: str, body: object) -> Any:
        """Send a POST request with a JSON body and return the JSON response."""
        return self._call("POST", path, json.dumps(body).encode(), JSON)

    def patch(self, path: str, body: object) -> Any:
        """Send a PATCH request with a JSON body and return the JSON response."""
        return self._call("PATCH", path, json.dumps(body).encode(), JSON)

    def send_events(self, lines: Iterable[bytes]) -> Iterator[tuple[int, dict[str, Any]]]:
        """Send event lines in requests of a suitable size; yield each size and answer."""
        for batch in _batches(lines):
            try:
                yield len(batch), self._call("POST", "/v1/events", b"".join(batch), NDJSON)
            except ServiceError as error:
                if error.status != 422 or not isinstance(error.__cause__, _Problem):
                    raise
                problem = error.__cause__.body
                yield len(batch), {"accepted": 0, "rejected": problem.get("rejected", [])}

    def upload(self, url: str, stream: BinaryIO, size: int) -> None:
        """PUT a file to the URL of an import, which needs no key."""
        parts = urlsplit(url)
        connection = _connect(parts.scheme, parts.netloc, self._timeout)
        try:
            target = f"{parts.path}?{parts.query}" if parts.query else parts.path
            connection.request("PUT", target, stream, {"Content-Length": str(size)})
            response = connection.getresponse()
            text = response.read().decode(errors="replace")
        finally:
            connection.close()
        if response.status >= 300:
            raise _error_of(response.status, text)

    def _call(self, method: str, path: str, body: bytes = b"", content_type: str = "") -> Any:
        headers = {"x-api-key": self._key, "accept": JSON}
        if content_type:
            headers["content-type"] = content_type
        for attempt in range(_ATTEMPTS):
            response, text = self._exchange(method, self._prefix + path, body, headers)
            if response.status < 300:
                return json.loads(text)
            pause = response.getheader("Retry-After", "")
            if response.status not in (429, 503) or not pause.isdigit() or attempt == _ATTEMPTS - 1:
                break
            time.sleep(min(int(pause), _LONGEST_PAUSE))
        raise _error_of(response.status, text)

    def _exchange(
        self, method: str, target: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[http.client.HTTPResponse, str]:
        try:
            return self._request(method, target, body, headers)
        except (http.client.RemoteDisconnected, ConnectionError):
            if method != "GET":
                raise
        self._connection.close()  # the service closed it while it was idle
        return self._request(method, target, body, headers)

    def _request(
        self, method: str, target: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[http.client.HTTPResponse, str]:
        self._connection.request(method, target, body or None, dict(headers))
        response = self._connection.getresponse()
        return response, response.read().decode(errors="replace")


class _Problem(Exception):
    def __init__(self, body: dict[str, Any]) -> None:
        super().__init__()
        self.body = body


def _error_of(status: int, text: str) -> ServiceError:
    try:
        body = json.loads(text)
    except ValueError:
        body = None
    if not isinstance(body, dict) or "code" not in body:
        return ServiceError(status, "internal_error", f"{status} {text[:500]}")
    error = ServiceError(status, str(body["code"]), str(body.get("detail") or body.get("title")))
    error.__cause__ = _Problem(body)
    return error


def _connect(scheme: str, netloc: str, timeout: float) -> http.client.HTTPConnection:
    kinds: dict[str, Callable[..., http.client.HTTPConnection]] = {
        "http": http.client.HTTPConnection,
        "https": http.client.HTTPSConnection,
    }
    if scheme not in kinds or not netloc:
        raise ValueError("an address begins with http:// or https://")
    return kinds[scheme](netloc, timeout=timeout)


def _batches(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    iterator = iter(lines)
    batch: list[bytes] = []
    size = 0
    while line := next(islice(iterator, 1), b""):
        if batch and (len(batch) == MAX_EVENTS or size + len(line) > MAX_BODY_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += len(line)
    if batch:
        yield batch

"""HTTP/1.1 on this machine: framing, limits, keep-alive. Knows no routes and no AWS."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOST = "127.0.0.1"
IDLE_SECONDS = 60.0
_MAX_TRAILERS = 64
_DRAIN_BYTES = 64_000_000
_DRAIN_SECONDS = 2.0
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;.*)?\r?\n\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes
    ----------
    method : str
    target : str
        As it came, percent-encoded, with the query.
    headers : mapping
        Lower-case names; repeated headers are joined by a comma.
    body : bytes
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """One answer; `Content-Length` is added when it is sent."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)


CODES = {
    400: "invalid_request",
    408: "request_timeout",
    413: "body_too_large",
    501: "not_implemented",
}
"""Status -> code of what is refused before any view sees it; what is not here is the first."""


def problem(
    status: int, code: str, detail: str, headers: tuple[tuple[str, str], ...] = ()
) -> Response:
    """An error as RFC 9457 problem details."""
    document = {
        "type": f"/docs/errors#{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "detail": detail,
        "code": code,
    }
    return Response(
        status,
        (("Content-Type", "application/problem+json"), *headers),
        json.dumps(document).encode(),
    )


class HttpServer(ThreadingHTTPServer):
    """A server on 127.0.0.1 with a thread per connection.

    Parameters
    ----------
    port : int
        0 takes any free port; `url` says which.
    answer : callable
        Called with each `Request`, in many threads at once.
    body_limit : callable
        Largest body in bytes for a method and a target.

    Raises
    ------
    OSError
        If the port is taken.
    """

    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = True

    def __init__(
        self,
        port: int,
        answer: Callable[[Request], Response],
        body_limit: Callable[[str, str], int],
    ) -> None:
        self.answer = answer
        self.body_limit = body_limit
        self._thread: threading.Thread | None = None
        super().__init__((HOST, port), _Connection)

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://{HOST}:{self.server_address[1]}"

    def server_bind(self) -> None:
        """Bind without asking the name service who we are."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = HOST, self.server_address[1]

    def start(self) -> None:
        """Serve in a thread of its own."""
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.1}, name="http", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Accept no further connections. Open ones may still send requests."""
        if self._thread is not None:
            self.shutdown()
            self._thread.join()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke is the client's business; anything else is ours to show."""
        import sys

        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _RefusedError(Exception):
    """The request cannot be read to its end; the connection is closed after the answer."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.1"  # so that a refused request line gets a status line, too
    server_version = "Likeworth"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = 65536
    timeout = IDLE_SECONDS
    server: HttpServer

    def version_string(self) -> str:
        return self.server_version

    def log_message(self, format: str, *args: Any) -> None:
        """No access log."""

    def handle_expect_100(self) -> bool:
        """Refuse before the body is sent rather than after."""
        length = self.headers.get("Content-Length", "")
        limit = self.server.body_limit(self.command, self.path)
        if length.isascii() and length.isdigit() and int(length) > limit:
            self._refuse(_too_large(limit))
            return False
        expected = super().handle_expect_100()
        self.wfile.flush()  # the client waits for it before it sends the body
        return expected

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the standard library refuses by itself (a bad request line, an unknown method)."""
        name = CODES.get(code, CODES[400])
        self._refuse(problem(code, name, message or HTTPStatus(code).phrase))

    def _exchange(self) -> None:
        try:
            body = self._read_body()
        except _RefusedError as refused:
            self._refuse(refused.response)
            return
        headers: dict[str, str] = {}
        for name, value in self.headers.items():
            lower = name.lower()
            headers[lower] = f"{headers[lower]},{value}" if lower in headers else value
        response = self.server.answer(Request(self.command, self.path, headers, body))
        self._send(response)

    def __getattr__(self, name: str) -> Any:
        """Every method is for `answer` to take or refuse, not for the standard library."""
        if name.startswith("do_"):
            return self._exchange
        raise AttributeError(name)

    def _read_body(self) -> bytes:
        limit = self.server.body_limit(self.command, self.path)
        lengths = self.headers.get_all("Content-Length") or []
        encodings = self.headers.get_all("Transfer-Encoding") or []
        if encodings:
            if lengths:
                raise _malformed("Content-Length beside Transfer-Encoding")
            if [value.strip().lower() for value in encodings] != ["chunked"]:
                raise _RefusedError(
                    problem(501, "not_implemented", "the only transfer encoding here is chunked")
                )
            return self._read_chunks(limit)
        if not lengths:
            return b""
        if len(set(lengths)) > 1 or not (lengths[0].isascii() and lengths[0].isdigit()):
            raise _malformed("Content-Length is not a number")
        length = int(lengths[0])
        if length > limit:
            raise _RefusedError(_too_large(limit))
        return self._read_exactly(length)

    def _read_chunks(self, limit: int) -> bytes:
        pieces: list[bytes] = []
        total = 0
        while True:
            match = _CHUNK_SIZE.match(self._read_line())
            if match is None:
                raise _RefusedError(
                    problem(400, "invalid_request", "the chunked body is malformed")
                )
            size = int(match[1], 16)
            if size == 0:
                break
            total += size
            if total > limit:
                raise _RefusedError(_too_large(limit))
            pieces.append(self._read_exactly(size))
            if self._read_line() not in (b"\r\n", b"\n"):
                raise _RefusedError(
                    problem(400, "invalid_request", "the chunked body is malformed")
                )
        for _ in range(_MAX_TRAILERS):
            if self._read_line() in (b"\r\n", b"\n"):
                return b"".join(pieces)
        raise _RefusedError(
            problem(400, "invalid_request", "the chunked body has too many trailers")
        )

    def _read_line(self) -> bytes:
        try:
            return self.rfile.readline(4096)
        except TimeoutError:
            raise _RefusedError(_too_slow()) from None

    def _read_exactly(self, size: int) -> bytes:
        try:
            data = self.rfile.read(size)
        except TimeoutError:
            raise _RefusedError(_too_slow()) from None
        if len(data) < size:
            raise _malformed("the body ended early")
        return data

    def _refuse(self, response: Response) -> None:
        """Answer, then close in a way that lets a client still sending read the answer."""
        self.close_connection = True
        self._send(response, close=True)
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(_DRAIN_SECONDS)
        deadline = time.monotonic() + _DRAIN_SECONDS
        drained = 0
        try:
            while drained < _DRAIN_BYTES and time.monotonic() < deadline:
                data = self.connection.recv(65536)
                if not data:
                    return
                drained += len(data)
        except (ConnectionError, TimeoutError):
            return

    def _send(self, response: Response, *, close: bool = False) -> None:
        self.send_response(response.status)
        for name, value in response.headers:
            self.send_header(name, value)
        bodiless = response.status in (204, 304) or response.status < 200
        if not bodiless:
            self.send_header("Content-Length", str(len(response.body)))
        if close:
            self.send_header("Connection", "close")
        self.end_headers()
        if not bodiless and self.command != "HEAD":
            self.wfile.write(response.body)


def _malformed(detail: str) -> _RefusedError:
    return _RefusedError(problem(400, "invalid_request", detail))


def _too_large(limit: int) -> Response:
    return problem(413, "body_too_large", f"the body is above the limit of {limit:,} bytes")


def _too_slow() -> Response:
    return problem(408, "request_timeout", "the body did not arrive in time")

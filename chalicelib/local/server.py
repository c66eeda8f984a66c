"""HTTP/1.1 on this machine: cheroot with additional checks.

cheroot reads requests and manages connections and threads. This module reads headers more strictly,
limits bodies, passes them on before they are read, and returns every error as a problem. It does
not contain routes.
"""

from __future__ import annotations

import logging
import re
import socket
import threading
import time
from collections.abc import Callable
from email.utils import formatdate
from http import HTTPStatus
from typing import Any

from cheroot import server as cheroot

from chalicelib.local.exchanges import CODES, RejectedError, Request, Response, problem
from chalicelib.local.incoming import PIECE_BYTES, Body
from chalicelib.local.paced_sockets import Pace, paced_files
from chalicelib.local.strict_headers import TOKEN, StrictHeaders, length_of

HOST = "127.0.0.1"
IDLE_SECONDS = 60
THREADS = 24
"""A slow upload occupies one (see `Pace`); other requests wait only for the database."""

KEPT_CONNECTIONS = 1_000
MAX_HEADER_BYTES = 64 * 1024
_DRAIN_BYTES = 64_000_000
_DRAIN_SECONDS = 2.0
_TARGET = re.compile(rb"[\x21-\x7e\x80-\xff]+")
_OURS = ("connection", "content-length", "date", "server", "x-content-type-options")

log = logging.getLogger(__name__)


Upload = Callable[[str, str, "Body"], Response | None]
"""Answers a request before its body is read, given method, target and body; None: not an upload."""


class HttpServer:
    """A server on this machine.

    Parameters
    ----------
    port : int
        0 chooses a free port; see `url`.
    answer : callable
        Called with each `Request`, in many threads at once.
    body_limit : int
        Maximum size in bytes of a body for `answer`.
    pace : Pace, optional
        Minimum speed of a request.
    host : str
        The address on which the server listens.

    Raises
    ------
    OSError
        If the port is taken.
    """

    def __init__(
        self,
        port: int,
        answer: Callable[[Request], Response],
        body_limit: int,
        upload: Upload | None = None,
        pace: Pace | None = None,
        host: str = HOST,
    ) -> None:
        self.make_file = paced_files(pace or Pace(), IDLE_SECONDS)
        self.answer = answer
        self.body_limit = body_limit
        self.upload = upload
        self._server = _Cheroot(self, host, port)
        self._thread: threading.Thread | None = None

    @property
    def server_port(self) -> int:
        """The port."""
        port: int = self._server.bind_addr[1]
        return port

    @property
    def url(self) -> str:
        """The address for callers on this machine, without a slash at the end."""
        return f"http://{HOST}:{self.server_port}"

    def start(self) -> None:
        """Serve in separate threads."""
        self._server.begin()
        self._thread = threading.Thread(target=self._server.serve, name="http", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop accepting connections, and close idle ones."""
        self._server.stop()
        if self._thread is not None:
            self._thread.join()


class _Cheroot(cheroot.HTTPServer):
    """cheroot with our connection class; it binds the port when it is created."""

    timeout = IDLE_SECONDS
    request_queue_size = 128
    keep_alive_conn_limit = KEPT_CONNECTIONS
    max_request_header_size = MAX_HEADER_BYTES
    shutdown_timeout = 5

    def __init__(self, owner: HttpServer, host: str, port: int) -> None:
        super().__init__((host, port), _Gateway, minthreads=THREADS, server_name="Likeworth")
        self.owner = owner
        self._bound: Any = None
        self.ConnectionClass = _Connection
        self.bind(socket.AF_INET, socket.SOCK_STREAM)
        self.socket.listen(self.request_queue_size)

    def begin(self) -> None:
        """Run the steps of `prepare` that follow binding."""
        self._bound = self.socket
        self.prepare()

    def bind(self, family: int, type: int, proto: int = 0) -> Any:
        """Bind the first time; later return the bound socket."""
        if self._bound is None:
            return super().bind(family, type, proto)
        self.socket = self._bound
        return self.socket

    def stop(self) -> None:
        """Stop serving; if it has not started, only close the socket."""
        if self.ready:
            super().stop()
        else:
            self.socket.close()

    def error_log(self, msg: str = "", level: int = 20, traceback: bool = False) -> None:
        """Log errors; ignore broken connections, which clients cause."""
        if level >= logging.ERROR:
            log.log(level, "%s", msg, exc_info=traceback)


class _Request(cheroot.HTTPRequest):
    """A request whose body has not been read yet: an `Incoming`."""

    header_reader = StrictHeaders()

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.length: int | None = 0
        self.is_read = False
        self._awaits_continue = False

    @property
    def source(self) -> Any:
        """The stream with the body."""
        return self.conn.rfile

    def read_request_line(self) -> bool:
        """Read the request line; False if it was rejected."""
        self.conn.rfile.raw.begin()
        if not super().read_request_line():  # type: ignore[no-untyped-call]
            return False
        if not TOKEN.fullmatch(self.method) or not _TARGET.fullmatch(self.uri):
            self.simple_response("400 Bad Request", "the request line is malformed")
            return False
        return True

    def read_request_headers(self) -> bool:
        """Read and check the headers; False if they were rejected."""
        try:
            headers = self.header_reader(self.rfile, self.inheaders)
            self.length = length_of(headers, self.request_protocol)
        except ValueError as error:
            self.simple_response("400 Bad Request", str(error))
            return False
        except RejectedError as rejected:
            self.reject(rejected.response)
            return False
        self._awaits_continue = headers.get(b"Expect", b"").lower() == b"100-continue"
        options = {one.strip().lower() for one in headers.get(b"Connection", b"").split(b",")}
        is_newest = self.response_protocol == "HTTP/1.1"
        self.close_connection = b"close" in options or not (is_newest or b"keep-alive" in options)
        return True

    def respond(self) -> None:
        """Answer; keep the connection only if the body was read."""
        self.rfile = self.conn.rfile
        self.server.gateway(self).respond()

    def send_continue(self) -> None:
        """Send ``100 Continue`` if the client waits for it."""
        if self._awaits_continue:
            self._awaits_continue = False
            self.conn.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def simple_response(self, status: str, msg: str = "") -> None:
        """Send an error of cheroot as a problem."""
        number = int(str(status)[:3])
        detail = msg or HTTPStatus(number).phrase
        self.reject(problem(number, CODES.get(number, CODES[400]), detail))

    def reject(self, response: Response) -> None:
        """Answer and close, so that a client that is still sending can read the answer."""
        self.close_connection = True
        self.send(response)
        self.conn.linger_for_answer()

    def send(self, response: Response) -> None:
        """Send an answer."""
        self.sent_headers = True
        if not self.server.can_add_keepalive_connection:
            self.close_connection = True
        bodiless = response.status in (204, 304) or response.status < 200
        lines = [f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}"]
        headers = [one for one in response.headers if one[0].lower() not in _OURS]
        lines += [f"Date: {formatdate(usegmt=True)}", "Server: Likeworth"]
        lines.append("X-Content-Type-Options: nosniff")
        lines += [f"{name}: {value}" for name, value in headers]
        if not bodiless:
            lines.append(f"Content-Length: {len(response.body)}")
        if self.close_connection:
            lines.append("Connection: close")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        has_body = not bodiless and getattr(self, "method", b"") != b"HEAD"
        self.conn.wfile.write(head + response.body if has_body else head)


class _Connection(cheroot.HTTPConnection):
    RequestHandlerClass = _Request

    def __init__(self, server: Any, sock: Any, *_: Any) -> None:
        super().__init__(server, sock, server.owner.make_file)

    def linger_for_answer(self) -> None:
        """Keep reading for a moment: closing too early would discard the answer."""
        try:
            self.socket.shutdown(socket.SHUT_WR)
            self.socket.settimeout(_DRAIN_SECONDS)
            deadline, drained = time.monotonic() + _DRAIN_SECONDS, 0
            while drained < _DRAIN_BYTES and time.monotonic() < deadline:
                piece = self.socket.recv(PIECE_BYTES)
                if not piece:
                    return
                drained += len(piece)
        except OSError:
            return


class _Gateway(cheroot.Gateway):
    """Convert cheroot's request to ours, and our answer back."""

    def respond(self) -> None:
        """Answer the request."""
        request: _Request = self.req
        owner: HttpServer = request.server.owner
        method, target = request.method.decode("latin-1"), request.uri.decode("latin-1")
        body = Body(request)
        try:
            response = None if owner.upload is None else owner.upload(method, target, body)
            if response is None:
                whole = b"".join(body.pieces(owner.body_limit))
                headers = {
                    name.decode("latin-1").lower(): value.decode("latin-1")
                    for name, value in request.inheaders.items()
                }
                response = owner.answer(Request(method, target, headers, whole))
        except RejectedError as rejected:
            request.reject(rejected.response)
            return
        if not request.is_read and request.length != 0:
            request.reject(response)
            return
        if ("Connection", "close") in response.headers:
            request.close_connection = True
        request.send(response)

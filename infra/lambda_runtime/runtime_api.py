"""The part of Lambda's Runtime API that one process needs.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html: the process requests the next event,
gets a response when there is one, and sends its answer or its error.
"""

from __future__ import annotations

import json
import queue
import select
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

VERSION = "/2018-06-01/runtime"
LOOKED_EVERY = 0.05
"""Seconds between two checks whether the waiting process still exists."""


class FunctionError(Exception):
    """The function ended with an exception, or could not start."""


@dataclass(frozen=True, slots=True)
class _Event:
    request_id: str
    body: bytes
    deadline_ms: int


class RuntimeApi:
    """Passes events to one process and waits for its answers.

    Attributes
    ----------
    address : str
        Host and port, for ``AWS_LAMBDA_RUNTIME_API``.
    """

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.address = f"127.0.0.1:{server.server_address[1]}"
        self._events: queue.Queue[_Event] = queue.Queue()
        self._answers: queue.Queue[tuple[str, str, bytes]] = queue.Queue()
        self._asked = threading.Event()

    def wait_until_asked(self, seconds: float) -> bool:
        """Whether the process requests an event within a time, which means that it has started."""
        return self._asked.wait(seconds)

    def invoke(self, event: Any, *, seconds: float) -> Any:
        """Pass an event to the function; returns its answer.

        Raises
        ------
        FunctionError
            If the function raised an exception or did not answer in time.
        """
        request_id = str(uuid.uuid4())
        payload = json.dumps(event).encode()
        deadline = int((time.time() + seconds) * 1000)
        self._events.put(_Event(request_id, payload, deadline))
        try:
            answered, kind, body = self._answers.get(timeout=seconds)
        except queue.Empty:
            raise FunctionError(f"no answer within {seconds:.0f} s") from None
        if kind != "response":
            raise FunctionError(body.decode())
        if answered != request_id:
            raise FunctionError(f"the answer is for {answered}, not for {request_id}")
        return json.loads(body)

    def why(self) -> str:
        """The error that the process reported for its start, if any."""
        try:
            return self._answers.get(timeout=1.0)[2].decode()
        except queue.Empty:
            return "the process reported no error"

    def next_event(self, is_there: Any) -> _Event | None:
        """An event for a waiting process; None if the process has gone.

        An event stays in the queue if its process has gone, so that the next process gets it.
        """
        self._asked.set()
        while is_there():
            try:
                return self._events.get(timeout=LOOKED_EVERY)
            except queue.Empty:
                continue
        return None

    def take_back(self, event: _Event) -> None:
        """Put back an event that could not be delivered."""
        self._events.put(event)

    def answered(self, request_id: str, kind: str, body: bytes) -> None:
        """Record the answer or the error of an event, or of the start."""
        self._answers.put((request_id, kind, body))


@contextmanager
def running() -> Iterator[RuntimeApi]:
    """A Runtime API on a free port of 127.0.0.1."""
    server = LocalServer(("127.0.0.1", 0), _Handler)
    api = RuntimeApi(server)
    server.api = api  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()


class LocalServer(ThreadingHTTPServer):
    """A server that ignores broken connections: the process at the other end was stopped."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report any other error."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """The four calls of the API."""

    protocol_version = "HTTP/1.1"

    @property
    def _api(self) -> RuntimeApi:
        api: RuntimeApi = self.server.api  # type: ignore[attr-defined]
        return api

    def do_GET(self) -> None:
        """The next event."""
        if self.path != f"{VERSION}/invocation/next":
            self._send(404, b"")
            return
        event = self._api.next_event(self._is_there)
        if event is None:
            self.close_connection = True
            return
        headers = {
            "Lambda-Runtime-Aws-Request-Id": event.request_id,
            "Lambda-Runtime-Deadline-Ms": str(event.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-central-1:0:function:x",
            "Lambda-Runtime-Trace-Id": "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0",
        }
        try:
            self._send(200, event.body, headers)
        except OSError:
            self._api.take_back(event)

    def do_POST(self) -> None:
        """Receive the answer or the error of an event, or of the start."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        match self.path.removeprefix(f"{VERSION}/").split("/"):
            case ["invocation", request_id, ("response" | "error") as kind]:
                self._api.answered(request_id, kind, body)
            case ["init", "error"]:
                self._api.answered("", "error", body)
            case _:
                self._send(404, b"")
                return
        self._send(202, b"{}")

    def _is_there(self) -> bool:
        """Whether the other end is still connected; it sends nothing while it waits."""
        readable, _, _ = select.select([self.connection], [], [], 0)
        return not readable

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""

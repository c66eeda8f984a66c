"""A client that sends too slowly is disconnected, in any part of a request."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from chalicelib.local.exchanges import Response
from chalicelib.local.paced_sockets import Pace
from chalicelib.local.server import HOST, HttpServer

PACE = Pace(grace_seconds=0.5, bytes_a_second=1_000.0)


@pytest.fixture
def server() -> Iterator[HttpServer]:
    """A server with short time limits."""
    made = HttpServer(0, lambda request: Response(200, (), request.body), 10_000, pace=PACE)
    made.start()
    yield made
    made.stop()


def dribble(server: HttpServer, head: bytes, piece: bytes, pause: float, pieces: int) -> bytes:
    """The answer to a client that sends a piece at a time."""
    with socket.create_connection((HOST, server.server_port), timeout=5) as client:
        client.sendall(head)
        try:
            for _ in range(pieces):
                client.sendall(piece)
                time.sleep(pause)
        except OSError:  # the server has closed the connection
            pass
        try:
            return client.recv(65536)
        except ConnectionResetError:
            return b""


POST = b"POST / HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    "head",
    [
        b"PO",
        POST + b"X-Note: ",
        POST + b"Content-Length: 100\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n64\r\n",
    ],
    ids=["line", "header", "body", "chunk"],
)
def test_occasional_bytes_do_not_occupy_a_thread(server: HttpServer, head: bytes) -> None:
    began = time.monotonic()
    answer = dribble(server, head, b"x", 0.05, 60)
    assert b" 408 " in answer.split(b"\r\n")[0]
    assert b"request_timeout" in answer
    assert time.monotonic() - began < 5


def test_a_client_at_the_minimum_speed_has_unlimited_time(server: HttpServer) -> None:
    head = POST + b"Content-Length: 4000\r\nConnection: close\r\n\r\n"
    answer = dribble(server, head, b"x" * 200, 0.1, 20)  # 2 s, of which 0.5 are grace
    assert answer.startswith(b"HTTP/1.1 200")


def test_each_request_of_a_connection_is_timed_separately(server: HttpServer) -> None:
    with socket.create_connection((HOST, server.server_port), timeout=5) as client:
        for _ in range(4):
            client.sendall(POST + b"Content-Length: 1\r\n\r\nx")
            assert client.recv(65536).startswith(b"HTTP/1.1 200")
            time.sleep(0.3)

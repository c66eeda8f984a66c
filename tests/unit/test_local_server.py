"""HTTP framing, limits and keep-alive of the local server, over real sockets."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator

import pytest

from chalicelib.local.exchanges import Request, Response, problem
from chalicelib.local.incoming import Body
from chalicelib.local.server import HOST, HttpServer

LIMIT = 1000


def _echo(request: Request) -> Response:
    told = {
        "method": request.method,
        "target": request.target,
        "headers": dict(request.headers),
        "body": request.body.decode(),
    }
    status = 204 if request.target == "/nothing" else 200
    return Response(status, (("Content-Type", "application/json"),), json.dumps(told).encode())


@pytest.fixture
def server() -> Iterator[HttpServer]:
    server = HttpServer(0, _echo, LIMIT)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def connection(server: HttpServer) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(HOST, server.server_port, timeout=5)
    yield connection
    connection.close()


def _raw(server: HttpServer, data: bytes) -> bytes:
    """Everything the server answers to these bytes until it closes the connection."""
    with socket.create_connection((HOST, server.server_port), timeout=5) as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := client.recv(65536):
            answer += piece
    return answer


def _problem(answer: bytes) -> tuple[int, dict[str, object]]:
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert "Content-Type: application/problem+json" in lines
    assert "Connection: close" in lines
    return int(lines[0].split()[1]), json.loads(body)


def test_a_connection_carries_many_requests(connection: http.client.HTTPConnection) -> None:
    sockets = set()
    for number in range(5):
        connection.request("POST", f"/{number}", b"x" * number)
        answer = json.loads(connection.getresponse().read())
        sockets.add(id(connection.sock))
        assert (answer["target"], len(answer["body"])) == (f"/{number}", number)
    assert len(sockets) == 1


def test_pipelined_requests_are_answered_in_order(server: HttpServer) -> None:
    one = b"POST /one HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"
    two = b"GET /two HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = _raw(server, one + two)
    assert answer.index(b"/one") < answer.index(b"/two")


def test_a_chunked_body_arrives_whole(server: HttpServer) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    body = b"4\r\nWiki\r\n6;note=1\r\npedia \r\nB\r\nin \r\nchunks\r\n0\r\nX-Trailer: 1\r\n\r\n"
    answer = _raw(server, head + body)
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["body"] == "Wikipedia in \r\nchunks"


@pytest.mark.parametrize(
    ("head", "body", "status", "code"),
    [
        (b"Content-Length: 2000", b"x" * 2000, 413, "body_too_large"),
        (b"Content-Length: 2000", b"", 413, "body_too_large"),
        (b"Transfer-Encoding: chunked", b"7d0\r\n" + b"x" * 2000, 413, "body_too_large"),
        (b"Transfer-Encoding: chunked", b"-5\r\nhello", 400, "invalid_request"),
        (b"Transfer-Encoding: chunked", b"3\r\nabcdef\r\n0\r\n\r\n", 400, "invalid_request"),
        (b"Transfer-Encoding: chunked", b"5\r\nab", 400, "invalid_request"),
        (b"Transfer-Encoding: gzip", b"", 501, "not_implemented"),
        (b"Content-Length: 10", b"short", 400, "invalid_request"),
        (b"Content-Length: -1", b"", 400, "invalid_request"),
        (b"Content-Length: 1\r\nContent-Length: 2", b"ab", 400, "invalid_request"),
        (b"Content-Length: 5\r\nTransfer-Encoding: chunked", b"0\r\n\r\n", 400, "invalid_request"),
    ],
)
def test_an_unreadable_body_is_a_problem_and_closes_the_connection(
    server: HttpServer, head: bytes, body: bytes, status: int, code: str
) -> None:
    answer = _raw(server, b"POST /v1/events HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n\r\n" + body)
    seen, problem = _problem(answer)
    assert (seen, problem["status"], problem["code"]) == (status, status, code)
    assert answer.count(b"HTTP/1.1 ") == 1


def test_an_oversized_upload_is_rejected_before_it_is_sent(server: HttpServer) -> None:
    with socket.create_connection((HOST, server.server_port), timeout=5) as client:
        client.sendall(
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n"
            b"Expect: 100-continue\r\n\r\n"
        )
        answer = client.recv(65536)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"100 Continue" not in answer


def test_a_client_that_expects_100_continue_gets_it(server: HttpServer) -> None:
    with socket.create_connection((HOST, server.server_port), timeout=5) as client:
        client.sendall(
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n"
            b"Expect: 100-continue\r\n\r\n"
        )
        assert client.recv(65536).startswith(b"HTTP/1.1 100 ")
        client.sendall(b"ok")
        assert b'"body": "ok"' in client.makefile("rb").read()


def test_a_client_that_keeps_sending_can_read_the_rejection(
    connection: http.client.HTTPConnection,
) -> None:
    connection.request("POST", "/", b"x" * 5_000_000)
    response = connection.getresponse()
    assert response.status == 413
    assert json.loads(response.read())["code"] == "body_too_large"


def test_a_malformed_request_is_a_problem(server: HttpServer) -> None:
    status, problem = _problem(_raw(server, b"NONSENSE\r\n\r\n"))
    assert (status, problem["code"]) == (400, "invalid_request")


def test_head_has_the_length_without_the_body(connection: http.client.HTTPConnection) -> None:
    connection.request("HEAD", "/")
    response = connection.getresponse()
    assert int(response.headers["Content-Length"]) > 0
    assert response.read() == b""
    connection.request("GET", "/after")
    assert json.loads(connection.getresponse().read())["target"] == "/after"


def test_no_content_has_neither_length_nor_body(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", "/nothing")
    response = connection.getresponse()
    assert response.status == 204
    assert response.headers["Content-Length"] is None
    response.read()
    connection.request("GET", "/after")
    assert connection.getresponse().status == 200


@pytest.mark.parametrize("method", ["GET", "TRACE", "QUERY", "PROPFIND", "DELETE", "OPTIONS"])
def test_every_method_is_passed_to_the_application(
    connection: http.client.HTTPConnection, method: str
) -> None:
    connection.request(method, "/there")
    assert json.loads(connection.getresponse().read())["method"] == method


@pytest.mark.parametrize(
    ("method", "status"), [("CONNECT", 405), ("x-own", 400), ("G@T", 400), ("", 400)]
)
def test_an_invalid_method_is_a_problem(server: HttpServer, method: str, status: int) -> None:
    line = f"{method} /there HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    assert _problem(_raw(server, line))[0] == status


HEADERS = {
    "a line without a colon": b"Accept json",
    "a blank before the colon": b"Content-Length : 2",
    "a tab before the colon": b"Content-Length\t: 2",
    "a folded line": b"Accept: a\r\n b",
    "a line end of CR alone": b"Accept: a\rX-Api-Key: b",
    "a zero byte": b"Accept: a\0b",
    "an empty name": b": a",
    "a second host": b"Host: y",
    "a second key": b"X-Api-Key: a\r\nX-Api-Key: b",
    "two lengths that agree": b"Content-Length: 0\r\nContent-Length: 0",
    "a length with a sign": b"Content-Length: +0",
    "a length with a digit that is not ASCII": b"Content-Length: \xc2\xb2",
    "both framings": b"Content-Length: 0\r\nTransfer-Encoding: chunked",
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS.keys())
def test_an_ambiguous_header_is_rejected(server: HttpServer, header: bytes) -> None:
    after = b"GET /after HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = _raw(server, b"GET / HTTP/1.1\r\nHost: x\r\n" + header + b"\r\n\r\n" + after)
    status, problem = _problem(answer)
    assert (status, problem["code"]) == (400, "invalid_request")
    assert answer.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize(
    "line",
    [
        b"GET /a\rb HTTP/1.1",
        b"GET /a b HTTP/1.1",
        b"GET  /a HTTP/1.1",
        b"GET /a\0 HTTP/1.1",
        b"GET a HTTP/1.1",
        b"GET http://x/a HTTP/1.1",
        b"GET /a HTTP/x",
    ],
)
def test_an_invalid_request_line_is_rejected(server: HttpServer, line: bytes) -> None:
    assert _problem(_raw(server, line + b"\r\nHost: x\r\n\r\n"))[0] == 400


def test_a_request_without_host_is_rejected(server: HttpServer) -> None:
    assert _problem(_raw(server, b"GET / HTTP/1.1\r\n\r\n"))[0] == 400


def test_lines_without_carriage_return_are_rejected(server: HttpServer) -> None:
    assert _problem(_raw(server, b"GET / HTTP/1.1\nHost: x\n\n"))[0] == 400


def test_endless_headers_are_rejected(server: HttpServer) -> None:
    many = b"".join(b"X-%d: %s\r\n" % (number, b"x" * 1000) for number in range(100))
    assert _problem(_raw(server, b"GET / HTTP/1.1\r\nHost: x\r\n" + many + b"\r\n"))[0] == 413


def test_http_1_0_has_no_chunked_bodies(server: HttpServer) -> None:
    head = b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    assert _problem(_raw(server, head))[0] == 501


def test_a_body_can_be_rejected_before_it_is_read() -> None:
    def upload(_method: str, _target: str, _body: Body) -> Response:
        return problem(403, "forbidden", "no")

    server = HttpServer(0, _echo, LIMIT, upload)
    server.start()
    try:
        with socket.create_connection((HOST, server.server_port), timeout=5) as client:
            client.sendall(
                b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\nExpect: 100-continue\r\n\r\n"
            )
            answer = client.recv(65536)
            assert answer.startswith(b"HTTP/1.1 403 ")
            assert b"Connection: close" in answer
    finally:
        server.stop()


def test_repeated_headers_are_joined(server: HttpServer) -> None:
    answer = _raw(
        server, b"GET / HTTP/1.1\r\nHost: x\r\nAccept: a\r\nAccept: b\r\nConnection: close\r\n\r\n"
    )
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["headers"]["accept"] == "a,b"


def test_a_port_in_use_is_an_error(server: HttpServer) -> None:
    with pytest.raises(OSError, match="in use"):
        HttpServer(server.server_port, _echo, LIMIT)


@pytest.mark.parametrize("target", ["/", "/nothing"])
def test_no_browser_may_guess_the_media_type(
    target: str, connection: http.client.HTTPConnection
) -> None:
    connection.request("GET", target)
    response = connection.getresponse()
    response.read()
    assert response.headers.get_all("X-Content-Type-Options") == ["nosniff"]

"""The part of Lambda's Invoke API with which one function calls another and waits.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

from infra.lambda_runtime.function import Function
from infra.lambda_runtime.runtime_api import FunctionError, LocalServer

PATH = "/2015-03-31/functions/{}/invocations"


@contextmanager
def running(functions: Mapping[str, Function]) -> Iterator[str]:
    """Serve the API on a free port of 127.0.0.1; yields its address.

    `functions`: functions by name; may be filled later.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Call a function with the body of the request."""
            event = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            for name, function in functions.items():
                if self.path == PATH.format(name):
                    try:
                        self._send(200, function.invoke(event))
                    except FunctionError as error:
                        self._send(
                            200, {"errorType": "Unhandled", "errorMessage": str(error)}, True
                        )
                    return
            self._send(404, {"Message": "there is no such function"})

        def _send(self, status: int, value: object, failed: bool = False) -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            if failed:
                self.send_header("X-Amz-Function-Error", "Unhandled")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    server = LocalServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()

"""Read headers, and reject those that two readers could understand in different ways."""

from __future__ import annotations

import re
from typing import Any

from chalicelib.local.exchanges import RejectedError, problem

TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NOT_IN_A_VALUE = re.compile(rb"[\0\r\n]")
_ONCE = (b"Host", b"Content-Length", b"Transfer-Encoding", b"X-Api-Key", b"Authorization")
"""Headers that must not be repeated: two readers could use different ones."""


class StrictHeaders:
    """Reads headers; ValueError if two readers could understand them in different ways."""

    def __call__(self, source: Any, headers: dict[bytes, bytes]) -> dict[bytes, bytes]:
        while (line := source.readline()) != b"\r\n":
            if not line.endswith(b"\r\n"):
                raise ValueError("a header line does not end in CRLF")
            name, colon, value = line[:-2].partition(b":")
            if not colon or not TOKEN.fullmatch(name):
                raise ValueError("a header line has no name and colon")
            if _NOT_IN_A_VALUE.search(value):
                raise ValueError("a header value contains a line end or a zero byte")
            name, value = name.title(), value.strip(b" \t")
            if name in headers:
                if name in _ONCE:
                    raise ValueError(f"the header {name.decode()} is repeated")
                value = headers[name] + b"," + value
            headers[name] = value
        return headers


def length_of(headers: dict[bytes, bytes], protocol: bytes) -> int | None:
    """The length of the body; None if it is chunked."""
    if protocol == b"HTTP/1.1" and b"Host" not in headers:
        raise ValueError("the header Host is missing")
    length, encoding = headers.get(b"Content-Length"), headers.get(b"Transfer-Encoding")
    if encoding is not None:
        if length is not None:
            raise ValueError("Content-Length and Transfer-Encoding exclude each other")
        if encoding.lower() != b"chunked" or protocol != b"HTTP/1.1":
            raise RejectedError(
                problem(501, "not_implemented", "the only supported transfer encoding is chunked")
            )
        return None
    if length is None:
        return 0
    if not length.isdigit() or len(length) > 15:
        raise ValueError("Content-Length is not a number")
    return int(length)

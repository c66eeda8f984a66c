"""Read the body of a request piece by piece, with a size limit and checked framing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Protocol

from chalicelib.local.exchanges import RejectedError, Response, problem

PIECE_BYTES = 64 * 1024
_MAX_TRAILERS = 64
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r\n\Z")


class Incoming(Protocol):
    """A request whose body has not been read yet."""

    length: int | None
    """Length of the body; None if it is chunked."""
    is_read: bool
    """Whether the whole body was read."""

    @property
    def source(self) -> Any:
        """The stream with the body."""

    def send_continue(self) -> None:
        """Send ``100 Continue`` if the client waits for it."""


class Body:
    """The unread body of a request."""

    def __init__(self, request: Incoming) -> None:
        self._request = request

    @property
    def length(self) -> int | None:
        """Its length in bytes; None if unknown."""
        return self._request.length

    def pieces(self, most: int) -> Iterator[bytes]:
        """Yield the body piece by piece.

        Raises
        ------
        RejectedError
            If the body has more than `most` bytes, is malformed, ends early or arrives too slowly.
        """
        length = self._request.length
        if length is not None and length > most:
            raise RejectedError(_too_large(most))
        self._request.send_continue()
        try:
            yield from self._chunks(most) if length is None else self._exactly(length)
        except TimeoutError:
            raise RejectedError(
                problem(408, "request_timeout", "the body did not arrive in time")
            ) from None
        self._request.is_read = True

    def _exactly(self, left: int) -> Iterator[bytes]:
        while left:
            piece = self._request.source.read(min(left, PIECE_BYTES))
            if not piece:
                raise _malformed("the body ended early")
            left -= len(piece)
            yield piece

    def _chunks(self, most: int) -> Iterator[bytes]:
        source, total = self._request.source, 0
        while True:
            match = _CHUNK_SIZE.match(source.readline(4096))
            if match is None:
                raise _malformed("the chunked body is malformed")
            size = int(match[1], 16)
            if size == 0:
                break
            total += size
            if total > most:
                raise RejectedError(_too_large(most))
            yield from self._exactly(size)
            if source.readline(4096) != b"\r\n":
                raise _malformed("the chunked body is malformed")
        for _ in range(_MAX_TRAILERS):
            if source.readline(4096) == b"\r\n":
                return
        raise _malformed("the chunked body has too many trailers")


def _malformed(detail: str) -> RejectedError:
    return RejectedError(problem(400, "invalid_request", detail))


def _too_large(limit: int) -> Response:
    return problem(413, "body_too_large", f"the body exceeds the limit of {limit:,} bytes")

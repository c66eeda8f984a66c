"""Send a message to the webhook of a tenant.

A tenant chooses the address, so it must not reach what only this service can reach (server-side
request forgery): in AWS, every address that the name resolves to must be public, the connection
goes to the checked address and not to a second lookup, and redirects are not followed.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import socket
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from chalicelib import __version__

TIMEOUT_SECONDS = 5.0
TRIES = 2


class Undeliverable(Exception):
    """The webhook did not accept the message, or may not be called."""


def post(url: str, message: Mapping[str, Any], *, may_be_private: bool = False) -> None:
    """POST a message as JSON.

    Parameters
    ----------
    url : str
        Accepted by `model.addresses.is_webhook_url`.
    may_be_private : bool
        Whether the address may belong to this machine or a private network.

    Raises
    ------
    Undeliverable
        If no try was answered with a 2xx status.
    """
    parts = urlsplit(url)
    body = json.dumps(message, ensure_ascii=False).encode()
    target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    headers = {"Content-Type": "application/json", "User-Agent": f"likeworth/{__version__}"}
    why = ""
    for _ in range(TRIES):
        connection = _connection(parts.scheme, parts.hostname or "", parts.port, may_be_private)
        try:
            connection.request("POST", target, body, headers)
            answer = connection.getresponse()
            answer.read(1_000)
        except (OSError, http.client.HTTPException) as error:
            why = type(error).__name__
            continue
        finally:
            connection.close()
        if 200 <= answer.status < 300:
            return
        why = f"status {answer.status}"
        if answer.status < 500:
            break
    raise Undeliverable(why)


def _connection(
    scheme: str, host: str, port: int | None, may_be_private: bool
) -> http.client.HTTPConnection:
    """Return a connection to an address that was checked.

    Raises
    ------
    Undeliverable
        If the name has no address, or an address that may not be called.
    """
    address = _address_of(host, port or (443 if scheme == "https" else 80), may_be_private)
    if scheme == "http":
        return http.client.HTTPConnection(*address, timeout=TIMEOUT_SECONDS)
    return _PinnedConnection(host, address)


def _address_of(host: str, port: int, may_be_private: bool) -> tuple[str, int]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Undeliverable("the name has no address") from None
    for *_, sockaddr in found:
        address = ipaddress.ip_address(str(sockaddr[0]).partition("%")[0])
        mapped = getattr(address, "ipv4_mapped", None) or address
        if not may_be_private and (not mapped.is_global or mapped.is_multicast):
            raise Undeliverable("the address is not public")
    return str(found[0][4][0]), port


class _PinnedConnection(http.client.HTTPSConnection):
    """HTTPS to a given address, with the certificate of the host's name."""

    def __init__(self, host: str, address: tuple[str, int]) -> None:
        self._tls = ssl.create_default_context()
        super().__init__(host, address[1], timeout=TIMEOUT_SECONDS, context=self._tls)
        self._address = address

    def connect(self) -> None:
        plain = socket.create_connection(self._address, self.timeout)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)

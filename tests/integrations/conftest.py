"""A service that runs on this machine, with a fit and an API key of a reader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.client import Likeworth
from chalicelib.local.gateway import ChaliceGateway
from chalicelib.local.server import HttpServer
from chalicelib.local.service import API_BODY_BYTES
from chalicelib.services.credentials.api_keys import create_key
from tests.api.test_answers import FIT_ID, document
from tests.conftest import Cloud
from tests.kept_fits import keep_fit

__all__ = ["document"]  # a fixture


@dataclass(frozen=True)
class Service:
    """Address and key of a reader of the tenant acme."""

    url: str
    key: str
    admin_key: str

    def client(self) -> Likeworth:
        """Return a client with the key of the reader."""
        return Likeworth(self.url, self.key)


@pytest.fixture
def service(cloud: Cloud, document: dict[str, Any]) -> Iterator[Service]:
    """A running service whose answers come from the fit of a small brand."""
    import app

    store, now = wiring.store("acme"), dt.datetime.now(dt.UTC)
    keep_fit(store, FIT_ID, document)
    server = HttpServer(0, ChaliceGateway(app.app).answer, API_BODY_BYTES)
    server.start()
    try:
        yield Service(
            server.url, create_key(store, "read", now=now), create_key(store, "admin", now=now)
        )
    finally:
        server.stop()

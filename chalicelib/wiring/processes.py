"""Objects that this process has created: settings, clients, stores; on AWS or one machine."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.settings import Settings, read_settings

if TYPE_CHECKING:
    from chalicelib.services.credentials.rate_limits import RateLimiter
    from chalicelib.storage.objects import Objects
    from chalicelib.storage.table import Table
    from chalicelib.storage.tenant_store import TenantStore


class Machine(Protocol):
    """Keeps the state of a service on one machine."""

    @property
    def table(self) -> Table:
        """The table."""

    def objects(self, tenant: str) -> Objects:
        """A tenant's objects."""

    def root_secret(self) -> str:
        """The root secret of this installation."""

    def send(self, queue: str, message: Mapping[str, Any]) -> None:
        """Send a message to a queue, ``import`` or ``fit``."""


class Process:
    """Objects that this process has created."""

    def __init__(self, session: Any = None, machine: Machine | None = None) -> None:
        self.session = session
        self.machine = machine
        self.clients: dict[str, Any] = {}
        self.tenant_clients: dict[str, tuple[float, Any, Any]] = {}
        self.settings: Settings | None = None
        self.secret: bytes | None = None
        self.other_secrets: tuple[float, tuple[bytes, ...]] | None = None
        self.stores: dict[str, tuple[float, TenantStore]] = {}
        self.rate_limiter: RateLimiter | None = None


current = Process()
making = threading.RLock()
"""Held while an object is created that a process has only once."""


def use_session(session: Any) -> None:
    """Create clients from this boto3 session; discard everything created before."""
    global current
    current = Process(session)


def use_machine(machine: Machine) -> None:
    """Keep state on this machine; discard everything created before."""
    global current
    current = Process(machine=machine)


def reset() -> None:
    """Discard the session, clients, settings, stores and the secret."""
    use_session(None)


def settings() -> Settings:
    """The settings of this process; read once."""
    if current.settings is None:
        current.settings = read_settings()
    return current.settings


def client(name: str) -> Any:
    """The client of an AWS service, e.g. ``dynamodb``; created once under a lock."""
    process = current
    if name not in process.clients:  # creating clients from a session is not thread-safe
        with making:
            if name not in process.clients:
                process.clients[name] = aws_module().make_client(session_of(process), name)
    return process.clients[name]


def monotonic() -> float:
    """Seconds of a clock that never goes back, for the age of cached objects."""
    return time.monotonic()


def session_of(process: Process) -> Any:
    """The AWS session from which a process creates clients."""
    if process.session is None:
        process.session = aws_module().new_session()
    return process.session


def aws_module() -> Any:
    """The module `aws`. It loads botocore, which one machine does not need."""
    from chalicelib import aws

    return aws

"""What this process has made so far, and on what: a session of AWS, or one machine."""

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
    """What keeps the state of a service on one machine."""

    @property
    def table(self) -> Table:
        """The table."""

    def objects(self, tenant: str) -> Objects:
        """A tenant's objects."""

    def root_secret(self) -> str:
        """The root secret of this installation."""

    def send(self, queue: str, message: Mapping[str, Any]) -> None:
        """Put a message into a queue, ``import`` or ``fit``."""


class Process:
    """What this process has made so far."""

    def __init__(self, session: Any = None, machine: Machine | None = None) -> None:
        self.session = session
        self.machine = machine
        self.clients: dict[str, Any] = {}
        self.of_tenants: dict[str, tuple[float, Any, Any]] = {}
        self.settings: Settings | None = None
        self.secret: bytes | None = None
        self.other_secrets: tuple[float, tuple[bytes, ...]] | None = None
        self.stores: dict[str, tuple[float, TenantStore]] = {}
        self.rate_limiter: RateLimiter | None = None


current = Process()
making = threading.RLock()
"""Held while something is made that a process has once."""


def use_session(session: Any) -> None:
    """Make clients from this boto3 session from now on; forgets everything made before."""
    global current
    current = Process(session)


def use_machine(machine: Machine) -> None:
    """Keep everything on this machine from now on; forgets everything made before."""
    global current
    current = Process(machine=machine)


def reset() -> None:
    """Forget the session, clients, settings, stores and the secret."""
    use_session(None)


def settings() -> Settings:
    """The settings of this process; read once."""
    if current.settings is None:
        current.settings = read_settings()
    return current.settings


def client(name: str) -> Any:
    """The client of an AWS service, e.g. ``dynamodb``; made once (a session is not thread-safe)."""
    process = current
    if name not in process.clients:
        with making:
            if name not in process.clients:
                process.clients[name] = aws_module().make_client(session_of(process), name)
    return process.clients[name]


def monotonic() -> float:
    """Seconds of a clock that never goes back, by which what is kept grows old."""
    return time.monotonic()


def session_of(process: Process) -> Any:
    """The session of AWS that a process makes clients from."""
    if process.session is None:
        process.session = aws_module().new_session()
    return process.session


def aws_module() -> Any:
    """The module `aws`, which loads botocore: one machine has no use for it."""
    from chalicelib import aws

    return aws

"""The only place that makes AWS clients: lazily, once per process.

`use_session` lets an embedded AWS or a test stand behind the same code.
"""

from __future__ import annotations

import json
import math
import threading
import time
from typing import Any

from chalicelib.errors import MisconfiguredService
from chalicelib.settings import Settings, read_settings
from chalicelib.storage.outages import outages_named
from chalicelib.storage.table import Table
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.storage.tenants import list_tenants

MIN_SECRET_BYTES = 16
STORE_SECONDS = 60.0
"""How long a process goes without looking at a tenant's configuration again."""

_MAX_STORES = 1000
_MAX_DELAY_SECONDS = 900


class _Process:
    """What this process has made so far."""

    def __init__(self, session: Any = None) -> None:
        self.session = session
        self.clients: dict[str, Any] = {}
        self.settings: Settings | None = None
        self.secret: bytes | None = None
        self.stores: dict[str, tuple[float, TenantStore]] = {}


_process = _Process()
_making = threading.RLock()


def use_session(session: Any) -> None:
    """Make clients from this boto3 session from now on; forgets everything made before."""
    global _process
    _process = _Process(session)


def reset() -> None:
    """Forget the session, clients, settings, stores and the secret."""
    use_session(None)


def settings() -> Settings:
    """The settings of this process; read once."""
    if _process.settings is None:
        _process.settings = read_settings()
    return _process.settings


def client(name: str) -> Any:
    """The client of an AWS service, e.g. ``dynamodb``; made once (a session is not thread-safe)."""
    process = _process
    if name not in process.clients:
        with _making:
            if name not in process.clients:
                process.clients[name] = _make_client(process, name)
    return process.clients[name]


def root_secret() -> bytes:
    """The secret under which user ids and API keys are hashed: a setting or from Secrets Manager.

    Raises
    ------
    MisconfiguredService
        If there is none, or it is too short.
    """
    process = _process
    if process.secret is None:
        given = settings()
        text = given.secret
        if not text and given.secret_arn:
            answer = client("secretsmanager").get_secret_value(SecretId=given.secret_arn)
            text = answer["SecretString"]
        if len(text.encode()) < MIN_SECRET_BYTES:
            raise MisconfiguredService(
                f"LIKEWORTH_SECRET (or the secret behind LIKEWORTH_SECRET_ARN) needs at least "
                f"{MIN_SECRET_BYTES} characters"
            )
        process.secret = text.encode()
    return process.secret


def store(tenant: str) -> TenantStore:
    """Everything that a tenant's use case needs from storage.

    Kept for a minute: after that at the latest a change of the tenant's configuration shows.

    Raises
    ------
    ValueError
        If `tenant` is no slug.
    """
    process = _process
    now = time.monotonic()
    made_at, known = process.stores.get(tenant, (0.0, None))
    if known is not None and now - made_at < STORE_SECONDS:
        return known
    given = settings()
    made = TenantStore(
        client("dynamodb"),
        given.table,
        client("s3"),
        given.bucket,
        tenant,
        given,
        root_secret=root_secret,
    )
    if len(process.stores) >= _MAX_STORES:
        process.stores.clear()
    process.stores[tenant] = (now, made)
    return made


def tenants() -> list[str]:
    """Every tenant that was ever used, by name."""
    return list(list_tenants(Table(client("dynamodb"), settings().table)))


def send_import(message: dict[str, Any]) -> None:
    """Put a message into the import function's queue."""
    _send("import_queue_url", settings().import_queue_url, message)


def send_fit(message: dict[str, Any]) -> None:
    """Put a message into the fit function's queue."""
    _send("fit_queue_url", settings().fit_queue_url, message)


def send_totals(message: dict[str, Any], *, delay_seconds: float) -> None:
    """Put a message into the queue of days that wait, for at most 15 minutes at a time."""
    delay = max(0, min(_MAX_DELAY_SECONDS, math.ceil(delay_seconds)))
    _send("totals_queue_url", settings().totals_queue_url, message, DelaySeconds=delay)


def _send(setting: str, url: str, message: dict[str, Any], **options: int) -> None:
    if not url:
        raise MisconfiguredService(f"LIKEWORTH_{setting.upper()} is not set")
    body = json.dumps(message, separators=(",", ":"))
    with outages_named():
        client("sqs").send_message(QueueUrl=url, MessageBody=body, **options)


def _make_client(process: _Process, name: str) -> Any:
    import boto3
    from botocore.config import Config

    if process.session is None:
        process.session = boto3.Session()
    # A request has 29 seconds, of which the writer uses `write_seconds`; a last call of DynamoDB
    # that does not answer must fit into the rest.
    attempts, read_seconds = (2, 3) if name == "dynamodb" else (3, 10)
    config = Config(
        connect_timeout=2,
        read_timeout=read_seconds,
        retries={"mode": "standard", "total_max_attempts": attempts},
        signature_version="s3v4" if name == "s3" else None,
        s3={"addressing_style": "path"} if name == "s3" else None,
    )
    return process.session.client(name, config=config)

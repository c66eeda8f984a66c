"""The only place that chooses where the service keeps its state: AWS, or this machine.

In AWS, clients are made lazily, once per process. `use_session` takes another session for them,
`use_machine` a database and files in their place.
"""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.errors import MisconfiguredService
from chalicelib.services.rate_limits import RateLimiter
from chalicelib.settings import Settings, read_settings
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.storage.tenants import list_tenants

if TYPE_CHECKING:
    from chalicelib.storage.objects import Objects
    from chalicelib.storage.table import Table

MIN_SECRET_BYTES = 16
STORE_SECONDS = 60.0
"""How long a process goes without looking at a tenant's configuration again."""

SECRETS_SECONDS = 60.0
"""How long a process goes without looking for other root secrets again."""

RENEWED_BEFORE_SECONDS = 1200.0
"""A session that has less left is not begun with: a function may run for 15 minutes."""

_MAX_STORES = 1000
_MAX_DELAY_SECONDS = 900


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


class _Process:
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


_process = _Process()
_making = threading.RLock()


def use_session(session: Any) -> None:
    """Make clients from this boto3 session from now on; forgets everything made before."""
    global _process
    _process = _Process(session)


def use_machine(machine: Machine) -> None:
    """Keep everything on this machine from now on; forgets everything made before."""
    global _process
    _process = _Process(machine=machine)


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
                process.clients[name] = _aws().make_client(_session_of(process), name)
    return process.clients[name]


def root_secret() -> bytes:
    """The secret under which API keys are hashed and tenants' keys sealed.

    It is a setting or comes from Secrets Manager, and is looked up once, or once more where
    something does not fit it (`other_secrets`).

    Raises
    ------
    MisconfiguredService
        If there is none, or it is too short.
    """
    process = _process
    if process.secret is None:
        given = settings()
        if process.machine is not None:
            text: str | None = process.machine.root_secret()
        else:
            text = given.secret or (_managed_secret(given.secret_arn) if given.secret_arn else "")
        process.secret = _secret(text or "")
    return process.secret


def other_secrets() -> tuple[bytes, ...]:
    """Every root secret under which something may be kept, the oldest last.

    Looked up anew, and `root_secret` with it: it may have been rotated since this process began.

    Raises
    ------
    MisconfiguredService
        If one of them is too short.
    """
    process = _process
    now = time.monotonic()
    if process.other_secrets is None or now - process.other_secrets[0] >= SECRETS_SECONDS:
        given = settings()
        process.secret = None
        found = [root_secret()]
        if not given.secret and given.secret_arn and process.machine is None:
            before = _managed_secret(given.secret_arn, stage="AWSPREVIOUS")
            found += [] if before is None else [_secret(before)]
        listed = (one.strip() for one in given.previous_secrets.split(","))
        found += [_secret(one) for one in listed if one]
        process.other_secrets = now, tuple(found)
    return process.other_secrets[1]


def _managed_secret(arn: str, **stage: str) -> str | None:
    found: str | None = _aws().managed_secret(client("secretsmanager"), arn, **stage)
    return found


def _secret(text: str) -> bytes:
    if len(text.encode()) < MIN_SECRET_BYTES:
        raise MisconfiguredService(
            f"LIKEWORTH_SECRET (or the secret behind LIKEWORTH_SECRET_ARN) needs at least "
            f"{MIN_SECRET_BYTES} characters, and so does each of LIKEWORTH_PREVIOUS_SECRETS"
        )
    return text.encode()


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
    made = TenantStore(
        *_kept(process, tenant),
        tenant,
        settings(),
        root_secret=root_secret,
        other_secrets=other_secrets,
        copy_of=_table,
    )
    if len(process.stores) >= _MAX_STORES:
        process.stores.clear()
    process.stores[tenant] = (now, made)
    return made


def _kept(process: _Process, tenant: str) -> tuple[Table, Objects]:
    """Where a tenant's items and objects are kept."""
    if process.machine is not None:
        return process.machine.table, process.machine.objects(tenant)
    from chalicelib.storage.dynamodb_table import DynamoDbTable
    from chalicelib.storage.s3_objects import S3Objects

    given = settings()
    dynamodb, s3 = _clients_of(process, tenant)
    return DynamoDbTable(dynamodb, given.table), S3Objects(s3, given.bucket, tenant)


def _clients_of(process: _Process, tenant: str) -> tuple[Any, Any]:
    """Clients of DynamoDB and S3; where a role is given, they reach this tenant and nobody else."""
    role = settings().tenant_role_arn
    if not role:
        return client("dynamodb"), client("s3")
    with _making:
        now = time.monotonic()
        until, *made = process.of_tenants.get(tenant, (0.0,))
        if not made or now >= until:
            if len(process.of_tenants) >= _MAX_STORES:
                process.of_tenants.clear()
            region = _session_of(process).region_name
            session = _aws().session_for_tenant(client("sts"), role, tenant, region)
            made = [_aws().make_client(session, name) for name in ("dynamodb", "s3")]
            until = now + _aws().SESSION_SECONDS - RENEWED_BEFORE_SECONDS
            process.of_tenants[tenant] = until, *made
    return made[0], made[1]


def upload_address() -> str | None:
    """The address that every upload URL begins with; None where this service takes uploads."""
    process = _process
    if process.machine is not None:
        return None
    return f"{client('s3').meta.endpoint_url}/{settings().bucket}/"


def store_on(machine: Machine, tenant: str) -> TenantStore:
    """A tenant's store on a machine that this process does not serve from.

    Raises
    ------
    ValueError
        If `tenant` is no slug.
    """
    return TenantStore(
        machine.table,
        machine.objects(tenant),
        tenant,
        settings(),
        root_secret=lambda: _secret(machine.root_secret()),
    )


def rate_limiter() -> RateLimiter:
    """What counts the requests of this process; made once, for it remembers what it may let by."""
    process = _process
    if process.rate_limiter is None:
        with _making:
            if process.rate_limiter is None:
                process.rate_limiter = RateLimiter(
                    settings().rate_limit, lambda tenant: store(tenant).rates
                )
    return process.rate_limiter


def tenants(table: str | None = None) -> list[str]:
    """Every tenant that was ever used, by name; of another table if one is given."""
    return list(list_tenants(_table(table)))


def _table(name: str | None = None) -> Table:
    """The table, or another one by its name."""
    if _process.machine is not None and name is None:
        return _process.machine.table
    from chalicelib.storage.dynamodb_table import DynamoDbTable

    return DynamoDbTable(client("dynamodb"), name or settings().table)


def send_import(message: dict[str, Any]) -> None:
    """Put a message into the import function's queue."""
    _send("import", settings().import_queue_url, message)


def send_fit(message: dict[str, Any]) -> None:
    """Put a message into the fit function's queue."""
    _send("fit", settings().fit_queue_url, message)


def start_fit_machine(name: str, given: dict[str, Any]) -> bool:
    """Start the state machine that reads a fit in parts.

    Parameters
    ----------
    name : str
        Of the execution; there is never a second one of a name.
    given : dict
        JSON-able.

    Returns
    -------
    bool
        False if there was an execution of this name already.
    """
    text = json.dumps(given, separators=(",", ":"))
    started: bool = _aws().start_execution(
        client("stepfunctions"), settings().fit_machine_arn, name, text
    )
    return started


def analyse_regions(asked: dict[str, Any]) -> dict[str, Any]:
    """What the counts of a geo test say: worked out by a function of its own, if there is one.

    Raises
    ------
    StoreUnavailable
        If that function cannot run now, or does not answer in time.
    RuntimeError
        If it fails.
    """
    function = settings().analysis_function
    if not function:
        from chalicelib.services import experiments  # of many functions only the API needs it

        return experiments.analyse_regions(asked)
    text = json.dumps(asked, separators=(",", ":"))
    found: dict[str, Any] = _aws().invoke(client("lambda"), function, text)
    return found


def send_totals(message: dict[str, Any], *, delay_seconds: float) -> None:
    """Put a message into the queue of days that wait, for at most 15 minutes at a time."""
    delay = max(0, min(_MAX_DELAY_SECONDS, math.ceil(delay_seconds)))
    _send("totals", settings().totals_queue_url, message, DelaySeconds=delay)


def _send(queue: str, url: str, message: dict[str, Any], **options: int) -> None:
    if _process.machine is not None:
        _process.machine.send(queue, message)
        return
    if not url:
        raise MisconfiguredService(f"LIKEWORTH_{queue.upper()}_QUEUE_URL is not set")
    body = json.dumps(message, separators=(",", ":"))
    (about,) = message.values()
    _aws().send_message(client("sqs"), url, body, tenant=about["tenant"], **options)


def _session_of(process: _Process) -> Any:
    if process.session is None:
        process.session = _aws().new_session()
    return process.session


def _aws() -> Any:
    """The module `aws`, which loads botocore: one machine has no use for it."""
    from chalicelib import aws

    return aws

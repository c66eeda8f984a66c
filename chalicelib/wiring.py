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
from chalicelib.services.rate_limits import RateLimiter
from chalicelib.settings import Settings, read_settings
from chalicelib.storage.keys import is_tenant
from chalicelib.storage.outages import code_of, outages_named
from chalicelib.storage.table import Table
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.storage.tenants import list_tenants

MIN_SECRET_BYTES = 16
STORE_SECONDS = 60.0
"""How long a process goes without looking at a tenant's configuration again."""

SECRETS_SECONDS = 60.0
"""How long a process goes without looking for other root secrets again."""

SESSION_SECONDS = 3600
"""How long a session for one tenant lasts; of roles that roles assume AWS allows no more."""

RENEWED_BEFORE_SECONDS = 1200.0
"""A session that has less left is not begun with: a function may run for 15 minutes."""

_MAX_STORES = 1000
_MAX_DELAY_SECONDS = 900


class _Process:
    """What this process has made so far."""

    def __init__(self, session: Any = None) -> None:
        self.session = session
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
                process.clients[name] = _make_client(_session_of(process), name)
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
        if not given.secret and given.secret_arn:
            before = _managed_secret(given.secret_arn, stage="AWSPREVIOUS")
            found += [] if before is None else [_secret(before)]
        listed = (one.strip() for one in given.previous_secrets.split(","))
        found += [_secret(one) for one in listed if one]
        process.other_secrets = now, tuple(found)
    return process.other_secrets[1]


def _managed_secret(arn: str, *, stage: str = "AWSCURRENT") -> str | None:
    """A version of a secret in Secrets Manager; None if there is no previous one."""
    from botocore.exceptions import ClientError

    try:
        with outages_named():
            answer = client("secretsmanager").get_secret_value(SecretId=arn, VersionStage=stage)
    except ClientError as error:
        if stage == "AWSPREVIOUS" and code_of(error) == "ResourceNotFoundException":
            return None
        raise
    text: str = answer["SecretString"]
    return text


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
    given = settings()
    dynamodb, s3 = _clients_of(process, tenant)
    made = TenantStore(
        dynamodb,
        given.table,
        s3,
        given.bucket,
        tenant,
        given,
        root_secret=root_secret,
        other_secrets=other_secrets,
    )
    if len(process.stores) >= _MAX_STORES:
        process.stores.clear()
    process.stores[tenant] = (now, made)
    return made


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
            session = _session_for(process, role, tenant)
            made = [_make_client(session, name) for name in ("dynamodb", "s3")]
            until = now + SESSION_SECONDS - RENEWED_BEFORE_SECONDS
            process.of_tenants[tenant] = until, *made
    return made[0], made[1]


def _session_for(process: _Process, role: str, tenant: str) -> Any:
    """A session of the role with the tenant as its tag, which the role's policy goes by."""
    import boto3

    if not is_tenant(tenant):  # before anything is asked for in this name
        raise ValueError(f"{tenant!r} is no name of a tenant")
    with outages_named():
        given = client("sts").assume_role(
            RoleArn=role,
            RoleSessionName=f"tenant-{tenant}",
            Tags=[{"Key": "tenant", "Value": tenant}],
            DurationSeconds=SESSION_SECONDS,
        )["Credentials"]
    return boto3.Session(
        given["AccessKeyId"],
        given["SecretAccessKey"],
        given["SessionToken"],
        region_name=_session_of(process).region_name,
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
    return list(list_tenants(Table(client("dynamodb"), table or settings().table)))


def send_import(message: dict[str, Any]) -> None:
    """Put a message into the import function's queue."""
    _send("import_queue_url", settings().import_queue_url, message)


def send_fit(message: dict[str, Any]) -> None:
    """Put a message into the fit function's queue."""
    _send("fit_queue_url", settings().fit_queue_url, message)


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
    from botocore.exceptions import ClientError

    text = json.dumps(given, separators=(",", ":"))
    try:
        with outages_named():
            client("stepfunctions").start_execution(
                stateMachineArn=settings().fit_machine_arn, name=name, input=text
            )
    except ClientError as error:
        if code_of(error) == "ExecutionAlreadyExists":
            return False
        raise
    return True


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
    with outages_named("the analysis"):
        answer = client("lambda").invoke(
            FunctionName=function, Payload=json.dumps(asked, separators=(",", ":")).encode()
        )
        told = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise RuntimeError(f"the analysis fails with {told.get('errorType')}")
    found: dict[str, Any] = told
    return found


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


def _session_of(process: _Process) -> Any:
    import boto3

    if process.session is None:
        process.session = boto3.Session()
    return process.session


def _make_client(session: Any, name: str) -> Any:
    from botocore.config import Config

    # A request has 29 seconds, of which the writer uses `write_seconds`; a last call of DynamoDB
    # that does not answer must fit into the rest; an analysis must, too, and two have no time.
    attempts, read_seconds = {"dynamodb": (2, 3), "lambda": (1, 20)}.get(name, (3, 10))
    config = Config(
        connect_timeout=2,
        read_timeout=read_seconds,
        retries={"mode": "standard", "total_max_attempts": attempts},
        signature_version="s3v4" if name == "s3" else None,
        s3={"addressing_style": "path"} if name == "s3" else None,
    )
    return session.client(name, config=config)

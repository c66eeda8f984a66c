"""Stores of tenants, on DynamoDB and S3 or on one machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.services.credentials.rate_limits import RateLimiter
from chalicelib.storage.erasure_items import ErasureStore, Receipt
from chalicelib.storage.tenant_store import TenantStore
from chalicelib.storage.tenants import list_tenants
from chalicelib.wiring import processes
from chalicelib.wiring.processes import (
    Machine,
    Process,
    aws_module,
    client,
    making,
    session_of,
    settings,
)
from chalicelib.wiring.root_secrets import checked_secret, other_secrets, root_secret

if TYPE_CHECKING:
    from chalicelib.storage.objects import Objects
    from chalicelib.storage.table import Table

STORE_SECONDS = 60.0
"""How long a process caches the configuration of a tenant."""

RENEWED_BEFORE_SECONDS = 1200.0
"""Minimum remaining time of a session to start with: a function can run for 15 minutes."""

_MAX_STORES = 1000


def store(tenant: str) -> TenantStore:
    """The store of a tenant, with everything that a use case needs.

    It is cached for a minute, so a change of the tenant's configuration takes effect within a
    minute.

    Raises
    ------
    ValueError
        If `tenant` is not a slug.
    """
    process = processes.current
    now = processes.monotonic()
    made_at, known = process.stores.get(tenant, (0.0, None))
    if known is not None and now - made_at < STORE_SECONDS:
        return known
    made = TenantStore(
        *_kept(process, tenant),
        tenant,
        settings(),
        root_secret=root_secret,
        other_secrets=other_secrets,
    )
    if len(process.stores) >= _MAX_STORES:
        process.stores.clear()
    process.stores[tenant] = (now, made)
    return made


def upload_address() -> str | None:
    """The prefix of every upload URL; None if this service itself receives uploads."""
    if processes.current.machine is not None:
        return None
    return f"{client('s3').meta.endpoint_url}/{settings().bucket}/"


def store_on(machine: Machine, tenant: str) -> TenantStore:
    """The store of a tenant on a machine that another process may serve from.

    Raises
    ------
    ValueError
        If `tenant` is not a slug.
    """
    return TenantStore(
        machine.table,
        machine.objects(tenant),
        tenant,
        settings(),
        root_secret=lambda: checked_secret(machine.root_secret()),
    )


def rate_limiter() -> RateLimiter:
    """The rate limiter of this process; created once, because it remembers its leases."""
    process = processes.current
    if process.rate_limiter is None:
        with making:
            if process.rate_limiter is None:
                process.rate_limiter = RateLimiter(
                    settings().rate_limit, lambda tenant: store(tenant).rates
                )
    return process.rate_limiter


def tenants(table: str | None = None) -> list[str]:
    """The names of all tenants, optionally of another table."""
    return list(list_tenants(_table(table)))


def receipts_in(table: str, tenant: str) -> list[Receipt]:
    """The receipts of a tenant's erasures in another table, e.g. the one before a restore."""
    return ErasureStore(_table(table), tenant).newest_first()


def _kept(process: Process, tenant: str) -> tuple[Table, Objects]:
    if process.machine is not None:
        return process.machine.table, process.machine.objects(tenant)
    from chalicelib.storage.dynamodb_table import DynamoDbTable
    from chalicelib.storage.s3_objects import S3Objects

    given = settings()
    dynamodb, s3 = _clients_of(process, tenant)
    return DynamoDbTable(dynamodb, given.table), S3Objects(s3, given.bucket, tenant)


def _clients_of(process: Process, tenant: str) -> tuple[Any, Any]:
    """Clients of DynamoDB and S3; if there is a tenant role, limited to this tenant."""
    role = settings().tenant_role_arn
    if not role:
        return client("dynamodb"), client("s3")
    with making:
        now = processes.monotonic()
        until, *made = process.tenant_clients.get(tenant, (0.0,))
        if not made or now >= until:
            if len(process.tenant_clients) >= _MAX_STORES:
                process.tenant_clients.clear()
            region = session_of(process).region_name
            session = aws_module().session_for_tenant(client("sts"), role, tenant, region)
            made = [aws_module().make_client(session, name) for name in ("dynamodb", "s3")]
            until = now + aws_module().SESSION_SECONDS - RENEWED_BEFORE_SECONDS
            process.tenant_clients[tenant] = until, *made
    return made[0], made[1]


def _table(name: str | None = None) -> Table:
    if processes.current.machine is not None and name is None:
        return processes.current.machine.table
    from chalicelib.storage.dynamodb_table import DynamoDbTable

    return DynamoDbTable(client("dynamodb"), name or settings().table)

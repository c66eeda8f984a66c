"""Where the state of a tenant is kept: DynamoDB and S3, or one machine."""

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
"""How long a process goes without looking at a tenant's configuration again."""

RENEWED_BEFORE_SECONDS = 1200.0
"""A session that has less left is not begun with: a function may run for 15 minutes."""

_MAX_STORES = 1000


def store(tenant: str) -> TenantStore:
    """Everything that a tenant's use case needs from storage.

    Kept for a minute: after that at the latest a change of the tenant's configuration shows.

    Raises
    ------
    ValueError
        If `tenant` is no slug.
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
    """The address that every upload URL begins with; None where this service takes uploads."""
    if processes.current.machine is not None:
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
        root_secret=lambda: checked_secret(machine.root_secret()),
    )


def rate_limiter() -> RateLimiter:
    """What counts the requests of this process; made once, for it remembers what it may let by."""
    process = processes.current
    if process.rate_limiter is None:
        with making:
            if process.rate_limiter is None:
                process.rate_limiter = RateLimiter(
                    settings().rate_limit, lambda tenant: store(tenant).rates
                )
    return process.rate_limiter


def tenants(table: str | None = None) -> list[str]:
    """Every tenant that was ever used, by name; of another table if one is given."""
    return list(list_tenants(_table(table)))


def receipts_in(table: str, tenant: str) -> list[Receipt]:
    """The receipts of a tenant's erasures in another table, e.g. the one before a restore."""
    return ErasureStore(_table(table), tenant).newest_first()


def _kept(process: Process, tenant: str) -> tuple[Table, Objects]:
    """Where a tenant's items and objects are kept."""
    if process.machine is not None:
        return process.machine.table, process.machine.objects(tenant)
    from chalicelib.storage.dynamodb_table import DynamoDbTable
    from chalicelib.storage.s3_objects import S3Objects

    given = settings()
    dynamodb, s3 = _clients_of(process, tenant)
    return DynamoDbTable(dynamodb, given.table), S3Objects(s3, given.bucket, tenant)


def _clients_of(process: Process, tenant: str) -> tuple[Any, Any]:
    """Clients of DynamoDB and S3; where a role is given, they reach this tenant and nobody else."""
    role = settings().tenant_role_arn
    if not role:
        return client("dynamodb"), client("s3")
    with making:
        now = processes.monotonic()
        until, *made = process.of_tenants.get(tenant, (0.0,))
        if not made or now >= until:
            if len(process.of_tenants) >= _MAX_STORES:
                process.of_tenants.clear()
            region = session_of(process).region_name
            session = aws_module().session_for_tenant(client("sts"), role, tenant, region)
            made = [aws_module().make_client(session, name) for name in ("dynamodb", "s3")]
            until = now + aws_module().SESSION_SECONDS - RENEWED_BEFORE_SECONDS
            process.of_tenants[tenant] = until, *made
    return made[0], made[1]


def _table(name: str | None = None) -> Table:
    """The table, or another one by its name."""
    if processes.current.machine is not None and name is None:
        return processes.current.machine.table
    from chalicelib.storage.dynamodb_table import DynamoDbTable

    return DynamoDbTable(client("dynamodb"), name or settings().table)

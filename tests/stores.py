"""A tenant's store behind clients of AWS, or of what stands in for them."""

from __future__ import annotations

from typing import Any

from chalicelib.settings import Settings
from chalicelib.storage.dynamodb_table import DynamoDbTable
from chalicelib.storage.s3_objects import S3Objects
from chalicelib.storage.tenant_store import TenantStore
from tests.conftest import BUCKET, SECRET, TABLE


def store_behind(
    dynamodb: Any,
    s3: Any,
    tenant: str = "acme",
    settings: Settings | None = None,
    *,
    table: str = TABLE,
    **more: Any,
) -> TenantStore:
    """The store of a tenant whose table and bucket are behind these clients."""
    options = {"root_secret": SECRET.encode} | more
    return TenantStore(
        DynamoDbTable(dynamodb, table),
        S3Objects(s3, BUCKET, tenant),
        tenant,
        settings or Settings(),
        **options,
    )

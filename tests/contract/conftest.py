"""Engines on which the contract tests run.

moto and SQLite run in process. DynamoDB Local (Amazon's own) is used when
``LIKEWORTH_DYNAMODB_ENDPOINT`` points to a running one, e.g. ``http://127.0.0.1:8001``.
"""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from chalicelib.local.machine import LocalMachine
from chalicelib.settings import Settings
from chalicelib.storage.dynamodb_table import DynamoDbTable
from chalicelib.storage.objects import Objects
from chalicelib.storage.s3_objects import S3Objects
from chalicelib.storage.table import Table
from chalicelib.storage.tenant_store import TenantStore
from tests.conftest import BUCKET, REGION, SECRET, create_table
from tests.factories import NOW

ENDPOINT = os.environ.get("LIKEWORTH_DYNAMODB_ENDPOINT", "")
needs_dynamodb_local = pytest.mark.skipif(
    not ENDPOINT, reason="LIKEWORTH_DYNAMODB_ENDPOINT names no running DynamoDB Local"
)
LOCATION = {"LocationConstraint": REGION}


@dataclass
class Engine:
    """A table and objects of one engine.

    Attributes
    ----------
    table : Table
    objects : callable
        Returns a tenant's objects.
    """

    table: Table
    objects: Callable[[str], Objects]

    def store(self, tenant: str = "acme", **settings: Any) -> TenantStore:
        """A tenant's store on this engine."""
        return TenantStore(
            self.table,
            self.objects(tenant),
            tenant,
            Settings(**settings),
            root_secret=SECRET.encode,
        )


@dataclass
class Aws:
    """Clients of AWS or of a simulation of AWS."""

    dynamodb: Any
    s3: Any

    @contextmanager
    def engine(self, *, stream: bool = True) -> Iterator[Engine]:
        """An engine with an empty table."""
        name = f"likeworth-{uuid.uuid4().hex[:8]}"
        create_table(self.dynamodb, name, stream=stream)
        yield Engine(
            DynamoDbTable(self.dynamodb, name), lambda tenant: S3Objects(self.s3, BUCKET, tenant)
        )
        self.dynamodb.delete_table(TableName=name)


def _moto(stack: ExitStack) -> Aws:
    stack.enter_context(mock_aws())
    session = boto3.Session("testing", "testing", region_name=REGION)
    s3 = session.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=LOCATION)
    return Aws(session.client("dynamodb"), s3)


class _Sqlite:
    """Databases in files."""

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """An engine with an empty database."""
        with tempfile.TemporaryDirectory() as directory:
            machine = LocalMachine(Path(directory), root_secret=lambda: SECRET, clock=lambda: NOW)
            yield Engine(machine.table, machine.objects)
            machine.close()


def _dynamodb_local(stack: ExitStack) -> Aws:
    aws = _moto(stack)  # for the bucket
    session = boto3.Session("local", "local", region_name=REGION)
    return Aws(session.client("dynamodb", endpoint_url=ENDPOINT), aws.s3)


ENGINES: dict[str, Callable[[ExitStack], Aws | _Sqlite]] = {
    "moto": _moto,
    "sqlite": lambda _: _Sqlite(),
    "dynamodb-local": _dynamodb_local,
}


@pytest.fixture(
    scope="module",
    params=["moto", "sqlite", pytest.param("dynamodb-local", marks=needs_dynamodb_local)],
)
def opened(request: pytest.FixtureRequest) -> Iterator[Aws | _Sqlite]:
    """Each engine in turn, without a table."""
    with ExitStack() as stack:
        yield ENGINES[request.param](stack)


@pytest.fixture
def engine(opened: Aws | _Sqlite) -> Iterator[Engine]:
    """Each engine in turn, with an empty table."""
    with opened.engine() as made:
        yield made


@pytest.fixture
def dynamodb_local() -> Iterator[Local]:
    """DynamoDB Local only, for tests of consumed capacity."""
    with ExitStack() as stack:
        # With a stream DynamoDB Local takes many times as long, and counts the same.
        aws = _dynamodb_local(stack)
        with aws.engine(stream=False) as made:
            yield Local(aws.dynamodb, made)


@dataclass
class Local:
    """DynamoDB Local with an empty table, and its client."""

    dynamodb: Any
    engine: Engine

    def store(self, tenant: str = "acme", **settings: Any) -> TenantStore:
        """A tenant's store."""
        return self.engine.store(tenant, **settings)

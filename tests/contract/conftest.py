"""Engines on which the store must keep its promises.

moto and MiniStack run in process. DynamoDB Local (Amazon's own) is used when
``LIKEWORTH_DYNAMODB_ENDPOINT`` points to a running one, e.g. ``http://127.0.0.1:8001``.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from moto import mock_aws

from chalicelib.settings import Settings
from chalicelib.storage.dynamodb_table import DynamoDbTable
from chalicelib.storage.table import Table
from chalicelib.storage.tenant_store import TenantStore
from tests.conftest import BUCKET, REGION, create_table
from tests.stores import store_behind

ENDPOINT = os.environ.get("LIKEWORTH_DYNAMODB_ENDPOINT", "")
needs_dynamodb_local = pytest.mark.skipif(
    not ENDPOINT, reason="LIKEWORTH_DYNAMODB_ENDPOINT names no running DynamoDB Local"
)
LOCATION = {"LocationConstraint": REGION}


@dataclass
class Engine:
    """A table and a bucket somewhere."""

    dynamodb: Any
    s3: Any
    table: str

    def store(self, tenant: str = "acme", **settings: Any) -> TenantStore:
        """A tenant's store on this engine."""
        return store_behind(self.dynamodb, self.s3, tenant, Settings(**settings), table=self.table)

    def low_level(self) -> Table:
        """The table itself."""
        return DynamoDbTable(self.dynamodb, self.table)

    def count(self) -> int:
        """How many items the table holds."""
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=self.table, Select="COUNT")
        return sum(page["Count"] for page in pages)


def _moto(stack: ExitStack) -> Engine:
    stack.enter_context(mock_aws())
    session = boto3.Session("testing", "testing", region_name=REGION)
    s3 = session.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=LOCATION)
    return Engine(session.client("dynamodb"), s3, "")


def _ministack(stack: ExitStack) -> Engine:
    from chalicelib.embedded.aws import EmbeddedAws
    from chalicelib.embedded.resources import s3_client

    aws = EmbeddedAws(s3_endpoint="http://127.0.0.1:8000")
    stack.callback(aws.close)
    s3 = s3_client(aws.session)
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=LOCATION)
    return Engine(aws.session.client("dynamodb"), s3, "")


def _dynamodb_local(stack: ExitStack) -> Engine:
    engine = _moto(stack)  # for the bucket
    session = boto3.Session("local", "local", region_name=REGION)
    engine.dynamodb = session.client("dynamodb", endpoint_url=ENDPOINT)
    return engine


ENGINES: dict[str, Callable[[ExitStack], Engine]] = {
    "moto": _moto,
    "ministack": _ministack,
    "dynamodb-local": _dynamodb_local,
}


@pytest.fixture(
    scope="module",
    params=["moto", "ministack", pytest.param("dynamodb-local", marks=needs_dynamodb_local)],
)
def opened(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Each engine in turn, without a table."""
    with ExitStack() as stack:
        yield ENGINES[request.param](stack)


@pytest.fixture
def engine(opened: Engine) -> Iterator[Engine]:
    """Each engine in turn, with an empty table."""
    yield from _with_table(opened)


@pytest.fixture
def dynamodb_local() -> Iterator[Engine]:
    """DynamoDB Local alone, for what only it can tell."""
    with ExitStack() as stack:
        # With a stream DynamoDB Local takes many times as long, and counts the same.
        yield from _with_table(_dynamodb_local(stack), stream=False)


def _with_table(opened: Engine, *, stream: bool = True) -> Iterator[Engine]:
    name = f"likeworth-{uuid.uuid4().hex[:8]}"
    create_table(opened.dynamodb, name, stream=stream)
    yield Engine(opened.dynamodb, opened.s3, name)
    opened.dynamodb.delete_table(TableName=name)

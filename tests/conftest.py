"""The service on moto, in process: a table with a stream, a bucket, queues, and the application."""

from __future__ import annotations

import functools
import gc
import logging
import os
import random
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import settings

from chalicelib.storage.objects import ObjectVersion
from chalicelib.storage.tenant_store import TenantStore
from infra.stack.data import data
from tests import quick_moto, recording
from tests.kept_clients import KeptClients

REGION = "eu-central-1"
TABLE = "likeworth"
BUCKET = "likeworth-exports"
SECRET = "a root secret for tests only"

os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
quick_moto.install()

EXAMPLES = {"suite": 40, "nightly": 2_000}
"""Examples of each property test, by the profile that HYPOTHESIS_PROFILE names (make nightly)."""

for _name, _number in EXAMPLES.items():
    settings.register_profile(_name, max_examples=_number, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--all-calls`: what is chosen here is said to do everything that functions do."""
    parser.addoption("--all-calls", action="store_true")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the tests marked `thorough` to `make nightly`; each repeats a faster one elsewhere."""
    if os.environ.get("THOROUGH"):
        return
    left = [item for item in items if item.get_closest_marker("thorough")]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if not item.get_closest_marker("thorough")]


def pytest_collection() -> None:
    """Keep the garbage collector from looking at ten thousand tests again and again."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Collect garbage from now on, but not among the collected tests."""
    gc.freeze()
    gc.enable()


def pytest_configure(config: pytest.Config) -> None:
    """Hold the calls of each function against its policies."""
    config.addinivalue_line(
        "markers", "breaks_code: breaks the code on purpose, so that its calls are not ours"
    )
    config.addinivalue_line(
        "markers",
        "thorough: takes long and repeats a faster test elsewhere; `make nightly` runs it",
    )
    config.pluginmanager.register(recording.Recording(config))


def create_table(client: Any, name: str = TABLE, *, stream: bool = True) -> None:
    """Create the table of the template."""
    declared = data()["Table"]["Properties"]
    options = {key: declared[key] for key in ("KeySchema", "AttributeDefinitions", "BillingMode")}
    if stream:
        options["StreamSpecification"] = {**declared["StreamSpecification"], "StreamEnabled": True}
    client.create_table(TableName=name, **options)


@dataclass
class Cloud:
    """What stands in for AWS in a test."""

    dynamodb: Any
    s3: Any
    sqs: Any
    import_queue: str
    fit_queue: str

    def items(self) -> list[dict[str, Any]]:
        """Every item of the table."""
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=TABLE)
        return [item for page in pages for item in page["Items"]]

    def put(self, key: str, body: bytes = b"") -> ObjectVersion:
        """Put an object into the bucket."""
        answer = self.s3.put_object(Bucket=BUCKET, Key=key, Body=body)
        return ObjectVersion(key, answer["ETag"].strip('"'), answer.get("VersionId", ""))

    def messages(self, queue: str) -> list[str]:
        """The bodies of the messages in a queue; they are gone after."""
        bodies = []
        while True:
            answer = self.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
            for message in answer.get("Messages", []):
                bodies.append(message["Body"])
                self.sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            if not answer.get("Messages"):
                return bodies


@functools.cache
def session() -> KeptClients:
    """One session for all tests: reading the descriptions of the services takes its time."""
    import boto3

    return KeptClients(boto3.Session("testing", "testing", region_name=REGION))


@pytest.fixture(autouse=True)
def settings_of_one_test() -> Iterator[None]:
    """A test that leaves a setting in the environment fails, and not one that comes later."""
    before = _settings()
    yield
    assert _settings() == before


def _settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("LIKEWORTH_")}


@pytest.fixture
def loggers_kept() -> Iterator[None]:
    """Gives back the loggers that the telemetry takes over."""
    from chalicelib.telemetry import LOGGERS

    loggers = [logging.getLogger(name) for name in LOGGERS]
    before = [(one.handlers, one.level, one.propagate) for one in loggers]
    yield
    for logger, (handlers, level, propagate) in zip(loggers, before, strict=True):
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """moto with the service's resources, and `wiring` connected to it."""
    from moto import mock_aws

    from chalicelib import wiring

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("LIKEWORTH_SECRET", SECRET)
    monkeypatch.setenv("LIKEWORTH_RATE_LIMIT", "0")  # tests of it say otherwise
    with mock_aws():
        wiring.use_session(session())
        sqs = wiring.client("sqs")
        made = Cloud(
            dynamodb=wiring.client("dynamodb"),
            s3=wiring.client("s3"),
            sqs=sqs,
            import_queue=sqs.create_queue(QueueName="likeworth-imports")["QueueUrl"],
            fit_queue=sqs.create_queue(QueueName="likeworth-fits")["QueueUrl"],
        )
        monkeypatch.setenv("LIKEWORTH_IMPORT_QUEUE_URL", made.import_queue)
        monkeypatch.setenv("LIKEWORTH_FIT_QUEUE_URL", made.fit_queue)
        create_table(made.dynamodb)
        made.s3.create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        yield made
    wiring.reset()


@pytest.fixture
def store(cloud: Cloud) -> TenantStore:
    """The store of the tenant acme."""
    from chalicelib import wiring

    return wiring.store("acme")


@pytest.fixture
def same_people(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys for people, and with them hashes and who is in a sample, are the same in each run."""
    monkeypatch.setattr(secrets, "token_bytes", random.Random(0).randbytes)


@pytest.fixture
def short_retention(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few days are kept, of which tests look at each; a query takes moto its time."""
    from chalicelib.services.privacy import erasures
    from tests.erasing import DAYS

    monkeypatch.setenv("LIKEWORTH_RETENTION_DAYS", str(DAYS))
    monkeypatch.setattr(erasures, "LATE_DAYS", 0)

"""The table, bucket, queues and secret that the service expects, made in the embedded AWS."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from chalicelib.embedded.aws import REGION
from chalicelib.settings import PREFIX

TABLE = "likeworth"
BUCKET = "likeworth-exports"
MAX_RECEIVES = 3


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue and the queue behind it for what failed too often."""

    url: str
    arn: str
    dead_letter_url: str


@dataclass(frozen=True, slots=True)
class Resources:
    """What was made.

    Attributes
    ----------
    table, bucket : str
    imports, fits : Queue
    stream_failures : str
        URL of the queue that takes partitions whose totals could not be derived.
    secret_arn : str
        Of the secret that holds the root secret.
    """

    table: str
    bucket: str
    imports: Queue
    fits: Queue
    stream_failures: str
    secret_arn: str


def s3_client(session: boto3.Session) -> Any:
    """An S3 client that addresses buckets by path."""
    config = Config(signature_version="s3v4", s3={"addressing_style": "path"})
    return session.client("s3", config=config)


def create_table(session: boto3.Session) -> None:
    """The table, without its stream."""
    session.client("dynamodb").create_table(
        TableName=TABLE,
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )


def start_stream(session: boto3.Session) -> str:
    """Switch the table's stream on; its ARN."""
    answer = session.client("dynamodb").update_table(
        TableName=TABLE,
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )
    arn: str = answer["TableDescription"]["LatestStreamArn"]
    return arn


def create_resources(
    session: boto3.Session, *, root_secret: str, redelivery_seconds: int
) -> Resources:
    """Everything but the table. Queues that exist already keep their messages.

    Parameters
    ----------
    session : boto3.Session
    root_secret : str
        Kept in Secrets Manager.
    redelivery_seconds : int
        After how long a message whose handling failed is delivered again.
    """
    sqs = session.client("sqs")
    imports = _queue(sqs, "likeworth-imports", redelivery_seconds)
    fits = _queue(sqs, "likeworth-fits", redelivery_seconds)
    failures = sqs.create_queue(QueueName="likeworth-aggregate-dead")["QueueUrl"]
    s3 = s3_client(session)
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_notification_configuration(
        Bucket=BUCKET,
        NotificationConfiguration={
            "QueueConfigurations": [
                {
                    "QueueArn": imports.arn,
                    "Events": ["s3:ObjectCreated:*"],
                    "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "imports/"}]}},
                }
            ]
        },
        SkipDestinationValidation=True,
    )
    secret = session.client("secretsmanager").create_secret(
        Name="likeworth/root", SecretString=root_secret
    )
    return Resources(TABLE, BUCKET, imports, fits, failures, secret["ARN"])


@contextlib.contextmanager
def named_in_environment(made: Resources, *, write_seconds: int | None = None) -> Iterator[None]:
    """Let this process's settings name these resources; what they were before is put back.

    Parameters
    ----------
    made : Resources
    write_seconds : int, optional
        In place of the setting's default, where the user has chosen nothing.
    """
    values: dict[str, str | None] = {
        "TABLE": made.table,
        "BUCKET": made.bucket,
        "IMPORT_QUEUE_URL": made.imports.url,
        "FIT_QUEUE_URL": made.fits.url,
        "SECRET_ARN": made.secret_arn,
    }
    values["SECRET"] = None  # it is taken out of the environment
    if write_seconds is not None and PREFIX + "WRITE_SECONDS" not in os.environ:
        values["WRITE_SECONDS"] = str(write_seconds)
    before = {PREFIX + name: os.environ.get(PREFIX + name) for name in values}
    _set_environment({PREFIX + name: value for name, value in values.items()})
    try:
        yield
    finally:
        _set_environment(before)


def _set_environment(values: dict[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _queue(sqs: Any, name: str, redelivery_seconds: int) -> Queue:
    dead = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
    dead_arn = _arn(sqs, dead)
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    redrive = {"deadLetterTargetArn": dead_arn, "maxReceiveCount": MAX_RECEIVES}
    sqs.set_queue_attributes(
        QueueUrl=url,
        Attributes={
            "VisibilityTimeout": str(redelivery_seconds),
            "RedrivePolicy": json.dumps(redrive),
        },
    )
    return Queue(url, _arn(sqs, url), dead)


def _arn(sqs: Any, url: str) -> str:
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    arn: str = answer["Attributes"]["QueueArn"]
    return arn

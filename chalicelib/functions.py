"""Terms to declare a Lambda function: its limits, queue or stream, rights and alarms.

Each function is declared next to the code that it runs (`workers/*_worker.py`, `daily_jobs.py`,
`api/api_function.py`). `app.py` takes queues and batch sizes from there, `infra/stack/` generates
the CloudFormation template, and the tests compare the rights with the calls that are made. This
module defines the terms only and does not depend on AWS's template language. Every function imports
it, so it imports nothing heavy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ByStage:
    """A number that differs between the stages."""

    name: str
    """Its name in the template's mapping ``Stages``."""
    dev: int
    prod: int
    """Its value in each stage."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource of the template, identified by its logical name."""

    name: str


@dataclass(frozen=True, slots=True)
class Right:
    """One statement of an IAM policy: some actions on some resources."""

    sid: str
    """The id of the statement."""
    actions: tuple[str, ...]
    """IAM actions, e.g. ``dynamodb:GetItem``."""
    partitions: tuple[str, ...] = ()
    """For the table: partition keys without the tenant prefix, e.g. ``events#*``. A key that starts
    with ``-#`` belongs to no tenant and has no prefix.
    """
    objects: tuple[str, ...] = ()
    """For the bucket: object keys, with ``{tenant}`` in place of the tenant."""
    resources: tuple[str, ...] = ()
    """Logical names of other resources."""


def gets(*partitions: str) -> Right:
    """Read single items."""
    return Right("Gets", ("dynamodb:GetItem",), partitions=partitions)


def queries(*partitions: str) -> Right:
    """Read ranges of items."""
    return Right("Queries", ("dynamodb:Query",), partitions=partitions)


def puts(*partitions: str) -> Right:
    """Write single items, also in transactions."""
    return Right("Puts", ("dynamodb:PutItem",), partitions=partitions)


def updates(*partitions: str) -> Right:
    """Change single items."""
    return Right("Updates", ("dynamodb:UpdateItem",), partitions=partitions)


def writes_batches(*partitions: str) -> Right:
    """Write and delete items in batches."""
    return Right("WritesBatches", ("dynamodb:BatchWriteItem",), partitions=partitions)


def deletes(*partitions: str) -> Right:
    """Delete single items."""
    return Right("Deletes", ("dynamodb:DeleteItem",), partitions=partitions)


def reads_objects(*objects: str) -> Right:
    """Read files and documents."""
    return Right("ReadsObjects", ("s3:GetObject",), objects=objects)


def writes_objects(*objects: str) -> Right:
    """Write files and documents."""
    return Right("WritesObjects", ("s3:PutObject",), objects=objects)


def removes_objects(*objects: str) -> Right:
    """Delete files and documents."""
    return Right("RemovesObjects", ("s3:DeleteObject",), objects=objects)


def sends(*queues: str) -> Right:
    """Send messages to queues, given by their logical names."""
    return Right("Sends", ("sqs:SendMessage",), resources=queues)


SEES_MISSING_OBJECTS = Right("IsToldWhatIsNotThere", ("s3:ListBucket",), resources=("Bucket",))
"""Without this right S3 answers 403, not 404, for an object that does not exist."""

READS_ROOT_SECRET = Right(
    "ReadsTheRootSecret", ("secretsmanager:GetSecretValue",), resources=("RootSecret",)
)


@dataclass(frozen=True, slots=True)
class Queue:
    """The queue that starts a function. It gets a dead-letter queue and an alarm on each."""

    name: str
    """What `app.py` calls it; the template replaces this by the real queue."""
    batch_size: int
    """Most messages that one call receives."""
    hidden_seconds: int
    """Visibility timeout: how long a message stays invisible after a call received it. AWS
    recommends six times the timeout of the function.
    """
    tries: int
    """How often a message is received before it goes to the dead-letter queue."""
    late_seconds: int
    """Age of the oldest message above which an alarm fires."""
    failure: str
    """What a message in the dead-letter queue means; the text of the alarm."""


@dataclass(frozen=True, slots=True)
class Stream:
    """The stream of the table that starts a function. It gets a dead-letter queue and alarms."""

    batch_size: int
    """Most records that one call receives."""
    window_seconds: int
    """How long records are collected for a call."""
    tries: int
    """How often a batch is tried again before its position goes to the dead-letter queue."""
    late_milliseconds: int
    """Age of the oldest record above which an alarm fires."""
    failure: str
    """What a batch in the dead-letter queue means; the text of the alarm."""


@dataclass(frozen=True, slots=True)
class Function:
    """A Lambda function and everything that the template contains for it."""

    name: str
    """Prefix of the logical names: ``Import`` gives ``ImportHandler``, ``ImportRole``, ..."""
    timeout_seconds: int
    """Timeout of a call."""
    megabytes: int | ByStage
    """Memory. Lambda assigns processor time in proportion."""
    without_dead_letters: str
    """Why the function has no dead-letter queue: what reports a failed call instead."""
    at_once: int | None = None
    """Concurrency reserved in `prod`; None reserves nothing."""
    rights: tuple[Right, ...] = ()
    """Rights of its own role, in addition to its log, its traces and its queue or stream."""
    tenant_rights: tuple[Right, ...] = ()
    """Rights in a session for one tenant (ADR 29). If there are any, the function gets a second
    role for such sessions.
    """
    calls: tuple[Right, ...] = ()
    """Rights to start other functions or the state machine."""
    queue: Queue | None = None
    """The queue that starts it."""
    stream: Stream | None = None
    """The stream that starts it."""
    settings: Mapping[str, Resource | ByStage] = field(default_factory=dict)
    """Fields of `Settings` that only this function has; the values are resources or numbers."""
    sends_itself: bool = False
    """Whether it sends messages to its own queue. Lambda stops such loops unless it is allowed."""
    is_numerical: bool = False
    """Whether it needs statsmodels and therefore the larger package."""
    failing_periods: int = 2
    """In how many of three periods of five minutes a call must fail before the alarm fires; 1 means
    a single period.
    """


QUEUE_KEEPS_FAILED_MESSAGES = (
    "Lambda polls the queue, and failed messages go to the dead-letter queue of that queue."
)
"""Why functions behind a queue have no dead-letter queue themselves."""

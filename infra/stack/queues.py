"""The queues of the functions, each with its dead-letter queue."""

from __future__ import annotations

from chalicelib.functions import Queue
from infra.stack.data import BUCKET_NAME
from infra.stack.lambdas import FUNCTIONS
from infra.stack.template_terms import (
    OWN_ACCOUNT,
    Json,
    allow,
    arn,
    deny_without_tls,
    policy,
    ref,
    resource,
    skipping,
    sub,
)

DAY = 86_400
MESSAGES_DAYS = 4
DEAD_LETTERS_DAYS = 14
"""A message keeps its age when it moves; after 4 days in its queue, 10 days are left."""

ENCRYPTED = skipping(
    AWS_27="Encrypted by SqsManagedSseEnabled, which this check does not support. Messages contain "
    "ids and no events."
)


def queues() -> dict[str, Json]:
    """All queues and their policies."""
    made: dict[str, Json] = {}
    for function in FUNCTIONS:
        if function.queue is not None:
            made |= _queue_with_dead_letters(function.name, function.queue)
        if function.stream is not None:
            made |= _dead_letters("Stream")
    made |= _policy_of("ImportQueue", _new_files())
    return made


def _queue_with_dead_letters(name: str, declared: Queue) -> dict[str, Json]:
    queue = _queue(
        {
            "VisibilityTimeout": declared.hidden_seconds,
            "MessageRetentionPeriod": MESSAGES_DAYS * DAY,
            "RedrivePolicy": {
                "deadLetterTargetArn": arn(f"{name}DeadLetters"),
                "maxReceiveCount": declared.tries,
            },
        }
    )
    return {f"{name}Queue": queue, **_policy_of(f"{name}Queue"), **_dead_letters(name)}


def _dead_letters(name: str) -> dict[str, Json]:
    queue = _queue({"MessageRetentionPeriod": DEAD_LETTERS_DAYS * DAY})
    return {f"{name}DeadLetters": queue, **_policy_of(f"{name}DeadLetters")}


def _queue(properties: Json) -> Json:
    return resource("SQS::Queue", properties | {"SqsManagedSseEnabled": True}, Metadata=ENCRYPTED)


def _policy_of(queue: str, *statements: Json) -> dict[str, Json]:
    document = policy(*statements, deny_without_tls("sqs:*", arn(queue)))
    properties = {"Queues": [ref(queue)], "PolicyDocument": document}
    return {f"{queue}Policy": resource("SQS::QueuePolicy", properties)}


def _new_files() -> Json:
    """Allow the bucket to send notifications of new files to the import queue."""
    bucket = sub("arn:${AWS::Partition}:s3:::" + BUCKET_NAME)
    return allow(
        "sqs:SendMessage",
        arn("ImportQueue"),
        sid="NewFiles",
        Principal={"Service": "s3.amazonaws.com"},
        Condition={**OWN_ACCOUNT, "ArnEquals": {"aws:SourceArn": bucket}},
    )

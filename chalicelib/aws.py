"""Create clients and sessions of AWS; `wiring` decides when, and keeps them."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.storage.outages import code_of, outages_named
from chalicelib.storage.table_keys import is_tenant

SESSION_SECONDS = 3600
"""Duration of a session for one tenant; AWS allows no more if a role assumes a role."""


def new_session() -> Any:
    """A session with the credentials of the environment."""
    import boto3

    return boto3.Session()


def make_client(session: Any, name: str) -> Any:
    """A client of a service, with our timeouts and retries."""
    from botocore.config import Config

    # A request has 29 seconds, of which the writer uses `write_seconds`. A last call of DynamoDB
    # that times out must fit into the rest. So must an analysis, which has no time for a second
    # attempt.
    attempts, read_seconds = {"dynamodb": (2, 3), "lambda": (1, 20)}.get(name, (3, 10))
    config = Config(
        connect_timeout=2,
        read_timeout=read_seconds,
        retries={"mode": "standard", "total_max_attempts": attempts},
        signature_version="s3v4" if name == "s3" else None,
        s3={"addressing_style": "path"} if name == "s3" else None,
    )
    return session.client(name, config=config)


def session_for_tenant(sts: Any, role: str, tenant: str, region: str) -> Any:
    """Assume the role with the tenant as a tag of the session; the role's policy checks the tag."""
    import boto3

    if not is_tenant(tenant):  # before the name is used in a call
        raise ValueError(f"{tenant!r} is not a tenant name")
    with outages_named():
        credentials = sts.assume_role(
            RoleArn=role,
            RoleSessionName=f"tenant-{tenant}",
            Tags=[{"Key": "tenant", "Value": tenant}],
            DurationSeconds=SESSION_SECONDS,
        )["Credentials"]
    return boto3.Session(
        credentials["AccessKeyId"],
        credentials["SecretAccessKey"],
        credentials["SessionToken"],
        region_name=region,
    )


def managed_secret(client: Any, arn: str, *, stage: str = "AWSCURRENT") -> str | None:
    """Get a version of a secret in Secrets Manager; None if there is no previous one."""
    from botocore.exceptions import ClientError

    try:
        with outages_named():
            answer = client.get_secret_value(SecretId=arn, VersionStage=stage)
    except ClientError as error:
        if stage == "AWSPREVIOUS" and code_of(error) == "ResourceNotFoundException":
            return None
        raise
    text: str = answer["SecretString"]
    return text


def send_message(sqs: Any, url: str, body: str, *, tenant: str, **options: int) -> None:
    """Send a message to a queue.

    The tenant is the message group: while one tenant has many messages, SQS delivers those of
    other tenants first (fair queues).
    """
    with outages_named():
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=tenant, **options)


def start_execution(stepfunctions: Any, machine: str, name: str, text: str) -> bool:
    """Start an execution of a state machine; False if one with this name exists."""
    from botocore.exceptions import ClientError

    try:
        with outages_named():
            stepfunctions.start_execution(stateMachineArn=machine, name=name, input=text)
    except ClientError as error:
        if code_of(error) == "ExecutionAlreadyExists":
            return False
        raise
    return True


def invoke(client: Any, function: str, text: str) -> Any:
    """Call a Lambda function and return its result.

    Raises
    ------
    StoreUnavailable
        If the function cannot run now, or does not return in time.
    RuntimeError
        If it fails.
    """
    with outages_named("the analysis"):
        answer = client.invoke(FunctionName=function, Payload=text.encode())
        result = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise RuntimeError(f"the analysis failed with {result.get('errorType')}")
    return result

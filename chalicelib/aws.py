"""How clients and sessions of AWS are made; `wiring` decides when, and keeps them."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.storage.outages import code_of, outages_named
from chalicelib.storage.table_keys import is_tenant

SESSION_SECONDS = 3600
"""How long a session for one tenant lasts; of roles that roles assume AWS allows no more."""


def new_session() -> Any:
    """A session with the credentials of the environment."""
    import boto3

    return boto3.Session()


def make_client(session: Any, name: str) -> Any:
    """A client of a service, with our timeouts and retries."""
    from botocore.config import Config

    # A request has 29 seconds, of which the writer uses `write_seconds`; a last call of DynamoDB
    # that does not answer must fit into the rest; an analysis must, too, and two have no time.
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
    """A session of the role with the tenant as its tag, which the role's policy goes by."""
    import boto3

    if not is_tenant(tenant):  # before anything is asked for in this name
        raise ValueError(f"{tenant!r} is no name of a tenant")
    with outages_named():
        given = sts.assume_role(
            RoleArn=role,
            RoleSessionName=f"tenant-{tenant}",
            Tags=[{"Key": "tenant", "Value": tenant}],
            DurationSeconds=SESSION_SECONDS,
        )["Credentials"]
    return boto3.Session(
        given["AccessKeyId"],
        given["SecretAccessKey"],
        given["SessionToken"],
        region_name=region,
    )


def managed_secret(client: Any, arn: str, *, stage: str = "AWSCURRENT") -> str | None:
    """A version of a secret in Secrets Manager; None if there is no previous one."""
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
    """Put a message into a queue.

    Messages of a tenant are a group: SQS hands out those of other tenants first while one tenant
    has many (fair queues).
    """
    with outages_named():
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=tenant, **options)


def start_execution(stepfunctions: Any, machine: str, name: str, text: str) -> bool:
    """Start an execution of a state machine; False if there was one of this name already."""
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
    """What a Lambda function returns.

    Raises
    ------
    StoreUnavailable
        If the function cannot run now, or does not answer in time.
    RuntimeError
        If it fails.
    """
    with outages_named("the analysis"):
        answer = client.invoke(FunctionName=function, Payload=text.encode())
        told = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise RuntimeError(f"the analysis fails with {told.get('errorType')}")
    return told

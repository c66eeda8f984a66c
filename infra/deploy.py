"""Deploys the output of `make package` with CloudFormation: creates a stack or updates it.

    python -m infra.deploy --stage dev [--alarm-email you@example.org] [--package build/package]

Each zip is uploaded to a separate bucket under the digest of its content. So a function changes
only if its code changes, and earlier versions stay available. Credentials and region come from the
environment, as for the AWS command line.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.packaging.targets import PACKAGES

MAY = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
DEPLOY_SECONDS = 1800.0
LOOKED_EVERY = 2.0
UNUSABLE = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED")
NOTHING_TO_DO = "No updates are to be performed"

ClientOf = Callable[[str], Any]
"""Returns the client of a service."""


class DeploymentError(Exception):
    """The stack is not in the expected state; the message has a reason for each resource."""


@dataclass(frozen=True)
class Stack:
    """A deployed stack."""

    outputs: Mapping[str, str]
    names: Mapping[str, str]
    """Logical -> physical names."""


def deploy(
    client: ClientOf,
    folder: Path,
    stage: str,
    *,
    parameters: Mapping[str, str] | None = None,
) -> Stack:
    """Upload the packages and create or update the stack of a stage.

    Parameters
    ----------
    folder : Path
        The output of `make package`.
    parameters : mapping, optional
        Parameters of the template in addition to the stage; others keep their values.

    Raises
    ------
    DeploymentError
        If a resource could not be created.
    """
    cloudformation, name = client("cloudformation"), stack_name(stage)
    template = json.loads((folder / "template.json").read_text(encoding="utf-8"))
    account = client("sts").get_caller_identity()["Account"]
    code = _code_bucket(client, account)
    keys = {
        package.name: _upload(client, account, code, folder / f"{package.name}.zip")
        for package in PACKAGES
    }
    body = json.dumps(with_code(template, code, keys)).encode()
    place = f"template-{hashlib.sha256(body).hexdigest()[:16]}.json"
    client("s3").put_object(Bucket=code, Key=place, Body=body, ExpectedBucketOwner=account)
    given = {"Stage": stage, **(parameters or {})}
    request = {
        "StackName": name,
        "TemplateURL": _url_of(client, code, place),
        "Capabilities": MAY,
        "Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in given.items()],
    }
    before = _state(cloudformation, name)
    if before is not None and before["StackStatus"] in UNUSABLE:
        raise DeploymentError(
            f"{name} is {before['StackStatus']}: the first deployment failed, and this stack "
            f"cannot be updated. Delete it and deploy again (docs/deploy.md)"
        )
    if before is None:
        cloudformation.create_stack(**request)
    else:
        known = {one["ParameterKey"] for one in before.get("Parameters", ())}
        kept = [one for one in template["Parameters"] if one in known and one not in given]
        request["Parameters"] += [{"ParameterKey": k, "UsePreviousValue": True} for k in kept]
        try:
            cloudformation.update_stack(**request)
        except cloudformation.exceptions.ClientError as error:
            if NOTHING_TO_DO not in str(error):
                raise
            return stack_of(cloudformation, name)  # also after an update that was rolled back
    return _waited_for(cloudformation, name)


def stack_name(stage: str) -> str:
    """The name of the stack of a stage."""
    return f"likeworth-{stage}"


def with_code(template: dict[str, Any], bucket: str, keys: Mapping[str, str]) -> dict[str, Any]:
    """The template with the uploaded packages in place of local files."""
    resources = {}
    for name, one in template["Resources"].items():
        place = one.get("Properties", {}).get("CodeUri")
        if place is not None:
            code = f"s3://{bucket}/{keys[Path(place).stem]}"
            one = {**one, "Properties": {**one["Properties"], "CodeUri": code}}
        resources[name] = one
    return {**template, "Resources": resources}


def _code_bucket(client: ClientOf, account: str) -> str:
    """The bucket for the packages of this account and region; created if it does not exist.

    Somebody else can guess its name and create it first. Code must not be deployed from a bucket of
    another account.
    """
    s3 = client("s3")
    region = s3.meta.region_name
    bucket = f"likeworth-code-{account}-{region}"
    where = {} if region == "us-east-1" else {"LocationConstraint": region}
    try:
        s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=account)
    except s3.exceptions.ClientError as error:
        code = error.response["Error"]["Code"]
        if code in ("403", "AccessDenied"):
            raise DeploymentError(
                f"the bucket {bucket} belongs to another account, or access to it is denied"
            ) from error
        if code not in ("404", "NoSuchBucket"):
            raise
        options = {"CreateBucketConfiguration": where} if where else {}
        s3.create_bucket(Bucket=bucket, **options)
        s3.put_public_access_block(
            Bucket=bucket,
            PublicAccessBlockConfiguration=dict.fromkeys(
                (
                    "BlockPublicAcls",
                    "IgnorePublicAcls",
                    "BlockPublicPolicy",
                    "RestrictPublicBuckets",
                ),
                True,
            ),
        )
    return bucket


def _upload(client: ClientOf, account: str, bucket: str, path: Path) -> str:
    with path.open("rb") as packed:
        digest = hashlib.file_digest(packed, "sha256").hexdigest()
    key = f"{path.stem}-{digest[:16]}.zip"
    owner = {"ExpectedBucketOwner": account}
    client("s3").upload_file(str(path), bucket, key, ExtraArgs=owner)
    return key


def _url_of(client: ClientOf, bucket: str, key: str) -> str:
    endpoint = str(client("s3").meta.endpoint_url)
    return f"{endpoint}/{bucket}/{key}"


def _state(cloudformation: Any, name: str) -> dict[str, Any] | None:
    """CloudFormation's description of the stack; None if it does not exist."""
    try:
        (described,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except cloudformation.exceptions.ClientError as error:
        if "does not exist" not in str(error):
            raise
        return None
    found: dict[str, Any] = described
    return None if found["StackStatus"] == "DELETE_COMPLETE" else found


def _waited_for(cloudformation: Any, name: str) -> Stack:
    deadline = time.monotonic() + DEPLOY_SECONDS
    while True:
        state = _state(cloudformation, name)
        if state is None:
            raise DeploymentError(f"{name} does not exist")
        if not state["StackStatus"].endswith("IN_PROGRESS") or time.monotonic() > deadline:
            break
        time.sleep(LOOKED_EVERY)
    if state["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        happened = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
        why = [
            f"{one['LogicalResourceId']}: {one.get('ResourceStatusReason')}"
            for one in happened
            if one["ResourceStatus"].endswith("FAILED")
        ]
        raise DeploymentError(f"{name} is {state['StackStatus']}: {'; '.join(why)}")
    return stack_of(cloudformation, name)


def stack_of(cloudformation: Any, name: str) -> Stack:
    """Return the deployed stack with this name.

    Raises
    ------
    DeploymentError
        If there is no such stack.
    """
    state = _state(cloudformation, name)
    if state is None:
        raise DeploymentError(f"{name} does not exist")
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=name)
    made = [one for page in pages for one in page["StackResourceSummaries"]]
    return Stack(
        {one["OutputKey"]: one["OutputValue"] for one in state.get("Outputs", ())},
        {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in made},
    )


def main() -> int:
    """Deploy, and print the address of the service and how to create the first API key."""
    import boto3
    from botocore.exceptions import NoCredentialsError, NoRegionError

    parser = argparse.ArgumentParser(prog="make deploy", description=__doc__)
    parser.add_argument("--stage", choices=("dev", "prod"), required=True)
    parser.add_argument("--package", type=Path, default=Path("build/package"), metavar="DIR")
    parser.add_argument("--alarm-email", metavar="ADDRESS", help="e-mail address for alarms")
    parser.add_argument(
        "--no-gateway-logs",
        action="store_true",
        help="if another stack of the account and region has already set up API Gateway's logs",
    )
    given = parser.parse_args()
    parameters = {"SetUpGatewayLogs": "no"} if given.no_gateway_logs else {}
    parameters |= {"AlarmEmail": given.alarm_email} if given.alarm_email else {}
    session = boto3.Session(region_name=os.environ.get("AWS_REGION"))
    try:
        stack = deploy(session.client, given.package, given.stage, parameters=parameters)
    except (DeploymentError, NoRegionError, NoCredentialsError) as error:
        print(f"deploy: {error}", file=sys.stderr)
        return 1
    outputs = stack.outputs
    print(f"{stack_name(given.stage)} is at {outputs['EndpointURL'].rstrip('/')}")
    print(
        "Create the first API key of a tenant:\n\n"
        f"  LIKEWORTH_TABLE={outputs['TableName']} LIKEWORTH_BUCKET={outputs['BucketName']} "
        f"LIKEWORTH_SECRET_ARN={outputs['RootSecretArn']} \\\n"
        "    .venv/bin/python -m chalicelib keys create --tenant acme --role admin"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

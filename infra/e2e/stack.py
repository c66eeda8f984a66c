"""The stack: its template and packages handed over as a deployment does, by CloudFormation."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.e2e.ministack import REGION, Server
from infra.packaging.targets import PACKAGES

NAME = "likeworth-e2e"
CODE = "likeworth-code"
MAY = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
DEPLOY_SECONDS = 300.0


class DeploymentError(Exception):
    """The stack was not made; says of each resource why."""


@dataclass(frozen=True)
class Stack:
    """What was deployed.

    Attributes
    ----------
    outputs : dict of str to str
    names : dict of str to str
        Logical -> physical names.
    """

    outputs: Mapping[str, str]
    names: Mapping[str, str]


def deploy(server: Server, folder: Path, stage: str) -> Stack:
    """Upload what `make package` made, and make the stack.

    Raises
    ------
    DeploymentError
        If a resource could not be made.
    """
    s3, cloudformation = server.client("s3"), server.client("cloudformation")
    s3.create_bucket(Bucket=CODE, CreateBucketConfiguration={"LocationConstraint": REGION})
    for package in PACKAGES:
        s3.upload_file(str(folder / f"{package.name}.zip"), CODE, f"{package.name}.zip")
    template = without_what_it_cannot(json.loads((folder / "template.json").read_text()))
    s3.put_object(Bucket=CODE, Key="template.json", Body=json.dumps(with_code(template)))
    cloudformation.create_stack(
        StackName=NAME,
        TemplateURL=f"{server.endpoint}/{CODE}/template.json",
        Capabilities=MAY,
        Parameters=[{"ParameterKey": "Stage", "ParameterValue": stage}],
    )
    deadline = time.monotonic() + DEPLOY_SECONDS
    while True:
        (told,) = cloudformation.describe_stacks(StackName=NAME)["Stacks"]
        if not told["StackStatus"].endswith("IN_PROGRESS") or time.monotonic() > deadline:
            break
        time.sleep(0.5)
    if told["StackStatus"] != "CREATE_COMPLETE":
        happened = cloudformation.describe_stack_events(StackName=NAME)["StackEvents"]
        why = [
            f"{one['LogicalResourceId']}: {one.get('ResourceStatusReason')}"
            for one in happened
            if one["ResourceStatus"].endswith("FAILED")
        ]
        raise DeploymentError(f"{told['StackStatus']}: {'; '.join(why)}")
    made = cloudformation.describe_stack_resources(StackName=NAME)["StackResources"]
    return Stack(
        {one["OutputKey"]: one["OutputValue"] for one in told["Outputs"]},
        {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in made},
    )


def with_code(template: dict[str, Any]) -> dict[str, Any]:
    """The template with the uploaded packages, as `aws cloudformation package` makes it."""
    resources = {}
    for name, one in template["Resources"].items():
        place = one.get("Properties", {}).get("CodeUri")
        if place is not None:
            code = f"s3://{CODE}/{place.removeprefix('./')}"
            one = {**one, "Properties": {**one["Properties"], "CodeUri": code}}
        resources[name] = one
    return {**template, "Resources": resources}


def without_what_it_cannot(template: dict[str, Any]) -> dict[str, Any]:
    """The template without alarms on sums of metrics, which MiniStack does not know."""
    resources = {
        name: one
        for name, one in template["Resources"].items()
        if one["Type"] != "AWS::CloudWatch::Alarm" or "Metrics" not in one["Properties"]
    }
    return {**template, "Resources": resources}

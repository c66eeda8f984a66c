"""Deployments: the packaged template with uploaded code, and the part for MiniStack."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra import deploy
from infra.deploy import DeploymentError, with_code
from infra.e2e.__main__ import known
from infra.packaging.targets import ARCHITECTURES, PACKAGES
from infra.packaging.template import deployable
from tests import packaged
from tests.conftest import Cloud, session

TINY: dict[str, Any] = {
    "Parameters": {
        "Stage": {"Type": "String"},
        "AlarmEmail": {"Type": "String", "Default": ""},
    },
    "Resources": {
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Stage"}}}
    },
    "Outputs": {"Mail": {"Value": {"Ref": "AlarmEmail"}}},
}


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    """The packaged template; packaging takes seconds, which collection must not take."""
    return deployable(packaged.template(), ARCHITECTURES["x86_64"])


def test_every_function_gets_the_code_of_its_package(template: dict[str, Any]) -> None:
    before = copy.deepcopy(template)
    keys = {package.name: f"{package.name}-0123.zip" for package in PACKAGES}
    made = with_code(template, "code", keys)
    for package in PACKAGES:
        for name in package.functions:
            place = made["Resources"][name]["Properties"]["CodeUri"]
            assert place == f"s3://code/{package.name}-0123.zip"
    assert before == template
    for name, one in made["Resources"].items():
        if one["Type"] != "AWS::Serverless::Function":
            assert one == template["Resources"][name]


ON_SUMS = {"FitMachineAlarm", "TableErrorsAlarm", "TableThrottlesAlarm", "ThrottlesAlarm"}
"""Alarms on several metrics."""


def test_ministack_gets_everything_but_the_budget_and_alarms_on_several_metrics(
    template: dict[str, Any],
) -> None:
    made = known(template)
    gone = set(template["Resources"]) - set(made["Resources"])
    assert gone == {"Budget"} | ON_SUMS
    assert template["Resources"]["Budget"]["Type"] == "AWS::Budgets::Budget"
    for name in ON_SUMS:
        one = template["Resources"][name]
        assert one["Type"] == "AWS::CloudWatch::Alarm"
        assert "Metrics" in one["Properties"]
    assert {**made, "Resources": 0} == {**template, "Resources": 0}


def with_cloudformation(cloudformation: Any) -> Callable[[str], Any]:
    """The clients of moto, and another one of CloudFormation."""
    return lambda name: cloudformation if name == "cloudformation" else session().client(name)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small version of the output of `make package`."""
    monkeypatch.setattr(deploy, "LOOKED_EVERY", 0.0)
    for package in PACKAGES:
        (tmp_path / f"{package.name}.zip").write_bytes(package.name.encode())
    (tmp_path / "template.json").write_text(json.dumps(TINY))
    return tmp_path


def test_a_stack_is_created_then_updated_then_left_unchanged(cloud: Cloud, folder: Path) -> None:
    client = session().client
    first = deploy.deploy(client, folder, "dev", parameters={"AlarmEmail": "a@example.org"})
    assert first.outputs == {"Mail": "a@example.org"}
    assert "dev" in first.names["Queue"]
    again = deploy.deploy(client, folder, "dev")
    assert again.outputs == first.outputs
    template = {**TINY, "Outputs": {**TINY["Outputs"], "Stage": {"Value": {"Ref": "Stage"}}}}
    (folder / "template.json").write_text(json.dumps(template))
    (folder / "thin.zip").write_bytes(b"changed")
    changed = deploy.deploy(client, folder, "dev")
    assert changed.outputs == {"Mail": "a@example.org", "Stage": "dev"}
    kept = client("s3").list_objects_v2(Bucket="likeworth-code-123456789012-eu-central-1")
    names = [one["Key"] for one in kept["Contents"]]
    assert len([one for one in names if one.startswith("thin-")]) == 2
    assert len([one for one in names if one.startswith("whole-")]) == 1


def test_an_update_can_add_parameters(cloud: Cloud, folder: Path) -> None:
    client = session().client
    deploy.deploy(client, folder, "dev")
    asked = []

    class Watched:
        exceptions = client("cloudformation").exceptions

        def __getattr__(self, name: str) -> Any:
            return getattr(client("cloudformation"), name)

        def update_stack(self, **given: Any) -> None:
            asked.extend(given["Parameters"])

    template = copy.deepcopy(TINY)
    template["Parameters"]["New"] = {"Type": "String", "Default": "x"}
    (folder / "template.json").write_text(json.dumps(template))
    deploy.deploy(with_cloudformation(Watched()), folder, "dev")
    assert asked == [
        {"ParameterKey": "Stage", "ParameterValue": "dev"},
        {"ParameterKey": "AlarmEmail", "UsePreviousValue": True},
    ]


def test_a_stack_with_several_pages_of_resources_is_read_completely(
    cloud: Cloud, folder: Path
) -> None:
    many = {f"Topic{n}": {"Type": "AWS::SNS::Topic"} for n in range(120)}
    (folder / "template.json").write_text(json.dumps({**TINY, "Resources": many}))
    assert set(deploy.deploy(session().client, folder, "dev").names) == set(many)


def test_packages_are_not_uploaded_to_a_bucket_of_another_account(
    cloud: Cloud, folder: Path
) -> None:
    taken = "likeworth-code-123456789012-eu-central-1"
    session().client("s3").create_bucket(
        Bucket=taken, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    asked = []

    def client(name: str) -> Any:
        made = session().client(name)
        if name == "s3":
            made.meta.events.register("before-parameter-build.s3", note)
        return made

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        asked.append((model.name, params.get("ExpectedBucketOwner")))

    deploy.deploy(client, folder, "dev")
    assert {"HeadBucket", "PutObject"} <= {operation for operation, _ in asked}
    assert {owner for _, owner in asked} == {"123456789012"}


def test_a_bucket_without_access_is_reported() -> None:
    class Strange:
        meta = type("Meta", (), {"region_name": "eu-central-1"})
        exceptions = session().client("s3").exceptions

        def head_bucket(self, **_: Any) -> None:
            raise ClientError({"Error": {"Code": "403"}}, "HeadBucket")

    with pytest.raises(DeploymentError, match="another account"):
        deploy._code_bucket(lambda _: Strange(), "123456789012")


class RolledBack:
    """A CloudFormation that rolled back an update and has no update for the old template."""

    def __init__(self) -> None:
        self.exceptions = session().client("cloudformation").exceptions

    def describe_stacks(self, **_: Any) -> Any:
        return {"Stacks": [{"StackStatus": "UPDATE_ROLLBACK_COMPLETE", "Parameters": []}]}

    def update_stack(self, **_: Any) -> None:
        message = "No updates are to be performed."
        raise ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "UpdateStack")

    def get_paginator(self, _: str) -> Any:
        queue = {"LogicalResourceId": "Queue", "PhysicalResourceId": "q"}
        page = {"StackResourceSummaries": [queue]}
        return SimpleNamespace(paginate=lambda **_: [page])


def test_a_stack_that_was_rolled_back_can_be_deployed_again(cloud: Cloud, folder: Path) -> None:
    stack = deploy.deploy(with_cloudformation(RolledBack()), folder, "dev")
    assert stack.names == {"Queue": "q"}


class Failed:
    """A CloudFormation that failed to create a stack."""

    def __init__(self) -> None:
        self.exceptions = session().client("cloudformation").exceptions

    def describe_stacks(self, **_: Any) -> Any:
        return {"Stacks": [{"StackStatus": "ROLLBACK_COMPLETE"}]}

    def describe_stack_events(self, **_: Any) -> Any:
        failed = {"ResourceStatus": "CREATE_FAILED", "ResourceStatusReason": "no room"}
        done = {"LogicalResourceId": "Other", "ResourceStatus": "CREATE_COMPLETE"}
        return {"StackEvents": [{"LogicalResourceId": "Queue"} | failed, done]}


def test_a_failed_stack_is_reported_with_its_reasons() -> None:
    with pytest.raises(DeploymentError, match="ROLLBACK_COMPLETE: Queue: no room"):
        deploy._waited_for(Failed(), "likeworth-dev")


def test_a_failed_first_deployment_is_reported_and_not_updated(cloud: Cloud, folder: Path) -> None:
    with pytest.raises(DeploymentError, match=r"docs/deploy\.md"):
        deploy.deploy(with_cloudformation(Failed()), folder, "dev")

"""Deployments: the packaged template with uploaded code; what MiniStack gets of it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from infra import deploy
from infra.deploy import DeploymentError, with_code
from infra.e2e.__main__ import known
from infra.packaging.targets import ARCHITECTURES, PACKAGES
from infra.packaging.template import deployable
from tests import packaged
from tests.conftest import Cloud, session

TEMPLATE = deployable(packaged.template(), ARCHITECTURES["x86_64"])
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


def test_every_function_has_the_code_of_its_package() -> None:
    before = copy.deepcopy(TEMPLATE)
    keys = {package.name: f"{package.name}-0123.zip" for package in PACKAGES}
    made = with_code(TEMPLATE, "code", keys)
    for package in PACKAGES:
        for name in package.functions:
            place = made["Resources"][name]["Properties"]["CodeUri"]
            assert place == f"s3://code/{package.name}-0123.zip"
    assert before == TEMPLATE
    for name, one in made["Resources"].items():
        if one["Type"] != "AWS::Serverless::Function":
            assert one == TEMPLATE["Resources"][name]


def test_only_alarms_on_sums_are_left_out_for_ministack() -> None:
    made = known(TEMPLATE)
    gone = set(TEMPLATE["Resources"]) - set(made["Resources"])
    assert gone
    for name in gone:
        one = TEMPLATE["Resources"][name]
        assert one["Type"] == "AWS::CloudWatch::Alarm"
        assert "Metrics" in one["Properties"]
    assert {**made, "Resources": 0} == {**TEMPLATE, "Resources": 0}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What `make package` makes, in small."""
    monkeypatch.setattr(deploy, "LOOKED_EVERY", 0.0)
    for package in PACKAGES:
        (tmp_path / f"{package.name}.zip").write_bytes(package.name.encode())
    (tmp_path / "template.json").write_text(json.dumps(TINY))
    return tmp_path


def test_a_stack_is_made_and_then_changed_and_then_left_alone(cloud: Cloud, folder: Path) -> None:
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


WHY = [
    {
        "LogicalResourceId": "Queue",
        "ResourceStatus": "CREATE_FAILED",
        "ResourceStatusReason": "no room",
    },
    {"LogicalResourceId": "Other", "ResourceStatus": "CREATE_COMPLETE"},
]


class Failed:
    """A CloudFormation that could not make a stack."""

    def __init__(self) -> None:
        self.exceptions = session().client("cloudformation").exceptions

    def describe_stacks(self, **_: Any) -> Any:
        return {"Stacks": [{"StackStatus": "ROLLBACK_COMPLETE"}]}

    def describe_stack_events(self, **_: Any) -> Any:
        return {"StackEvents": WHY}


def test_a_stack_that_cannot_be_made_says_why() -> None:
    with pytest.raises(DeploymentError, match="ROLLBACK_COMPLETE: Queue: no room"):
        deploy._waited_for(Failed(), "likeworth-dev")


def test_what_a_failed_first_try_left_is_not_changed_but_told(cloud: Cloud, folder: Path) -> None:
    def client(name: str) -> Any:
        return Failed() if name == "cloudformation" else session().client(name)

    with pytest.raises(DeploymentError, match=r"docs/deploy\.md"):
        deploy.deploy(client, folder, "dev")

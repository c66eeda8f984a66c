"""The packaged template: what `app.py`, the functions and `infra/stack/` declare fits together.

What the template contains is held by the golden; here are the rules between things that are
declared in different places.
"""

from __future__ import annotations

import json
import re
from dataclasses import fields
from typing import Any

import pytest

import app
from chalicelib.settings import PREFIX, Settings
from infra.stack import STAGES, lambdas
from infra.stack.gateway import PUBLIC_PATHS, REJECTIONS
from infra.stack.lambdas import FUNCTIONS as DECLARED
from infra.stack.queues import DAY, DEAD_LETTERS_DAYS, MESSAGES_DAYS
from tests import packaged
from tests.packaged import FUNCTIONS, ROOT


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    """The packaged template."""
    return packaged.template()


def properties(template: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = template["Resources"][name]["Properties"]
    return found


def test_the_declared_functions_are_those_of_the_application(template: dict[str, Any]) -> None:
    functions = {
        name
        for name, one in template["Resources"].items()
        if one.get("Type") == "AWS::Serverless::Function"
    }
    assert functions == FUNCTIONS
    assert [name for name, one in template["Resources"].items() if "Type" not in one] == []


def test_placeholders_for_chalice_are_replaced(template: dict[str, Any]) -> None:
    text = json.dumps(template)
    for placeholder in ("from-template", "000000000000", "${AWS::AccountId}:likeworth-"):
        assert placeholder not in text


QUEUED = [(one, one.queue) for one in DECLARED if one.queue is not None]


@pytest.mark.parametrize(("function", "queue"), QUEUED, ids=lambda one: one.name)
def test_the_times_of_a_queue_match_its_function(function: Any, queue: Any) -> None:
    assert queue.hidden_seconds >= 6 * function.timeout_seconds
    # One failed attempt and its pause raise no alarm.
    assert queue.late_seconds > 2 * queue.hidden_seconds
    # All attempts fit into the retention, with time left to read the dead-letter queue.
    assert 2 * queue.tries * queue.hidden_seconds < MESSAGES_DAYS * DAY
    assert DEAD_LETTERS_DAYS - MESSAGES_DAYS >= 10


def test_messages_leave_concurrency_for_requests_in_a_new_account() -> None:
    """A new account has a concurrency limit of 10."""
    assert len(QUEUED) * lambdas.MESSAGES_AT_ONCE_IN_DEV < 10
    assert int(lambdas.stage_numbers()["dev"]["FitPartsAtOnce"]) < 10


@pytest.mark.parametrize("stage", STAGES)
def test_the_events_of_a_merge_fit_into_its_memory(stage: str) -> None:
    """docs/scale.md measured 219 MB, and 177 bytes per event."""
    given = lambdas.stage_numbers()[stage]
    needed = 219 * 10**6 + 177 * int(given["FitMergedEvents"])
    assert needed < 0.8 * int(given["FitMergeMegabytes"]) * 2**20


def test_every_environment_variable_is_a_setting(template: dict[str, Any]) -> None:
    given = set(template["Globals"]["Function"]["Environment"]["Variables"])
    for name in FUNCTIONS:
        given |= set(properties(template, name).get("Environment", {}).get("Variables", {}))
    assert given <= {PREFIX + field.name.upper() for field in fields(Settings)}


def test_the_page_lists_the_differences_of_the_stages() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    table = page.partition("\n## Stages\n")[2].partition("\n## ")[0]
    for stage in STAGES.values():
        assert f"{stage['LogDays']} days" in table
        assert f" {int(stage['RequestsPerSecond']):,} " in table
    reserved = sum(one.at_once or 0 for one in DECLARED)
    assert f" is {reserved} in total" in table
    assert f"than {reserved + 100} functions" in table


def test_every_error_of_the_gateway_is_documented() -> None:
    documented = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    for name, (code, status, _) in REJECTIONS.items():
        (written,) = re.findall(rf'<a id="{code}"></a>`{code}` \| (\d+)', documented)
        assert status is None or int(written) == status, name


def test_the_gateway_accepts_every_method(template: dict[str, Any]) -> None:
    methods = {"get", "head", "post", "put", "patch", "delete", "options"}
    for path, given in properties(template, "RestAPI")["DefinitionBody"]["paths"].items():
        expected = methods if "get" in given else methods - {"head"}
        assert expected <= set(given), path


def test_every_public_path_has_the_lower_rate_limit() -> None:
    public = {route.path for route in app.app.declared.values() if route.public}
    assert set(PUBLIC_PATHS) == public - {"/v1/health"}  # load balancers call it often
    for stage in STAGES.values():
        assert int(stage["PublicRequestsPerSecond"]) * 2 <= int(stage["RequestsPerSecond"])
        assert int(stage["RequestsPerSecond"]) * 60 >= 10 * Settings().rate_limit


REACHED = ("AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::SNS::Topic")


def test_every_resource_requires_tls(template: dict[str, Any]) -> None:
    closed = {
        json.dumps(statement["Resource"])
        for one in template["Resources"].values()
        for statement in one["Properties"].get("PolicyDocument", {}).get("Statement", ())
        if statement["Effect"] == "Deny"
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    }
    for name, one in template["Resources"].items():
        if one["Type"] in REACHED:
            assert any(f'"{name}"' in resource for resource in closed), name


NAMES = re.compile(r"(Bucket|Queue|Table|Function|Role|Topic|LogGroup|Alarm|Dashboard)?Name")


def test_two_stages_can_share_an_account(template: dict[str, Any]) -> None:
    """Every explicit name contains the stage; AWS generates the others."""
    named = {
        f"{name}.{key}": value
        for name, one in template["Resources"].items()
        for key, value in one.get("Properties", {}).items()
        if NAMES.fullmatch(key)
        and not one["Type"].endswith("Permission")
        and one["Type"] not in ("AWS::CloudWatch::Alarm", "AWS::Logs::MetricFilter")
    }
    named["title"] = properties(template, "RestAPI")["DefinitionBody"]["info"]["title"]
    assert set(named) == {"Bucket.BucketName", "Dashboard.DashboardName", "title"}
    assert all("${Stage}" in value["Fn::Sub"] for value in named.values())
    assert "Default" not in template["Parameters"]["Stage"]  # the stage must be chosen
    allowed = template["Parameters"]["Stage"]["AllowedValues"]
    assert set(allowed) == set(template["Mappings"]["Stages"]) == set(packaged.stages())
    dev, prod = template["Mappings"]["Stages"].values()
    assert set(dev) == set(prod)


def test_the_chalice_stages_differ_only_in_a_tag() -> None:
    texts = {
        json.dumps(packaged.template(stage), sort_keys=True).replace(f":stage={stage}:", "")
        for stage in packaged.stages()
    }
    assert len(texts) == 1

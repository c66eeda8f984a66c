"""The packaged template: what `app.py` asks for and `infra/resources.json` adds fit together."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from typing import Any

import pytest

from chalicelib.settings import PREFIX, Settings
from tests import packaged
from tests.packaged import FUNCTIONS, ROOT


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    """What `chalice package` makes of the application."""
    return packaged.template()


def properties(template: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = template["Resources"][name]["Properties"]
    return found


def test_every_function_is_one_of_the_application(template: dict[str, Any]) -> None:
    functions = {
        name
        for name, one in template["Resources"].items()
        if one.get("Type") == "AWS::Serverless::Function"
    }
    assert functions == FUNCTIONS
    typeless = [name for name, one in template["Resources"].items() if "Type" not in one]
    assert typeless == []


def test_every_queue_that_is_listened_to_is_made_and_answers_item_by_item(
    template: dict[str, Any],
) -> None:
    made = {
        one["Properties"].get("QueueName"): name
        for name, one in template["Resources"].items()
        if one["Type"] == "AWS::SQS::Queue"
    }
    for name in ("Import", "Fit", "Totals"):
        source = properties(template, f"{name}Handler")["Events"][f"{name}HandlerSqsEventSource"]
        queue = source["Properties"]["Queue"]["Fn::Sub"].rpartition(":")[2]
        assert made[queue] == f"{name}Queue"
        assert source["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        # The queue is there before it: its URL stands in the function's variables.
        variable = template["Globals"]["Function"]["Environment"]["Variables"]
        assert variable[f"LIKEWORTH_{name.upper()}_QUEUE_URL"] == {"Ref": f"{name}Queue"}
        assert template["Resources"][f"{name}Handler"]["DependsOn"] == [f"{name}Policy"]


def test_a_message_stays_hidden_longer_than_its_function_may_run(template: dict[str, Any]) -> None:
    for name in ("Import", "Fit", "Totals"):
        hidden = properties(template, f"{name}Queue")["VisibilityTimeout"]
        assert hidden >= 6 * properties(template, f"{name}Handler")["Timeout"]


def test_the_stream_is_that_of_the_table(template: dict[str, Any]) -> None:
    events = properties(template, "AggregateHandler")["Events"]
    source = events["AggregateHandlerDynamodbEventSource"]["Properties"]
    assert source["Stream"] == {"Fn::GetAtt": ["Table", "StreamArn"]}
    assert source["DestinationConfig"]["OnFailure"]["Destination"] == {
        "Fn::GetAtt": ["StreamDeadLetters", "Arn"]
    }


def test_every_variable_is_a_setting(template: dict[str, Any]) -> None:
    given = set(template["Globals"]["Function"]["Environment"]["Variables"])
    assert given <= {PREFIX + field.name.upper() for field in fields(Settings)}


def test_the_table_expires_items_and_can_be_restored(template: dict[str, Any]) -> None:
    table = properties(template, "Table")
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
    assert table["StreamSpecification"] == {"StreamViewType": "KEYS_ONLY"}
    assert template["Resources"]["Table"]["DeletionPolicy"] == "Retain"


def test_the_bucket_is_nobody_elses(template: dict[str, Any]) -> None:
    bucket = properties(template, "Bucket")
    closed = bucket["PublicAccessBlockConfiguration"]
    assert closed == dict.fromkeys(
        ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
    )
    (rule,) = bucket["OwnershipControls"]["Rules"]
    assert rule == {"ObjectOwnership": "BucketOwnerEnforced"}
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]


def test_what_the_gateway_refuses_by_itself_is_a_documented_problem(
    template: dict[str, Any],
) -> None:
    documented = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    responses = properties(template, "RestAPI")["GatewayResponses"]
    assert {"MISSING_AUTHENTICATION_TOKEN", "THROTTLED", "QUOTA_EXCEEDED"} <= set(responses)
    assert {"DEFAULT_4XX", "DEFAULT_5XX"} <= set(responses)
    for name, one in responses.items():
        body = json.loads(one["ResponseTemplates"]["application/json"])
        headers = one["ResponseParameters"]["Headers"]
        assert headers["Content-Type"] == "'application/problem+json'"
        assert body["type"] == f"/docs/errors#{body['code']}"
        assert {"title", "detail"} <= set(body)
        assert str(body.get("status")) == str(one.get("StatusCode"))
        assert ("Retry-After" in headers) == (body.get("status") in (429, 503))
        row = rf'<a id="{body["code"]}"></a>`{body["code"]}` \| (\d+)'
        (status,) = re.findall(row, documented)
        assert name == "DEFAULT_4XX" or int(status) == body["status"]


def test_the_gateway_hands_on_every_method_and_every_byte(template: dict[str, Any]) -> None:
    described = properties(template, "RestAPI")["DefinitionBody"]
    assert described["x-amazon-apigateway-binary-media-types"] == ["*/*"]
    methods = {"get", "head", "post", "put", "patch", "delete", "options"}
    for path, given in described["paths"].items():
        expected = methods if "get" in given else methods - {"head"}
        assert expected <= set(given), path


def test_the_gateway_takes_no_more_requests_than_it_says(template: dict[str, Any]) -> None:
    (every,) = properties(template, "RestAPI")["MethodSettings"]
    assert (every["HttpMethod"], every["ResourcePath"]) == ("*", "/*")
    assert every["ThrottlingRateLimit"] * 60 >= 10 * Settings().rate_limit
    assert every["ThrottlingBurstLimit"] > 0

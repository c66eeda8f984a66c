"""The packaged template: what `app.py` asks for and `infra/resources.json` adds fit together."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from typing import Any

import pytest

import app
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


def by_stage(name: str) -> dict[str, Any]:
    """What differs between stages, under this name in the mapping."""
    return {"Fn::FindInMap": ["Stages", {"Ref": "Stage"}, name]}


def test_every_function_is_one_of_the_application(template: dict[str, Any]) -> None:
    functions = {
        name
        for name, one in template["Resources"].items()
        if one.get("Type") == "AWS::Serverless::Function"
    }
    assert functions == FUNCTIONS
    typeless = [name for name, one in template["Resources"].items() if "Type" not in one]
    assert typeless == []


def test_every_queue_that_is_listened_to_is_that_of_the_template(template: dict[str, Any]) -> None:
    for name in ("Import", "Fit", "Totals"):
        source = properties(template, f"{name}Handler")["Events"][f"{name}HandlerSqsEventSource"]
        assert source["Properties"]["Queue"] == {"Fn::Sub": f"${{{name}Queue.Arn}}"}
        assert source["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        variable = template["Globals"]["Function"]["Environment"]["Variables"]
        assert variable[f"LIKEWORTH_{name.upper()}_QUEUE_URL"] == {"Ref": f"{name}Queue"}
        dead = properties(template, f"{name}Queue")["RedrivePolicy"]["deadLetterTargetArn"]
        assert dead == {"Fn::GetAtt": [f"{name}DeadLetters", "Arn"]}


def test_nothing_that_chalice_was_told_only_to_package_is_left(template: dict[str, Any]) -> None:
    text = json.dumps(template)
    for placeholder in ("from-template", "000000000000", "${AWS::AccountId}:likeworth-"):
        assert placeholder not in text


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


def test_every_name_of_a_resource_is_given(template: dict[str, Any]) -> None:
    """None is left to be what the settings call it where nobody says otherwise."""
    given = template["Globals"]["Function"]["Environment"]["Variables"]
    assert {name.removeprefix(PREFIX).lower(): one for name, one in given.items()} == {
        "table": {"Ref": "Table"},
        "bucket": {"Ref": "Bucket"},
        "import_queue_url": {"Ref": "ImportQueue"},
        "fit_queue_url": {"Ref": "FitQueue"},
        "totals_queue_url": {"Ref": "TotalsQueue"},
        "secret_arn": {"Ref": "RootSecret"},
        "service": {"Fn::Sub": "likeworth-${Stage}"},
    }


def test_the_handbook_says_how_stages_differ(template: dict[str, Any]) -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    table = page.partition("\n## Stages\n")[2].partition("\n## ")[0]
    for stage in template["Mappings"]["Stages"].values():
        assert f"{stage['LogDays']} days" in table
        assert f" {int(stage['RequestsPerSecond']):,} " in table
    reserved = [
        properties(template, name)["ReservedConcurrentExecutions"]["Fn::If"][1]
        for name in FUNCTIONS - {"APIHandler"}
    ]
    assert f"comes to {sum(reserved)}," in table
    assert f"than {sum(reserved) + 100} functions" in table


def test_the_table_expires_items_and_can_be_restored(template: dict[str, Any]) -> None:
    table = properties(template, "Table")
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
    assert table["StreamSpecification"] == {"StreamViewType": "KEYS_ONLY"}
    for name in ("Table", "Bucket", "RootSecret"):  # but not what a failed first deployment made
        one = template["Resources"][name]
        assert one["DeletionPolicy"] == "RetainExceptOnCreate"
        assert one["UpdateReplacePolicy"] == "Retain"
    assert table["DeletionProtectionEnabled"] == by_stage("DeletionProtection")
    assert template["Mappings"]["Stages"]["prod"]["DeletionProtection"] == "true"


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


PUBLIC_ROUTES = {route.path for route in app.app.declared.values() if route.public}


def test_the_gateway_takes_no_more_requests_than_it_says(template: dict[str, Any]) -> None:
    every, *public = properties(template, "RestAPI")["MethodSettings"]
    assert (every["HttpMethod"], every["ResourcePath"]) == ("*", "/*")
    assert every["ThrottlingRateLimit"] == by_stage("RequestsPerSecond")
    assert every["ThrottlingBurstLimit"] == by_stage("RequestsAtOnce")
    routes = {"/"} | {one["ResourcePath"].replace("/~1", "/").replace("~1", "/") for one in public}
    assert routes == PUBLIC_ROUTES - {"/v1/health"}  # load balancers ask for it often
    for one in public:
        assert one["HttpMethod"] == "GET"
        assert one["ThrottlingRateLimit"] == by_stage("PublicRequestsPerSecond")
        assert one["ThrottlingBurstLimit"] == by_stage("PublicRequestsPerSecond")
    for stage in template["Mappings"]["Stages"].values():
        assert int(stage["PublicRequestsPerSecond"]) * 2 <= int(stage["RequestsPerSecond"])
        assert int(stage["RequestsPerSecond"]) * 60 >= 10 * Settings().rate_limit
        assert int(stage["RequestsAtOnce"]) > 0
    plan = properties(template, "UsagePlan")
    assert plan["ApiStages"] == [{"ApiId": {"Ref": "RestAPI"}, "Stage": {"Ref": "RestAPI.Stage"}}]
    assert plan["Throttle"] == {
        "RateLimit": by_stage("RequestsPerSecond"),
        "BurstLimit": by_stage("RequestsAtOnce"),
    }


def test_there_is_no_second_stage_beside_the_one_that_is_throttled_and_logged(
    template: dict[str, Any],
) -> None:
    """SAM makes one that is called Stage, open to everybody, unless a version is set."""
    assert template["Globals"]["Api"]["OpenApiVersion"] == "2.0"


LOGGED = {
    "requestId",
    "requestTimeEpoch",
    "httpMethod",
    "resourcePath",
    "status",
    "responseLatency",
    "integrationLatency",
    "responseLength",
    "error.responseType",
}
"""What a line of access may hold: of the path its template alone, no query, no address."""


def test_a_line_of_access_can_name_nobody(template: dict[str, Any]) -> None:
    setting = properties(template, "RestAPI")["AccessLogSetting"]
    assert setting["DestinationArn"] == {"Fn::GetAtt": ["AccessLog", "Arn"]}
    line = json.loads(setting["Format"])
    assert all(re.fullmatch(r"\$context\.[\w.]+", value) for value in line.values())
    assert {value.removeprefix("$context.") for value in line.values()} <= LOGGED
    assert {"$context.requestId", "$context.resourcePath", "$context.status"} <= set(line.values())


def test_the_stage_waits_for_the_role_that_writes_its_log(template: dict[str, Any]) -> None:
    waits = properties(template, "RestAPI")["Tags"]["gateway-logs"]["Fn::If"]
    assert waits[:2] == ["SetsUpGatewayLogs", {"Ref": "GatewayAccount"}]
    for name in ("GatewayAccount", "GatewayLogRole"):
        one = template["Resources"][name]
        # One for the account: it must not go with the stack that made it.
        assert (one["Condition"], one["DeletionPolicy"]) == ("SetsUpGatewayLogs", "Retain")


def test_every_log_has_an_end_and_every_function_one_of_its_own(template: dict[str, Any]) -> None:
    groups = {
        name
        for name, one in template["Resources"].items()
        if one["Type"] == "AWS::Logs::LogGroup"
        and one["Properties"]["RetentionInDays"] == by_stage("LogDays")
    }
    written = [properties(template, name)["LoggingConfig"]["LogGroup"]["Ref"] for name in FUNCTIONS]
    assert len(set(written)) == len(FUNCTIONS)
    assert groups == {*written, "AccessLog"}


def test_nothing_is_reached_without_tls(template: dict[str, Any]) -> None:
    kinds = {
        "AWS::S3::Bucket": "s3:*",
        "AWS::SQS::Queue": "sqs:*",
        "AWS::SNS::Topic": "sns:Publish",
    }
    refused = {
        "Sid": "NothingWithoutTLS",
        "Effect": "Deny",
        "Principal": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policies = [
        one["Properties"]
        for one in template["Resources"].values()
        if one["Type"]
        in ("AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy")
    ]
    for name, one in template["Resources"].items():
        if one["Type"] not in kinds:
            continue
        (policy,) = [p for p in policies if {"Ref": name} in (p.get("Bucket"), *of_many(p))]
        (denied,) = [s for s in policy["PolicyDocument"]["Statement"] if s["Sid"] == refused["Sid"]]
        assert refused.items() <= denied.items()
        assert denied["Action"] == kinds[one["Type"]]
        assert name in json.dumps(denied["Resource"])
        if one["Type"] == "AWS::S3::Bucket":
            assert {"Fn::Sub": f"${{{name}.Arn}}/*"} in denied["Resource"]


def of_many(policy: dict[str, Any]) -> list[Any]:
    return [*policy.get("Queues", ()), *policy.get("Topics", ())]


NAMES = re.compile(r"(Bucket|Queue|Table|Function|Role|Topic|LogGroup|Alarm|Dashboard)?Name")


def test_two_stages_can_stand_in_one_account(template: dict[str, Any]) -> None:
    """What has a name of its own has the stage in it; the rest is named by AWS."""
    named = {
        f"{name}.{key}": value
        for name, one in template["Resources"].items()
        for key, value in one.get("Properties", {}).items()
        if NAMES.fullmatch(key)
        and not one["Type"].endswith("Permission")
        and one["Type"] not in ("AWS::CloudWatch::Alarm", "AWS::Logs::MetricFilter")
    }
    title = properties(template, "RestAPI")["DefinitionBody"]["info"]["title"]
    named["RestAPI.title"] = title
    named["service"] = template["Globals"]["Function"]["Environment"]["Variables"][
        "LIKEWORTH_SERVICE"
    ]
    assert set(named) == {
        "Bucket.BucketName",
        "Dashboard.DashboardName",
        "RestAPI.title",
        "service",
    }
    assert all("${Stage}" in value["Fn::Sub"] for value in named.values())
    assert "Default" not in template["Parameters"]["Stage"]  # nobody gets prod or dev by accident
    allowed = template["Parameters"]["Stage"]["AllowedValues"]
    assert set(allowed) == set(template["Mappings"]["Stages"]) == set(packaged.stages())
    keys = [set(one) for one in template["Mappings"]["Stages"].values()]
    assert all(one == keys[0] for one in keys)


def test_the_stages_of_chalice_differ_in_nothing_but_a_tag() -> None:
    texts = {
        json.dumps(packaged.template(stage), sort_keys=True).replace(f":stage={stage}:", "")
        for stage in packaged.stages()
    }
    assert len(texts) == 1


def test_no_more_run_at_once_than_the_table_bears(template: dict[str, Any]) -> None:
    for name in FUNCTIONS - {"APIHandler"}:
        one = properties(template, name)
        condition, most, otherwise = one["ReservedConcurrentExecutions"]["Fn::If"]
        assert (condition, otherwise) == ("ReservesConcurrency", {"Ref": "AWS::NoValue"})
        for source in one.get("Events", {}).values():
            if source["Type"] == "SQS":  # else messages would be refused, and counted as tried
                assert messages_at_once(source)[0] <= most
    assert "ReservedConcurrentExecutions" not in properties(template, "APIHandler")


def messages_at_once(source: dict[str, Any]) -> tuple[int, int]:
    """Of a queue, in `prod` and in `dev`."""
    condition, prod, dev = source["Properties"]["ScalingConfig"]["MaximumConcurrency"]["Fn::If"]
    assert condition == "ReservesConcurrency"
    return prod, dev


def test_a_new_account_has_room_for_requests_beside_messages(template: dict[str, Any]) -> None:
    """It may run 10 functions at once."""
    dev = template["Mappings"]["Stages"]["dev"]
    queues = [
        source
        for name in FUNCTIONS
        for source in properties(template, name).get("Events", {}).values()
        if source["Type"] == "SQS"
    ]
    assert len(queues) == 3
    assert sum(messages_at_once(source)[1] for source in queues) < 10
    assert int(dev["FitPartsAtOnce"]) < 10
    variables = properties(template, "FitHandler")["Environment"]["Variables"]
    assert variables["LIKEWORTH_FIT_CONCURRENCY"] == by_stage("FitPartsAtOnce")


def test_what_sends_itself_messages_is_not_taken_for_a_loop(template: dict[str, Any]) -> None:
    """Lambda stops a function that has sent itself 16 messages in a row, unless it is told not to.

    A long file is imported in such a row, and a day waits for its totals in one.
    """
    allowed = {name for name in FUNCTIONS if "RecursiveLoop" in properties(template, name)}
    assert allowed == {"ImportHandler", "TotalsHandler"}
    for name in allowed:
        assert properties(template, name)["RecursiveLoop"] == "Allow"


def test_dead_letters_have_days_left_when_they_are_put_aside(template: dict[str, Any]) -> None:
    """A message keeps its age; in its own queue it must not have used up what it has."""
    for kind in ("Import", "Fit", "Totals"):
        own = properties(template, f"{kind}Queue")
        aside = properties(template, f"{kind}DeadLetters")["MessageRetentionPeriod"]
        assert aside - own["MessageRetentionPeriod"] >= 10 * 86_400
        tries = own["RedrivePolicy"]["maxReceiveCount"]
        assert own["MessageRetentionPeriod"] > 2 * tries * own["VisibilityTimeout"]


def test_every_exception_from_a_check_has_its_reason(template: dict[str, Any]) -> None:
    skipped = [
        skip
        for one in template["Resources"].values()
        for skip in one.get("Metadata", {}).get("checkov", {}).get("skip", ())
    ]
    assert skipped
    assert all(len(skip["comment"]) > 20 for skip in skipped)
    texts = [one.get("Metadata", {}).get("cfn-lint") for one in template["Resources"].values()]
    assert not any(texts)

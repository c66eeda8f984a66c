"""Alarms: on everything that can stop unseen, each with its section in docs/operations.md."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib import documentation
from tests import packaged, policies
from tests.packaged import FUNCTIONS, ROOT

HANDBOOK = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
SECTIONS = re.findall(r"^### (\w+Alarm)$", HANDBOOK, re.MULTILINE)
MARKS = ("**Means**", "**Look**", "**Do**", "**Over**")
REPORTED_WITHOUT_EVENTS = {"Invocations"}


OWN_ACCOUNT = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    """What `chalice package` makes of the application."""
    return packaged.template()


@pytest.fixture(scope="module")
def alarms(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The properties of each alarm, by name."""
    return {
        name: one["Properties"]
        for name, one in template["Resources"].items()
        if one["Type"] == "AWS::CloudWatch::Alarm"
    }


def watched(alarm: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Namespace, name and dimensions of each metric that an alarm looks at."""
    found = [one["MetricStat"]["Metric"] for one in alarm.get("Metrics", []) if "MetricStat" in one]
    for metric in found or [alarm]:
        dimensions = {one["Name"]: one["Value"] for one in metric.get("Dimensions", [])}
        yield metric["Namespace"], metric["MetricName"], dimensions


def seconds(alarm: dict[str, Any]) -> int:
    """The period of an alarm."""
    periods = {
        one["MetricStat"]["Period"] for one in alarm.get("Metrics", []) if "MetricStat" in one
    }
    (period,) = periods or {alarm["Period"]}
    return int(period)


def on(alarms: dict[str, dict[str, Any]], namespace: str, metric: str) -> list[dict[str, Any]]:
    """The dimensions with which some alarm watches a metric."""
    return [
        dimensions
        for alarm in alarms.values()
        for space, name, dimensions in watched(alarm)
        if (space, name) == (namespace, metric)
    ]


def dashboard(template: dict[str, Any]) -> list[list[Any]]:
    """The metrics of the dashboard: namespace, name, then names and values of dimensions."""
    body = json.loads(template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"])
    return [metric for one in body["widgets"] for metric in one["properties"]["metrics"]]


def test_every_alarm_has_its_section_and_every_section_its_alarm(
    alarms: dict[str, dict[str, Any]],
) -> None:
    assert len(SECTIONS) == len(set(SECTIONS))
    assert set(SECTIONS) == set(alarms)


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_says_what_it_means_how_to_look_what_to_do_and_when_it_is_over(
    name: str,
) -> None:
    section = HANDBOOK.partition(f"### {name}\n")[2]
    section = re.split(r"^##", section, maxsplit=1, flags=re.MULTILINE)[0]
    assert [mark for mark in MARKS if mark in section] == list(MARKS)


def test_every_alarm_leads_to_its_section(
    template: dict[str, Any], alarms: dict[str, dict[str, Any]]
) -> None:
    page = documentation.page("operations")
    stage = template["Resources"]["RestAPI"]["Properties"]["StageName"]
    for name, alarm in alarms.items():
        text, _, place = alarm["AlarmDescription"]["Fn::Sub"].rpartition("#")
        assert text.endswith(f".${{AWS::URLSuffix}}/{stage}/docs/operations"), name
        assert place == name.lower()
        assert f'id="{place}"' in page


def test_every_name_in_the_handbook_is_one_of_the_template(template: dict[str, Any]) -> None:
    named = set(re.findall(r"\$\(name (\w+)\)", HANDBOOK))
    named |= set(re.findall(r"`(\w+(?:Handler|Queue|DeadLetters|Alarm))`", HANDBOOK))
    assert named <= set(template["Resources"])
    assert len(named) > 10


def test_an_alarm_stands_on_every_queue_of_dead_letters(
    template: dict[str, Any], alarms: dict[str, dict[str, Any]]
) -> None:
    dead = {name for name in template["Resources"] if name.endswith("DeadLetters")}
    assert len(dead) == 4
    for name in dead:
        (found,) = watched(alarms[f"{name}Alarm"])
        queue = {"QueueName": {"Fn::GetAtt": [name, "QueueName"]}}
        assert found == ("AWS/SQS", "ApproximateNumberOfMessagesVisible", queue)
        assert (alarms[f"{name}Alarm"]["Threshold"], alarms[f"{name}Alarm"]["Statistic"]) == (
            0,
            "Maximum",
        )


def test_a_message_that_comes_again_once_wakes_nobody(
    template: dict[str, Any], alarms: dict[str, dict[str, Any]]
) -> None:
    for name in ("Import", "Fit", "Totals"):
        (found,) = watched(alarms[f"{name}QueueAgeAlarm"])
        assert found[1:] == (
            "ApproximateAgeOfOldestMessage",
            {"QueueName": {"Fn::GetAtt": [f"{name}Queue", "QueueName"]}},
        )
        hidden = template["Resources"][f"{name}Queue"]["Properties"]["VisibilityTimeout"]
        assert 2 * hidden < alarms[f"{name}QueueAgeAlarm"]["Threshold"]


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
def test_no_function_fails_or_is_throttled_unseen(
    alarms: dict[str, dict[str, Any]], metric: str
) -> None:
    seen = [one["FunctionName"]["Ref"] for one in on(alarms, "AWS/Lambda", metric)]
    assert sorted(seen) == sorted(FUNCTIONS)


def test_the_api_is_watched_under_the_name_that_it_has(
    template: dict[str, Any], alarms: dict[str, dict[str, Any]]
) -> None:
    (dimensions,) = on(alarms, "AWS/ApiGateway", "5XXError")
    described = template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]
    assert dimensions == {"ApiName": described["info"]["title"]}
    title = described["info"]["title"]["Fn::Sub"]
    shown = [one for one in dashboard(template) if one[0] == "AWS/ApiGateway"]
    assert {tuple(one[2:4]) for one in shown} == {("ApiName", title)}


def test_the_table_is_watched_in_every_operation_that_is_allowed(
    template: dict[str, Any], alarms: dict[str, dict[str, Any]]
) -> None:
    allowed = {
        grant.action.removeprefix("dynamodb:")
        for role in policies.ROLES
        for statement in policies.grants_of(role)
        for grant in statement
        if grant.resource == "Table"
    }
    failing = on(alarms, "AWS/DynamoDB", "SystemErrors")
    assert {one["Operation"] for one in failing} == allowed | {"TransactWriteItems"}
    for metric in ("ReadThrottleEvents", "WriteThrottleEvents"):
        assert on(alarms, "AWS/DynamoDB", metric) == [{"TableName": {"Ref": "Table"}}]


def test_the_stream_and_the_clock_are_watched(alarms: dict[str, dict[str, Any]]) -> None:
    assert on(alarms, "AWS/Lambda", "IteratorAge") == [
        {"FunctionName": {"Ref": "AggregateHandler"}}
    ]
    assert on(alarms, "AWS/Lambda", "Invocations") == [{"FunctionName": {"Ref": "ScheduleHandler"}}]


def test_silence_is_an_alarm_only_where_something_should_be_heard(
    alarms: dict[str, dict[str, Any]],
) -> None:
    """No errors are told by telling nothing; a clock that stands still tells nothing, too."""
    for name, alarm in alarms.items():
        metrics = {metric for _, metric, _ in watched(alarm)}
        spaces = [space for space, _, _ in watched(alarm)]
        if set(map(str, spaces)) == {"Likeworth"}:  # sent once a day: the last value holds
            expected = "ignore"
        elif metrics <= REPORTED_WITHOUT_EVENTS:
            expected = "breaching"
        else:
            expected = "notBreaching"
        assert alarm["TreatMissingData"] == expected, name


def test_cloudwatch_takes_the_periods(alarms: dict[str, dict[str, Any]]) -> None:
    for name, alarm in alarms.items():
        period, number = seconds(alarm), alarm["EvaluationPeriods"]
        assert period % 60 == 0
        assert period * number <= (7 * 86_400 if period >= 3600 else 86_400), name
        assert alarm.get("DatapointsToAlarm", number) <= number


def test_alarms_reach_somebody_and_their_end_does_too(
    template: dict[str, Any], alarms: dict[str, dict[str, Any]]
) -> None:
    for alarm in alarms.values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "AlarmTopic"}]
    subscription = template["Resources"]["AlarmSubscription"]
    assert subscription["Condition"] in template["Conditions"]
    assert template["Parameters"]["AlarmEmail"]["Default"] == ""


def test_cloudwatch_may_use_the_key_of_the_topic(template: dict[str, Any]) -> None:
    """The key that SNS has by itself, alias/aws/sns, cannot be used by alarms."""
    topic = template["Resources"]["AlarmTopic"]["Properties"]
    assert topic["KmsMasterKeyId"] == {"Ref": "AlarmKey"}
    policy = template["Resources"]["AlarmKey"]["Properties"]["KeyPolicy"]["Statement"]
    (granted,) = [
        one["Action"]
        for one in policy
        if one["Principal"] == {"Service": ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]}
        and one["Condition"] == OWN_ACCOUNT
    ]
    assert set(granted) == {"kms:Decrypt", "kms:GenerateDataKey*"}
    *publishers, _ = template["Resources"]["AlarmTopicPolicy"]["Properties"]["PolicyDocument"][
        "Statement"
    ]
    assert len(publishers) == 2
    for statement in publishers:
        assert statement["Action"] == "sns:Publish"
        assert statement["Condition"]["StringEquals"] == OWN_ACCOUNT["StringEquals"]


@pytest.mark.parametrize("status", ["401", "429"])
def test_answers_that_cost_money_and_help_nobody_are_counted(
    template: dict[str, Any], alarms: dict[str, dict[str, Any]], status: str
) -> None:
    (counter,) = (
        one["Properties"]
        for one in template["Resources"].values()
        if one["Type"] == "AWS::Logs::MetricFilter" and status in one["Properties"]["FilterPattern"]
    )
    assert counter["LogGroupName"] == {"Ref": "AccessLog"}
    assert '"status":"$context.status"' in properties_of_access_log(template)
    assert counter["FilterPattern"] == f'{{ $.status = "{status}" }}'
    (made,) = counter["MetricTransformations"]
    watching = [one for one in alarms.values() if one.get("MetricName") == made["MetricName"]]
    assert [one["Namespace"] for one in watching] == [made["MetricNamespace"]]


def properties_of_access_log(template: dict[str, Any]) -> str:
    """The form of a line of the access log."""
    form: str = template["Resources"]["RestAPI"]["Properties"]["AccessLogSetting"]["Format"]
    return form


def test_a_budget_tells_before_and_when_too_much_is_spent(template: dict[str, Any]) -> None:
    budget = template["Resources"]["Budget"]["Properties"]
    assert budget["Budget"]["BudgetLimit"]["Amount"] == {"Ref": "MonthlyBudget"}
    told = budget["NotificationsWithSubscribers"]
    assert [one["Notification"]["NotificationType"] for one in told] == ["ACTUAL", "FORECASTED"]
    for one in told:
        assert one["Subscribers"] == [{"SubscriptionType": "SNS", "Address": {"Ref": "AlarmTopic"}}]


def test_the_dashboard_shows_what_there_is(template: dict[str, Any]) -> None:
    metrics = dashboard(template)
    assert metrics
    placed = re.findall(r"\$\{([\w:.]+)\}", json.dumps(metrics))
    for name in placed:
        assert name.partition(".")[0] in template["Resources"] | template["Parameters"], name
    shown = {tuple(one[:2]) for one in metrics}
    assert {
        ("AWS/ApiGateway", "5XXError"),
        ("AWS/Lambda", "Errors"),
        ("AWS/Lambda", "IteratorAge"),
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
    } <= shown


def test_the_dashboard_shows_every_function_and_nothing_twice(template: dict[str, Any]) -> None:
    body = json.loads(template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"])
    lines = {one["properties"]["title"]: one["properties"]["metrics"] for one in body["widgets"]}
    assert len(lines) == len(body["widgets"])
    for title, metrics in lines.items():
        told = [json.dumps(one) for one in metrics]
        assert len(told) == len(set(told)), title
    for title in (
        "Calls of functions",
        "Calls that failed",
        "Longest call, milliseconds",
        "Throttled calls",
    ):
        assert {one[-1] for one in lines[title]} == {f"${{{name}}}" for name in FUNCTIONS}
    percentiles = [one[-1]["stat"] for one in lines["Milliseconds of a request"]]
    assert percentiles == ["p50", "p95", "p99"]

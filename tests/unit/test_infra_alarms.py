"""Alarms: each has a section in docs/operations.md and watches an existing resource."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib import documentation
from tests import packaged, policies
from tests.packaged import ROOT

HANDBOOK = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
SECTIONS = re.findall(r"^### (\w+Alarm)$", HANDBOOK, re.MULTILINE)
MARKS = ("**Means**", "**Check**", "**Do**", "**Resolved when**")


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    """The packaged template."""
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


def dashboard(template: dict[str, Any]) -> list[list[Any]]:
    """The metrics of the dashboard: namespace, name, then names and values of dimensions."""
    body = json.loads(template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"])
    return [metric for one in body["widgets"] for metric in one["properties"]["metrics"]]


def test_every_alarm_has_a_section_and_every_section_an_alarm(
    alarms: dict[str, dict[str, Any]],
) -> None:
    assert len(SECTIONS) == len(set(SECTIONS))
    assert set(SECTIONS) == set(alarms)


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_has_meaning_checks_action_and_end(name: str) -> None:
    section = HANDBOOK.partition(f"### {name}\n")[2]
    section = re.split(r"^##", section, maxsplit=1, flags=re.MULTILINE)[0]
    assert [mark for mark in MARKS if mark in section] == list(MARKS)


def test_every_alarm_links_to_its_section(
    template: dict[str, Any], alarms: dict[str, dict[str, Any]]
) -> None:
    page = documentation.page("operations")
    stage = template["Resources"]["RestAPI"]["Properties"]["StageName"]
    for name, alarm in alarms.items():
        text, _, place = alarm["AlarmDescription"]["Fn::Sub"].rpartition("#")
        assert text.endswith(f".${{AWS::URLSuffix}}/{stage}/docs/operations"), name
        assert f'id="{place}"' in page


def test_every_resource_name_on_the_page_exists_in_the_template(template: dict[str, Any]) -> None:
    named = set(re.findall(r"\$\(name (\w+)\)", HANDBOOK))
    named |= set(re.findall(r"`(\w+(?:Handler|Queue|DeadLetters|Alarm))`", HANDBOOK))
    assert named <= set(template["Resources"])
    assert len(named) > 10


def test_an_alarm_watches_every_operation_that_is_allowed_on_the_table(
    alarms: dict[str, dict[str, Any]],
) -> None:
    allowed = {
        grant.action.removeprefix("dynamodb:")
        for role in policies.ROLES
        for statement in policies.grants_of(role)
        for grant in statement
        if grant.resource == "Table"
    }
    failing = [dimensions["Operation"] for _, _, dimensions in watched(alarms["TableErrorsAlarm"])]
    assert set(failing) == allowed | {"TransactWriteItems"}


def test_the_api_has_the_name_that_alarms_and_dashboard_watch(template: dict[str, Any]) -> None:
    described = template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]
    title = described["info"]["title"]["Fn::Sub"]
    shown = [one for one in dashboard(template) if one[0] == "AWS/ApiGateway"]
    assert {tuple(one[2:4]) for one in shown} == {("ApiName", title)}


def test_alarm_periods_are_within_cloudwatch_limits(alarms: dict[str, dict[str, Any]]) -> None:
    """All periods of an alarm are at most a day, or a week if a period is an hour or longer."""
    for name, alarm in alarms.items():
        stats = [one["MetricStat"] for one in alarm.get("Metrics", []) if "MetricStat" in one]
        (period,) = {one["Period"] for one in stats} or {alarm["Period"]}
        number = alarm["EvaluationPeriods"]
        assert period * number <= (7 * 86_400 if period >= 3600 else 86_400), name
        assert alarm.get("DatapointsToAlarm", number) <= number


def test_the_dashboard_shows_only_existing_resources(template: dict[str, Any]) -> None:
    for name in re.findall(r"\$\{([\w:.]+)\}", json.dumps(dashboard(template))):
        assert name.partition(".")[0] in template["Resources"] | template["Parameters"], name

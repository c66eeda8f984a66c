"""The CloudFormation template of an installation, generated from what the functions declare.

`resources()` returns what `chalice package --merge-template` adds to Chalice's own template: the
handlers without code, and everything that Chalice knows nothing about. Plain dictionaries, built
by small functions; cfn-lint and checkov check the result (`make lint-template`). ADR 53 says why
no library builds it.

`template_terms` has references, conditions and policies; `data` the table, the bucket and the root
secret; `queues`, `lambdas`, `fit_machine`, `gateway`, `alarms` and `cloudwatch_dashboard` the rest.
"""

from __future__ import annotations

from typing import Any

from infra.stack import (
    alarms,
    cloudwatch_dashboard,
    data,
    fit_machine,
    gateway,
    lambdas,
    queues,
)
from infra.stack.template_terms import ref

PARAMETERS = {
    "Stage": {
        "Type": "String",
        "AllowedValues": ["dev", "prod"],
        "Description": "Which of the two this stack is; both may stand in one account. Names are "
        "made of it, and the mapping Stages says what else differs.",
    },
    "SetUpGatewayLogs": {
        "Type": "String",
        "AllowedValues": ["yes", "no"],
        "Default": "yes",
        "Description": "Whether this stack gives API Gateway the role with which it writes access "
        "logs. There is one for an account and region: no in every stack but one, and where it "
        "has a role already.",
    },
    "AlarmEmail": {
        "Type": "String",
        "Default": "",
        "Description": "Where alarms are mailed to; empty for nowhere.",
    },
    "MonthlyBudget": {
        "Type": "Number",
        "Default": 100,
        "MinValue": 1,
        "Description": "US dollars a month that this account may cost before a mail is sent (at "
        "80 %, and when the forecast is above).",
    },
}

CONDITIONS = {
    "HasAlarmEmail": {"Fn::Not": [{"Fn::Equals": [ref("AlarmEmail"), ""]}]},
    "SetsUpGatewayLogs": {"Fn::Equals": [ref("SetUpGatewayLogs"), "yes"]},
    "ReservesConcurrency": {"Fn::Equals": [ref("Stage"), "prod"]},
}

STAGES = {
    "dev": {
        "DeletionProtection": "false",
        "LogDays": "14",
        "RequestsPerSecond": "100",
        "RequestsAtOnce": "100",
        "PublicRequestsPerSecond": "10",
    },
    "prod": {
        "DeletionProtection": "true",
        "LogDays": "90",
        "RequestsPerSecond": "1000",
        "RequestsAtOnce": "1000",
        "PublicRequestsPerSecond": "50",
    },
}
"""What differs between the stages, in addition to what functions declare."""

OUTPUTS = {
    "TableName": {"Value": ref("Table")},
    "BucketName": {"Value": ref("Bucket")},
    "RootSecretArn": {"Value": ref("RootSecret")},
    "AlarmTopicArn": {"Value": ref("AlarmTopic")},
}


def resources() -> dict[str, Any]:
    """The template that Chalice merges into its own."""
    declared = lambdas.stage_numbers()
    return {
        "Parameters": PARAMETERS,
        "Mappings": {"Stages": {stage: STAGES[stage] | declared[stage] for stage in STAGES}},
        "Conditions": CONDITIONS,
        "Globals": {
            "Function": {"Environment": {"Variables": lambdas.environment_of_all()}},
            # Without a version SAM adds a second stage, called Stage and open to everybody.
            "Api": {"OpenApiVersion": "2.0"},
        },
        "Resources": {
            **data.data(),
            **queues.queues(),
            **lambdas.lambdas(),
            **fit_machine.fit_machine(),
            **gateway.gateway(),
            **alarms.alarms(),
            "Dashboard": cloudwatch_dashboard.dashboard(),
        },
        "Outputs": OUTPUTS,
    }

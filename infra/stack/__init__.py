"""The CloudFormation template of an installation, generated from what the functions declare.

`resources()` returns what `chalice package --merge-template` adds to Chalice's own template: the
handlers without code, and all resources that Chalice does not generate. Small functions build plain
dictionaries; cfn-lint and checkov check the result (`make lint-template`). ADR 53 explains why no
library builds it.

`template_terms` has references, conditions and policies. `data` has the table, the bucket and the
root secret. `queues`, `lambdas`, `fit_machine`, `gateway`, `alarms` and `cloudwatch_dashboard` have
the rest.
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
        "Description": "Stage of this stack. One account can have both. It is part of all names; "
        "the mapping Stages contains all other differences.",
    },
    "SetUpGatewayLogs": {
        "Type": "String",
        "AllowedValues": ["yes", "no"],
        "Default": "yes",
        "Description": "Whether this stack gives API Gateway the role for writing access logs. An "
        "account and region has one such role: choose yes in one stack only, and no if API Gateway "
        "already has a role.",
    },
    "AlarmEmail": {
        "Type": "String",
        "Default": "",
        "Description": "E-mail address for alarms. Empty: no e-mail.",
    },
    "MonthlyBudget": {
        "Type": "Number",
        "Default": 100,
        "MinValue": 1,
        "Description": "Monthly budget of this account in US dollars. A message is sent at 80 %, "
        "and if the forecast exceeds it.",
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
"""Differences between the stages, in addition to those that functions declare."""

OUTPUTS = {
    "TableName": {"Value": ref("Table")},
    "BucketName": {"Value": ref("Bucket")},
    "RootSecretArn": {"Value": ref("RootSecret")},
    "AlarmTopicArn": {"Value": ref("AlarmTopic")},
}


def resources() -> dict[str, Any]:
    """Return the template that Chalice merges into its own."""
    declared = lambdas.stage_numbers()
    return {
        "Parameters": PARAMETERS,
        "Mappings": {"Stages": {stage: STAGES[stage] | declared[stage] for stage in STAGES}},
        "Conditions": CONDITIONS,
        "Globals": {
            "Function": {"Environment": {"Variables": lambdas.environment_of_all()}},
            # Without a version SAM adds a second, public stage named Stage.
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

"""Handlers, roles, policies and logs of the functions, from their declarations."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chalicelib.api.api_function import API
from chalicelib.functions import ByStage, Function, Resource, Right
from chalicelib.settings import PREFIX
from chalicelib.workers.daily_jobs import SCHEDULE
from chalicelib.workers.fit_worker import ANALYSIS, FIT, FIT_MERGE, FIT_PART
from chalicelib.workers.import_worker import IMPORT
from chalicelib.workers.totals_worker import AGGREGATE, TOTALS
from infra.stack.template_terms import (
    NO_VALUE,
    Json,
    allow,
    arn,
    assumed_by,
    attribute,
    by_stage,
    in_prod,
    policy,
    ref,
    resource,
    skipping,
    sub,
)

FUNCTIONS = (API, IMPORT, FIT, FIT_PART, FIT_MERGE, ANALYSIS, TOTALS, AGGREGATE, SCHEDULE)
MESSAGES_AT_ONCE_IN_DEV = 2
"""Per queue. A new account may run 10 functions at once, and requests need some of them."""

_BY_REFERENCE = {"RootSecret", "FitMachine"}
"""Resources whose ``Ref`` is their ARN."""

_TENANT = "aws:PrincipalTag/tenant"
_SESSION_SECONDS = 3600


def lambdas() -> dict[str, Json]:
    """Roles, policies, logs and handlers of all functions."""
    made: dict[str, Json] = {}
    for function in FUNCTIONS:
        name = function.name
        made[f"{name}Role"] = resource(
            "IAM::Role", {"AssumeRolePolicyDocument": assumed_by("lambda")}
        )
        made[f"{name}Policy"] = _policy_of(function)
        if function.tenant_rights:
            made[f"{name}TenantRole"] = _tenant_role_of(function)
        made[f"{name}Log"] = log_group(
            "Encrypted by CloudWatch's key; a line describes what happened to a call, never a "
            "person (ADR 27)."
        )
        made[f"{name}Handler"] = _handler_of(function)
    return made


def log_group(why_not_encrypted_by_us: str) -> Json:
    """A log group whose lines expire after the number of days of the stage."""
    return resource(
        "Logs::LogGroup",
        {"RetentionInDays": by_stage("LogDays")},
        Metadata=skipping(AWS_158=why_not_encrypted_by_us),
    )


def stage_numbers() -> dict[str, dict[str, str]]:
    """The numbers that functions declare with `ByStage`, for each stage."""
    declared = [
        value
        for function in FUNCTIONS
        for value in (function.megabytes, *function.settings.values())
        if isinstance(value, ByStage)
    ]
    return {
        "dev": {one.name: str(one.dev) for one in declared},
        "prod": {one.name: str(one.prod) for one in declared},
    }


def environment_of_all() -> Json:
    """Environment variables of all functions."""
    return {
        f"{PREFIX}TABLE": ref("Table"),
        f"{PREFIX}BUCKET": ref("Bucket"),
        **{
            f"{PREFIX}{function.name.upper()}_QUEUE_URL": ref(f"{function.name}Queue")
            for function in FUNCTIONS
            if function.queue is not None
        },
        f"{PREFIX}SECRET_ARN": ref("RootSecret"),
        f"{PREFIX}SERVICE": sub("likeworth-${Stage}"),
    }


def metric_name(function: Function) -> str:
    """The name of a function in metrics and policies, e.g. ``fit_merge``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", function.name).lower()


# --- handlers ---------------------------------------------------------------------------------


def _handler_of(function: Function) -> Json:
    properties = {
        "Timeout": function.timeout_seconds,
        "MemorySize": _value_of(function.megabytes),
        "Role": arn(f"{function.name}Role"),
        "LoggingConfig": {"LogGroup": ref(f"{function.name}Log")},
    }
    if function.at_once is not None:
        properties["ReservedConcurrentExecutions"] = in_prod(function.at_once, NO_VALUE)
    if function.sends_itself:
        properties["RecursiveLoop"] = "Allow"
    if variables := _environment_of(function):
        properties["Environment"] = {"Variables": variables}
    if events := dict(_events_of(function)):
        properties["Events"] = events
    return {
        "DependsOn": [f"{function.name}Policy"],
        "Metadata": _exemptions_of(function),
        "Properties": properties,
    }


def _exemptions_of(function: Function) -> Json:
    unreserved = {
        "AWS_115": "The throttle of the stage limits it. A reservation would reject requests "
        "although the account has capacity."
    }
    return skipping(
        **(unreserved if function.at_once is None else {}),
        AWS_116=function.without_dead_letters,
        AWS_117="It calls only public endpoints of AWS. A VPC would cost a gateway by the hour and "
        "protect nothing.",
        AWS_173="The variables are resource names; the only secret is in Secrets Manager.",
    )


def _environment_of(function: Function) -> Json:
    made = {
        f"{PREFIX}{name.upper()}": _value_of(value) for name, value in function.settings.items()
    }
    if function.tenant_rights:
        made[f"{PREFIX}TENANT_ROLE_ARN"] = arn(f"{function.name}TenantRole")
    return made


def _value_of(declared: int | Resource | ByStage) -> object:
    match declared:
        case ByStage(name=name):
            return by_stage(name)
        case Resource(name=name):
            return ref(name)
        case int():
            return declared


def _events_of(function: Function) -> Iterator[tuple[str, Json]]:
    """Properties that Chalice does not set on its event sources."""
    if function.queue is not None:
        yield (
            f"{function.name}HandlerSqsEventSource",
            {
                "Properties": {
                    "Queue": sub(f"${{{function.name}Queue.Arn}}"),
                    "ScalingConfig": {
                        "MaximumConcurrency": in_prod(function.at_once, MESSAGES_AT_ONCE_IN_DEV)
                    },
                    "FunctionResponseTypes": ["ReportBatchItemFailures"],
                }
            },
        )
    if function.stream is not None:
        failed = {"Type": "SQS", "Destination": arn("StreamDeadLetters")}
        yield (
            f"{function.name}HandlerDynamodbEventSource",
            {
                "Properties": {
                    "Stream": attribute("StreamArn", "Table"),
                    "BisectBatchOnFunctionError": True,
                    "MaximumRetryAttempts": function.stream.tries,
                    "DestinationConfig": {"OnFailure": failed},
                }
            },
        )


# --- roles and policies -----------------------------------------------------------------------


def _policy_of(function: Function) -> Json:
    tenant_role = f"{function.name}TenantRole"
    works_for_one = [
        allow(["sts:AssumeRole", "sts:TagSession"], arn(tenant_role), sid="WorksForOneTenant")
    ]
    document = policy(
        *_rights_of_lambda(function),
        *(_statement(right, tenant="*") for right in function.rights),
        *(works_for_one if function.tenant_rights else []),
        *(_statement(right, tenant="*") for right in function.calls),
    )
    return resource(
        "IAM::Policy",
        {
            "PolicyName": _policy_name(function),
            "Roles": [ref(f"{function.name}Role")],
            "PolicyDocument": document,
        },
    )


def _policy_name(function: Function) -> str:
    return f"likeworth-{metric_name(function).replace('_', '-')}"


def _rights_of_lambda(function: Function) -> Iterator[Json]:
    """Rights that Lambda itself uses with the role of the function."""
    yield allow(
        ["logs:CreateLogStream", "logs:PutLogEvents"], arn(f"{function.name}Log"), sid="Logs"
    )
    traces = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
    yield allow(traces, "*", sid="XRayKnowsNoResources")
    if function.queue is not None:
        yield allow(
            ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            arn(f"{function.name}Queue"),
            sid="Receives",
        )
    if function.stream is not None:
        yield allow(
            ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
            attribute("StreamArn", "Table"),
            sid="ReadsTheStream",
        )
        yield allow("dynamodb:ListStreams", sub("${Table.Arn}/stream/*"), sid="FindsTheStream")


def _tenant_role_of(function: Function) -> Json:
    """The role for sessions of one tenant; the tag of the session is the tenant (ADR 29)."""
    assumed = {
        "Effect": "Allow",
        "Principal": {"AWS": arn(f"{function.name}Role")},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {
            "StringLike": {"aws:RequestTag/tenant": "?*"},
            "ForAllValues:StringEquals": {"aws:TagKeys": ["tenant"]},
        },
    }
    rights = policy(*(_statement(right, tenant=_TENANT) for right in function.tenant_rights))
    return resource(
        "IAM::Role",
        {
            "MaxSessionDuration": _SESSION_SECONDS,
            "AssumeRolePolicyDocument": policy(assumed),
            "Policies": [
                {"PolicyName": f"{_policy_name(function)}-one-tenant", "PolicyDocument": rights}
            ],
        },
    )


def _statement(right: Right, *, tenant: str) -> Json:
    """Convert a right to a policy statement.

    `tenant`: ``*`` for any tenant, or the name of the session tag that contains the tenant.
    """
    action = right.actions[0] if len(right.actions) == 1 else list(right.actions)
    if right.partitions:
        in_key = "*" if tenant == "*" else f"${{{tenant}}}"
        keys = [one if one.startswith("-#") else f"{in_key}#{one}" for one in right.partitions]
        return allow(
            action,
            arn("Table"),
            sid=right.sid,
            Condition={
                "ForAllValues:StringLike": {"dynamodb:LeadingKeys": keys},
                # ForAllValues is true for a request without keys, such as a scan.
                "Null": {"dynamodb:LeadingKeys": "false"},
            },
        )
    if right.objects:
        in_key = "*" if tenant == "*" else f"${{!{tenant}}}"
        objects = [one.format(tenant=in_key).replace("/*/*", "/*") for one in right.objects]
        return allow(action, [sub(f"${{Bucket.Arn}}/{one}") for one in objects], sid=right.sid)
    named = [ref(one) if one in _BY_REFERENCE else arn(one) for one in right.resources]
    return allow(action, named[0] if len(named) == 1 else named, sid=right.sid)

"""Alarms, their topic, and the budget. Each alarm has a section in docs/operations.md."""

from __future__ import annotations

from chalicelib.functions import Function
from infra.stack.lambdas import FUNCTIONS
from infra.stack.template_terms import (
    OWN_ACCOUNT,
    Json,
    allow,
    attribute,
    deny_without_tls,
    policy,
    ref,
    resource,
    sub,
)

FIVE_MINUTES = 300
HOUR = 3600
HANDBOOK = "https://${RestAPI}.execute-api.${AWS::Region}.${AWS::URLSuffix}/api/docs/operations"
OPERATIONS = (
    "GetItem",
    "PutItem",
    "UpdateItem",
    "Query",
    "BatchWriteItem",
    "TransactWriteItems",
    "DeleteItem",
)
"""Operations of DynamoDB that the functions use."""

Metric = tuple[object, str, dict[str, object]]
"""Namespace, name and dimensions."""

TWO_OF_THREE: Json = {"EvaluationPeriods": 3, "DatapointsToAlarm": 2}
CALLED_BY_OTHERS = {"FitPart", "FitMerge", "Analysis"}


def alarms() -> dict[str, Json]:
    """All alarms, their topic, and the budget."""
    made = {**_topic(), "Budget": _budget()}
    for function in FUNCTIONS:
        made |= _alarms_of(function)
    return made | _alarms_of_the_api() | _alarms_of_the_table() | _alarms_of_calls()


# --- by what is watched -----------------------------------------------------------------------


def _alarms_of(function: Function) -> dict[str, Json]:
    """Alarms of a function, its queue or stream, and the dead-letter queue."""
    name = function.name
    handler = _handler(name)
    periods: Json = {} if function.failing_periods == 1 else TWO_OF_THREE
    made = _alarm(
        f"{name}ErrorsAlarm",
        "Calls of the function fail.",
        ("AWS/Lambda", "Errors", handler),
        **periods,
    )
    if function.queue is not None:
        made |= _dead_letters(name, function.queue.failure)
        made |= _alarm(
            f"{name}QueueAgeAlarm",
            "The oldest message of the queue has waited too long.",
            ("AWS/SQS", "ApproximateAgeOfOldestMessage", _queue_name(f"{name}Queue")),
            statistic="Maximum",
            above=function.queue.late_seconds,
            EvaluationPeriods=3,
        )
    if function.stream is not None:
        made |= _dead_letters("Stream", function.stream.failure)
        made |= _alarm(
            "StreamAgeAlarm",
            "The day totals are behind the events.",
            ("AWS/Lambda", "IteratorAge", handler),
            statistic="Maximum",
            above=function.stream.late_milliseconds,
            EvaluationPeriods=3,
        )
    return made


def _handler(name: str) -> dict[str, object]:
    return {"FunctionName": ref(f"{name}Handler")}


def _dead_letters(name: str, failure: str) -> dict[str, Json]:
    queue = f"{name}DeadLetters"
    return _alarm(
        f"{queue}Alarm",
        f"{failure}: the message failed too often.",
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible", _queue_name(queue)),
        statistic="Maximum",
    )


def _queue_name(queue: str) -> dict[str, object]:
    return {"QueueName": attribute("QueueName", queue)}


def _alarms_of_the_api() -> dict[str, Json]:
    api: dict[str, object] = {"ApiName": sub("likeworth-${Stage}")}
    return {
        **_alarm(
            "ServerErrorsAlarm",
            "Callers of the API get 5xx answers.",
            ("AWS/ApiGateway", "5XXError", api),
            above=5,
            **TWO_OF_THREE,
        ),
        **_alarm(
            "LatencyAlarm",
            "The API answers slowly.",
            ("AWS/ApiGateway", "Latency", api),
            statistic="p99",
            above=5000,
            EvaluationPeriods=3,
            DatapointsToAlarm=3,
        ),
        **_counted_answers("Unauthenticated", 401, "have no valid API key", above=100),
        **_counted_answers("RateLimited", 429, "exceed a limit", above=1000),
    }


def _counted_answers(name: str, status: int, what: str, *, above: int) -> dict[str, Json]:
    """Count the access log lines with a status, and raise an alarm on the count."""
    namespace = sub("Likeworth/${Stage}")
    counted = {
        "MetricNamespace": namespace,
        "MetricName": name,
        "MetricValue": "1",
        "DefaultValue": 0,
    }
    return {
        f"{name}Count": resource(
            "Logs::MetricFilter",
            {
                "LogGroupName": ref("AccessLog"),
                "FilterPattern": f'{{ $.status = "{status}" }}',
                "MetricTransformations": [counted],
            },
        ),
        **_alarm(
            f"{name}Alarm",
            f"Many requests {what}.",
            (namespace, name, {}),
            above=above,
            **TWO_OF_THREE,
        ),
    }


def _alarms_of_the_table() -> dict[str, Json]:
    table: dict[str, object] = {"TableName": ref("Table")}
    return {
        **_sum_alarm(
            "TableThrottlesAlarm",
            "DynamoDB throttles requests.",
            [("AWS/DynamoDB", f"{what}ThrottleEvents", table) for what in ("Read", "Write")],
            above=100,
            **TWO_OF_THREE,
        ),
        **_sum_alarm(
            "TableErrorsAlarm",
            "DynamoDB returns server errors.",
            [
                ("AWS/DynamoDB", "SystemErrors", {**table, "Operation": operation})
                for operation in OPERATIONS
            ],
            above=5,
            **TWO_OF_THREE,
        ),
    }


def _alarms_of_calls() -> dict[str, Json]:
    """Alarms on the daily jobs, fits in parts, and throttled functions."""
    daily: dict[str, object] = {"service": sub("likeworth-${Stage}"), "function": "schedule"}
    once_a_day: Json = {"Period": HOUR, "TreatMissingData": "ignore"}  # keep the last state
    by_kind = sorted(FUNCTIONS, key=lambda one: one.name in CALLED_BY_OTHERS)
    return {
        **_alarm(
            "ScheduleMissedAlarm",
            "The daily jobs have not started for 26 hours.",
            ("AWS/Lambda", "Invocations", _handler("Schedule")),
            above=1,
            Period=HOUR,
            EvaluationPeriods=26,
            ComparisonOperator="LessThanThreshold",
            TreatMissingData="breaching",  # a stopped schedule sends no data
        ),
        **_alarm(
            "FitAgeAlarm",
            "The latest fit of a tenant is more than 36 hours old.",
            ("Likeworth", "FitAgeHours", daily),
            statistic="Maximum",
            above=36,
            **once_a_day,
        ),
        **_alarm(
            "ErasuresUnfinishedAlarm",
            "An erasure was requested more than a day ago and is not finished.",
            ("Likeworth", "ErasuresUnfinished", daily),
            statistic="Maximum",
            **once_a_day,
        ),
        **_sum_alarm(
            "FitMachineAlarm",
            "A fit in parts has failed.",
            [
                ("AWS/States", f"Executions{how}", {"StateMachineArn": ref("FitMachine")})
                for how in ("Failed", "TimedOut", "Aborted")
            ],
            above=0,
        ),
        **_sum_alarm(
            "ThrottlesAlarm",
            "AWS Lambda throttles functions.",
            [("AWS/Lambda", "Throttles", _handler(one.name)) for one in by_kind],
            above=0,
            **TWO_OF_THREE,
        ),
    }


# --- the form of an alarm ---------------------------------------------------------------------


def _alarm(
    name: str, text: str, metric: Metric, *, statistic: str = "Sum", above: int = 0, **more: object
) -> dict[str, Json]:
    """An alarm on one metric.

    `statistic`: ``Sum``, ``Maximum`` or a percentile such as ``p99``.
    """
    namespace, metric_name, dimensions = metric
    watched: Json = {
        "Namespace": namespace,
        "MetricName": metric_name,
        "ExtendedStatistic" if statistic.startswith("p") else "Statistic": statistic,
        "Period": FIVE_MINUTES,
    }
    if dimensions:
        watched["Dimensions"] = _named(dimensions)
    return _alarm_on(name, text, watched, above=above, **more)


def _sum_alarm(
    name: str, text: str, metrics: list[Metric], *, above: int, **more: object
) -> dict[str, Json]:
    """An alarm on the sum of several metrics."""
    parts = [
        {
            "Id": f"m{number}",
            "ReturnData": False,
            "MetricStat": {
                "Metric": {
                    "Namespace": namespace,
                    "MetricName": metric_name,
                    "Dimensions": _named(dimensions),
                },
                "Period": FIVE_MINUTES,
                "Stat": "Sum",
            },
        }
        for number, (namespace, metric_name, dimensions) in enumerate(metrics)
    ]
    total = {"Id": "total", "Expression": "SUM(METRICS())", "ReturnData": True}
    return _alarm_on(name, text, {"Metrics": [total, *parts]}, above=above, **more)


def _alarm_on(
    name: str, text: str, watched: Json, *, above: int, **more: object
) -> dict[str, Json]:
    properties = {
        "AlarmDescription": sub(f"{text} {HANDBOOK}#{name.lower()}"),
        **watched,
        "EvaluationPeriods": 1,
        "Threshold": above,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
        "AlarmActions": [ref("AlarmTopic")],
        "OKActions": [ref("AlarmTopic")],
    }
    return {name: resource("CloudWatch::Alarm", properties | more)}


def _named(dimensions: dict[str, object]) -> list[Json]:
    return [{"Name": name, "Value": value} for name, value in dimensions.items()]


# --- where alarms are sent --------------------------------------------------------------------


def _topic() -> dict[str, Json]:
    """The topic, its key, its publishers, and the subscription of the operator."""
    root = {"AWS": sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")}
    publishers = {"Service": ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]}
    alarms_here = sub("arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*")
    return {
        "AlarmKey": resource(
            "KMS::Key",
            {
                "Description": "Encrypts alarm messages; alarms cannot use the default key of SNS.",
                "EnableKeyRotation": True,
                "KeyPolicy": policy(
                    allow("kms:*", "*", sid="TheAccountGovernsThisKey", Principal=root),
                    allow(
                        ["kms:Decrypt", "kms:GenerateDataKey*"],
                        "*",
                        sid="AlarmsUseThisKey",
                        Principal=publishers,
                        Condition=OWN_ACCOUNT,
                    ),
                ),
            },
        ),
        "AlarmTopic": resource(
            "SNS::Topic", {"DisplayName": "Likeworth alarms", "KmsMasterKeyId": ref("AlarmKey")}
        ),
        "AlarmTopicPolicy": resource(
            "SNS::TopicPolicy",
            {
                "Topics": [ref("AlarmTopic")],
                "PolicyDocument": policy(
                    allow(
                        "sns:Publish",
                        ref("AlarmTopic"),
                        sid="Alarms",
                        Principal={"Service": "cloudwatch.amazonaws.com"},
                        Condition={**OWN_ACCOUNT, "ArnLike": {"aws:SourceArn": alarms_here}},
                    ),
                    allow(
                        "sns:Publish",
                        ref("AlarmTopic"),
                        sid="Budgets",
                        Principal={"Service": "budgets.amazonaws.com"},
                        Condition=OWN_ACCOUNT,
                    ),
                    deny_without_tls("sns:Publish", ref("AlarmTopic")),
                ),
            },
        ),
        "AlarmSubscription": resource(
            "SNS::Subscription",
            {"TopicArn": ref("AlarmTopic"), "Protocol": "email", "Endpoint": ref("AlarmEmail")},
            Condition="HasAlarmEmail",
        ),
    }


def _budget() -> Json:
    subscriber = {"SubscriptionType": "SNS", "Address": ref("AlarmTopic")}
    return resource(
        "Budgets::Budget",
        {
            "Budget": {
                "BudgetName": sub("likeworth-${Stage}"),
                "BudgetType": "COST",
                "TimeUnit": "MONTHLY",
                "BudgetLimit": {"Amount": ref("MonthlyBudget"), "Unit": "USD"},
            },
            "NotificationsWithSubscribers": [
                {
                    "Notification": {
                        "NotificationType": kind,
                        "ComparisonOperator": "GREATER_THAN",
                        "Threshold": percent,
                        "ThresholdType": "PERCENTAGE",
                    },
                    "Subscribers": [subscriber],
                }
                for kind, percent in (("ACTUAL", 80), ("FORECASTED", 100))
            ],
        },
    )

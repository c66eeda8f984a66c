"""The CloudWatch dashboard, as described in docs/operations.md."""

from __future__ import annotations

import json
from collections.abc import Iterable

from infra.stack.lambdas import FUNCTIONS, metric_name
from infra.stack.template_terms import Json, resource, sub

FIVE_MINUTES = 300
HOUR = 3600
Metric = list[object]
"""Namespace, name, names and values of dimensions, then options that differ from the widget's."""


def dashboard() -> Json:
    """The dashboard resource."""
    body = {"widgets": [_placed(number, one) for number, one in enumerate(_widgets())]}
    return resource(
        "CloudWatch::Dashboard",
        {
            "DashboardName": sub("likeworth-${Stage}-${AWS::Region}"),
            "DashboardBody": sub(json.dumps(body, separators=(",", ":"))),
        },
    )


def _widgets() -> list[Json]:
    every = [metric_name(function) for function in FUNCTIONS]
    queues = [function.name for function in FUNCTIONS if function.queue is not None]
    fits = ("fit", "fit_merge")
    return [
        _widget("Requests and errors", _gateway("Count", "4XXError", "5XXError")),
        _widget(
            "Duration of requests, milliseconds",
            [[*_gateway("Latency")[0], {"stat": stat}] for stat in ("p50", "p95", "p99")],
        ),
        _widget("Events", _own("api", "EventsAccepted", "EventsRejected", "EventsHandedBack")),
        _widget("Requests counted by the application", _own("api", "Requests", "ServerErrors")),
        _widget("Files", _own("import", "ImportsDone", "ImportsFailed", "RowsRejected")),
        _widget(
            "Fits",
            [
                line
                for name in ("FitsDone", "FitsFailed")
                for one in fits
                for line in _own(one, name)
            ],
        ),
        _widget(
            "Hours since the last fit; unfinished erasures",
            _own("schedule", "FitAgeHours", "ErasuresUnfinished"),
            stat="Maximum",
            period=HOUR,
        ),
        _widget(
            "Store unavailable",
            [line for one in every if one != "analysis" for line in _own(one, "StoreUnavailable")],
        ),
        _widget("Calls of functions", _of_every_function("Invocations")),
        _widget("Calls that failed", _of_every_function("Errors")),
        _widget("Longest call, milliseconds", _of_every_function("Duration"), stat="Maximum"),
        _widget("Throttled calls", _of_every_function("Throttles")),
        _widget(
            "Oldest message, seconds",
            _of_queues("ApproximateAgeOfOldestMessage", (f"{name}Queue" for name in queues)),
            stat="Maximum",
        ),
        _widget(
            "Messages in dead-letter queues",
            _of_queues(
                "ApproximateNumberOfMessagesVisible",
                (f"{name}DeadLetters" for name in (*queues, "Stream")),
            ),
            stat="Maximum",
        ),
        _widget(
            "Stream: age of the records, milliseconds",
            [["AWS/Lambda", "IteratorAge", "FunctionName", "${AggregateHandler}"]],
            stat="Maximum",
        ),
        _widget(
            "Table: units and throttles",
            [
                ["AWS/DynamoDB", name, "TableName", "${Table}"]
                for name in (
                    "ConsumedReadCapacityUnits",
                    "ConsumedWriteCapacityUnits",
                    "ReadThrottleEvents",
                    "WriteThrottleEvents",
                )
            ],
        ),
    ]


def _widget(
    title: str, metrics: list[Metric], *, stat: str = "Sum", period: int = FIVE_MINUTES
) -> Json:
    return {
        "title": title,
        "region": "${AWS::Region}",
        "view": "timeSeries",
        "stat": stat,
        "period": period,
        "metrics": metrics,
    }


def _placed(number: int, properties: Json) -> Json:
    row, column = divmod(number, 2)
    place = {"x": 12 * column, "y": 6 * row, "width": 12, "height": 6}
    return {"type": "metric", **place, "properties": properties}


def _gateway(*names: str) -> list[Metric]:
    return [["AWS/ApiGateway", name, "ApiName", "likeworth-${Stage}"] for name in names]


def _own(function: str, *names: str) -> list[Metric]:
    dimensions = ["service", "likeworth-${Stage}", "function", function]
    return [["Likeworth", name, *dimensions] for name in names]


def _of_every_function(name: str) -> list[Metric]:
    return [
        ["AWS/Lambda", name, "FunctionName", f"${{{function.name}Handler}}"]
        for function in FUNCTIONS
    ]


def _of_queues(name: str, queues: Iterable[str]) -> list[Metric]:
    return [["AWS/SQS", name, "QueueName", f"${{{queue}.QueueName}}"] for queue in queues]

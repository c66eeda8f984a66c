"""Log lines, metrics and traces while the service runs in AWS Lambda.

This module uses Powertools for AWS Lambda, but not its decorators (ADR 27): they add fields of the
context to each line and can log whole events and answers.

Only the edge records (`app`, `api`, `workers`), and only in Lambda. A record describes a call,
never a person: no body, header or query; the route template instead of the path; the type and the
code lines of an exception, not its message.
"""

from __future__ import annotations

import functools
import json
import logging
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from chalicelib import settings
from chalicelib.model.errors import StoreUnavailable

NAMESPACE = "Likeworth"

METRICS = {
    "Requests": "Count",
    "ServerErrors": "Count",
    "EventsAccepted": "Count",
    "EventsRejected": "Count",
    "EventsHandedBack": "Count",
    "ImportsDone": "Count",
    "ImportsFailed": "Count",
    "RowsRejected": "Count",
    "FitsDone": "Count",
    "WebhooksSent": "Count",
    "WebhooksFailed": "Count",
    "FitsFailed": "Count",
    "FitAgeHours": "None",
    "ErasuresUnfinished": "Count",
    "StoreUnavailable": "Count",
}
"""Every metric with its unit. Each has the dimensions `service` and `function` and no other."""

LOGGERS = ("chalicelib", "likeworth")
"""Our modules, and the Chalice application, which logs exceptions that no view caught."""

log = logging.getLogger(__name__)


class _Printer(logging.Handler):
    """Prints each record to the current `sys.stdout`, which is the log of a Lambda function."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print a record."""
        sys.stdout.write(self.format(record) + "\n")


class _Recorder:
    """The recorder of one Lambda process, which handles one call at a time.

    `function`: ``api``, ``import``, ``fit``, ``fit_part``, ``fit_merge``, ``analysis``,
    ``aggregate``, ``totals`` or ``schedule``.
    """

    def __init__(self, function: str) -> None:
        from aws_lambda_powertools.metrics import Metrics

        self.formatter = _formatter(function)
        handler = _Printer()
        handler.setFormatter(self.formatter)
        for name in LOGGERS:
            logger = logging.getLogger(name)
            logger.handlers = [handler]
            logger.setLevel(logging.INFO)
            logger.propagate = False  # Lambda's own handler would write every line again
        self.metrics = Metrics(namespace=NAMESPACE, service=settings.service_name())
        self.metrics.set_default_dimensions(function=function)
        self.began = time.perf_counter()
        if function == "api":
            _trace()

    def begin(self, request_id: str) -> None:
        """Begin a call; discard the fields and metrics of the previous one."""
        self.metrics.clear_metrics()
        self.formatter.clear_state()
        self.formatter.append_keys(request_id=request_id)
        self.began = time.perf_counter()

    def end(self) -> None:
        """Write the metrics of the call as one line."""
        if self.metrics.metric_set:  # the library warns if there are none
            self.metrics.flush_metrics()

    def milliseconds(self) -> int:
        """Milliseconds since the call began."""
        return round((time.perf_counter() - self.began) * 1000)


@functools.cache
def _recorder() -> _Recorder | None:
    function = settings.lambda_function()
    return None if function is None else _Recorder(function)


def prepare() -> None:
    """Create the recorder in Lambda: a process has a full core while it starts."""
    _recorder()


def reset() -> None:
    """Discard the recorder; the next call checks again whether this is Lambda."""
    _recorder.cache_clear()


def is_recording() -> bool:
    """Whether metrics and log lines are written."""
    return _recorder() is not None


def count(metric: str, number: int = 1) -> None:
    """Add to a metric of `METRICS` in the current call; zero is not recorded."""
    if number:
        measure(metric, number)


def measure(metric: str, value: float) -> None:
    """Record a value of a metric of `METRICS` in the current call, including zero."""
    recorder = _recorder()
    if recorder is not None:
        recorder.metrics.add_metric(name=metric, unit=METRICS[metric], value=value)


def note(**fields: str) -> None:
    """Add fields to every log line of the current call; docs/operations.md lists all fields."""
    recorder = _recorder()
    if recorder is not None:
        recorder.formatter.append_keys(**fields)


@contextmanager
def recorded(request_id: str) -> Iterator[None]:
    """Record a call: its log lines contain its id, and its metrics are written when it ends.

    `request_id`: the id from API Gateway, or from Lambda.
    """
    recorder = _recorder()
    if recorder is None:
        yield
        return
    recorder.begin(request_id)
    try:
        yield
    finally:
        recorder.end()


def record_request(method: str, route: str, status: int) -> None:
    """Record that a request was answered.

    `route`: the template, such as ``/v1/users/{user_id}``: the value may identify a person.
    """
    recorder = _recorder()
    if recorder is None:
        return
    count("Requests")
    if status >= 500:
        count("ServerErrors")
    fields = {
        "method": method,
        "route": route,
        "status": status,
        "milliseconds": recorder.milliseconds(),
    }
    log.info("request answered", extra=fields)


def record_event(event: Any, get_response: Callable[[Any], Any]) -> Any:
    """Chalice middleware for everything but requests: messages, the stream, the clock."""
    with recorded(str(getattr(event.context, "aws_request_id", "-"))):
        try:
            answer = get_response(event)
        except StoreUnavailable:
            count("StoreUnavailable")
            raise
        recorder = _recorder()
        if recorder is not None:
            log.info("event handled", extra={"milliseconds": recorder.milliseconds()})
        return answer


def _formatter(function: str) -> Any:
    from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

    class Formatter(LambdaPowertoolsFormatter):
        """JSON lines; an exception without its message, which may quote the caller's data."""

        def formatException(self, ei: Any) -> str:  # noqa: N802 - logging defines the name
            """The code lines and the type of an exception."""
            return "".join([*traceback.format_tb(ei[2]), str(ei[0].__name__)])

        def _extract_log_exception(self, log_record: Any) -> Any:
            text, name, _ = super()._extract_log_exception(log_record)
            return text, name, None

    return Formatter(
        json_serializer=functools.partial(json.dumps, separators=(",", ":"), default=str),
        utc=True,
        use_rfc3339=True,
        serialize_stacktrace=False,
        service=settings.service_name(),
        function=function,
    )


def _trace() -> None:
    """Trace the calls that requests make to AWS: the operation, its duration and its outcome.

    X-Ray would also record some parameters; the key of an object contains the name of a file.
    """
    from aws_lambda_powertools.tracing import Tracer
    from aws_xray_sdk.ext import boto_utils

    boto_utils.whitelist["services"].clear()
    Tracer(service=settings.service_name(), patch_modules=("botocore",))

"""What the service tells of itself while it runs in AWS Lambda: log lines, metrics, traces.

Only the edge records (`app`, `api`, `workers`). Outside of Lambda nothing is recorded, and the
log is as it was. What is told is about calls, never about people: no body, no header, no query, no
path but its template; of an exception the type and the lines of code, not the message.
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
    "RowsRefused": "Count",
    "FitsDone": "Count",
    "FitsFailed": "Count",
    "FitAgeHours": "None",
    "ErasuresUnfinished": "Count",
    "StoreUnavailable": "Count",
}
"""Every metric, with its unit; each has the dimensions `service` and `function` and no other."""

FIELDS = (
    "level",
    "location",
    "message",
    "timestamp",
    "service",
    "function",
    "request_id",
    "tenant",
    "key_id",
    "method",
    "route",
    "status",
    "code",
    "milliseconds",
    "exception",
    "exception_name",
    "xray_trace_id",
)
"""Everything that a log line may have."""

LOGGERS = ("chalicelib", "likeworth")
"""Ours, and that of the Chalice application: it tells of what no view has caught."""

log = logging.getLogger(__name__)


class _Lines(logging.Handler):
    """Writes a line to the standard output of the moment."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write what happened."""
        sys.stdout.write(self.format(record) + "\n")


class _Taken:
    """A logger that writes by our handler alone, and what it did before."""

    def __init__(self, logger: logging.Logger, handler: logging.Handler) -> None:
        self._logger = logger
        self._before = logger.handlers, logger.level, logger.propagate
        logger.handlers = [handler]
        logger.setLevel(logging.INFO)
        logger.propagate = False  # Lambda's own handler would write every line once more

    def give_back(self) -> None:
        """Leave the logger as it was found."""
        self._logger.handlers, level, self._logger.propagate = self._before
        self._logger.setLevel(level)


class _Recorder:
    """What one process in Lambda records with; Lambda gives it one call at a time.

    Parameters
    ----------
    function : str
        ``api``, ``import``, ``fit``, ``fit_part``, ``fit_merge``, ``analysis``, ``aggregate``,
        ``totals`` or ``schedule``.
    """

    def __init__(self, function: str) -> None:
        from aws_lambda_powertools.metrics import Metrics

        self.function = function
        self.formatter = _formatter(function)
        self.handler = _Lines()
        self.handler.setFormatter(self.formatter)
        self.taken = [_Taken(logging.getLogger(name), self.handler) for name in LOGGERS]
        self.metrics = Metrics(namespace=NAMESPACE, service=settings.service_name())
        self.values: dict[str, float] = {}
        self.began = time.perf_counter()
        if function == "api":
            _trace()

    def begin(self, request_id: str) -> None:
        """A call begins; nothing of the one before is left."""
        self.values.clear()
        self.formatter.clear_state()
        self.formatter.append_keys(request_id=request_id)
        self.began = time.perf_counter()

    def end(self) -> None:
        """Write the metrics of the call as one line."""
        if self.values:
            self.metrics.add_dimension("function", self.function)
            for name, value in self.values.items():
                self.metrics.add_metric(name=name, unit=METRICS[name], value=value)
            self.metrics.flush_metrics()
        self.values.clear()

    def milliseconds(self) -> int:
        """Since the call began."""
        return round((time.perf_counter() - self.began) * 1000)

    def close(self) -> None:
        """Leave logging as it was found."""
        for one in self.taken:
            one.give_back()


@functools.cache
def _recorder() -> _Recorder | None:
    function = settings.lambda_function()
    return None if function is None else _Recorder(function)


def prepare() -> None:
    """Make what records, if this is Lambda: while a process starts it has the whole processor."""
    _recorder()


def reset() -> None:
    """Look again whether this is Lambda."""
    made = _recorder() if _recorder.cache_info().currsize else None
    if made is not None:
        made.close()
    _recorder.cache_clear()


def is_recording() -> bool:
    """Whether somebody listens."""
    return _recorder() is not None


def count(metric: str, number: int = 1) -> None:
    """Add to one of `METRICS`, in the call under way; nothing is told of a zero."""
    recorder = _recorder()
    if recorder is not None and number:
        recorder.values[metric] = recorder.values.get(metric, 0) + number


def measure(metric: str, value: float) -> None:
    """Tell the value of one of `METRICS` in the call under way, a zero too."""
    recorder = _recorder()
    if recorder is not None:
        recorder.values[metric] = value


def note(**fields: str) -> None:
    """Add some of `FIELDS` to every log line of the call under way."""
    recorder = _recorder()
    if recorder is not None:
        recorder.formatter.append_keys(**fields)


@contextmanager
def recorded(request_id: str) -> Iterator[None]:
    """A call: its log lines have its id, and its metrics are written when it ends, however.

    Parameters
    ----------
    request_id : str
        API Gateway's, or Lambda's.
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


def tell_request(method: str, route: str, status: int) -> None:
    """A request is answered.

    Parameters
    ----------
    route : str
        As a template, such as ``/v1/users/{user_id}``: what stands in its place may be a person.
    """
    recorder = _recorder()
    if recorder is None:
        return
    count("Requests")
    if status >= 500:
        count("ServerErrors")
    told = {
        "method": method,
        "route": route,
        "status": status,
        "milliseconds": recorder.milliseconds(),
    }
    log.info("request answered", extra=told)


def record_event(event: Any, get_response: Callable[[Any], Any]) -> Any:
    """Chalice middleware for what is no request: messages, the stream, the clock."""
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
        """A line of JSON; of an exception the place, not the message: it may quote the caller."""

        def formatException(self, ei: Any) -> str:  # noqa: N802 - the name is logging's
            """The lines of code that led to an exception."""
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
    """Trace the calls that requests make to AWS: which operation, how long, how it ended.

    X-Ray would tell of some parameters, too; the key of an object holds the name of a file.
    """
    from aws_lambda_powertools.tracing import Tracer
    from aws_xray_sdk.ext import boto_utils

    boto_utils.whitelist["services"].clear()
    Tracer(service=settings.service_name(), patch_modules=("botocore",))

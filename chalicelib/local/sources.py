"""What invokes functions in AWS: queues and a daily schedule (and `stream`), as threads.

A handler takes an event shaped as Lambda gets it and a context. Whatever escapes it fails the
delivery: a queue's message comes again after its visibility timeout until it goes to the queue of
dead letters, a stream's batch is tried again in place.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import uuid
from collections.abc import Callable
from typing import Any

from chalice.local import LambdaContext

from chalicelib.embedded.aws import ACCOUNT, REGION
from chalicelib.embedded.resources import Queue

Handler = Callable[[dict[str, Any], Any], Any]

POLL_SECONDS = 0.1
LAMBDA_SECONDS = 900
logger = logging.getLogger(__name__)


class Source(threading.Thread):
    """A thread that looks for work until it is stopped."""

    def __init__(self, name: str, poll_seconds: float = POLL_SECONDS) -> None:
        super().__init__(name=name, daemon=True)
        self._stopping = threading.Event()
        self._poll_seconds = poll_seconds

    def stop(self) -> None:
        """Let the work at hand end and wait for it."""
        self._stopping.set()
        if self.is_alive():
            self.join()

    def run(self) -> None:
        """Work; pause when there is none."""
        while not self._stopping.is_set():
            if not self.work():
                self._stopping.wait(self._poll_seconds)

    def work(self) -> bool:
        """Do what there is to do; False if there was nothing."""
        raise NotImplementedError


def invoke(name: str, handler: Handler, event: dict[str, Any]) -> tuple[bool, Any]:
    """Whether a handler came to its end, and what it returned."""
    context = LambdaContext(name, memory_size=3008, max_runtime_ms=LAMBDA_SECONDS * 1000)
    try:
        return True, handler(event, context)
    except Exception:  # stands for Lambda's runtime, which ends every failure the same way
        logger.exception("%s failed", name)
        return False, None


class QueueSource(Source):
    """Delivers a queue's messages one by one."""

    def __init__(self, sqs: Any, queue: Queue, name: str, handler: Handler) -> None:
        super().__init__(name)
        self._sqs = sqs
        self._queue = queue
        self._handler = handler

    def waiting(self) -> int:
        """How many messages are not done yet."""
        names = [
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        ]
        answer = self._sqs.get_queue_attributes(QueueUrl=self._queue.url, AttributeNames=names)
        return sum(int(answer["Attributes"][name]) for name in names)

    def work(self) -> bool:
        """Deliver one message, if there is one."""
        answer = self._sqs.receive_message(
            QueueUrl=self._queue.url,
            MaxNumberOfMessages=1,
            WaitTimeSeconds=0,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        for message in answer.get("Messages", []):
            done, returned = invoke(self.name, self._handler, self._event(message))
            if done and not failures_in(returned):
                self._sqs.delete_message(
                    QueueUrl=self._queue.url, ReceiptHandle=message["ReceiptHandle"]
                )
        return bool(answer.get("Messages"))

    def _event(self, message: dict[str, Any]) -> dict[str, Any]:
        record = {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message.get("Attributes", {}),
            "messageAttributes": {},
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": self._queue.arn,
            "awsRegion": REGION,
        }
        return {"Records": [record]}


def failures_in(returned: Any) -> bool:
    """Whether a handler's answer names items of its batch that failed."""
    return isinstance(returned, dict) and bool(returned.get("batchItemFailures"))


class DailySchedule(Source):
    """Calls a handler once a day.

    Parameters
    ----------
    handler : callable
    clock : callable
        The time, in UTC.
    last : datetime
        When it was called last.
    called : callable
        Told when it is called.
    """

    def __init__(
        self,
        handler: Handler,
        *,
        clock: Callable[[], dt.datetime],
        last: dt.datetime,
        called: Callable[[dt.datetime], None],
    ) -> None:
        super().__init__("schedule", poll_seconds=1.0)
        self._handler = handler
        self._clock = clock
        self._last = last
        self._called = called

    def work(self) -> bool:
        """Call the handler if a day has passed."""
        now = self._clock()
        if now - self._last < dt.timedelta(days=1):
            return False
        self._last = now
        self._called(now)
        event = {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": ACCOUNT,
            "time": f"{now:%Y-%m-%dT%H:%M:%SZ}",
            "region": REGION,
            "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/likeworth-daily"],
            "detail": {},
        }
        invoke(self.name, self._handler, event)
        return True

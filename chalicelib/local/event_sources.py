"""Queues and a daily schedule as threads, which start the functions as AWS does.

A handler takes an event in Lambda's format and a context. An exception of the handler fails the
delivery. The message is then delivered again. After its last attempt, its import or fit ends as
failed, and the message goes to the dead-letter queue.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import uuid
from collections.abc import Callable
from typing import Any

from chalice.local import LambdaContext

from chalicelib.local.queues import MAX_ATTEMPTS, Message, Queues
from chalicelib.model.errors import LikeworthError, StoreUnavailable

Handler = Callable[[dict[str, Any], Any], Any]

POLL_SECONDS = 0.1
REST_AFTER_TROUBLE_SECONDS = 1.0
LAMBDA_SECONDS = 900
REGION, ACCOUNT = "eu-central-1", "000000000000"
logger = logging.getLogger(__name__)


class Source(threading.Thread):
    """A thread that does work until it is stopped."""

    def __init__(self, name: str, poll_seconds: float = POLL_SECONDS) -> None:
        super().__init__(name=name, daemon=True)
        self._stopping = threading.Event()
        self._poll_seconds = poll_seconds

    def stop(self) -> None:
        """Stop after the current work, and wait for it."""
        self._stopping.set()
        if self.is_alive():
            self.join()

    def run(self) -> None:
        """Work; pause if there is no work or the store is unavailable."""
        while not self._stopping.is_set():
            try:
                found = self.work()
            except LikeworthError as error:
                logger.error("%s: %s: %s", self.name, error.code, error.detail)
                self._stopping.wait(REST_AFTER_TROUBLE_SECONDS)
                continue
            except Exception:  # if the thread ended, its work would silently stop
                logger.exception("%s failed", self.name)
                self._stopping.wait(REST_AFTER_TROUBLE_SECONDS)
                continue
            if not found:
                self._stopping.wait(self._poll_seconds)

    def work(self) -> bool:
        """Do the next piece of work; False if there was none."""
        raise NotImplementedError


def invoke(name: str, handler: Handler, event: dict[str, Any]) -> tuple[bool, Any]:
    """Call a handler; return whether it succeeded, and its result."""
    context = LambdaContext(name, memory_size=3008, max_runtime_ms=LAMBDA_SECONDS * 1000)
    try:
        return True, handler(event, context)
    except LikeworthError as error:
        logger.error("%s failed: %s: %s", name, error.code, error.detail)
        return False, None
    except Exception:  # like Lambda's runtime, which treats every exception the same
        logger.exception("%s failed", name)
        return False, None


class QueueSource(Source):
    """Delivers the messages of a queue one by one.

    `give_up`: ends the import or fit of a message as failed; called after its last attempt.
    """

    def __init__(
        self,
        queues: Queues,
        queue: str,
        handler: Handler,
        give_up: Callable[[Message], None],
    ) -> None:
        super().__init__(queue)
        self._queues = queues
        self._queue = queue
        self._handler = handler
        self._give_up = give_up

    def work(self) -> bool:
        """Deliver one message, if there is one."""
        message = self._queues.receive(self._queue)
        if message is None:
            return False
        if message.attempts > MAX_ATTEMPTS:  # the process died during the last one
            self._end(message)
            return True
        done, returned = invoke(self.name, self._handler, self._event(message))
        if done and not failures_in(returned):
            self._queues.done(message)
        elif message.attempts >= MAX_ATTEMPTS:
            self._end(message)
        else:
            self._queues.failed(message)
        return True

    def _end(self, message: Message) -> None:
        try:
            self._give_up(message)
        except StoreUnavailable:
            self._queues.failed(message)
            raise
        except Exception:  # the message must not be delivered forever
            logger.exception(
                "the import or fit of message %s could not be ended as failed", message.message_id
            )
        self._queues.bury(message, f"it failed {MAX_ATTEMPTS} times")

    def _event(self, message: Message) -> dict[str, Any]:
        record = {
            "messageId": message.message_id,
            "receiptHandle": message.message_id,
            "body": message.body,
            "attributes": {"ApproximateReceiveCount": str(message.attempts)},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:likeworth-{self._queue}s",
            "awsRegion": REGION,
        }
        return {"Records": [record]}


def failures_in(returned: Any) -> bool:
    """Whether the result of a handler lists failed messages."""
    return isinstance(returned, dict) and bool(returned.get("batchItemFailures"))


class DailySchedule(Source):
    """Calls a handler once a day.

    Parameters
    ----------
    clock : callable
        The time, in UTC.
    last : datetime
        Time of the last call. A time in the future means that a clock was wrong; then call now.
    called : callable
        Called with the time of each call.
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
        if dt.timedelta(0) <= now - self._last < dt.timedelta(days=1):
            return False
        self._called(now)
        self._last = now
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

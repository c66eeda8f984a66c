"""The whole service in this process: API, functions behind queues, stream and schedule.

The application is handed in, so that nothing here imports `app`. While a service runs, the settings
that name its resources stand in the environment and `wiring` uses its session; both are put back
when it stops. A stop is clean: requests, imports, fits and day totals at hand come to their end.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote

from chalicelib import wiring
from chalicelib.embedded import resources as make
from chalicelib.embedded.aws import Answer, Call, EmbeddedAws
from chalicelib.embedded.changes import Changes
from chalicelib.embedded.dynamodb_local import DynamoDbLocal, installed_in, running
from chalicelib.embedded.engine import DYNAMODB_LOCAL, engine_of, record_engine
from chalicelib.embedded.gateway import ChaliceGateway
from chalicelib.embedded.in_flight import InFlight
from chalicelib.embedded.installation import Installation, KeyFile
from chalicelib.embedded.key_records import adopt, register
from chalicelib.embedded.server import HttpServer, Request, Response, problem
from chalicelib.embedded.sources import DailySchedule, Handler, QueueSource, Source
from chalicelib.embedded.state import State, locked
from chalicelib.embedded.stream import StreamSource
from chalicelib.embedded.tables import JournaledTable, LocalTable, ServedTable
from chalicelib.services.keys import create_key
from chalicelib.settings import read_settings
from chalicelib.storage.tenants import Role

API_BODY_BYTES = 6 * 1024 * 1024
UPLOAD_BYTES = 1_000_000_000
"""Here an uploaded file lies in memory, so that its size has a limit beside that of the setting."""

STOP_SECONDS = 10.0

PATIENT_SECONDS = 120
"""How long a batch may take in DynamoDB Local: a slow disk takes 60 events a second, and no
Lambda's end is near."""


class Application(Protocol):
    """What the module `app` offers."""

    app: Any
    import_handler: Handler
    fit_handler: Handler
    aggregate_handler: Handler
    schedule_handler: Handler


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is not done yet: messages in the queues, and partitions whose totals are stale."""

    imports: int
    fits: int
    partitions: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.imports + self.fits + self.partitions


class EmbeddedService:
    """The service on an embedded AWS.

    Parameters
    ----------
    application : Application
        The module `app`, or something like it.
    installation : Installation
        Where the root secret and the API keys of the command line lie.
    port : int
        0 takes any free port.
    data : Path, optional
        Directory that keeps the state over a restart; without it all is forgotten at the end.
    engine : str, optional
        What keeps the table of `data`: see `engine.engine_of`.
    clock : callable
        The time, in UTC.
    redelivery_seconds : int
        After how long an import or a fit that failed is tried again.
    on_load : callable, optional
        Told the share of a kept state that is loaded.

    Raises
    ------
    OSError
        If the port is taken.
    DirectoryInUseError
        If another process serves from `data`.
    EngineMismatchError
        If another engine has written `data`.
    EngineUnavailableError
        If the engine cannot be started on this machine.
    """

    def __init__(
        self,
        application: Application,
        installation: Installation,
        *,
        port: int = 8000,
        data: Path | None = None,
        engine: str | None = None,
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        redelivery_seconds: int = 10,
        on_load: Callable[[float], None] | None = None,
    ) -> None:
        self._clock = clock
        self._requests = InFlight()
        with contextlib.ExitStack() as undo:
            given = read_settings()
            root_secret = installation.root_secret(given.secret)
            self._upload_bytes = min(given.max_import_bytes, UPLOAD_BYTES)
            if data is not None:
                undo.enter_context(locked(data))
            engine = engine_of(data, engine)
            self._http = HttpServer(port, self._answer, self._body_limit)
            undo.callback(self._http.stop)
            self.dynamodb_local: DynamoDbLocal | None = None
            elsewhere: dict[str, Callable[[Call], Answer]] = {}
            if data is not None and engine == DYNAMODB_LOCAL:
                home, folder = data / DYNAMODB_LOCAL, installed_in(given.dynamodb_local, os.environ)
                self.dynamodb_local = undo.enter_context(running(folder, home))
                table: ServedTable = (local := LocalTable(self.dynamodb_local, home))
                elsewhere["dynamodb"] = local.answer
            else:
                table = JournaledTable(data)
            if data is not None:
                record_engine(data, engine)
            self._aws = EmbeddedAws(s3_endpoint=self._http.url, elsewhere=elsewhere)
            undo.callback(self._aws.close)
            self._state = State(self._aws, table, data)
            undo.callback(self._state.close)
            changes = self._state.load_table(on_load)
            self._state.load_queues()
            self.resources = make.create_resources(
                self._aws.session, root_secret=root_secret, redelivery_seconds=redelivery_seconds
            )
            self._state.load_objects()
            undo.enter_context(
                make.named_in_environment(
                    self.resources,
                    write_seconds=PATIENT_SECONDS if self.dynamodb_local is not None else None,
                )
            )
            undo.callback(wiring.reset)
            wiring.reset()
            wiring.use_session(self._aws.session)
            self._aws.observer = self._state.observe
            self._key_file = KeyFile(installation)
            self._key_lock = threading.Lock()
            self._gateway = ChaliceGateway(application.app)
            self._sources = self._make_sources(application, changes)
            self._undo = undo.pop_all()

    @property
    def url(self) -> str:
        """Where the API listens."""
        return self._http.url

    def start(self) -> None:
        """Answer requests and work."""
        self._adopt_keys()
        for source in self._sources:
            source.start()
        self._http.start()

    def stop(self) -> None:
        """End cleanly; what was accepted is done or kept."""
        self._requests.refuse_new()
        self._requests.wait(STOP_SECONDS)
        for source in self._sources:
            source.stop()
        self._undo.close()

    def wait_until_idle(
        self, timeout: float, on_progress: Callable[[Backlog], None] | None = None
    ) -> None:
        """Wait until nothing is left to import, to fit and to sum up.

        Raises
        ------
        TimeoutError
            If something is left after `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        while True:
            backlog = self.backlog()
            if on_progress is not None:
                on_progress(backlog)
            if backlog.total == 0:
                return
            if time.monotonic() >= deadline:
                raise TimeoutError(f"not idle after {timeout:.0f} s: {backlog}")
            self._stream.hurry()
            time.sleep(0.05)

    def backlog(self) -> Backlog:
        """What is not done yet."""
        imports = self._imports.waiting()
        fits = self._fits.waiting()
        return Backlog(imports, fits, self._stream.waiting())

    def create_key(self, tenant: str, role: Role, *, currency: str = "") -> str:
        """A new API key; it cannot be had again.

        Parameters
        ----------
        currency : str, optional
            Reporting currency of the tenant, where it is new.
        """
        store = wiring.store(tenant)
        if currency and not store.is_registered():
            register(store, currency)
        return create_key(wiring.store(tenant), role, now=self._clock())

    def knows(self, tenant: str) -> bool:
        """Whether the tenant has been used before."""
        return wiring.store(tenant).is_registered()

    def has_admin(self, tenant: str) -> bool:
        """Whether the tenant has an active admin key."""
        now = self._clock()
        found = wiring.store(tenant).api_keys.by_id()
        return any(one.role == "admin" and one.state(now) == "active" for one in found)

    def put_object(self, key: str, body: bytes) -> None:
        """Drop a file into the bucket, as somebody with access to S3 would."""
        make.s3_client(self._aws.session).put_object(
            Bucket=self.resources.bucket, Key=key, Body=body
        )

    # --- requests -----------------------------------------------------------------------------

    def _body_limit(self, method: str, target: str) -> int:
        return self._upload_bytes if _is_upload(method, target) else API_BODY_BYTES

    def _answer(self, request: Request) -> Response:
        with self._requests.one() as accepted:
            if not accepted:
                return problem(
                    503,
                    "store_unavailable",
                    "the service is stopping",
                    (("Retry-After", "5"), ("Connection", "close")),
                )
            if _is_upload(request.method, request.target):
                return self._upload(request)
            self._adopt_keys()
            return self._gateway.answer(request)

    def _upload(self, request: Request) -> Response:
        path, _, query_text = request.target.partition("?")
        query = parse_qs(query_text, keep_blank_values=True)
        if not self._aws.is_presigned_by_us(query):
            return problem(403, "forbidden", "the URL was not signed by this service")
        call = Call("s3", "PUT", unquote(path), request.headers, request.body, query)
        status, headers, body = self._aws.answer(call)
        kept = tuple((n, v) for n, v in headers.items() if n.lower() != "content-length")
        return Response(status, kept, body)

    def _adopt_keys(self) -> None:
        """Take over what `keys create` and `keys revoke` have recorded since the last look."""
        with self._key_lock:
            for record in self._key_file.new_records():
                adopt(record, wiring.store, now=self._clock())

    # --- functions ----------------------------------------------------------------------------

    def _make_sources(self, application: Application, changes: Changes) -> list[Source]:
        sqs = self._aws.session.client("sqs")
        self._imports = QueueSource(
            sqs, self.resources.imports, "import", application.import_handler
        )
        self._fits = QueueSource(sqs, self.resources.fits, "fit", application.fit_handler)
        self._stream = StreamSource(
            changes,
            application.aggregate_handler,
            dead_letter=lambda records: self._bury(sqs, records),
        )
        schedule = DailySchedule(
            application.schedule_handler,
            clock=self._clock,
            last=self._state.last_schedule(self._clock()),
            called=self._state.note_schedule,
        )
        # the stream goes last: it sums up what the others still write while they stop
        return [
            schedule,
            _Housekeeper(self._state.housekeep),
            self._imports,
            self._fits,
            self._stream,
        ]

    def _bury(self, sqs: Any, records: Iterable[dict[str, Any]]) -> None:
        for record in records:
            sqs.send_message(
                QueueUrl=self.resources.stream_failures,
                MessageBody=json.dumps(record["dynamodb"]["Keys"]),
            )


class _Housekeeper(Source):
    def __init__(self, housekeep: Callable[[], None]) -> None:
        super().__init__("housekeeping", poll_seconds=1.0)
        self._housekeep = housekeep

    def work(self) -> bool:
        self._housekeep()
        return False


def _is_upload(method: str, target: str) -> bool:
    return method == "PUT" and "X-Amz-Signature=" in target.partition("?")[2]

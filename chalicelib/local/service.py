"""The whole service in this process: API, uploads, imports, fits, day totals and the schedule.

The caller passes the application, so nothing here imports `app`. While a service runs, `wiring`
keeps all state on its machine. Stopping is clean: requests, imports, fits and day totals in
progress are finished.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from chalicelib import wiring
from chalicelib.local.database import is_empty
from chalicelib.local.event_sources import DailySchedule, Handler, QueueSource, Source
from chalicelib.local.exchanges import Request, Response, problem
from chalicelib.local.feed import Feed
from chalicelib.local.gateway import ChaliceGateway
from chalicelib.local.home_keys import HomeKeys
from chalicelib.local.housekeeping import Housekeeper
from chalicelib.local.in_flight import InFlight
from chalicelib.local.incoming import Body
from chalicelib.local.installation import Installation
from chalicelib.local.jobs import Jobs
from chalicelib.local.machine import LocalMachine
from chalicelib.local.queues import RETRY_SECONDS, enqueue
from chalicelib.local.secret_mark import check_secret
from chalicelib.local.server import HOST, HttpServer
from chalicelib.local.uploads import PATH as UPLOADS
from chalicelib.local.uploads import read_target
from chalicelib.model.errors import LikeworthError, StoreUnavailable, UploadQuotaUsed
from chalicelib.services.credentials.api_keys import create_key
from chalicelib.services.imports import bytes_left, import_for_object, seconds_until_tomorrow
from chalicelib.settings import read_settings
from chalicelib.storage.objects import ObjectVersion
from chalicelib.storage.table_keys import parse_import_object
from chalicelib.storage.tenants import Role

API_BODY_BYTES = 6 * 1024 * 1024
STOP_SECONDS = 10.0
ABANDON_SECONDS = 0.5
WORKERS = 2
"""How many messages of a queue are handled in parallel, each of a different tenant."""
_LAST_SCHEDULE = "schedule"


class Application(Protocol):
    """The interface of the module `app`."""

    app: Any
    import_handler: Handler
    fit_handler: Handler
    aggregate_handler: Handler
    schedule_handler: Handler


@dataclass(frozen=True, slots=True)
class Backlog:
    """Unfinished work: messages in the queues, and partitions whose totals are out of date."""

    imports: int
    fits: int
    partitions: int

    @property
    def total(self) -> int:
        """The sum."""
        return self.imports + self.fits + self.partitions


class LocalService:
    """The service on one machine.

    Parameters
    ----------
    application : Application
        The module `app`, or an equivalent.
    installation : Installation
        Has the root secret.
    port : int
        0 chooses a free port.
    data : Path, optional
        Directory for the state. None: all state is deleted at the end.
    clock : callable
        The time, in UTC.
    retry_seconds : float
        Pause before a failed import or fit is retried.
    host : str
        The address on which the service listens.

    Raises
    ------
    OSError
        If the port is taken.
    DirectoryInUseError
        If another process serves from `data`.
    UnusableDirectoryError, DamagedStore, StoreUnavailable
        If the directory cannot be used.
    MisconfiguredService
        If a root secret is too short or missing, or differs from that of the directory.
    """

    def __init__(
        self,
        application: Application,
        installation: Installation,
        *,
        port: int = 8000,
        data: Path | None = None,
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        retry_seconds: float = RETRY_SECONDS,
        host: str = HOST,
    ) -> None:
        self._clock = clock
        self._requests = InFlight()
        given = read_settings()
        with contextlib.ExitStack() as undo:
            self._http = HttpServer(port, self._answer, API_BODY_BYTES, self._upload, host=host)
            undo.callback(self._http.stop)
            may_make = data is None or is_empty(data)
            self.machine = machine = LocalMachine(
                data,
                root_secret=lambda: installation.root_secret(given.secret, make=may_make),
                clock=clock,
                retry_seconds=retry_seconds,
            )
            undo.callback(machine.close)
            machine.url = given.public_url.rstrip("/") or self._http.url
            machine.max_upload_bytes = given.max_import_bytes
            undo.callback(wiring.reset)
            wiring.use_machine(machine)
            check_secret(machine, wiring.other_secrets())
            self._jobs = Jobs(machine, clock)
            self._jobs.queue_unfinished()
            self._home_keys = HomeKeys(installation) if data is None else None
            self._gateway = ChaliceGateway(application.app)
            self._sources = self._make_sources(application)
            self._undo = undo.pop_all()

    @property
    def url(self) -> str:
        """The address of the API."""
        return self._http.url

    def start(self) -> None:
        """Start answering requests and working."""
        for source in self._sources:
            source.start()
        self._http.start()

    def stop(self) -> None:
        """Stop cleanly; accepted work is finished or stored."""
        self._requests.reject_new()
        self._requests.wait(STOP_SECONDS)
        for source in self._sources:
            source.stop()
        self._undo.close()

    def abandon(self) -> None:
        """Prepare for the end of the process, without finishing work.

        Requests in progress get a moment for their answer. Temporary state is deleted; in a data
        directory, unfinished imports and fits continue at the next start.
        """
        self._requests.reject_new()
        self._requests.wait(ABANDON_SECONDS)
        self.machine.abandon()

    def wait_until_idle(
        self, timeout: float, on_progress: Callable[[Backlog], None] | None = None
    ) -> None:
        """Wait until all imports, fits and totals are finished.

        Raises
        ------
        TimeoutError
            If there is unfinished work after `timeout` seconds.
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
            self._feed.hurry()
            time.sleep(0.05)

    def backlog(self) -> Backlog:
        """The unfinished work; imports and fits are counted first, as they change partitions."""
        imports, fits = (self.machine.queues.waiting(queue) for queue in ("import", "fit"))
        return Backlog(imports, fits, self._feed.waiting())

    def create_key(self, tenant: str, role: Role, *, currency: str = "") -> str:
        """Create an API key; return it, because it is stored only as a hash.

        `currency`: reporting currency, if the tenant is new.
        """
        store = wiring.store(tenant)
        if currency and not store.is_registered():
            store.register_with(currency)
        return create_key(store, role, now=self._clock())

    def has_admin(self, tenant: str) -> bool:
        """Whether the tenant has an active admin key."""
        now = self._clock()
        found = wiring.store(tenant).api_keys.by_id()
        return any(one.role == "admin" and one.state(now) == "active" for one in found)

    def put_object(self, key: str, body: bytes) -> None:
        """Import a file without an announcement, like a file that is copied into the bucket.

        Raises
        ------
        ValueError
            If the key is not that of an upload of a tenant.
        """
        place = parse_import_object(key)
        if place is None:
            raise ValueError(f"{key!r} is not under imports/")
        store = wiring.store(place[0])
        file = self.machine.files.write([body])
        now = self._clock()
        import_id = import_for_object(store, ObjectVersion(key, file.etag), dropped_at=now)
        message = _message(store.tenant, import_id, key, file.etag)
        self.machine.files.keep(key, file, also=lambda t: enqueue(t, "import", message))

    # --- requests -----------------------------------------------------------------------------

    def _answer(self, request: Request) -> Response:
        with self._requests.one() as accepted:
            if not accepted:
                return _stopping()
            if self._home_keys is not None:
                self._home_keys.copy_to(self.machine)
            return self._gateway.answer(request)

    def _upload(self, method: str, target: str, body: Body) -> Response | None:
        """Answer a PUT to a signed URL; None for every other request."""
        if method != "PUT" or not target.startswith(UPLOADS):
            return None
        with self._requests.one() as accepted:
            if not accepted:
                return _stopping()
            try:
                allowed = read_target(target, self._secrets, self._clock())
                if allowed is None:
                    return problem(
                        403,
                        "forbidden",
                        "this upload URL is invalid or has expired",
                    )
                left = bytes_left(wiring.store(allowed.tenant), now=self._clock())
                if left is not None and (body.length or 1) > left:
                    return self._over_quota(left)
                files = self.machine.files
                most = allowed.max_bytes if left is None else min(allowed.max_bytes, left)
                file = files.write(body.pieces(most))
                message = _message(allowed.tenant, allowed.import_id, allowed.key, file.etag)
                files.keep(allowed.key, file, also=lambda t: enqueue(t, "import", message))
            except StoreUnavailable as error:
                retry = (("Retry-After", str(error.retry_after_seconds)),)
                return problem(503, error.code, "the file was not stored; send it again", retry)
            except LikeworthError as error:
                return problem(500, error.code, "the file was not stored")
            content = json.dumps({"id": allowed.import_id, "bytes": file.size}).encode()
            headers = (("Content-Type", "application/json"), ("ETag", f'"{file.etag}"'))
            return Response(200, headers, content)

    def _over_quota(self, left: int) -> Response:
        retry = (("Retry-After", str(seconds_until_tomorrow(self._clock()))),)
        detail = f"you can upload {left:,} more bytes before the next UTC day begins"
        return problem(429, UploadQuotaUsed.code, detail, retry)

    def _secrets(self) -> list[bytes]:
        return [wiring.root_secret(), *wiring.other_secrets()]

    # --- functions ----------------------------------------------------------------------------

    def _make_sources(self, application: Application) -> list[Source]:
        machine = self.machine
        handlers = {"import": application.import_handler, "fit": application.fit_handler}
        queues = [
            QueueSource(machine.queues, queue, handler, self._jobs.give_up)
            for queue, handler in handlers.items()
            for _ in range(WORKERS)
        ]
        self._feed = Feed(machine.database, application.aggregate_handler)
        noted = machine.note(_LAST_SCHEDULE)
        now = self._clock()
        if noted is None:
            machine.put_note(_LAST_SCHEDULE, now.isoformat())
        schedule = DailySchedule(
            application.schedule_handler,
            clock=self._clock,
            last=now if noted is None else dt.datetime.fromisoformat(noted),
            called=lambda at: machine.put_note(_LAST_SCHEDULE, at.isoformat()),
        )
        # the feed is last: it derives totals for writes that the others make while they stop
        return [schedule, Housekeeper(machine.database, machine.files), *queues, self._feed]


def _message(tenant: str, import_id: str, key: str, etag: str) -> dict[str, Any]:
    fields = {"import_id": import_id, "key": key, "etag": etag, "version_id": ""}
    return {"import": {"tenant": tenant, **fields}}


def _stopping() -> Response:
    return problem(
        503,
        "store_unavailable",
        "the service is stopping",
        (("Retry-After", "5"), ("Connection", "close")),
    )

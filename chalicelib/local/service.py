"""The whole service in this process: API, uploads, imports, fits, day totals and the schedule.

The application is handed in, so that nothing here imports `app`. While a service runs, `wiring`
keeps everything on its machine. A stop is clean: requests, imports, fits and day totals at hand
come to their end.
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
from chalicelib.local.adopting import KeysFromHome
from chalicelib.local.database import is_empty
from chalicelib.local.event_sources import DailySchedule, Handler, QueueSource, Source
from chalicelib.local.exchanges import Request, Response, problem
from chalicelib.local.feed import Feed
from chalicelib.local.gateway import ChaliceGateway
from chalicelib.local.housekeeping import Housekeeper
from chalicelib.local.in_flight import InFlight
from chalicelib.local.incoming import Body
from chalicelib.local.installation import Installation
from chalicelib.local.jobs import Jobs
from chalicelib.local.machine import LocalMachine
from chalicelib.local.queues import RETRY_SECONDS, enqueue
from chalicelib.local.secret_mark import check_secret
from chalicelib.local.server import HttpServer
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
WORKERS = 2
"""How many messages of a queue are handled at once, each of another tenant."""
_LAST_SCHEDULE = "schedule"


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


class LocalService:
    """The service on one machine.

    Parameters
    ----------
    application : Application
        The module `app`, or something like it.
    installation : Installation
        Where the root secret is.
    port : int
        0 takes any free port.
    data : Path, optional
        Directory that keeps the state; without it everything is forgotten at the end.
    clock : callable
        The time, in UTC.
    retry_seconds : float
        After how long an import or a fit that failed is tried again.

    Raises
    ------
    OSError
        If the port is taken.
    DirectoryInUseError
        If another process serves from `data`.
    UnusableDirectoryError, DamagedStore, StoreUnavailable
        If the directory cannot be served from.
    MisconfiguredService
        If a root secret is too short, missing, or another than before.
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
    ) -> None:
        self._clock = clock
        self._requests = InFlight()
        given = read_settings()
        with contextlib.ExitStack() as undo:
            self._http = HttpServer(port, self._answer, API_BODY_BYTES, self._upload)
            undo.callback(self._http.stop)
            may_make = data is None or is_empty(data)
            self.machine = machine = LocalMachine(
                data,
                root_secret=lambda: installation.root_secret(given.secret, make=may_make),
                clock=clock,
                retry_seconds=retry_seconds,
            )
            undo.callback(machine.close)
            machine.url = self._http.url
            machine.max_upload_bytes = given.max_import_bytes
            undo.callback(wiring.reset)
            wiring.use_machine(machine)
            check_secret(machine, wiring.other_secrets())
            self._jobs = Jobs(machine, clock)
            self._jobs.queue_unfinished()
            self._from_home = KeysFromHome(installation) if data is None else None
            self._gateway = ChaliceGateway(application.app)
            self._sources = self._make_sources(application)
            self._undo = undo.pop_all()

    @property
    def url(self) -> str:
        """Where the API listens."""
        return self._http.url

    def start(self) -> None:
        """Answer requests and work."""
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
            self._feed.hurry()
            time.sleep(0.05)

    def backlog(self) -> Backlog:
        """What is not done yet; imports and fits first, for they change partitions."""
        imports, fits = (self.machine.queues.waiting(queue) for queue in ("import", "fit"))
        return Backlog(imports, fits, self._feed.waiting())

    def create_key(self, tenant: str, role: Role, *, currency: str = "") -> str:
        """A new API key, which is shown once.

        Parameters
        ----------
        currency : str, optional
            Reporting currency of the tenant, where it is new.
        """
        store = wiring.store(tenant)
        if currency and not store.is_registered():
            store.register_with(currency)
        return create_key(store, role, now=self._clock())

    def knows(self, tenant: str) -> bool:
        """Whether the tenant has been used before."""
        return wiring.store(tenant).is_registered()

    def has_admin(self, tenant: str) -> bool:
        """Whether the tenant has an active admin key."""
        now = self._clock()
        found = wiring.store(tenant).api_keys.by_id()
        return any(one.role == "admin" and one.state(now) == "active" for one in found)

    def put_object(self, key: str, body: bytes) -> None:
        """Import a file without an announcement, such as one that is dropped into a bucket.

        Raises
        ------
        ValueError
            If the key is not one of a tenant's uploads.
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
            if self._from_home is not None:
                self._from_home.adopt(self.machine)
            return self._gateway.answer(request)

    def _upload(self, method: str, target: str, body: Body) -> Response | None:
        """The answer to a PUT to a signed URL; None for every other request."""
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
            told = json.dumps({"id": allowed.import_id, "bytes": file.size}).encode()
            headers = (("Content-Type", "application/json"), ("ETag", f'"{file.etag}"'))
            return Response(200, headers, told)

    def _over_quota(self, left: int) -> Response:
        retry = (("Retry-After", str(seconds_until_tomorrow(self._clock()))),)
        detail = f"{left:,} bytes may be uploaded until the next day (UTC) begins"
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
        # the feed goes last: it sums up what the others still write while they stop
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

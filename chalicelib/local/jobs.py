"""Unfinished imports and fits: each one continues after a start, or ends as failed."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

from chalicelib import wiring
from chalicelib.local.machine import LocalMachine
from chalicelib.local.queues import QUEUES, Message
from chalicelib.model.errors import GivenUp, NotFound
from chalicelib.services.fitting.fits import fail_fit, fit_message, show_fit
from chalicelib.services.imports import give_up_import, message_of
from chalicelib.storage.fit_items import ENDED
from chalicelib.storage.table_keys import is_tenant
from chalicelib.storage.tenant_store import TenantStore

PAGE = 200
log = logging.getLogger(__name__)


class Jobs:
    """The imports and fits of a machine.

    Parameters
    ----------
    machine : LocalMachine
        The machine that `wiring` uses.
    clock : callable
        The time, in UTC.
    """

    def __init__(self, machine: LocalMachine, clock: Callable[[], dt.datetime]) -> None:
        self._machine = machine
        self._clock = clock

    def queue_unfinished(self) -> None:
        """Queue unfinished imports and fits that have no message.

        These are imports that are running, must be replayed or removed, or are waiting although
        their file was uploaded; and fits that are queued or running. A crash between two steps, or
        a lost message, can leave one.
        """
        queues = self._machine.queues
        known = {_name(body) for queue in QUEUES for body in queues.bodies(queue)}
        for tenant in wiring.tenants():
            store = wiring.store(tenant)
            for queue, message in (*_imports(store), *_fits(store)):
                if _name(message) not in known:
                    log.warning("queued %s again", _name(message))
                    queues.send(queue, message)

    def give_up(self, message: Message) -> None:
        """End the import or the fit of a message as failed."""
        now, reason = self._clock(), GivenUp()
        try:
            match json.loads(message.body):
                case {"import": {"tenant": str(tenant), "import_id": str(import_id)}} if is_tenant(
                    tenant
                ):
                    give_up_import(wiring.store(tenant), import_id, reason, now=now)
                case {"fit": {"tenant": str(tenant), "fit_id": str(fit_id)}} if is_tenant(tenant):
                    store = wiring.store(tenant)
                    header = show_fit(store, fit_id)
                    if header.status not in ENDED:
                        fail_fit(store, header, reason, now=now)
        except NotFound:
            log.error("the import or fit of message %s does not exist", message.message_id)


def _name(message: dict[str, Any]) -> tuple[str, ...]:
    match message:
        case {"import": {"tenant": str(tenant), "import_id": str(import_id)}}:
            return "import", tenant, import_id
        case {"fit": {"tenant": str(tenant), "fit_id": str(fit_id)}}:
            return "fit", tenant, fit_id
    return ("?", json.dumps(message))


def _imports(store: TenantStore) -> Iterator[tuple[str, dict[str, Any]]]:
    after: str | None = None
    while page := store.imports.newest_first(limit=PAGE, after=after):
        for one in page:
            is_replayed = one.replay is not None and one.state in ("done", "failed")
            if one.state in ("running", "removing") or is_replayed:
                yield "import", message_of(store, one)
            elif one.state == "waiting":
                etag = store.objects.etag(one.object_key) if one.object_key else None
                if etag is not None:
                    message = message_of(store, one)
                    message["import"]["etag"] = etag if one.replay is None else one.etag
                    yield "import", message
        after = page[-1].import_id


def _fits(store: TenantStore) -> Iterator[tuple[str, dict[str, Any]]]:
    for one in store.fits.newest_first():
        if one.status not in ENDED:
            yield "fit", fit_message(store.tenant, one.fit_id)

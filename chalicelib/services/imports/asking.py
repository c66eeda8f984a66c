"""Asking for a replay or a removal: it is kept in the import, and the import's message is sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

from chalicelib.model.days import stamp
from chalicelib.model.errors import ImportRemoved, ImportUnfinished, LikeworthError
from chalicelib.services.imports.announcing import check_options
from chalicelib.services.imports.limits import check_open_imports
from chalicelib.services.imports.showing import show_import
from chalicelib.services.kept_mappings import chosen_mapping
from chalicelib.storage.import_records import Import, Removal, Replay
from chalicelib.storage.tenant_store import TenantStore

OPTIONS = ("platform", "mapping", "spread", "currency", "account")
_PATIENCE = dt.timedelta(minutes=15)
"""A replay that was not begun after so long has lost its message and may be asked for again.

So has a removal that has not got on for so long; a run of the import function takes no longer.
"""


def ask_for_replay(
    store: TenantStore,
    import_id: str,
    send: Callable[[Import], None],
    given: dict[str, Any],
    *,
    now: dt.datetime,
) -> Import:
    """Ask that an import be replayed; nothing happens if it has refused nothing.

    Parameters
    ----------
    send : callable
        Puts the message of an import into the queue.
    given : dict
        Those of `OPTIONS` that take the place of the import's own; None takes one away.

    Raises
    ------
    NotFound
    InvalidFields
        For an option that cannot be one.
    ImportUnfinished
        The import is waiting or running.
    ImportRemoved
    TooManyImports
    """
    current = show_import(store, import_id)
    if current.is_removed:
        raise ImportRemoved("the import was removed; upload the file again to import it")
    if current.state in ("waiting", "running") and not _is_forgotten(current, now):
        raise ImportUnfinished(f"the import is {current.state}; it can be replayed when it ended")
    if current.state == "done" and not current.rejected:
        return current
    platform = given.get("platform", current.platform) or "auto"
    currency = given.get("currency", current.currency)
    account = given.get("account", current.account)
    check_options(platform, currency, account)
    mapping, name = current.mapping, current.mapping_name
    if "mapping" in given:
        mapping, name = chosen_mapping(store, given["mapping"])
    check_open_imports(store, now=now)
    replay = Replay(
        asked_at=stamp(now),
        before=_how_it_ended(current),
        generation=current.generations + 1,
        platform=platform,
        spread=bool(given.get("spread", current.spread)),
        currency=currency,
        account=account,
        mapping=mapping,
        mapping_name=name,
    )
    store.import_quotas.begin(import_id, now=now)
    asked = store.imports.save(
        replace(current, state="waiting", generations=replay.generation, replay=replay)
    )
    try:
        send(asked)
    except LikeworthError:
        store.imports.save(replace(asked, state=replay.before, replay=None))
        store.import_quotas.end(import_id)
        raise
    return asked


def ask_for_removal(
    store: TenantStore, import_id: str, send: Callable[[Import], None], *, now: dt.datetime
) -> Import:
    """Ask that what an import stored be removed; asking again changes nothing.

    Parameters
    ----------
    send : callable
        Puts the message of an import into the queue.

    Returns
    -------
    Import
        ``removing`` or ``removed``.

    Raises
    ------
    NotFound
    ImportUnfinished
        The import is waiting or running.
    """
    current = show_import(store, import_id)
    if current.state in ("waiting", "running") and not _is_forgotten(current, now):
        raise ImportUnfinished(f"the import is {current.state}; it can be removed when it ended")
    removal = current.removal
    if removal is None:
        removal = Removal(asked_at=stamp(now), moved_at=stamp(now))
    elif current.state == "removed" or _is_moving(removal, now):
        return current
    else:
        removal = replace(removal, moved_at=stamp(now))
    asked = store.imports.save(replace(current, state="removing", replay=None, removal=removal))
    try:
        send(asked)
    except LikeworthError:
        store.imports.save(replace(current, revision=asked.revision))
        raise
    return asked


def _is_moving(removal: Removal, now: dt.datetime) -> bool:
    return now - dt.datetime.fromisoformat(removal.moved_at) <= _PATIENCE


def _how_it_ended(current: Import) -> Literal["done", "failed"]:
    if current.replay is not None:
        return current.replay.before
    return "done" if current.state == "done" else "failed"


def _is_forgotten(current: Import, now: dt.datetime) -> bool:
    """Whether a replay was asked for whose message was lost."""
    if current.state != "waiting" or current.replay is None:
        return False
    return now - dt.datetime.fromisoformat(current.replay.asked_at) > _PATIENCE

"""Request a replay or a removal: save the request in the import and send the import's message."""

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
_MESSAGE_TIMEOUT = dt.timedelta(minutes=15)
"""After this time without progress, a replay or removal can be requested again.

Its message must be lost: one run of the import function takes no longer.
"""


def ask_for_replay(
    store: TenantStore,
    import_id: str,
    send: Callable[[Import], None],
    given: dict[str, Any],
    *,
    now: dt.datetime,
) -> Import:
    """Request a replay of an import. If it has no rejected rows, change nothing.

    `given`: values for some of `OPTIONS` that replace the import's own. None removes an option.

    Raises
    ------
    NotFound
    InvalidFields
        If an option is invalid.
    ImportUnfinished
        The import is waiting or running.
    ImportRemoved
    TooManyImports
    """
    current = show_import(store, import_id)
    if current.is_removed:
        raise ImportRemoved("the import was removed; upload the file again to import it")
    if current.state in ("waiting", "running") and not _has_lost_message(current, now):
        raise ImportUnfinished(f"the import is {current.state}; replay it after it has ended")
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
        before=_outcome_before(current),
        generation=current.generations + 1,
        platform=platform,
        spread=bool(given.get("spread", current.spread)),
        currency=currency,
        account=account,
        mapping=mapping,
        mapping_name=name,
    )
    store.import_quotas.begin(import_id, now=now)
    saved = store.imports.save(
        replace(current, state="waiting", generations=replay.generation, replay=replay)
    )
    try:
        send(saved)
    except LikeworthError:
        store.imports.save(replace(saved, state=replay.before, replay=None))
        store.import_quotas.end(import_id)
        raise
    return saved


def ask_for_removal(
    store: TenantStore, import_id: str, send: Callable[[Import], None], *, now: dt.datetime
) -> Import:
    """Request the removal of everything that an import stored; repeating it changes nothing.

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
    if current.state in ("waiting", "running") and not _has_lost_message(current, now):
        raise ImportUnfinished(f"the import is {current.state}; it can be removed after it ends")
    removal = current.removal
    if removal is None:
        removal = Removal(asked_at=stamp(now), moved_at=stamp(now))
    elif current.state == "removed" or _is_progressing(removal, now):
        return current
    else:
        removal = replace(removal, moved_at=stamp(now))
    saved = store.imports.save(replace(current, state="removing", replay=None, removal=removal))
    try:
        send(saved)
    except LikeworthError:
        store.imports.save(replace(current, revision=saved.revision))
        raise
    return saved


def _is_progressing(removal: Removal, now: dt.datetime) -> bool:
    return now - dt.datetime.fromisoformat(removal.moved_at) <= _MESSAGE_TIMEOUT


def _outcome_before(current: Import) -> Literal["done", "failed"]:
    if current.replay is not None:
        return current.replay.before
    return "done" if current.state == "done" else "failed"


def _has_lost_message(current: Import, now: dt.datetime) -> bool:
    """Whether a replay was requested and its message must be lost."""
    if current.state != "waiting" or current.replay is None:
        return False
    return now - dt.datetime.fromisoformat(current.replay.asked_at) > _MESSAGE_TIMEOUT

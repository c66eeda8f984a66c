"""Announcing imports: files that will be uploaded, and files that were dropped into the bucket."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.model.currencies import is_currency
from chalicelib.model.days import stamp
from chalicelib.model.errors import FieldError, InvalidFields
from chalicelib.services.imports.limits import UPLOAD_SECONDS, check_quotas
from chalicelib.services.kept_mappings import chosen_mapping
from chalicelib.storage import table_keys
from chalicelib.storage.import_records import Import
from chalicelib.storage.masking import masked
from chalicelib.storage.objects import ObjectVersion
from chalicelib.storage.tenant_store import TenantStore

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]|\A\.+\Z")
"""What has no place in an object's key; a name of dots alone would be a step up in a URL."""


@dataclass(frozen=True, slots=True)
class Upload:
    """Where a file is to be PUT.

    Attributes
    ----------
    url : str
        Presigned; needs no credentials.
    expires_at : datetime
    """

    url: str
    expires_at: dt.datetime


def start_import(
    store: TenantStore,
    *,
    filename: str,
    size: int | None = None,
    platform: str = "auto",
    mapping: Any = None,
    spread: bool = False,
    currency: str | None = None,
    account: str | None = None,
    now: dt.datetime,
) -> tuple[Import, Upload]:
    """Announce a file; it is imported as soon as it is uploaded.

    Parameters
    ----------
    size : int, optional
        How many bytes the file has; the URL then takes no other size.
    platform : str
        ``auto`` or the slug of an importer.
    mapping : str or dict, optional
        The name of a mapping of the tenant, or one of its own. It is kept as it is now.
    spread : bool
        Spread rows over several days evenly over those days.
    currency : str, optional
        Of reports that do not say; the tenant's reporting currency if absent.
    account : str, optional
        Which account of the platform it is, where a tenant has several.

    Raises
    ------
    InvalidFields
        For a name, size, platform, mapping or currency that cannot be one.
    TooManyImports, UploadQuotaUsed
    """
    check_options(platform, currency, account, filename=filename)
    most = store.settings.max_import_bytes
    if size is not None and not 0 < size <= most:
        wrong = FieldError("/bytes", "out_of_range", f"1 to {most:,}")
        raise InvalidFields("the file cannot be uploaded", (wrong,))
    chosen, name = chosen_mapping(store, mapping)
    new = Import(
        import_id=table_keys.time_ordered_id(now, secrets.token_hex(4)),
        filename=filename,
        created_at=stamp(now),
        platform=platform,
        mapping=chosen,
        mapping_name=name,
        spread=spread,
        currency=currency,
        account=account,
    )
    name = _UNSAFE.sub("_", masked(filename))[-128:]
    object_key = table_keys.import_object(store.tenant, new.import_id, name)
    new = replace(new, object_key=object_key)
    _ = store.config  # a file of a tenant that is not registered would not be imported
    check_quotas(store, size=size, now=now)
    expires_at = now + dt.timedelta(seconds=UPLOAD_SECONDS)
    store.import_quotas.announce(new.import_id, until=expires_at)
    store.imports.add(new)
    url = store.objects.upload_url(object_key, expires_seconds=UPLOAD_SECONDS, size=size)
    return new, Upload(url, expires_at)


def import_for_object(
    store: TenantStore, version: ObjectVersion, *, dropped_at: dt.datetime
) -> str:
    """The id of the import that an uploaded object belongs to; one is made for a dropped file.

    Parameters
    ----------
    dropped_at : datetime
        When the object came, as its notification says: the same each time it is delivered.

    Raises
    ------
    ValueError
        If the object does not lie under ``imports/{tenant}/`` of this tenant.
    """
    place = table_keys.parse_import_object(version.key)
    if place is None or place[0] != store.tenant:
        raise ValueError(f"{version.key!r} is no upload of {store.tenant}")
    _, import_id, filename = place
    if import_id is not None and store.imports.get(import_id) is not None:
        return import_id
    token = hashlib.sha256(f"{version.key}\n{version.etag}".encode()).hexdigest()[:8]
    import_id = table_keys.time_ordered_id(dropped_at, token)
    store.imports.add(
        Import(
            import_id=import_id,
            filename=filename,
            created_at=stamp(dropped_at),
            object_key=version.key,
        )
    )
    return import_id


def check_options(
    platform: str, currency: str | None, account: str | None, *, filename: str = "x"
) -> None:
    """Raise `InvalidFields` for what cannot be a file's name or an option of its reading."""
    from chalicelib.importers import PLATFORMS

    wrong = []
    if not 1 <= len(filename) <= 255 or not filename.isprintable():
        wrong.append(FieldError("/filename", "invalid_format", "1 to 255 printable characters"))
    if platform != "auto" and platform not in PLATFORMS:
        known = ", ".join(PLATFORMS)
        wrong.append(FieldError("/platform", "unknown_value", f"auto or one of {known}"))
    if currency is not None and not is_currency(currency):
        wrong.append(FieldError("/currency", "invalid_currency", "three capital letters"))
    if account is not None and not (1 <= len(account) <= 128 and account.isprintable()):
        wrong.append(FieldError("/account", "invalid_format", "1 to 128 printable characters"))
    if wrong:
        raise InvalidFields("the file cannot be read like this", tuple(wrong))

"""The data directory of a command, and a tenant's store in it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib.model.errors import MisconfiguredService

if TYPE_CHECKING:
    from chalicelib.storage.tenant_store import TenantStore


@contextlib.contextmanager
def open_store(directory: Path, tenant: str) -> Iterator[TenantStore]:
    """Open a tenant's store in a data directory. `serve` may use the directory at the same time.

    Raises
    ------
    DamagedStore, MisconfiguredService, StoreUnavailable
        If the directory cannot be used.
    """
    from chalicelib import wiring
    from chalicelib.local.database import is_empty
    from chalicelib.local.installation import Installation
    from chalicelib.local.machine import LocalMachine, UnusableDirectoryError
    from chalicelib.settings import read_settings

    installation, given = Installation(directory), read_settings().secret
    try:
        # First, so that a wrong secret is rejected before any file is created.
        secret = installation.root_secret(given, make=is_empty(directory))
        machine = LocalMachine(directory, root_secret=lambda: secret, serves=False)
    except UnusableDirectoryError as error:
        raise MisconfiguredService(str(error)) from error
    except OSError as error:
        raise MisconfiguredService(reason_of(error)) from error
    try:
        yield wiring.store_on(machine, tenant)
    finally:
        machine.close()


def reason_of(error: OSError) -> str:
    """Return the message of a system error, with the file name if it is known."""
    return str(error) if error.filename is None else f"{error.filename}: {error.strerror}"


def data_directory(data: Path | None) -> Path:
    """Return the given data directory, or the default one."""
    from chalicelib.local.installation import state_path

    return state_path(data, os.environ)

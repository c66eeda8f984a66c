"""Where a command finds a tenant: a table in AWS, or a data directory of this machine."""

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
def opened(directory: Path, tenant: str) -> Iterator[TenantStore]:
    """A tenant's store in a data directory, which may be served meanwhile.

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
        # first, so that a wrong one is refused before anything is made
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
    """Why the system refused something, with the file if one is known."""
    return str(error) if error.filename is None else f"{error.filename}: {error.strerror}"


def directory_of(data: Path | None) -> Path:
    """The data directory that is named, or the home of this installation."""
    from chalicelib.local.installation import state_path

    return state_path(data, os.environ)

"""Check that a data directory is served with the root secret that it was written with.

API keys are hashed and user keys of tenants are sealed under the root secret. With another secret
the service would recognize no API key and no person. So the database contains a mark of the secret,
and the service does not start with another one.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from chalicelib.local.machine import LocalMachine
from chalicelib.model.errors import MisconfiguredService

NOTE = "root-secret"
_PURPOSE = b"likeworth mark of the root secret 1"


def check_secret(machine: LocalMachine, secrets: Sequence[bytes]) -> None:
    """Compare the mark with the root secrets, and write the mark of the newest one.

    `secrets`: the root secret, then the previous ones.

    Raises
    ------
    MisconfiguredService
        If the directory was written with none of them.
    """
    marks = [hmac.new(one, _PURPOSE, hashlib.sha256).hexdigest() for one in secrets]
    noted = machine.note(NOTE)
    if noted is not None and noted not in marks:
        raise MisconfiguredService(
            f"{machine.directory} was written with another root secret: restore the file `secret` "
            "from a backup, or add that secret to LIKEWORTH_PREVIOUS_SECRETS"
        )
    if noted != marks[0]:
        machine.put_note(NOTE, marks[0])

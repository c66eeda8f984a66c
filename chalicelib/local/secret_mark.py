"""Whether a data directory is served with the root secret under which it was written.

API keys are hashed and tenants' keys for people are sealed under the root secret. With another
secret every API key would be unknown, and nobody in the events would be recognised again. So the
database has a mark of the secret, and a start with another one is refused.
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
    """Compare the mark with the root secrets, and note that of the newest one.

    Parameters
    ----------
    secrets : sequence of bytes
        The root secret, then those before it.

    Raises
    ------
    MisconfiguredService
        If the directory was written under none of them.
    """
    marks = [hmac.new(one, _PURPOSE, hashlib.sha256).hexdigest() for one in secrets]
    noted = machine.note(NOTE)
    if noted is not None and noted not in marks:
        raise MisconfiguredService(
            f"the root secret is not the one that {machine.directory} was written under: put the "
            "file `secret` back from a backup, or name that secret in LIKEWORTH_PREVIOUS_SECRETS"
        )
    if noted != marks[0]:
        machine.put_note(NOTE, marks[0])

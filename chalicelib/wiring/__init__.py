"""The only place that chooses where the service keeps its state: AWS or this machine.

In AWS, clients are created lazily, once per process. `use_session` sets another session for them;
`use_machine` replaces them by a database and files.

`processes` has the objects that a process has created so far; `root_secrets`, `tenant_stores` and
`dispatch` use them.
"""

from chalicelib.wiring.dispatch import (
    analyse_dialogue,
    analyse_regions,
    design_regions,
    send_fit,
    send_import,
    send_totals,
    send_webhook,
    start_fit_machine,
)
from chalicelib.wiring.processes import (
    Machine,
    client,
    reset,
    settings,
    use_machine,
    use_session,
)
from chalicelib.wiring.root_secrets import other_secrets, root_secret
from chalicelib.wiring.tenant_stores import (
    rate_limiter,
    receipts_in,
    store,
    store_on,
    tenants,
    upload_address,
)

__all__ = [
    "Machine",
    "analyse_dialogue",
    "analyse_regions",
    "client",
    "design_regions",
    "other_secrets",
    "rate_limiter",
    "receipts_in",
    "reset",
    "root_secret",
    "send_fit",
    "send_import",
    "send_totals",
    "send_webhook",
    "settings",
    "start_fit_machine",
    "store",
    "store_on",
    "tenants",
    "upload_address",
    "use_machine",
    "use_session",
]

"""The description of the API (OpenAPI 3.1), made from what the views declare and from models.

No other request loads it. `make package` writes the description into the package; in a clone the
first request for it makes it.
"""

from __future__ import annotations

import json
from collections.abc import Collection

from chalicelib.api.openapi.document import describe
from chalicelib.api.routes import Route

__all__ = ["describe", "described"]


def described(routes: Collection[Route]) -> str:
    """The description of an application (``app.declared.values()``) as JSON."""
    return json.dumps(describe(routes), indent=1) + "\n"

"""The OpenAPI 3.1 description, generated from the declared routes and the models.

No other request loads this package. `make package` writes the description into the package; in a
clone the first request generates it.
"""

from __future__ import annotations

import json
from collections.abc import Collection

from chalicelib.api.openapi.document import describe
from chalicelib.api.routes import Route

__all__ = ["describe", "described"]


def described(routes: Collection[Route]) -> str:
    """Describe the routes of an application (``app.declared.values()``) as JSON."""
    return json.dumps(describe(routes), indent=1) + "\n"

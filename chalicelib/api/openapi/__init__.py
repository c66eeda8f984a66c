"""The description of the API (OpenAPI 3.1), made from what the views declare and from models.

No other request loads it. `make package` writes the description into the package; in a clone the
first request for it makes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.api.openapi.document import describe

__all__ = ["describe", "described"]


def described(routes: Mapping[str, Mapping[str, Any]]) -> str:
    """The description of an application (``app.routes``) as JSON."""
    return json.dumps(describe(routes), indent=1) + "\n"

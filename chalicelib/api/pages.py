"""GET /: the dashboard's page. It holds no data; what it shows it asks the API for."""

from __future__ import annotations

from chalice.app import Blueprint, Response

from chalicelib import dashboard
from chalicelib.api.http import ANY_TYPE

blueprint = Blueprint(__name__)


@blueprint.route("/", methods=["GET"], content_types=ANY_TYPE)
def get_dashboard() -> Response:
    """The page."""
    return Response(
        body=dashboard.page(),
        headers={
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": dashboard.content_security_policy(),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-cache",
        },
    )

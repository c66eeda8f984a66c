"""GET and PATCH /v1/settings."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.api.calls import Call
from chalicelib.api.http import ANY_TYPE, Answer, endpoint
from chalicelib.api.request_bodies import read_object
from chalicelib.services import tenant_settings

blueprint = Blueprint(__name__)


@blueprint.route("/v1/settings", methods=["GET"], content_types=ANY_TYPE)
@endpoint("read")
def get_settings(call: Call) -> Answer:
    """The tenant's settings."""
    return Answer(tenant_settings.show_settings(call.store))


@blueprint.route("/v1/settings", methods=["PATCH"], content_types=ANY_TYPE)
@endpoint()
def patch_settings(call: Call) -> Answer:
    """Change some of the tenant's settings."""
    changes = read_object(call.request, optional=tenant_settings.CHANGEABLE)
    return Answer(tenant_settings.change_settings(call.store, changes))

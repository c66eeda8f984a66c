"""GET and PATCH /v1/settings."""

from __future__ import annotations

from chalicelib.api.calls import Call
from chalicelib.api.responses import Answer
from chalicelib.api.routes import Body, Routes
from chalicelib.services import tenant_settings

views = Routes("tenant_settings", "Time zone, country, roles and user ids.")


@views.route("GET", "/v1/settings", roles=("read",), answer=tenant_settings.Settings)
def get_settings(call: Call) -> Answer:
    """Get the tenant's settings."""
    return Answer(tenant_settings.show_settings(call.store))


@views.route(
    "PATCH",
    "/v1/settings",
    body=Body("SettingsBody", optional=tenant_settings.CHANGEABLE),
    answer=tenant_settings.Settings,
)
def patch_settings(call: Call) -> Answer:
    """Change settings of the tenant."""
    changes = call.fields()
    return Answer(tenant_settings.change_settings(call.store, changes))

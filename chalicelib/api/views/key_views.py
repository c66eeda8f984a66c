"""/v1/keys: make API keys, list them, revoke them."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from chalice.app import Blueprint
from pydantic_core import PydanticCustomError

from chalicelib.api.calls import Call, wrong_parameter
from chalicelib.api.http import ANY_TYPE, Answer, endpoint
from chalicelib.api.request_bodies import field_of_type, read_object
from chalicelib.model.events.event_fields import parse_instant
from chalicelib.services.credentials import api_keys, credential_answers
from chalicelib.storage.table_keys import API_KEY_ID
from chalicelib.storage.tenants import Role

blueprint = Blueprint(__name__)


@blueprint.route("/v1/keys", methods=["POST"], content_types=ANY_TYPE)
@endpoint()
def post_key(call: Call) -> Answer:
    """Make a key; this answer alone shows it."""
    body = read_object(call.request, required=("role",), optional=("expires_at", "expires_in_days"))
    role = field_of_type(body, "role", str, default="")
    if role not in api_keys.ROLES:
        raise wrong_parameter("role", "unknown_value", f"one of {', '.join(api_keys.ROLES)}")
    key, kept = api_keys.issue_key(
        call.store, cast("Role", role), now=call.now, expires_at=_expiry(body, call.now)
    )
    answer: credential_answers.NewKey = {
        **credential_answers.shown_key(kept, call.now),
        "key": key,
    }
    return Answer(answer, status=201, headers={"Location": f"/v1/keys/{kept.key_id}"})


@blueprint.route("/v1/keys", methods=["GET"], content_types=ANY_TYPE)
@endpoint(params=("limit", "cursor"), tabular=True)
def get_keys(call: Call) -> Answer:
    """The tenant's keys by id, those too that open nothing any more; never what opens."""
    page, following = api_keys.list_keys(
        call.store, limit=call.limit(most=200, default=50), after=call.cursor(API_KEY_ID)
    )
    shown = [credential_answers.shown_key(one, call.now) for one in page]
    answer: credential_answers.Keys = {"keys": shown, "next": following}
    table = credential_answers.KEYS_TABLE
    return Answer(answer, rows=table.rows(shown), columns=table.columns)


@blueprint.route("/v1/keys/{key_id}", methods=["DELETE"], content_types=ANY_TYPE)
@endpoint()
def delete_key(call: Call, key_id: str) -> Answer:
    """Revoke a key, at once; it stays in the list."""
    api_keys.revoke_key(call.store, key_id, now=call.now)
    return Answer(None, status=204)


def _expiry(body: dict[str, Any], now: dt.datetime) -> dt.datetime | None:
    """When the key is to expire; raises InvalidFields."""
    days = field_of_type(body, "expires_in_days", int)
    text = field_of_type(body, "expires_at", str)
    if days is not None and text is not None:
        message = "either this or expires_at"
        raise wrong_parameter("expires_in_days", "unknown_field", message)
    try:
        if days is not None:
            return api_keys.expiry_after(days, now)
        return None if text is None else api_keys.check_expiry(parse_instant(text), now)
    except PydanticCustomError as error:
        raise wrong_parameter("expires_at", error.type, error.message()) from error
    except ValueError as error:
        name = "expires_at" if days is None else "expires_in_days"
        raise wrong_parameter(name, "out_of_range", str(error)) from error

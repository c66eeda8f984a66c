"""/v1/keys: create, list and revoke API keys."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from pydantic_core import PydanticCustomError

from chalicelib.api.calls import Call, wrong_parameter
from chalicelib.api.request_bodies import field_of_type
from chalicelib.api.responses import Answer
from chalicelib.api.routes import Body, Page, Routes
from chalicelib.model.errors import LastAdminKey, TooManyKeys
from chalicelib.model.events.event_fields import parse_instant
from chalicelib.services.credentials import api_keys, credential_answers
from chalicelib.storage.table_keys import API_KEY_ID
from chalicelib.storage.tenants import Role

views = Routes("keys", "API keys.")


@views.route(
    "POST",
    "/v1/keys",
    body=Body("KeyBody", ("role",), ("expires_at", "expires_in_days")),
    answer=credential_answers.NewKey,
    statuses=(201,),
    creates=True,
    raises=(TooManyKeys,),
)
def post_key(call: Call) -> Answer:
    """Create a key; only this answer shows it."""
    body = call.fields()
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


@views.route("GET", "/v1/keys", page=Page(API_KEY_ID), tabular=True, answer=credential_answers.Keys)
def get_keys(call: Call) -> Answer:
    """List the keys by id, without secrets; includes expired and revoked keys."""
    page, following = api_keys.list_keys(call.store, limit=call.limit(), after=call.cursor())
    shown = [credential_answers.shown_key(one, call.now) for one in page]
    answer: credential_answers.Keys = {"keys": shown, "next": following}
    table = credential_answers.KEYS_TABLE
    return Answer(answer, rows=table.rows(shown), columns=table.columns)


@views.route("DELETE", "/v1/keys/{key_id}", statuses=(204,), raises=(LastAdminKey,))
def delete_key(call: Call, key_id: str) -> Answer:
    """Revoke a key with immediate effect; it stays in the list."""
    api_keys.revoke_key(call.store, key_id, now=call.now)
    return Answer(None, status=204)


def _expiry(body: dict[str, Any], now: dt.datetime) -> dt.datetime | None:
    """Parse the expiry of the key; raises InvalidFields."""
    days = field_of_type(body, "expires_in_days", int)
    text = field_of_type(body, "expires_at", str)
    if days is not None and text is not None:
        message = "send either expires_in_days or expires_at"
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

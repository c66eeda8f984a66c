"""DELETE /v1/users/{user_id}: erase a person; /v1/erasures: list the receipts."""

from __future__ import annotations

import re
import time
from urllib.parse import unquote

from chalice.app import Request

from chalicelib.api.calls import Call
from chalicelib.api.responses import Answer
from chalicelib.api.routes import Page, Routes
from chalicelib.model.errors import FieldError, InvalidFields
from chalicelib.services.privacy import erasures, receipts
from chalicelib.storage.table_keys import TIME_ORDERED_ID

REQUEST_SECONDS = 18.0
"""New work starts only this long after the request arrived; API Gateway waits 29 seconds."""

_ENCODED = re.compile("%[0-9A-Fa-f]{2}")

views = Routes("erasures", "Erasing people, and the receipts.")


@views.route("DELETE", "/v1/users/{user_id}", answer=receipts.Erasure, statuses=(200, 202))
def delete_user(call: Call, user_id: str) -> Answer:
    """Erase a person; their events stay in the totals without the person."""
    give_up_at = time.monotonic() + REQUEST_SECONDS
    receipt = erasures.erase_person(
        call.store,
        _decoded(user_id, call.request),
        now=call.now,
        has_time=lambda: time.monotonic() < give_up_at,
    )
    where = {"Location": f"/v1/erasures/{receipt.receipt_id}"}
    if receipt.state == "done":
        return Answer(receipts.shown_receipt(receipt), headers={**where})
    return Answer(
        receipts.shown_receipt(receipt), status=202, headers={**where, "Retry-After": "1"}
    )


@views.route(
    "GET", "/v1/erasures", page=Page(TIME_ORDERED_ID), tabular=True, answer=receipts.Erasures
)
def get_erasures(call: Call) -> Answer:
    """List the receipts of erasures, newest first."""
    page, following = erasures.list_receipts(call.store, limit=call.limit(), after=call.cursor())
    shown = [receipts.shown_receipt(one) for one in page]
    answer: receipts.Erasures = {"erasures": shown, "next": following}
    return Answer(answer, rows=receipts.TABLE.rows(shown), columns=receipts.TABLE.columns)


@views.route("GET", "/v1/erasures/{receipt_id}", answer=receipts.Erasure)
def get_erasure(call: Call, receipt_id: str) -> Answer:
    """Get a receipt."""
    return Answer(receipts.shown_receipt(erasures.show_receipt(call.store, receipt_id)))


def _decoded(user_id: str, request: Request) -> str:
    """Decode the id in the path, unless the gateway has already decoded it.

    If the request has the original path, compare with that. Otherwise decode the id.
    """
    sent = str(request.context.get("path") or "").rpartition("/")[2]
    is_decoded = sent != user_id and _is_encoding_of(sent, user_id)
    try:
        text = user_id if is_decoded else unquote(user_id, errors="strict")
        text.encode()
    except UnicodeError:
        raise InvalidFields(
            "the id is not UTF-8", (FieldError("/user_id", "invalid_format", "not UTF-8"),)
        ) from None
    return text


def _is_encoding_of(sent: str, user_id: str) -> bool:
    return bool(_ENCODED.search(sent)) and unquote(sent, errors="replace") == user_id

"""/v1/imports: announce an upload, see what became of it, replay its rejected rows, remove it."""

from __future__ import annotations

import re

from chalice.app import Blueprint

from chalicelib import wiring
from chalicelib.api.calls import Call
from chalicelib.api.http import ANY_TYPE, Answer, endpoint
from chalicelib.api.request_bodies import field_of_type, read_object
from chalicelib.services import imports
from chalicelib.services.imports import import_answers
from chalicelib.storage.table_keys import TIME_ORDERED_ID

ROW_CURSOR = re.compile(r"\d{4}-\d{12}-\d{4}", re.ASCII)
blueprint = Blueprint(__name__)


@blueprint.route("/v1/imports", methods=["POST"], content_types=ANY_TYPE)
@endpoint("ingest")
def post_import(call: Call) -> Answer:
    """Announce a file and get the URL to which it is to be PUT."""
    body = read_object(
        call.request,
        required=("filename",),
        optional=("bytes", "platform", "mapping", "spread", "currency", "account"),
    )
    new, upload = imports.start_import(
        call.store,
        filename=field_of_type(body, "filename", str, default=""),
        size=field_of_type(body, "bytes", int),
        platform=field_of_type(body, "platform", str, default="auto"),
        mapping=body.get("mapping"),
        spread=field_of_type(body, "spread", bool, default=False),
        currency=field_of_type(body, "currency", str),
        account=field_of_type(body, "account", str),
        now=call.now,
    )
    answer = import_answers.shown_new_import(new, upload)
    return Answer(answer, status=201, headers={"Location": f"/v1/imports/{new.import_id}"})


@blueprint.route("/v1/imports", methods=["GET"], content_types=ANY_TYPE)
@endpoint("ingest", "read", params=("limit", "cursor"), tabular=True)
def get_imports(call: Call) -> Answer:
    """The tenant's imports, newest first."""
    page, following = imports.list_imports(
        call.store, limit=call.limit(most=200, default=50), after=call.cursor(TIME_ORDERED_ID)
    )
    shown = [import_answers.shown_import(one) for one in page]
    answer: import_answers.Imports = {"imports": shown, "next": following}
    table = import_answers.TABLE
    return Answer(answer, rows=table.rows(shown), columns=table.columns)


@blueprint.route("/v1/imports/{import_id}", methods=["GET"], content_types=ANY_TYPE)
@endpoint("ingest", "read")
def get_import(call: Call, import_id: str) -> Answer:
    """One import, with how its file is written and what its reader has to say."""
    found = imports.show_import(call.store, import_id)
    return Answer(import_answers.shown_one_import(found))


@blueprint.route("/v1/imports/{import_id}/rejects", methods=["GET"], content_types=ANY_TYPE)
@endpoint("ingest", params=("limit", "cursor"), tabular=True)
def get_rejects(call: Call, import_id: str) -> Answer:
    """The rows that an import refused, with the reason, in the order of the file."""
    cursor = call.cursor(ROW_CURSOR)
    page, following = imports.list_refused_rows(
        call.store,
        import_id,
        limit=call.limit(most=1000, default=200),
        after=cursor.replace("-", "#") if cursor else None,
    )
    shown = [import_answers.shown_refused_row(one) for one in page]
    next_cursor = following.replace("#", "-") if following else None
    answer: import_answers.RefusedRows = {"rejects": shown, "next": next_cursor}
    table = import_answers.ROWS_TABLE
    return Answer(answer, rows=table.rows(shown), columns=table.columns)


@blueprint.route("/v1/imports/{import_id}/replay", methods=["POST"], content_types=ANY_TYPE)
@endpoint("ingest")
def post_replay(call: Call, import_id: str) -> Answer:
    """Ask that the refused rows of an import be read once more, with other options if any."""
    given = read_object(call.request, optional=imports.REPLAY_OPTIONS, may_be_absent=True)
    for name, kind in (("platform", str), ("spread", bool), ("currency", str), ("account", str)):
        field_of_type(given, name, kind)
    asked = imports.ask_for_replay(
        call.store,
        import_id,
        lambda waiting: wiring.send_import(imports.message_of(call.store, waiting)),
        given,
        now=call.now,
    )
    return Answer(
        import_answers.shown_import(asked),
        status=202,
        headers={"Location": f"/v1/imports/{import_id}"},
    )


@blueprint.route("/v1/imports/{import_id}", methods=["DELETE"], content_types=ANY_TYPE)
@endpoint()
def delete_import(call: Call, import_id: str) -> Answer:
    """Remove the events that an import stored and that nothing has restated since."""
    asked = imports.ask_for_removal(
        call.store,
        import_id,
        lambda removing: wiring.send_import(imports.message_of(call.store, removing)),
        now=call.now,
    )
    return Answer(
        import_answers.shown_import(asked), status=200 if asked.state == "removed" else 202
    )

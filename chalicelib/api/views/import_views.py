"""/v1/imports: announce an upload, see its result, replay its rejected rows, remove it."""

from __future__ import annotations

import re

from chalicelib import wiring
from chalicelib.api.calls import Call
from chalicelib.api.request_bodies import field_of_type
from chalicelib.api.responses import Answer
from chalicelib.api.routes import Body, Page, Routes
from chalicelib.model.errors import (
    ImportRemoved,
    ImportUnfinished,
    TooManyImports,
    UploadQuotaUsed,
)
from chalicelib.services import imports
from chalicelib.services.imports import import_answers
from chalicelib.storage.table_keys import TIME_ORDERED_ID

ROW_CURSOR = re.compile(r"\d{4}-\d{12}-\d{4}", re.ASCII)
views = Routes("imports", "Imports of platform exports.")


@views.route(
    "POST",
    "/v1/imports",
    roles=("ingest",),
    body=Body(
        "ImportBody",
        ("filename",),
        ("bytes", "platform", "mapping", "spread", "currency", "account"),
    ),
    answer=import_answers.NewImport,
    statuses=(201,),
    creates=True,
    raises=(TooManyImports, UploadQuotaUsed),
)
def post_import(call: Call) -> Answer:
    """Announce a file and get the URL to PUT it to."""
    body = call.fields()
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


@views.route(
    "GET",
    "/v1/imports",
    roles=("ingest", "read"),
    page=Page(TIME_ORDERED_ID),
    tabular=True,
    answer=import_answers.Imports,
)
def get_imports(call: Call) -> Answer:
    """List the imports, newest first."""
    page, following = imports.list_imports(call.store, limit=call.limit(), after=call.cursor())
    shown = [import_answers.shown_import(one) for one in page]
    answer: import_answers.Imports = {"imports": shown, "next": following}
    table = import_answers.TABLE
    return Answer(answer, rows=table.rows(shown), columns=table.columns)


@views.route(
    "GET", "/v1/imports/{import_id}", roles=("ingest", "read"), answer=import_answers.OneImport
)
def get_import(call: Call, import_id: str) -> Answer:
    """Get an import, with the format of its file and the remarks of its reader."""
    found = imports.show_import(call.store, import_id)
    return Answer(import_answers.shown_one_import(found))


@views.route(
    "GET",
    "/v1/imports/{import_id}/rejects",
    roles=("ingest",),
    page=Page(ROW_CURSOR, most=1000, default=200),
    tabular=True,
    answer=import_answers.RejectedRows,
)
def get_rejects(call: Call, import_id: str) -> Answer:
    """List the rejected rows of an import with their reasons, in file order."""
    cursor = call.cursor()
    page, following = imports.list_rejected_rows(
        call.store,
        import_id,
        limit=call.limit(),
        after=cursor.replace("-", "#") if cursor else None,
    )
    shown = [import_answers.shown_rejected_row(one) for one in page]
    next_cursor = following.replace("#", "-") if following else None
    answer: import_answers.RejectedRows = {"rejects": shown, "next": next_cursor}
    table = import_answers.ROWS_TABLE
    return Answer(answer, rows=table.rows(shown), columns=table.columns)


@views.route(
    "POST",
    "/v1/imports/{import_id}/replay",
    roles=("ingest",),
    body=Body("ReplayBody", optional=imports.REPLAY_OPTIONS, may_be_absent=True),
    answer=import_answers.Import,
    statuses=(202,),
    creates=True,
    raises=(ImportUnfinished, ImportRemoved, TooManyImports),
)
def post_replay(call: Call, import_id: str) -> Answer:
    """Read the rejected rows of an import again, with other options if given."""
    given = call.fields()
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


@views.route(
    "DELETE",
    "/v1/imports/{import_id}",
    answer=import_answers.Import,
    statuses=(200, 202),
    raises=(ImportUnfinished,),
)
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

"""/v1/mappings: named mappings of the columns of custom files."""

from __future__ import annotations

from chalicelib.api.calls import Call
from chalicelib.api.responses import Answer
from chalicelib.api.routes import Body, Page, Routes
from chalicelib.services import kept_mappings
from chalicelib.storage.table_keys import MAPPING_NAME

views = Routes("mappings", "Mappings of the columns of custom files.")


@views.route(
    "GET",
    "/v1/mappings",
    roles=("ingest",),
    page=Page(MAPPING_NAME),
    tabular=True,
    answer=kept_mappings.Mappings,
)
def get_mappings(call: Call) -> Answer:
    """List the mappings, by name."""
    page, following = kept_mappings.list_mappings(
        call.store, limit=call.limit(), after=call.cursor()
    )
    shown = [kept_mappings.shown_mapping(one) for one in page]
    answer: kept_mappings.Mappings = {"mappings": shown, "next": following}
    table = kept_mappings.TABLE
    return Answer(answer, rows=table.rows(shown), columns=table.columns)


@views.route("GET", "/v1/mappings/{name}", roles=("ingest",), answer=kept_mappings.KeptMapping)
def get_mapping(call: Call, name: str) -> Answer:
    """Get a mapping."""
    return Answer(kept_mappings.shown_mapping(kept_mappings.show_mapping(call.store, name)))


@views.route(
    "PUT",
    "/v1/mappings/{name}",
    body=Body("Mapping"),
    answer=kept_mappings.KeptMapping,
    statuses=(200, 201),
    creates=True,
)
def put_mapping(call: Call, name: str) -> Answer:
    """Create a mapping, or replace the one with this name."""
    stored, is_new = kept_mappings.save_mapping(call.store, name, call.json(), now=call.now)
    return Answer(
        kept_mappings.shown_mapping(stored),
        status=201 if is_new else 200,
        headers={"Location": f"/v1/mappings/{name}"},
    )


@views.route("DELETE", "/v1/mappings/{name}", statuses=(204,))
def delete_mapping(call: Call, name: str) -> Answer:
    """Delete a mapping; imports that use it keep their copy."""
    kept_mappings.remove_mapping(call.store, name)
    return Answer(None, status=204)

"""/v1/mappings: what the columns of a tenant's own files mean, kept under a name."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.api.calls import Call
from chalicelib.api.http import ANY_TYPE, Answer, endpoint
from chalicelib.api.request_bodies import JSON, read_body
from chalicelib.model.strict_json import parse_json
from chalicelib.services import kept_mappings
from chalicelib.storage.table_keys import MAPPING_NAME

blueprint = Blueprint(__name__)


@blueprint.route("/v1/mappings", methods=["GET"], content_types=ANY_TYPE)
@endpoint("ingest", params=("limit", "cursor"), tabular=True)
def get_mappings(call: Call) -> Answer:
    """The tenant's mappings, by name."""
    page, following = kept_mappings.list_mappings(
        call.store, limit=call.limit(most=200, default=50), after=call.cursor(MAPPING_NAME)
    )
    shown = [kept_mappings.shown_mapping(one) for one in page]
    answer: kept_mappings.Mappings = {"mappings": shown, "next": following}
    table = kept_mappings.TABLE
    return Answer(answer, rows=table.rows(shown), columns=table.columns)


@blueprint.route("/v1/mappings/{name}", methods=["GET"], content_types=ANY_TYPE)
@endpoint("ingest")
def get_mapping(call: Call, name: str) -> Answer:
    """One mapping."""
    return Answer(kept_mappings.shown_mapping(kept_mappings.show_mapping(call.store, name)))


@blueprint.route("/v1/mappings/{name}", methods=["PUT"], content_types=ANY_TYPE)
@endpoint()
def put_mapping(call: Call, name: str) -> Answer:
    """Keep a mapping, in place of one with its name."""
    _, body = read_body(call.request, (JSON,))
    stored, is_new = kept_mappings.save_mapping(call.store, name, parse_json(body), now=call.now)
    return Answer(
        kept_mappings.shown_mapping(stored),
        status=201 if is_new else 200,
        headers={"Location": f"/v1/mappings/{name}"},
    )


@blueprint.route("/v1/mappings/{name}", methods=["DELETE"], content_types=ANY_TYPE)
@endpoint()
def delete_mapping(call: Call, name: str) -> Answer:
    """Forget a mapping; imports that use it keep their copy."""
    kept_mappings.remove_mapping(call.store, name)
    return Answer(None, status=204)

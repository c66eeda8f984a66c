"""POST /v1/virality/people: the factors of people whom the caller names by its own ids.

People are stored as keyed hashes, so a list of hashes is of no use to the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from typing_extensions import TypedDict

from chalicelib.model.errors import FieldError, InvalidFields
from chalicelib.model.events.event_fields import MAX_USER_ID
from chalicelib.services.answer_fields import Count, Estimate
from chalicelib.services.answers.ranges import OfFit, refer_to
from chalicelib.services.answers.share_spread_shapes import shown_bounds
from chalicelib.services.fitting.fit_documents import FitDocument
from chalicelib.services.fitting.fits import named_people
from chalicelib.storage.tenant_store import TenantStore

MAX_ASKED = 500


class AskedPerson(TypedDict):
    """A person; without numbers if they do not stand out beyond luck, or shared nothing."""

    user_id: str
    shares: Count | None
    brought: Count | None
    factor: Estimate


class AskedPeople(OfFit):
    """How many times the children of an average share the shares of some people bring."""

    told_apart: bool
    people: list[AskedPerson]


def multipliers_among(
    store: TenantStore, document: FitDocument, user_ids: Sequence[str]
) -> AskedPeople:
    """Look up people in the list of those whose shares bring most."""
    known = {one["person"]: one for one in named_people(store, document)}
    spread = document.get("virality")
    people: list[AskedPerson] = []
    for user_id in user_ids:
        found = known.get(store.user_hash(user_id))
        people.append(
            {
                "user_id": user_id,
                "shares": None if found is None else found["shares"],
                "brought": None if found is None else found["brought"],
                "factor": shown_bounds(None if found is None else found["factor"]),
            }
        )
    return {
        "told_apart": spread is not None and spread["people_told_apart"],
        "people": people,
        "fit": refer_to(document),
    }


def read_user_ids(user_ids: Any) -> list[str]:
    """Return the ids that a caller sent.

    Raises
    ------
    InvalidFields
        If they are not a list of 1 to 500 ids.
    """
    if not isinstance(user_ids, list) or not 1 <= len(user_ids) <= MAX_ASKED:
        raise _wrong("/user_ids", f"must be a list of 1 to {MAX_ASKED} ids")
    for place, one in enumerate(user_ids):
        if not isinstance(one, str) or not one.strip() or len(one) > MAX_USER_ID:
            raise _wrong(f"/user_ids/{place}", f"must be a text of 1 to {MAX_USER_ID} characters")
    return user_ids


def _wrong(pointer: str, message: str) -> InvalidFields:
    return InvalidFields(message, (FieldError(pointer, "invalid_value", message),))

"""Whether a tenant's `user_id` is a person or a device, and the warnings that follow.

The data do not show whether one person has several ids, so the tenant has to declare it.
"""

from __future__ import annotations

from typing import Literal, get_args

UserIds = Literal["people", "devices"]
USER_IDS = PEOPLE, DEVICES = get_args(UserIds)
"""A `user_id` identifies a person (login, customer number), or a device or a cookie."""


def identity_warnings(method: str | None, user_ids: str | None) -> list[str]:
    """Return the warnings about an estimate that compares people with themselves.

    With one id per device, an engagement under one id is not linked to a purchase under another.
    With two ids per person, the estimate is about half of the effect.

    Parameters
    ----------
    method : str or None
        Of the estimate.
    user_ids : str or None
        One of `USER_IDS`; None or empty if the tenant has not declared it.
    """
    if method != "within_user" or user_ids == PEOPLE:
        return []
    return ["ids_are_devices" if user_ids == DEVICES else "ids_taken_for_people"]

"""What a `user_id` of a tenant is, and what follows from it for the estimates that rest on people.

The data do not show whether one person has several ids: the tenant has to say so.
"""

from __future__ import annotations

from typing import Literal, get_args

UserIds = Literal["people", "devices"]
USER_IDS = PEOPLE, DEVICES = get_args(UserIds)
"""A `user_id` is that of a person (login, customer number), or that of a device or a cookie."""


def identity_warnings(method: str | None, user_ids: str | None) -> list[str]:
    """What to say of an estimate that compares people with themselves.

    With one id per device, an engagement under one id and the purchase under another do not meet:
    with two ids per person the estimate is about half of the effect.

    Parameters
    ----------
    method : str or None
        Of the estimate.
    user_ids : str or None
        One of `USER_IDS`; None or empty where the tenant has not said.
    """
    if method != "within_user" or user_ids == PEOPLE:
        return []
    return ["ids_are_devices" if user_ids == DEVICES else "ids_taken_for_people"]

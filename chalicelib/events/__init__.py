"""The events of the contract, and the one way from raw data to a checked event.

Knows nothing of tenants, clocks or stores: what depends on those (the future, retention, the
tenant's currency) is checked by `services.admission`.
"""

from chalicelib.events.casting import with_user
from chalicelib.events.models import (
    MAX_COUNT,
    OF_PEOPLE,
    Audience,
    Conversion,
    Cost,
    Engagement,
    EngagementType,
    Event,
    ShortText,
    Slug,
)
from chalicelib.events.parsing import (
    EVENT_ERROR_CODES,
    EventRefused,
    parse_event,
    parse_events,
    parse_json_events,
)

__all__ = [
    "EVENT_ERROR_CODES",
    "MAX_COUNT",
    "OF_PEOPLE",
    "Audience",
    "Conversion",
    "Cost",
    "Engagement",
    "EngagementType",
    "Event",
    "EventRefused",
    "ShortText",
    "Slug",
    "parse_event",
    "parse_events",
    "parse_json_events",
    "with_user",
]

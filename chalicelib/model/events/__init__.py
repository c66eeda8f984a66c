"""The events of the contract, and the one way from raw data to a checked event.

Knows nothing of tenants, clocks or stores: what depends on those (the future, retention, the
tenant's currency) is checked by `services.admission`.
"""

from chalicelib.model.events.casting import with_user
from chalicelib.model.events.event_fields import MAX_COUNT, EngagementType, ShortText, Slug
from chalicelib.model.events.event_models import (
    KINDS,
    MAY_BE_OTHERS,
    OF_PEOPLE,
    SPANS,
    Audience,
    Conversion,
    Cost,
    Engagement,
    Event,
    is_ours,
)
from chalicelib.model.events.parsing import (
    EVENT_ERROR_CODES,
    EventRefused,
    parse_event,
    parse_events,
    parse_json_events,
)
from chalicelib.model.events.surroundings_events import (
    Annotation,
    Control,
    Coverage,
    Span,
    start_of_day,
)

__all__ = [
    "EVENT_ERROR_CODES",
    "KINDS",
    "MAX_COUNT",
    "MAY_BE_OTHERS",
    "OF_PEOPLE",
    "SPANS",
    "Annotation",
    "Audience",
    "Control",
    "Conversion",
    "Cost",
    "Coverage",
    "Engagement",
    "EngagementType",
    "Event",
    "EventRefused",
    "ShortText",
    "Slug",
    "Span",
    "is_ours",
    "parse_event",
    "parse_events",
    "parse_json_events",
    "start_of_day",
    "with_user",
]

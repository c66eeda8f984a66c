"""Events: their fields, their kinds, and `parse_event`, which validates one.

Rules that depend on the tenant, the clock or the store are in `model.admission`.

event_fields        types of fields: instants, days, ids, slugs, texts
event_models        engagements, conversions, costs, audiences; the union `Event`
surroundings_events coverage, annotations, controls
event_parsing       turns raw data into an event, or into all its errors
"""

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
from chalicelib.model.events.event_parsing import EVENT_ERROR_CODES, EventRejected, parse_event
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
    "EventRejected",
    "ShortText",
    "Slug",
    "Span",
    "is_ours",
    "parse_event",
    "start_of_day",
]

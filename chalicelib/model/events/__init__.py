"""What an event is: its fields, its kinds, and `parse_event`, which checks one.

Knows no tenant, clock or store: `model.admission` applies the rules that depend on those.

event_fields        types of fields: instants, days, ids, slugs, texts
event_models        engagements, conversions, costs, audiences; the union `Event`
surroundings_events coverage, annotations, controls
event_parsing       raw data to an event, or to every error in it
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
from chalicelib.model.events.event_parsing import EVENT_ERROR_CODES, EventRefused, parse_event
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
    "start_of_day",
]

"""Schemas of requests: bodies, query parameters, path parameters."""

from __future__ import annotations

from typing import Any, get_args

from chalicelib import documentation
from chalicelib.api.views.event_views import MAX_EVENTS
from chalicelib.attribution.plans.plan_decision import SURE
from chalicelib.attribution.plans.stored_curves import MOVE_AT_MOST
from chalicelib.importers import PLATFORMS
from chalicelib.importers.mappings.mapping import MAX_COLUMNS, MAX_VALUES
from chalicelib.importers.mappings.mapping_checks import FIRST_YEAR, LAST_YEAR
from chalicelib.importers.mappings.mapping_fields import CONSTANTS, EACH_ROW, ENGAGEMENTS, FIELDS
from chalicelib.model.channels import ROLES as SOURCE_ROLES
from chalicelib.model.codes.code_languages import LANGUAGES
from chalicelib.model.countries import COUNTRIES
from chalicelib.model.days import MAX_WINDOW_DAYS
from chalicelib.model.events.event_fields import SLUG_PATTERN, SOURCE_PATTERN, EngagementType
from chalicelib.services.answers.budget_plans import (
    DEFAULT_PLAN_DAYS,
    LEAST_VALUE,
    MAX_BUDGET,
    MAX_GOALS,
    MAX_PLAN_DAYS,
    MOST_VALUE,
)
from chalicelib.services.answers.classical_attribution import OURS
from chalicelib.services.answers.design_questions import (
    DEFAULT_BLOCK,
    DEFAULT_CONTROL_SHARE,
    DEFAULT_DAYS,
    KINDS,
)
from chalicelib.services.answers.design_questions import LIMITS as DESIGN_LIMITS
from chalicelib.services.answers.design_questions import WHOLE as WHOLE_IN_DESIGNS
from chalicelib.services.answers.follower_values import (
    DEFAULT_HORIZON_DAYS,
    MAX_HORIZON_DAYS,
    MAX_SIZE,
)
from chalicelib.services.answers.plan_bodies import MAX_FROZEN
from chalicelib.services.answers.through_search import DEFAULT_ROUNDING
from chalicelib.services.credentials.api_keys import MAX_DAYS, ROLES
from chalicelib.services.dialogue.checking_sample import DEFAULT_SAMPLE, MAX_SAMPLE
from chalicelib.services.dialogue.dialogue_question import (
    CRITICISM,
    FALSE_ALARMS_PER_YEAR,
    MOST_FALSE_ALARMS,
)
from chalicelib.services.experiments.experiment_bodies import EXPERIMENT_ID
from chalicelib.services.fitting.credits import MODELS
from chalicelib.services.fitting.search_documents import ROUNDINGS
from chalicelib.services.fitting.user_identity import USER_IDS
from chalicelib.services.multipliers import MAX_ASKED
from chalicelib.services.tenant_settings import (
    MAX_BRAND_TERMS,
    MAX_ROLES,
    MAX_TERM_CHARACTERS,
    MAX_WEBHOOK_CHARACTERS,
    MIN_WINDOW_DAYS,
)
from chalicelib.services.totals.day_totals import GROUPS, INTERVALS
from chalicelib.settings import Settings
from chalicelib.storage.table_keys import API_KEY_ID, MAPPING_NAME, TIME_ORDERED_ID

Schema = dict[str, Any]

SLUG = {"type": "string", "pattern": SLUG_PATTERN}
CURRENCY = {"type": "string", "pattern": "^[A-Z]{3}$"}
PRINTABLE = r"^[\x20-\x7e\u00a1-\u00ac\u00ae-\u0377]+$"
"""Characters that are certainly printable; the service accepts many more."""


def reference(name: str) -> Schema:
    """Refer to a schema of the components."""
    return {"$ref": f"#/components/schemas/{name}"}


def or_null(schema: Schema) -> Schema:
    """Allow null besides the schema."""
    return {"anyOf": [schema, {"type": "null"}]}


def _text(most: int) -> Schema:
    return {"type": "string", "minLength": 1, "maxLength": most}


def _constant(name: str) -> Schema:
    match name:
        case "paid":
            return {"type": "boolean"}
        case "channel" | "goal":
            return SLUG
        case "currency":
            return CURRENCY
        case "type":
            return {"type": "string", "enum": list(ENGAGEMENTS)}
        case "from" | "to":
            return {"type": "string", "format": "date"}
        case "year":
            return {"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR}
        case "time_zone":
            return {"type": "string", "description": "IANA name, e.g. Europe/Berlin."}
    return _text(128)


_HEADING = {"minLength": 1, "maxLength": 200, "pattern": r"\S"}


def _rows_with(description: str) -> Schema:
    """Describe a condition on rows: column headings and allowed values."""
    value = {"type": ["string", "integer", "boolean"]}
    return {
        "type": "object",
        "description": description,
        "maxProperties": MAX_COLUMNS,
        "propertyNames": _HEADING,
        "additionalProperties": {
            "type": "array",
            "minItems": 1,
            "maxItems": MAX_VALUES,
            "items": value,
        },
    }


def _limited(name: str) -> Schema:
    least, most = DESIGN_LIMITS[name]
    kind = "integer" if name in WHOLE_IN_DESIGNS else "number"
    return {"type": kind, "minimum": least, "maximum": most}


DESIGN: dict[str, tuple[Schema, str]] = {
    "channel": (SLUG, "The channel to test."),
    "type": (
        {"type": "string", "enum": sorted(get_args(EngagementType))},
        "Type of engagement; by default what the cost of the channel buys.",
    ),
    "paid": ({"type": "boolean"}, "Whether the engagements are paid; by default as in the data."),
    "kind": (
        {"type": "string", "enum": list(KINDS)},
        "By default `switchback` if the channel has cost, else `holdout`; `geo` needs `series`.",
    ),
    "from": (
        {"type": "string", "format": "date"},
        "First day of a switchback; by default the Monday after the window of the fit.",
    ),
    "days": (
        _limited("days"),
        "Days of the test; by default "
        + ", ".join(f"{days} ({kind})" for kind, days in DEFAULT_DAYS.items())
        + ".",
    ),
    "effect": (
        _limited("effect"),
        "Effect that a holdout or geo test should find, as a share of the conversions.",
    ),
    "control_share": (
        _limited("control_share"),
        f"Share of the people from whom the channel is withheld; by default "
        f"{DEFAULT_CONTROL_SHARE:g}.",
    ),
    "people": (
        _limited("people"),
        "People in both groups of a holdout; by default the identified people of the fit.",
    ),
    "rate": (
        _limited("rate"),
        "Conversions per person during the test; by default as in the fit.",
    ),
    "regions": (_limited("regions"), "How many regions a geo test treats; by default a fifth."),
    "block": (
        _limited("block"),
        f"Days of a block of a switchback; by default {DEFAULT_BLOCK}.",
    ),
    "margin": (_limited("margin"), "Contribution margin: the part of the revenue that counts."),
}
"""Fields of the design of an experiment -> schema and meaning."""

MAPPING: Schema = {
    "type": "object",
    "title": "Mapping",
    "description": "The meaning of the columns of a custom file.",
    "minProperties": 1,
    "additionalProperties": False,
    "properties": {
        "columns": {
            "type": "object",
            "maxProperties": MAX_COLUMNS,
            "propertyNames": _HEADING,
            "additionalProperties": {"type": "string", "enum": sorted(FIELDS)},
        },
        "constants": {
            "type": "object",
            "additionalProperties": False,
            "properties": {name: _constant(name) for name in sorted(CONSTANTS)},
        },
        "each_row": {
            "type": "string",
            "enum": list(EACH_ROW),
            "description": "What each row counts as one of.",
        },
        "where": _rows_with("Only rows that have one of these values in each of these columns."),
        "exclude": _rows_with("No rows that have one of these values in one of these columns."),
        "refund": {
            "description": "Rows that are refunds: those with one of these values, or those with "
            "a negative value.",
            "anyOf": [
                _rows_with("Rows with one of these values in one of these columns."),
                {"type": "string", "enum": ["negative"]},
            ],
        },
        "reversed": _rows_with("Rows of sales that were reversed completely."),
        "dates": {"type": "string", "enum": ["dmy", "mdy"]},
        "decimal_mark": {"type": "string", "enum": [".", ","]},
        "parents": {
            "type": "string",
            "enum": ["complete"],
            "description": "The file has all shares and mentions of its days, each with its parent "
            "in a column `parent_event_id`.",
        },
    },
}

_READING: dict[str, Schema] = {
    "platform": or_null({"type": "string", "enum": ["auto", *PLATFORMS]}),
    "mapping": {
        "anyOf": [
            reference("Mapping"),
            {"type": "string", "description": "The name of a mapping."},
            {"type": "null"},
        ]
    },
    "spread": or_null({"type": "boolean"}),
    "currency": or_null(CURRENCY),
    "account": or_null({"type": "string", "maxLength": 128, "pattern": PRINTABLE}),
}
_DAY: Schema = {"type": "string", "format": "date"}
_WHEN: Schema = {
    "anyOf": [
        _DAY,
        {"type": "string", "format": "date-time"},
        {"type": "string", "pattern": "^[0-9]{1,14}$"},
    ]
}

BODIES: dict[str, Schema] = {
    "EventsBody": {
        "type": "object",
        "required": ["events"],
        "additionalProperties": False,
        "properties": {
            "events": {
                "type": "array",
                "maxItems": MAX_EVENTS,
                "description": "An invalid event is rejected; the others are stored.",
                "items": reference("Event"),
            }
        },
    },
    "Mapping": MAPPING,
    "ImportBody": {
        "type": "object",
        "required": ["filename"],
        "additionalProperties": False,
        "properties": {
            "filename": {"type": "string", "maxLength": 255, "pattern": PRINTABLE},
            "bytes": or_null(
                {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": Settings().max_import_bytes,
                    "description": "Size of the file; the URL then accepts no other size.",
                }
            ),
            **_READING,
        },
    },
    "ReplayBody": {"type": "object", "additionalProperties": False, "properties": _READING},
    "FitBody": {
        "type": "object",
        "additionalProperties": False,
        "properties": {"from": or_null(_DAY), "to": or_null(_DAY)},
    },
    "SettingsBody": {
        "type": "object",
        "additionalProperties": False,
        "description": "Absent settings do not change; `roles` and `brand_terms` replace all.",
        "properties": {
            "time_zone": {"type": "string", "description": "IANA name, e.g. Europe/Berlin."},
            "country": or_null({"type": "string", "enum": sorted(COUNTRIES)}),
            "roles": {
                "type": "object",
                "maxProperties": MAX_ROLES,
                "propertyNames": {"pattern": SOURCE_PATTERN},
                "additionalProperties": {"type": "string", "enum": list(SOURCE_ROLES)},
            },
            "user_ids": or_null({"type": "string", "enum": list(USER_IDS)}),
            "fit_window_days": or_null(
                {
                    "type": "integer",
                    "minimum": MIN_WINDOW_DAYS,
                    "maximum": MAX_WINDOW_DAYS,
                    "description": "Length of the default window of a fit, which ends yesterday.",
                }
            ),
            "brand_terms": {
                "type": "array",
                "maxItems": MAX_BRAND_TERMS,
                "items": {"type": "string", "minLength": 1, "maxLength": MAX_TERM_CHARACTERS},
                "description": "Words that make a search query one for the brand. Later imports of "
                "Search Console use them.",
            },
            "webhook_url": or_null(
                {
                    "type": "string",
                    "maxLength": MAX_WEBHOOK_CHARACTERS,
                    "pattern": "^https?://",
                    "description": "An https address that receives changed verdicts.",
                }
            ),
        },
    },
    "PlanBody": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "budget": {
                "type": "number",
                "minimum": 0,
                "maximum": MAX_BUDGET,
                "description": "For all days; as much as now if absent.",
            },
            "days": {
                "type": "integer",
                "minimum": 1,
                "maximum": MAX_PLAN_DAYS,
                "default": DEFAULT_PLAN_DAYS,
            },
            "freeze": {
                "type": "array",
                "maxItems": MAX_FROZEN,
                "items": SLUG,
                "description": "Channels whose spend stays.",
            },
            "move_at_most": {
                "type": "number",
                "minimum": 0.01,
                "maximum": 1,
                "default": MOVE_AT_MOST,
                "description": "Largest change of a channel's spend, as a share of today's.",
            },
            "free": {
                "type": "boolean",
                "default": False,
                "description": "Whether the budget may grow or shrink where that pays.",
            },
            "margin": {
                "type": "number",
                "minimum": 0.001,
                "maximum": 1,
                "description": "Contribution margin: the part of the revenue that counts.",
            },
            "sure": {
                "type": "number",
                "minimum": 0.5,
                "maximum": 0.999,
                "default": SURE,
                "description": "Chance of being better from which on money moves.",
            },
            "goals": {
                "type": "object",
                "minProperties": 1,
                "maxProperties": MAX_GOALS,
                "propertyNames": {"pattern": SLUG_PATTERN},
                "additionalProperties": {
                    "type": "number",
                    "minimum": LEAST_VALUE,
                    "maximum": MOST_VALUE,
                },
                "description": "Several goals: the value of a conversion where conversions carry "
                "none, else a factor of their value. Not with the parameter `goal`.",
            },
        },
    },
    "DesignBody": {
        "type": "object",
        "additionalProperties": False,
        "description": "Without `series` and `csv` the same as `GET /v1/experiments/design`.",
        "properties": {
            **{name: {**one, "description": meaning} for name, (one, meaning) in DESIGN.items()},
            "series": {
                "type": "object",
                "required": ["first_day", "regions"],
                "additionalProperties": False,
                "description": "Conversions per day of each region in the past, for a geo test.",
                "properties": {
                    "first_day": {"type": "string", "format": "date"},
                    "regions": {
                        "type": "object",
                        "additionalProperties": {
                            "type": "array",
                            "items": {"type": "number", "minimum": 0},
                        },
                    },
                },
            },
            "csv": {
                "type": "string",
                "description": "The same as rows of date, region and conversions.",
            },
        },
    },
    "PeopleBody": {
        "type": "object",
        "required": ["user_ids"],
        "additionalProperties": False,
        "properties": {
            "user_ids": {
                "type": "array",
                "minItems": 1,
                "maxItems": MAX_ASKED,
                "description": "Your own ids, as in `user_id` of events.",
                "items": {"type": "string", "minLength": 1, "maxLength": 256, "pattern": r"\S"},
            }
        },
    },
    "KeyBody": {
        "type": "object",
        "required": ["role"],
        "additionalProperties": False,
        "description": "Without `expires_at` or `expires_in_days` the key does not expire.",
        "properties": {
            "role": {"type": "string", "enum": list(ROLES)},
            "expires_at": or_null({"type": "string", "format": "date-time"}),
            "expires_in_days": or_null({"type": "integer", "minimum": 1, "maximum": MAX_DAYS}),
        },
    },
}
"""Schemas of bodies without a model."""

EXAMPLES: dict[str, Any] = {
    "EventsBody": {
        "events": [
            {
                "kind": "engagement",
                "event_id": "fb-2026-03-14-42",
                "occurred_at": "2026-03-14T09:30:00+01:00",
                "channel": "facebook",
                "type": "like",
                "user_id": "anna@example.com",
            },
            {
                "kind": "conversion",
                "event_id": "order-1001",
                "occurred_at": "2026-03-15T18:00:00Z",
                "goal": "purchase",
                "value": {"amount": "59.90", "currency": "EUR"},
                "user_id": "anna@example.com",
            },
        ]
    },
    "Mapping": {
        "columns": {"Datum": "day", "Kampagne": "campaign_id", "Klicks": "click", "Kosten": "cost"},
        "constants": {"channel": "xing", "paid": True, "currency": "EUR"},
        "dates": "dmy",
        "decimal_mark": ",",
    },
    "ImportBody": {"filename": "campaigns.csv", "platform": "google_ads"},
    "ReplayBody": {"mapping": {"dates": "dmy"}},
    "FitBody": {"from": "2026-01-01", "to": "2026-04-30"},
    "SettingsBody": {"time_zone": "Europe/Berlin", "country": "DE"},
    "KeyBody": {"role": "read", "expires_in_days": 90},
    "PeopleBody": {"user_ids": ["anna@example.com", "4711"]},
    "PlanBody": {"days": 28, "freeze": ["linkedin_ads"], "move_at_most": 0.3, "margin": 0.4},
    "DesignBody": {"channel": "google_ads", "kind": "switchback", "days": 56, "margin": 0.4},
    "ExperimentBody": {
        "experiment_id": "likes-2026-03",
        "kind": "holdout",
        "channel": "facebook",
        "type": "like",
        "goal": "purchase",
        "from": "2026-03-01",
        "to": "2026-03-28",
        "treated": {"people": 20000, "conversions": 460, "converters": 410},
        "control": {"people": 20000, "conversions": 400, "converters": 360},
        "engagements": 5200,
    },
    "LinkBody": {
        "path": "/v1/roi",
        "query": {"goal": "purchase", "format": "csv"},
        "expires_in_days": 90,
    },
}
"""An example of each body."""

PARAMETERS: dict[str, tuple[Schema, str]] = {
    "from": (
        _WHEN,
        "First UTC day: a day, an instant on that day, or seconds or milliseconds since 1970.",
    ),
    "to": (_WHEN, "Last UTC day, inclusive; same formats as `from`."),
    "fit": (
        {"type": "string", "pattern": f"^{TIME_ORDERED_ID.pattern}$"},
        "Id of the fit to use; by default the newest.",
    ),
    "goal": (_text(64), "By default `purchase`, or the first goal if there is none."),
    "channel": (_text(64), "Return only this channel."),
    "first_day": (_WHEN, "First day of a switchback, as in its design."),
    **{name: one for name, one in DESIGN.items() if name not in ("channel", "from")},
    "size": (
        {"type": "integer", "minimum": 0, "maximum": MAX_SIZE},
        "Number of followers of the page; by default its latest known size.",
    ),
    "horizon_days": (
        {"type": "integer", "minimum": 1, "maximum": MAX_HORIZON_DAYS},
        f"Days after a follow that count; by default {DEFAULT_HORIZON_DAYS}.",
    ),
    "as_of": (
        _WHEN,
        "Leave out later events: an instant, or a day (its end in UTC); by default the end of the "
        "data.",
    ),
    "hours": (
        _text(128),
        "Working hours of the team, such as `mon-fri/09:00-17:00/Europe/Berlin`.",
    ),
    "criticism": (
        {"type": "number", "minimum": -1, "exclusiveMaximum": 0},
        f"Sentiment that is still criticism; by default {CRITICISM}.",
    ),
    "rounding": (
        {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
        "Step of the stars that the platform shows. `/v1/search-effects` accepts "
        f"{', '.join(ROUNDINGS)}, by default {DEFAULT_ROUNDING}; `/v1/dialogue` rounds stars to a "
        "multiple of any step before it classes them.",
    ),
    "false_alarms": (
        {"type": "number", "exclusiveMinimum": 0, "maximum": MOST_FALSE_ALARMS},
        f"False alarms a year that are acceptable; by default {FALSE_ALARMS_PER_YEAR:g}.",
    ),
    "before_from": (
        _WHEN,
        "First day of the earlier range with which the mood is compared; by default as many days.",
    ),
    "before_to": (_WHEN, "Last day of it; by default the day before `from`."),
    "n": (
        {"type": "integer", "minimum": 1, "maximum": MAX_SAMPLE},
        f"Number of messages; by default {DEFAULT_SAMPLE}.",
    ),
    "only_through_search": (
        _text(128),
        "A cause, `channel/type`, that is known to work through search alone.",
    ),
    "engagement": (_text(128), "Engagement type, `channel/type`."),
    "baseline": (_text(128), "Engagement type to compare with, `channel/type`."),
    "model": (_text(256), f"Some of {', '.join((*MODELS, OURS))}, separated by commas."),
    "metric": ({"type": "string", "enum": list(GROUPS)}, "The metric."),
    "group_by": (
        {"type": "string", "enum": sorted({one for groups in GROUPS.values() for one in groups})},
        "; ".join(f"{metric}: {', '.join(groups)}" for metric, groups in GROUPS.items()) + ".",
    ),
    "interval": ({"type": "string", "enum": list(INTERVALS)}, "By default `day`."),
    "language": (
        {"type": "string", "enum": list(LANGUAGES)},
        "Language of titles and sentences; by default `en`.",
    ),
    "limit": ({"type": "integer", "minimum": 1, "maximum": 200}, "Maximum number of entries."),
    "cursor": (_text(256), "The `next` of the previous page."),
    "format": ({"type": "string", "enum": ["json", "csv"]}, "Format; overrides `Accept`."),
}
"""Query parameter -> its schema and meaning."""

PATH_PARAMETERS: dict[str, Schema] = {
    "import_id": {"type": "string", "pattern": f"^{TIME_ORDERED_ID.pattern}$"},
    "receipt_id": {"type": "string", "pattern": f"^{TIME_ORDERED_ID.pattern}$"},
    "link_id": {"type": "string", "pattern": f"^{TIME_ORDERED_ID.pattern}$"},
    "key_id": {"type": "string", "pattern": f"^{API_KEY_ID.pattern}$"},
    "user_id": {"type": "string", "minLength": 1, "pattern": r"\S", "maxLength": 256},
    "fit_id": {"type": "string", "pattern": f"^{TIME_ORDERED_ID.pattern}$"},
    "experiment_id": {"type": "string", "pattern": f"^{EXPERIMENT_ID.pattern}$"},
    "name": {"type": "string", "pattern": f"^{MAPPING_NAME.pattern}$"},
    "page": {"type": "string", "enum": list(documentation.PAGES)},
    "asset": {"type": "string", "pattern": r"^[A-Za-z0-9_.-]{1,64}$"},
}
"""Path parameter -> its schema."""

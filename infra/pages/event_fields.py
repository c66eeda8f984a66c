"""What each field of an event means, for docs/events.md."""

from __future__ import annotations

MEANINGS = {
    "about": "Slug of another company that a mention, comment or review is about. Such events are "
    "not part of any fit.",
    "amount": "The cost.",
    "campaign_id": "Ad campaign.",
    "category": "What kind of annotation it is.",
    "channel": "Slug of the channel, such as `facebook`: a letter, then up to 31 of `a-z0-9_`.",
    "consent": "`false`: the engagement counts in the totals, but the person is not stored.",
    "content_id": "Post, video or article.",
    "cost": "What exactly these engagements cost.",
    "count": "How many there were. An event with a `user_id` has a count of 1.",
    "event_id": "Your id of the event: up to 128 of `A-Za-z0-9._:-`.",
    "from": "First day.",
    "goal": "Slug of the goal, such as `purchase` or `lead`.",
    "kind": "What the event describes.",
    "lifetime": "`true`: the day is the day of the post, and the count has accumulated since.",
    "name": "Name of the annotation or the control.",
    "occurred_at": "When it happened, with an offset. For a control, its UTC day counts.",
    "paid": "Whether it was paid for. A paid ad click has the type `click` and `paid: true`.",
    "parent_event_id": "The `event_id` of the share or mention that led to this engagement.",
    "parents": "`complete`: each share of these days that another share led to names it in "
    "`parent_event_id`.",
    "period_days": "Number of days over which the cost is spread evenly.",
    "rating": "Stars of a review.",
    "reach": "Number of followers of the person who shares or mentions; only for a single `share` "
    "or `mention`. Dropped if the person is not stored or is erased.",
    "refund": "`true`: a refund; its value is positive.",
    "region": "Region of the person.",
    "sentiment": "How positive the text is.",
    "sentiment_checked": "A person's rating of how positive the text is.",
    "size": "Number of followers, fans or subscribers.",
    "to": "Last day, inclusive.",
    "type": "What people did. Words of platforms become one of these: a reaction is a `like`, a "
    "retweet a `share`. `reply` is the brand's own reply and needs `parent_event_id`.",
    "user_id": "Your id of the person. Only a keyed hash of it is stored.",
    "value": "Value of all `count` conversions together, or the value of a control.",
    "currency": "ISO 4217 code, such as `EUR`.",
}
"""Field -> meaning. Some fields have the same meaning in several kinds of events."""

"""Codes of errors: problems of the API, errors of background work, and errors in experiments."""

from __future__ import annotations

from chalicelib.model.codes.entries import Problem

_PROBLEMS = (
    Problem(
        "invalid_request",
        "Invalid request",
        "The request as a whole is invalid, or its body is not the gzip that `Content-Encoding` "
        "declares.",
        "Read `detail`.",
    ),
    Problem(
        "malformed_json",
        "Malformed JSON",
        "The body is not strict JSON: a syntax error, NaN or Infinity, a duplicate key, bytes that "
        "are not UTF-8, more than 32 levels, half of a surrogate pair, or a number with too many "
        "digits. In NDJSON: this line.",
        "Fix the client.",
    ),
    Problem(
        "invalid_fields",
        "Invalid fields",
        "Fields of the body or query parameters are missing, unknown or invalid.",
        "See `errors`, which lists them.",
    ),
    Problem(
        "unauthenticated",
        "Not authenticated",
        "The request has no API key in `x-api-key` or `Authorization: Bearer`, two different keys, "
        "or an invalid key (unknown, expired and revoked keys get the same answer); or its signed "
        "link is expired, revoked or made for another query.",
        "Create a key with `likeworth keys create`, or create a new link.",
    ),
    Problem(
        "forbidden",
        "Forbidden",
        "The role of the API key does not allow this call, or the gateway blocked the request.",
        "Use a key with another role.",
    ),
    Problem(
        "not_found",
        "Not found",
        "The resource does not exist, or it belongs to another tenant.",
        "Check the id.",
    ),
    Problem(
        "no_fit_yet",
        "No fit yet",
        "The answer needs a fit, and the tenant has none.",
        "Request one with `POST /v1/fits`, or wait for the daily fit.",
    ),
    Problem(
        "method_not_allowed",
        "Method not allowed",
        "The path exists, but does not support this method.",
        "Use a method listed in the `Allow` header.",
    ),
    Problem(
        "not_acceptable",
        "No acceptable format",
        "The `Accept` header accepts neither JSON nor CSV.",
        "Accept `application/json` or `text/csv`.",
    ),
    Problem(
        "request_timeout",
        "Request timeout",
        "The body did not arrive in time.",
        "Send the request again.",
    ),
    Problem(
        "other_version",
        "Stored by another version",
        "Another version of the service stored this fit, experiment, mapping or import in a format "
        "that this version cannot read. Also the error of a fit.",
        "See `detail`: request a new fit with `POST /v1/fits`, send the experiment or mapping "
        "again, or upload the file again.",
    ),
    Problem(
        "import_unfinished",
        "Import not finished",
        "The import is waiting or running, so it cannot be replayed or removed yet.",
        "Poll `GET /v1/imports/{id}` until it is done or failed.",
    ),
    Problem(
        "import_removed",
        "Import removed",
        "The import was removed, so it cannot be replayed.",
        "Upload the file again as a new import.",
    ),
    Problem(
        "too_many_keys",
        "Too many keys",
        "The tenant already has two active keys of this role.",
        "Revoke a key that you no longer use; `detail` has the ids.",
    ),
    Problem(
        "last_admin_key",
        "Last admin key",
        "The tenant's only active admin key cannot be revoked by HTTP.",
        "Create another admin key first, or use the command line.",
    ),
    Problem(
        "body_too_large",
        "Body too large",
        "The body has more than 1,000,000 bytes (as sent or unpacked) or more than 500 events.",
        "Send smaller parts, or import a file with `POST /v1/imports`.",
    ),
    Problem(
        "unsupported_media_type",
        "Unsupported media type",
        "The `Content-Type` is missing or not supported by this call, the charset is not UTF-8, or "
        "the body is compressed with something other than gzip.",
        "Send `application/json` (for events also `application/x-ndjson`), uncompressed or with "
        "gzip.",
    ),
    Problem(
        "all_events_refused",
        "All events rejected",
        "Every event of the request was rejected.",
        "See `rejected`, which has the reason of each event by index.",
    ),
    Problem(
        "unusable_input",
        "Nothing to estimate from",
        "The data contain nothing to estimate from. As the error of a fit: they contain no "
        "engagement or no conversion.",
        "Send events first.",
    ),
    Problem(
        "rate_limited",
        "Too many requests",
        "The API key has used up its requests for this minute, or the installation receives more "
        "requests than it accepts.",
        "Retry after `Retry-After` seconds.",
    ),
    Problem(
        "too_many_imports",
        "Too many unfinished imports",
        "The tenant has reached its quota of unfinished imports.",
        "Wait until an import has finished; retry after `Retry-After` seconds.",
    ),
    Problem(
        "upload_quota_used",
        "Daily upload quota used up",
        "The tenant has used up its upload quota for today.",
        "Upload the file tomorrow (UTC), after `Retry-After` seconds, or ask the operator for a "
        "larger quota.",
    ),
    Problem(
        "internal_error",
        "Internal error",
        "The service failed.",
        "Try again; if it persists, report the request id to the operator.",
    ),
    Problem(
        "misconfigured",
        "Service misconfigured",
        "A setting of the installation is missing or invalid.",
        "As the operator, see the service log, which names the setting.",
    ),
    Problem(
        "store_damaged",
        "Stored data damaged",
        "On one machine: a part of the data directory has changed since it was written, so it is "
        "not used.",
        "See the service log, which names the file; run `serve --check` and restore a backup.",
    ),
    Problem(
        "not_implemented",
        "Not implemented",
        "The server does not support the transfer encoding.",
        "Send the body with a `Content-Length`, or in chunks.",
    ),
    Problem(
        "store_unavailable",
        "Store unavailable",
        "The store did not accept everything. `not_stored` lists the indexes of events that are "
        "not stored, `accepted` counts stored events, and `rejected` lists events that were "
        "rejected for good.",
        "Send the events in `not_stored`, or all of them, again after `Retry-After` seconds.",
    ),
)
"""In the order of their HTTP status."""

_BACKGROUND = (
    Problem(
        "unfinished_fit",
        "Fit not finished",
        "The error of a fit that reads its events in parts: reading a part, or combining the "
        "parts, did not finish in time.",
        "Request another fit; an alarm has notified the operator.",
    ),
    Problem(
        "unprocessable_message",
        "Unprocessable message",
        "Retrying a message in a queue cannot help, for example because it names an object outside "
        "`imports/{tenant}/` or an unknown tenant; it ends in the dead-letter queue, and an alarm "
        "fires.",
        "As the operator, inspect the dead-letter queue.",
    ),
)

_EXPERIMENTS = (
    Problem(
        "incomplete_series",
        "Incomplete series",
        "A region has no number for a day, or two numbers.",
        "Send exactly one number per region and day.",
    ),
    Problem(
        "too_few_regions",
        "Too few regions",
        "Fewer than 4 untreated regions have conversions before the test.",
        "Include more untreated regions.",
    ),
    Problem(
        "too_few_days",
        "Too few days",
        "The series has fewer than 28 days before the test.",
        "Begin the series earlier.",
    ),
    Problem(
        "too_few_conversions",
        "Too few conversions",
        "The treated regions have no conversion before the test.",
        "Begin the series earlier, or check the treated regions.",
    ),
)

PROBLEMS: dict[str, Problem] = {one.code: one for one in _PROBLEMS}
"""Code -> entry of every problem that the API can return."""

BACKGROUND_ERRORS: dict[str, Problem] = {one.code: one for one in _BACKGROUND}
"""Code -> entry of errors that are never the answer to a request."""

EXPERIMENT_ERRORS: dict[str, Problem] = {one.code: one for one in _EXPERIMENTS}
"""Code -> entry of errors in an experiment, besides the codes of events."""

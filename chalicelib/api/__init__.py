"""HTTP: declared routes with short views, one way through them, and every error as a problem.

===============  ===============================================================================
routes           what a route declares: roles, parameters, body, answer
likeworth_app    the Chalice application: serves the routes, HEAD, OPTIONS, 405 and 404
endpoint         the way of a call: admit, read, run the view, shape the answer
views/           one module per resource: declarations and short functions
calls            a call as the views see it; query parameters
request_bodies   bodies: media type, gzip, size, fields
authentication   API keys and signed links
quotas           requests that a key has left
responses        from an answer to a response: JSON or CSV, ETag
problems         from an error to a problem
csv_tables       CSV, and which of CSV and JSON a caller prefers
json_text        JSON, with decimals and days
cors             preflights, and which pages may read an answer
media_types      their names
openapi/         the description of the API, which no request loads
===============  ===============================================================================
"""

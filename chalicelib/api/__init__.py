"""HTTP: declared routes with short views, one request path, and every error as a problem.

===============  ===============================================================================
routes           what a route declares: roles, parameters, body, answer
likeworth_app    the Chalice application: serves the routes, HEAD, OPTIONS, 405 and 404
endpoint         handles a request: authenticate, parse, run the view, format the answer
views/           one module per resource: declarations and short functions
calls            a request as the views see it; query parameters
request_bodies   bodies: media type, gzip, size, fields
authentication   API keys and signed links
quotas           the remaining requests of a key
responses        turns an answer into a response: JSON or CSV, ETag
problems         turns an error into a problem
negotiation      content negotiation between CSV and JSON
json_text        JSON with decimals and dates
cors             preflight requests and allowed origins
media_types      names of media types
openapi/         the OpenAPI description; no other request loads it
===============  ===============================================================================
"""

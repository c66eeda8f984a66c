"""A typed client of the HTTP API, for notebooks, scripts and `likeworth mcp`.

    from chalicelib.client import Likeworth

    brand = Likeworth("https://api.example.org", key="lw_acme....")
    brand.roi(goal="purchase")["channels"]
    brand.rows("/v1/engagements", goal="purchase")  # a table, e.g. for pandas.DataFrame

It needs only the standard library. Answers are the JSON of the API, with the types that the service
declares (`services.answers`): the client neither computes nor hides anything, so `reasons` and
`warnings` stay with each number.
"""

from chalicelib.client.api_client import Likeworth, Problem, Unreachable

__all__ = ["Likeworth", "Problem", "Unreachable"]

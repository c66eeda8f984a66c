"""The description of the API (OpenAPI 3.1), made of what the views declare and of models.

Nothing of it is loaded when a request is answered: `make docs` writes the description into
`chalicelib/documentation/`, from where it is served, and a test compares it with what is made here.
"""

from chalicelib.api.openapi.document import describe

__all__ = ["describe"]

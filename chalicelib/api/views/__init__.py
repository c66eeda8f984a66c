"""The views: one module per resource, each a list of declared routes."""

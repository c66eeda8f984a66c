"""The views: one module per resource, each a blueprint of short functions."""

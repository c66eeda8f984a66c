"""Clients generated from the description of the API, used against the running service."""

"""Deliberate mistakes in the estimators: the tests must find each of them."""

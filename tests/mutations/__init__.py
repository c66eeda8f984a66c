"""Mistakes that are put into the estimators on purpose: the tests must find each of them."""

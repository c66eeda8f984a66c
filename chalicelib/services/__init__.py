"""Use cases as functions: a store, plain data and the time in; plain data out."""

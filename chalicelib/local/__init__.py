"""The whole service in one process, for one machine: SQLite, plain files, threads.

===============  =========================================================================
This package imports nothing when it is imported; the caller that starts a service passes `app`.
"""

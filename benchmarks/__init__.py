"""Our speed and memory against published libraries: same task, same machine, same run.

They are no part of the service and no test: peers live in an environment of their own
(`requirements-bench.txt`) and are run in processes of their own.
"""

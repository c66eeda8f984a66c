"""Speed and memory compared with published libraries: same task, same machine, same run.

Benchmarks are neither a part of the service nor tests. The other libraries are installed in a
separate environment (`requirements-bench.txt`) and run in separate processes.
"""

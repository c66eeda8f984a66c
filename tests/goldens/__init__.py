"""What the outside sees, kept as files: HTTP answers, the API description, the template.

``python -m tests.goldens`` writes the files anew; `test_goldens` compares and writes nothing.
Everything here uses the outermost doors only (`app`, the command line), so that modules of the
house can move without a change here.
"""

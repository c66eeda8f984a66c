"""HTTP: blueprints of short views.

`strict_json` reads bodies, `http` turns a call into arguments and an answer or an error into a
response; the views say what is asked of which service and in what shape it is told.
"""

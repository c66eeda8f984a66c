"""Imports: an export file is announced, uploaded and read; what it refused can be read again.

========================  =====================================================================
announcing                files that will be uploaded, files that were dropped into the bucket
limits                    how many may be unfinished, how many bytes come in a day
running                   one run of the import function, from checkpoint to checkpoint
giving_up                 an import that was tried several times
reading                   an upload, opened as the export that it is
rows                      its rows in chunks, as what is to be stored of them
asking                    a replay or a removal is asked for
replaying                 refused rows, read once more with other options
removing                  events of an import are removed if nothing has restated them
extent                    between which days an import may have stored events
showing                   what is known of imports
import_answers            the answers about imports
========================  =====================================================================
"""

from chalicelib.services.imports.announcing import Upload, import_for_object, start_import
from chalicelib.services.imports.asking import OPTIONS as REPLAY_OPTIONS
from chalicelib.services.imports.asking import ask_for_removal, ask_for_replay
from chalicelib.services.imports.giving_up import give_up_import
from chalicelib.services.imports.import_runs import message_of, run_import
from chalicelib.services.imports.limits import bytes_left, seconds_until_tomorrow
from chalicelib.services.imports.reading import ReadExport
from chalicelib.services.imports.showing import list_imports, list_refused_rows, show_import

__all__ = [
    "REPLAY_OPTIONS",
    "ReadExport",
    "Upload",
    "ask_for_removal",
    "ask_for_replay",
    "bytes_left",
    "give_up_import",
    "import_for_object",
    "list_imports",
    "list_refused_rows",
    "message_of",
    "run_import",
    "seconds_until_tomorrow",
    "show_import",
    "start_import",
]

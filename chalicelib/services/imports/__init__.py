"""Imports: announce, upload and read export files; replay rejected rows; remove imports.

========================  =====================================================================
announcing                imports for announced uploads and for files dropped into the bucket
limits                    quotas: unfinished imports, uploaded bytes per day
import_runs               one run of the import function, from checkpoint to checkpoint
giving_up                 fail an import after several attempts
reading                   recognise and open an uploaded export
import_chunks             group rows into chunks to store
asking                    request a replay or a removal
replaying                 read rejected rows again with other options
merged_rows               merge the file's rows with the rows rejected before
restating                 update imported rows that a replay changes
removing                  remove the events that an import stored and nothing has restated
extent                    the range of days in which an import may have stored events
showing                   read imports and their rejected rows
========================  =====================================================================
"""

from chalicelib.services.imports.announcing import Upload, import_for_object, start_import
from chalicelib.services.imports.asking import OPTIONS as REPLAY_OPTIONS
from chalicelib.services.imports.asking import ask_for_removal, ask_for_replay
from chalicelib.services.imports.giving_up import give_up_import
from chalicelib.services.imports.import_runs import message_of, run_import
from chalicelib.services.imports.limits import bytes_left, seconds_until_tomorrow
from chalicelib.services.imports.reading import ReadExport
from chalicelib.services.imports.showing import list_imports, list_rejected_rows, show_import

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
    "list_rejected_rows",
    "message_of",
    "run_import",
    "seconds_until_tomorrow",
    "show_import",
    "start_import",
]

"""Read recordings: text tables of foot and shin sensors, the phone's own motion log, files of motion laboratories.

Facts come from the argument given, else the sidecar `FILE.toml`, else the file's header, else its name; the recording
says which. Units are checked against the data, because gravity is known and so is how turning moves it.
"""

from mortise.measure.readers._door import open_files, read
from mortise.measure.readers._lab import read_lab
from mortise.measure.readers._phone import FORMAT, PhoneLog, phone_log_schema
from mortise.measure.readers._source import Origin

__all__ = ["FORMAT", "Origin", "PhoneLog", "open_files", "phone_log_schema", "read", "read_lab"]

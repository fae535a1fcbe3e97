"""From the bytes of a file somebody sent to a table of texts: which sheet, which header row, which rows.

Every file that cannot be read is refused in words, with what to do instead.
"""

from niangjia.imports.reading.files import FileRefused, Sheets, read_file
from niangjia.imports.reading.tables import SourceRow, Table, find_table

__all__ = ["FileRefused", "Sheets", "SourceRow", "Table", "find_table", "read_file"]

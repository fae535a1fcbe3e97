"""The one way a file is refused."""

from niangjia.core.errors import InvalidInput, Text


class FileRefused(InvalidInput):
    """The file cannot be read, or not safely. The remedy says how to make one that can."""

    def __init__(self, message: Text, *, remedy: Text, code: str) -> None:
        super().__init__(message, field="file", remedy=remedy, code=f"file-{code}")

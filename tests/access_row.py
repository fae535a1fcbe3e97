"""One row of the access table."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    statuses: str
    kwargs: dict[str, str] = field(default_factory=dict)
    method: str = "GET"
    query: str = ""


OPEN = "200 200 200 200 200 200 200"

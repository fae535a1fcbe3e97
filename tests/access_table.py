"""The access table: one row for each address.

Statuses in the order of ``world.VISITORS``: stranger, nobody (logged in, no role), member, helper, officer of the
unit, officer above, officer elsewhere. 302 sends a stranger to the log-in.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    statuses: str
    kwargs: dict[str, str] = field(default_factory=dict)
    method: str = "GET"
    query: str = ""


OPEN = "200 200 200 200 200 200 200"
STAFF_LIST = "302 403 403 403 200 200 200"
OFFICERS = "302 404 404 404 200 200 404"

ROWS: dict[str, Row] = {
    # api
    "api-1:openapi-json": Row(OPEN),
    "api-1:api-root": Row("404 404 404 404 404 404 404"),
    "api-1:me": Row("401 200 200 200 200 200 200"),
    "tokens:token-list": Row(STAFF_LIST),
    "tokens:token-create": Row(STAFF_LIST),
    "tokens:token-revoke": Row("302 404 404 404 200 404 404", {"token_id": "token"}),
    # ops
    "ops:healthz": Row(OPEN),
}

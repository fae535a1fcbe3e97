"""Every page that a reader can reach, derived from the access table, each as somebody sees it who may see it.

States of pages that the table's visitors do not meet stand in ``FURTHER``; their people and things are in ``house``.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.access_row import Row
from tests.access_table import ROWS
from tests.world import VISITORS

# Addresses that answer with a file or with data, never with a page; a test shows that it is so.
NO_PAGES = frozenset({
    "api-1:openapi-json", "api-1:api-root", "benefits:poster", "benefits:public-poster", "bookings:draw-list",
    "bookings:draw-result", "files:download", "imports:batch-file", "imports:template", "mfa_download_recovery_codes",
    "mfa_login_webauthn", "ops:healthz", "papers:paper-download",
})  # fmt: skip
# Who sees the same lists with nothing in them.
EMPTY_HANDED = {"officer": "elsewhere", "member": "nobody"}
# Pages with a browser test of their own: they are there for developers and in the demo only.
# … and a form of the topmost union alone, whom nobody here is.
ELSEWHERE = frozenset(name for name in ROWS if name.startswith("ui:styleguide")) | {"formation:rule-change"}
# Addresses that send everybody on to another page.
SENDING_ON = frozenset({"portal:home", "benefits:programme", "insights:cockpit-home"})


@dataclass(frozen=True)
class Sight:
    """A page in one of its states, and who looks at it."""

    address: str
    visitor: str
    keys: tuple[tuple[str, str], ...] = ()
    query: str = ""
    status: int = 200

    def __str__(self) -> str:
        thing = "".join(f" {thing}" for _key, thing in self.keys)
        return f"{self.address}{thing}{self.query} as {self.visitor}"


def derived() -> Iterator[Sight]:
    """From the access table: who first of these may see the page, and a list also as somebody finds it empty."""
    for name, row in ROWS.items():
        if row.method == "GET" and name not in NO_PAGES | ELSEWHERE and not is_data(name):
            seers = seers_of(row)
            lists = not row.kwargs and not name.endswith(("new", "create"))  # an empty form is the same for all
            empty = [EMPTY_HANDED[seer] for seer in seers[:1] if lists and seer in EMPTY_HANDED]
            for visitor in seers[:1] + [visitor for visitor in empty if visitor in seers]:
                yield Sight(name, visitor, tuple(row.kwargs.items()), row.query)


def is_data(name: str) -> bool:
    return name.startswith("api-1:")


def seers_of(row: Row) -> list[str]:
    """Those who get the page itself: strangers first, then whom it is for."""
    answers = dict(zip(VISITORS, row.statuses.split(), strict=True))
    order = ("stranger", "member", "officer", "helper", "nobody", "above", "elsewhere")
    return [visitor for visitor in order if answers[visitor] == "200"]


def sight(address: str, visitor: str, query: str = "", status: int = 200, **keys: str) -> Sight:
    return Sight(address, visitor, tuple(keys.items()), query, status)


# States that the visitors of the access table do not meet.
FURTHER = (
    # half-way through the members' door, and through the officers'
    sight("identity:log-in-code", "has asked for a code"),
    sight("identity:log-in-who", "has shown the phone"),
    sight("mfa_authenticate", "has typed the password"),
    # an account with a password, without and with second factors
    *(sight(name, "plain") for name in ("account_change_password", "mfa_index", "mfa_activate_totp")),
    *(sight(name, "plain") for name in ("mfa_list_webauthn", "mfa_add_webauthn")),
    *(sight(name, "secured") for name in ("mfa_index", "mfa_deactivate_totp", "mfa_list_webauthn")),
    *(sight(name, "secured") for name in ("mfa_view_recovery_codes", "mfa_generate_recovery_codes")),
    *(sight(name, "secured", pk="passkey_kept") for name in ("mfa_edit_webauthn", "mfa_remove_webauthn")),
    *(sight(name, "secured") for name in ("account_reauthenticate", "mfa_reauthenticate")),
    sight("mfa_reauthenticate_webauthn", "secured"),
    # a draft with nothing in it, and one that is nearly ready
    *(sight(f"benefits:{name}", "officer", pk="blank") for name in ("plan", "gifts", "times", "eligibility")),
    *(sight(f"benefits:{name}", "officer", pk="blank") for name in ("goods", "publish", "groups", "report")),
    *(sight(f"benefits:{name}", "officer", pk="draft") for name in ("plan", "basics", "gifts", "times", "goods")),
    *(sight(f"benefits:{name}", "officer", pk="draft") for name in ("eligibility", "publish", "abandon", "gift-new")),
    *(sight(f"benefits:{name}", "officer", pk="draft", gift="draft_gift") for name in ("gift-change", "gift-remove")),
    # a programme that is over, as everybody reads it
    *(sight(f"benefits:{name}", "officer", pk="over") for name in ("plan", "live", "groups", "report", "report-file")),
    *(sight(f"benefits:{name}", "stranger", pk="over") for name in ("public", "result")),
    sight("benefits:desk", "officer", "?q=张一", pk="programme"),
    sight("benefits:desk", "officer", "?q=张", 422, pk="programme"),
    sight("benefits:desk-person", "officer", pk="programme", member="booker"),
    sight("benefits:desk-allow", "officer", pk="programme", member="booker"),
    # a draw with a share of its own, before somebody has entered and after
    sight("benefits:member-programme", "member", pk="raffle"),
    *(sight(f"benefits:{name}", "entrant", pk="raffle") for name in ("member-programme", "member-leave")),
    *(sight(f"benefits:{name}", "officer", pk="raffle") for name in ("live", "line", "allocation")),
    sight("benefits:share-free", "officer", pk="raffle", share="raffle_share"),
    # one who has booked, and one whom the conditions leave out
    *(sight(f"benefits:{name}", "booker", pk="programme") for name in ("member-programme", "member-cancel")),
    sight("benefits:member-programme", "left out", pk="programme"),
    sight("portal:member", "booker"),
    sight("portal:member", "left out"),
    sight("bookings:mine", "booker"),
    sight("notices:message-list", "booker"),
    # a roster with mistakes, checked
    sight("imports:batch", "officer", pk="checked"),
    sight("imports:batch", "officer", "?show=good", pk="checked"),
    sight("vouchers:voucher", "officer", pk="voucher"),
    # figures: a past day, the wall, names of those missing, a locked report and its correction, and who defines
    sight("insights:cockpit", "officer", "?months=60", pk="organization"),
    sight("insights:cockpit", "officer", "?wall=1", pk="organization"),
    sight("insights:cockpit", "officer", "?on=2999-01-01", 422, pk="organization"),
    sight("insights:names", "officer", "?side=without", pk="organization", code="indicator"),
    *(sight("insights:period", "officer", pk=name) for name in ("locked", "corrected")),
    sight("insights:cockpit", "head", pk="city"),
    sight("insights:indicator-create", "head"),
    sight("insights:indicator-create", "head", "?counted=employer&over=employer"),
    *(sight(f"insights:{name}", "head", code="changed") for name in ("indicator", "indicator-change")),
    sight("insights:indicator-confirm", "head", code="changed"),
    # long names
    sight("members:member", "officer", pk="long_named"),
    sight("members:member-transfer", "officer", pk="long_named"),
    sight("org:unit", "officer", pk="long_union"),
    sight("members:member-list", "officer", "?q=没有这个人"),
    # work under way, and work that failed
    sight("jobs:job", "officer", pk="job_running"),
    sight("jobs:job", "officer", pk="job_failed"),
    # what is refused
    sight("members:member-list", "nobody", status=403),
    sight("members:member", "elsewhere", status=404, pk="member"),
    sight("members:own", "nobody", status=404),
    sight("notices:public", "stranger", pk="notice_out"),
)  # fmt: skip


def sights() -> tuple[Sight, ...]:
    return (*derived(), *FURTHER)

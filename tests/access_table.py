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
NO_PASSWORD = "302 302 302 302 302 302 302"  # strangers to the log-in, people without a password to their own page
OFFICERS = "302 404 404 404 200 200 404"

ROWS: dict[str, Row] = {
    # api
    "api-1:openapi-json": Row(OPEN),
    "api-1:api-root": Row("404 404 404 404 404 404 404"),
    "api-1:me": Row("401 200 200 200 200 200 200"),
    "tokens:token-list": Row(STAFF_LIST),
    "tokens:token-create": Row(STAFF_LIST),
    "tokens:token-revoke": Row("302 404 404 404 200 404 404", {"token_id": "token"}),
    # portal
    "portal:public": Row(OPEN),
    "portal:home": Row("302 302 302 302 302 302 302"),
    "portal:member": Row("302 200 200 200 200 200 200"),
    "portal:staff": Row("302 403 403 200 200 200 200"),
    "portal:history": Row(STAFF_LIST),
    "portal:help": Row(OPEN),
    "portal:privacy": Row(OPEN),
    "portal:accessibility": Row(OPEN),
    # identity: a member's way in
    "identity:login": Row("200 302 302 302 302 302 302"),
    "identity:log-in-code": Row("302 302 302 302 302 302 302"),
    "identity:log-in-code-again": Row("302 302 302 302 302 302 302", method="POST"),
    "identity:log-in-who": Row("302 302 302 302 302 302 302"),
    "identity:logout": Row("302 302 302 302 302 302 302", method="POST"),
    # identity: one's own account; the visitors of this table have no password, as members have none
    "identity:log-out-everywhere": Row("302 200 200 200 200 200 200"),
    "account_login": Row("200 302 302 302 302 302 302"),
    "account_inactive": Row(OPEN),
    "account_change_password": Row(NO_PASSWORD),
    "account_reauthenticate": Row(NO_PASSWORD),
    "mfa_index": Row("302 200 200 200 200 200 200"),
    "mfa_authenticate": Row("302 302 302 302 302 302 302"),
    "mfa_reauthenticate": Row(NO_PASSWORD),
    "mfa_activate_totp": Row(NO_PASSWORD),
    "mfa_deactivate_totp": Row(NO_PASSWORD),
    "mfa_view_recovery_codes": Row(NO_PASSWORD),
    "mfa_generate_recovery_codes": Row(NO_PASSWORD),
    "mfa_download_recovery_codes": Row(NO_PASSWORD),
    "mfa_list_webauthn": Row(NO_PASSWORD),
    "mfa_add_webauthn": Row(NO_PASSWORD),
    "mfa_login_webauthn": Row("302 302 302 302 302 302 302"),
    "mfa_reauthenticate_webauthn": Row(NO_PASSWORD),
    "mfa_edit_webauthn": Row(NO_PASSWORD, {"pk": "passkey"}),
    "mfa_remove_webauthn": Row(NO_PASSWORD, {"pk": "passkey"}),
    # identity, accounts of colleagues
    "identity:person-list": Row(STAFF_LIST),
    "identity:person-new": Row(STAFF_LIST),
    "identity:person": Row(OFFICERS, {"pk": "colleague"}),
    "identity:person-assign": Row("302 403 403 403 200 200 404", {"pk": "colleague"}),
    "identity:person-reset-password": Row(OFFICERS, {"pk": "colleague"}),
    "identity:person-remove-factor": Row(OFFICERS, {"pk": "colleague"}),
    "identity:person-close": Row(OFFICERS, {"pk": "colleague"}),
    "identity:person-reopen": Row(OFFICERS, {"pk": "colleague"}),
    "identity:assignment-end": Row(OFFICERS, {"pk": "assignment"}),
    "identity:role-list": Row(STAFF_LIST),
    # org
    "org:unit-list": Row(STAFF_LIST),
    "org:unit": Row(OFFICERS, {"pk": "organization"}),
    # jobs: one sees what one has started
    "jobs:job-list": Row("302 200 200 200 200 200 200"),
    "jobs:job": Row("302 404 404 404 200 404 404", {"pk": "job"}),
    "jobs:job-again": Row("302 404 404 404 409 404 404", {"pk": "job"}, method="POST"),
    # files
    "files:download": Row(OFFICERS, {"pk": "file"}),
    # notices
    "notices:message-list": Row("302 200 200 200 200 200 200"),
    "notices:message-read-all": Row("302 302 302 302 302 302 302", method="POST"),
    "notices:message": Row("302 404 200 404 404 404 404", {"pk": "message"}),
    "notices:public-list": Row(OPEN),
    "notices:public": Row("404 404 404 404 200 200 404", {"pk": "notice"}),
    "notices:letter-new": Row(OPEN),
    "notices:letter": Row(OPEN, {"ticket": "ticket"}),
    "notices:notice-list": Row(STAFF_LIST),
    "notices:notice-new": Row(STAFF_LIST),
    "notices:notice-change": Row(OFFICERS, {"pk": "notice"}),
    "notices:notice-publish": Row(OFFICERS, {"pk": "notice"}),
    "notices:notice-withdraw": Row(OFFICERS, {"pk": "notice"}),
    "notices:feedback-list": Row(STAFF_LIST),
    "notices:feedback": Row(OFFICERS, {"pk": "letter"}),
    # ui
    # ops
    "ops:healthz": Row(OPEN),
    # coverage
    "coverage:employer-list": Row(STAFF_LIST),
    "coverage:employer-new": Row(STAFF_LIST),
    "coverage:employer": Row(OFFICERS, {"pk": "employer"}),
    # imports: in the world the columns of its file are not chosen yet, and nothing is marked
    "imports:batch-list": Row(STAFF_LIST),
    "imports:batch-new": Row(STAFF_LIST),
    "imports:template": Row(STAFF_LIST),
    "imports:batch": Row("302 404 404 404 302 302 404", {"pk": "batch"}),
    "imports:columns": Row(OFFICERS, {"pk": "batch"}),
    "imports:batch-commit": Row("302 404 404 404 409 409 404", {"pk": "batch"}, method="POST"),
    "imports:batch-discard": Row(OFFICERS, {"pk": "batch"}),
    "imports:batch-file": Row("302 404 404 404 404 404 404", {"pk": "batch"}),
    # members
    "members:member-list": Row(STAFF_LIST),
    "members:member-new": Row(STAFF_LIST),
    "members:member": Row(OFFICERS, {"pk": "member"}),
    "members:member-change": Row(OFFICERS, {"pk": "member"}),
    "members:member-transfer": Row(OFFICERS, {"pk": "member"}),
    "members:member-state": Row(OFFICERS, {"pk": "member"}),
    "members:member-reveal": Row(OFFICERS, {"pk": "member"}),
    "members:correction-list": Row(STAFF_LIST),
    "members:correction": Row(OFFICERS, {"pk": "correction"}),
    "members:own": Row("302 404 200 404 404 404 404"),
    # papers
    "papers:paper-list": Row(STAFF_LIST),
    "papers:wording-list": Row(STAFF_LIST),
    "papers:wording-change": Row("302 404 404 404 200 404 404", {"unit": "organization", "code": "paper_kind"}),
    "papers:wording-reset": Row("302 404 404 404 200 404 404", {"unit": "organization", "code": "paper_kind"}),
    "papers:paper": Row(OFFICERS, {"pk": "paper"}),
    "papers:paper-download": Row(OFFICERS, {"pk": "paper", "form": "paper_form"}),
    # benefits: the programme of the table is under way
    "benefits:programme-list": Row(STAFF_LIST),
    "benefits:new": Row(STAFF_LIST),
    "benefits:limits": Row(STAFF_LIST),
    "benefits:limit-end": Row("302 403 403 403 200 200 404", {"pk": "limit"}),
    "benefits:programme": Row("302 404 404 404 302 302 404", {"pk": "programme"}),
    "benefits:plan": Row(OFFICERS, {"pk": "programme"}),
    "benefits:basics": Row(OFFICERS, {"pk": "programme"}),
    "benefits:gifts": Row(OFFICERS, {"pk": "programme"}),
    "benefits:gift-new": Row(OFFICERS, {"pk": "programme"}),
    "benefits:gift-change": Row(OFFICERS, {"pk": "programme", "gift": "gift"}),
    "benefits:gift-remove": Row(OFFICERS, {"pk": "programme", "gift": "gift"}),
    "benefits:times": Row(OFFICERS, {"pk": "programme"}),
    "benefits:eligibility": Row(OFFICERS, {"pk": "programme"}),
    "benefits:goods": Row(OFFICERS, {"pk": "programme"}),
    "benefits:goods-receive": Row(OFFICERS, {"pk": "programme", "gift": "gift"}),
    "benefits:publish": Row(OFFICERS, {"pk": "programme"}),
    "benefits:abandon": Row(OFFICERS, {"pk": "programme"}),
    "benefits:live": Row(OFFICERS, {"pk": "programme"}),
    "benefits:close": Row(OFFICERS, {"pk": "programme"}),
    "benefits:report": Row(OFFICERS, {"pk": "programme"}),
    "benefits:report-file": Row(OFFICERS, {"pk": "programme"}),
    "benefits:poster": Row(OFFICERS, {"pk": "programme"}),
    "benefits:groups": Row(OFFICERS, {"pk": "programme"}),
    "benefits:group-new": Row(OFFICERS, {"pk": "programme"}),
    "benefits:group": Row(OFFICERS, {"pk": "programme", "split": "split"}),
    "benefits:group-change": Row(OFFICERS, {"pk": "programme", "split": "split"}),
    "benefits:group-remove": Row(OFFICERS, {"pk": "programme", "split": "split"}),
    "benefits:group-fill": Row("302 404 404 404 302 302 404", {"pk": "programme", "split": "split"}, method="POST"),
    "benefits:group-sheet": Row("302 404 404 404 302 302 404", {"pk": "programme", "split": "split"}, method="POST"),
    "benefits:group-record": Row(OFFICERS, {"pk": "programme", "split": "split"}),
    "benefits:handout": Row(OFFICERS, {"pk": "programme", "handout": "handout"}),
    "benefits:handout-undo": Row(OFFICERS, {"pk": "programme", "handout": "handout"}),
    "benefits:desk": Row(OFFICERS, {"pk": "programme"}),
    "benefits:desk-person": Row(OFFICERS, {"pk": "programme", "member": "member"}),
    "benefits:member-programme": Row("302 302 200 302 302 302 302", {"pk": "programme"}),
    "benefits:booked": Row("302 302 302 302 302 302 302", {"pk": "programme"}),
    "benefits:member-cancel": Row("302 302 302 302 302 302 302", {"pk": "programme"}),
    "benefits:public-list": Row(OPEN),
    "benefits:public": Row(OPEN, {"pk": "programme"}),
    "benefits:result": Row(OPEN, {"pk": "programme"}),
    "benefits:public-poster": Row(OPEN, {"pk": "programme"}),
    # audiences: the whole section is closed to who works in none
    "audiences:audience-list": Row(STAFF_LIST),
    "audiences:audience-new": Row(STAFF_LIST),
    "audiences:rule-list": Row(STAFF_LIST),
    "audiences:rule-new": Row(STAFF_LIST),
    "audiences:rule": Row("302 403 403 403 200 200 404", {"pk": "rule"}),
    "audiences:rule-change": Row("302 403 403 403 200 200 404", {"pk": "rule"}),
    "audiences:rule-why": Row("302 403 403 403 200 200 404", {"pk": "rule"}),
    "audiences:builder": Row(STAFF_LIST, method="POST"),
    "audiences:zodiac": Row(STAFF_LIST),
    "audiences:audience": Row("302 403 403 403 200 200 404", {"pk": "audience"}),
    "audiences:audience-freeze": Row("302 403 403 403 200 200 404", {"pk": "audience"}),
    "audiences:audience-why": Row("302 403 403 403 200 200 404", {"pk": "frozen"}),
    # insights
    "insights:figure-public": Row(OPEN),
    "insights:figure-list": Row(STAFF_LIST),
    "insights:figure-create": Row(STAFF_LIST),
    "insights:figure": Row(OFFICERS, {"pk": "figure"}),
    "insights:figure-change": Row(OFFICERS, {"pk": "figure"}),
    "insights:figure-publish": Row("302 404 404 404 302 302 404", {"pk": "figure"}, method="POST"),
}

"""Every write of founding and re-election."""

from niangjia.formation.services.deciding import abandon_case, approve_case, refuse_case, return_result
from niangjia.formation.services.electing import (
    ElectionPlan,
    Stood,
    confirm_founding,
    confirm_renewal,
    record_election,
    report_result,
)
from niangjia.formation.services.founding import (
    Proposal,
    ProposalFixed,
    add_talk,
    apply_founding,
    change_founding,
    open_founding,
    register_legal_person,
)
from niangjia.formation.services.renewing import refile_renewal, remind_terms, request_renewal
from niangjia.formation.services.rules import Band, set_rule
from niangjia.formation.services.terms import (
    PostPlan,
    TermRunning,
    add_post,
    ask_postponement,
    decide_postponement,
    end_post,
    record_term,
    set_deadline,
)

__all__ = [
    "Band", "ElectionPlan", "PostPlan", "Proposal", "ProposalFixed", "Stood", "TermRunning", "abandon_case",
    "add_post", "add_talk", "apply_founding", "approve_case", "ask_postponement", "change_founding",
    "confirm_founding", "confirm_renewal", "decide_postponement", "end_post", "open_founding", "record_election",
    "record_term", "refile_renewal", "refuse_case", "register_legal_person", "remind_terms", "report_result",
    "request_renewal", "return_result", "set_deadline", "set_rule",
]  # fmt: skip

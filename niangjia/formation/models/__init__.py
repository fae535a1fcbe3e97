"""Founding and re-election: the rules by which they go, the terms of unions, the cases under way."""

from niangjia.formation.models.cases import (
    CASE_TRANSITIONS,
    OVER,
    Candidate,
    Case,
    CaseStatus,
    Election,
    Founding,
    Outcome,
    Renewal,
    Side,
    Talk,
    VoteBasis,
)
from niangjia.formation.models.rules import BANDED, FRACTIONS, RuleName, RuleRow
from niangjia.formation.models.terms import (
    BODIES,
    POSTPONEMENT_TRANSITIONS,
    Body,
    Post,
    PostKind,
    Postponement,
    PostponementStatus,
    Term,
)

__all__ = [
    "BANDED", "BODIES", "CASE_TRANSITIONS", "FRACTIONS", "OVER", "POSTPONEMENT_TRANSITIONS", "Body", "Candidate",
    "Case", "CaseStatus", "Election", "Founding", "Outcome", "Post", "PostKind", "Postponement", "PostponementStatus",
    "Renewal", "RuleName", "RuleRow", "Side", "Talk", "Term", "VoteBasis",
]  # fmt: skip

"""Founding and re-election for programs: the cases, the terms, the rules."""

from niangjia.formation.api.foundings import router as foundings
from niangjia.formation.api.renewals import router as renewals
from niangjia.formation.api.rules import router as rules
from niangjia.formation.api.terms import postponements, posts
from niangjia.formation.api.terms import router as terms

__all__ = ["foundings", "postponements", "posts", "renewals", "rules", "terms"]

"""Reads about programmes that join or total."""

from niangjia.benefits.queries.totals import Totals, programme_totals, totals_of

__all__ = ["Totals", "programme_totals", "totals_of"]

"""Reads about programmes that join or total."""

from niangjia.benefits.queries.totals import Totals, programme_totals, totals_of, with_totals

__all__ = ["Totals", "programme_totals", "totals_of", "with_totals"]

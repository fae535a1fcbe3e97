"""Figures and indicators, with what they come to."""

"""Doors of the first pages, of the pages about the house, and of its history."""

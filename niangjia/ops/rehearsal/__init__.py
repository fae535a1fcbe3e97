"""Rehearsing an opening: the real lane in a world that is thrown away (docs/adr/0011-rehearsal.md)."""

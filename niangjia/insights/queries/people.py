"""Members of a day, as they were known on a day: who belonged to a union that hung below the unit then."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from niangjia.core.histories import day_after
from niangjia.members.models import LIVE_STATES

Pair = tuple[UUID, date | None]

# A form of employment is that of the person's present occupation: occupations have no history.
FORMS = {"new": "coalesce(o.new_employment, false)", "other": "NOT coalesce(o.new_employment, false)"}
PRESENT = """
SELECT unit.id, NULL::date, {counts}
  FROM org_organization unit
  JOIN members_member p ON p.organization_path ~>=~ unit.path AND p.organization_path ~<~ (unit.path || '~')
  LEFT JOIN members_occupation o ON o.id = p.occupation_id
 WHERE unit.id = ANY(%(units)s) AND p.state = ANY(%(live)s)
 GROUP BY unit.id
"""
PAST = """
WITH RECURSIVE down(top, day, unit) AS (
    SELECT unit, day, unit FROM unnest(%(units)s::uuid[], %(days)s::date[]) AS asked(unit, day)
    UNION
    SELECT down.top, down.day, s.unit_id FROM down JOIN org_standing s ON s.parent_id = down.unit
     WHERE (s.valid_from IS NULL OR s.valid_from <= down.day) AND (s.valid_to IS NULL OR s.valid_to > down.day)
       AND {standing_known}
)
SELECT down.top, down.day, {counts}
  FROM down
  JOIN members_membership m ON m.organization_id = down.unit AND m.state = ANY(%(live)s)
       AND m.valid_from <= down.day AND (m.valid_to IS NULL OR m.valid_to > down.day) AND {membership_known}
  JOIN members_member p ON p.id = m.member_id
  LEFT JOIN members_occupation o ON o.id = p.occupation_id
 GROUP BY 1, 2
"""


def count(
    pairs: Sequence[Pair], wheres: Sequence[Mapping[str, Sequence[Any]]], known_on: date | None
) -> dict[Pair, list[int]]:
    """For each unit and day, how many members there were by each of ``wheres``. Either all days are named, or none:
    what is so now."""
    counts = ", ".join(f"count(*) FILTER (WHERE {_condition(where)})" for where in wheres)
    units = [unit for unit, _on in pairs]
    values: dict[str, Any] = {"units": units, "live": [str(state) for state in LIVE_STATES]}
    if pairs and pairs[0][1] is None and known_on is None:
        statement = PRESENT.format(counts=counts)
    else:
        values |= {"days": [on or known_on for _unit, on in pairs], "known": known_on and day_after(known_on)}
        known = {"standing_known": _known("s", known_on), "membership_known": _known("m", known_on)}
        statement = PAST.format(counts=counts, **known)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found = {(unit, day): list(row) for unit, day, *row in cursor.fetchall()}
    return {(unit, on): found.get((unit, on or known_on), [0] * len(wheres)) for unit, on in pairs}


def _condition(where: Mapping[str, Sequence[Any]]) -> str:
    """The forms of employment that count; their names were checked with the definition."""
    return " OR ".join(FORMS[form] for form in where["kind"]) if "kind" in where else "true"


def _known(table: str, known_on: date | None) -> str:
    """What was believed when the day ended; what is believed now where none is named."""
    if known_on is None:
        return f"{table}.superseded_at IS NULL"
    believed = f"({table}.superseded_at IS NULL OR {table}.superseded_at >= %(known)s)"
    return f"{believed} AND {table}.recorded_at < %(known)s"

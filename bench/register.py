"""A register of any size for ``bench.coverage``, made in the database; its tally by plain SQL, unlike the house's."""

# ruff: noqa: S608 (statements put together of constants of this module)

from typing import Any

LEVELS = (
    ("province", "federation", 1), ("district", "federation", 16), ("subdistrict", "federation", 32),
    ("community", "association", 0.05), ("primary", "joint", 0.45), ("part", "branch", 0.3), ("part", "group", 0.2),
)  # fmt: skip
FIRST_DAY, DAYS = "2021-11-01", 1_820

UNITS = """
CREATE TABLE bench_unit (depth int, number int, id uuid DEFAULT gen_random_uuid(), parent uuid, label text, path text,
                         key text, PRIMARY KEY (depth, number))
"""
LEVEL = """
INSERT INTO bench_unit (depth, number, parent, label, path, key)
SELECT %(depth)s, n, p.id, l.label, coalesce(p.path, '') || l.label || '.', coalesce(p.key, '') || l.label || '!'
  FROM generate_series(0, %(count)s - 1) AS n
 CROSS JOIN LATERAL (SELECT lpad(to_hex(%(first)s + n), 6, '0') AS label) AS l
  LEFT JOIN bench_unit AS p ON p.depth = %(depth)s - 1 AND p.number = n %% greatest(%(above)s, 1)
"""
ORGANIZATIONS = """
INSERT INTO org_organization (id, parent_id, label, path, sort_key, code, name, short_name, kind, level, phone,
       address)
SELECT id, parent, label, path, key, label, '单位' || label, label, %(kind)s, %(level)s, '', ''
  FROM bench_unit WHERE depth = %(depth)s
"""
STANDINGS = """
INSERT INTO org_standing (id, unit_id, parent_id, kind, level, name, is_open, recorded_at)
SELECT gen_random_uuid(), id, parent_id, kind, level, name, true, now() FROM org_organization
"""
# Employers stand at primary unions; a third changed its number of workers once, six in ten came to be covered.
EMPLOYERS = """
CREATE TABLE bench_employer AS
SELECT gen_random_uuid() AS id, n, u.id AS unit, u.path, (ARRAY['110','159','170','300'])[1 + n %% 4] AS ownership,
       lpad((1 + n %% 20)::text, 2, '0') AS industry, 5 + (n * 7919 %% 2000) AS workers,
       date %(first)s + (n * 31 %% 900) AS since, date %(first)s + 901 + (n * 17 %% 800) AS changed,
       n %% 3 = 0 AS changes, date %(first)s + (n * 31 %% 900) + (n * 13 %% 900) AS covered, n %% 10 < 6 AS has_union
  FROM generate_series(0, %(count)s - 1) AS n JOIN bench_unit u ON u.depth = 5 AND u.number = n %% %(unions)s
"""
ROWS = (
    """INSERT INTO coverage_employer (id, organization_id, organization_path, name, credit_code, ownership, industry,
            address, workers, workers_source, status, party_organization, contact_name, contact_phone)
       SELECT id, unit, path, '第' || n || '公司', '', ownership, industry, '',
              CASE WHEN changes THEN workers + 60 ELSE workers END, '', 'open', '', '', '' FROM bench_employer""",
    """INSERT INTO coverage_employerversion (id, employer_id, name, organization_id, ownership, industry, workers,
            workers_source, status, valid_from, valid_to, recorded_at)
       SELECT gen_random_uuid(), id, '第' || n || '公司', unit, ownership, industry, workers, '', 'open', since,
              CASE WHEN changes THEN changed END, since FROM bench_employer
       UNION ALL
       SELECT gen_random_uuid(), id, '第' || n || '公司', unit, ownership, industry, workers + 60, '', 'open', changed,
              NULL, changed + n % 40 FROM bench_employer WHERE changes""",
    """INSERT INTO coverage_coverage (id, employer_id, union_id, how, valid_from, recorded_at)
       SELECT gen_random_uuid(), id, unit, 'joint', covered, covered FROM bench_employer WHERE has_union""",
    """INSERT INTO coverage_workplace (id, organization_id, organization_path, kind, name, code, address, is_open)
       SELECT gen_random_uuid(), id, path, (ARRAY['park','community','building'])[1 + n % 3],
              '场所' || n, '', '', true
         FROM generate_series(0, {workplaces} - 1) AS n
         JOIN bench_unit u ON u.depth = 4 AND u.number = n % {communities}""",
    """INSERT INTO coverage_workplaceversion (id, workplace_id, name, organization_id, kind, is_open, valid_from,
            recorded_at)
       SELECT gen_random_uuid(), id, name, organization_id, kind, true, date '2021-11-01', now()
         FROM coverage_workplace""",
    """CREATE TABLE bench_above AS WITH RECURSIVE up(unit, node) AS (
           SELECT id, id FROM org_organization UNION ALL
           SELECT up.unit, o.parent_id FROM up JOIN org_organization o ON o.id = up.node WHERE o.parent_id IS NOT NULL)
       SELECT * FROM up""",
    "ANALYZE",
)
BAND = "CASE WHEN workers >= 1000 THEN 4 WHEN workers >= 100 THEN 3 WHEN workers >= 25 THEN 2 ELSE 1 END"
SPANS = f"""
WITH versions AS (
    SELECT id, unit, ownership, industry, workers, since AS begins, CASE WHEN changes THEN changed END AS ends,
           has_union, covered FROM bench_employer
     UNION ALL
    SELECT id, unit, ownership, industry, workers + 60, changed, NULL, has_union, covered
      FROM bench_employer WHERE changes
), spans AS (
    SELECT id, unit, ownership, industry, workers, 0 AS state, begins,
           CASE WHEN has_union THEN least(ends, covered) ELSE ends END AS ends
      FROM versions WHERE NOT has_union OR covered > begins
     UNION ALL
    SELECT id, unit, ownership, industry, workers, 2, greatest(begins, covered), ends
      FROM versions WHERE has_union AND (ends IS NULL OR covered < ends)
)
SELECT id, unit, ownership AS kind, industry AS branch, {BAND} AS size, state, begins AS day, 1 AS sign, workers
  FROM spans
 UNION ALL
SELECT id, unit, ownership, industry, {BAND}, state, ends, -1, workers FROM spans WHERE ends IS NOT NULL
"""
CELL = "node, subject, kind, branch, size, state"
TALLY = (
    f"""INSERT INTO coverage_change ({CELL}, valid_on, recorded_on, number, workers)
        SELECT a.node, 1, e.kind, e.branch, e.size, e.state, e.day, greatest(e.day, date '2026-06-30'), sum(e.sign),
               sum(e.sign * e.workers)
          FROM ({SPANS}) AS e JOIN bench_above a ON a.unit = e.unit
         GROUP BY 1, 3, 4, 5, 6, 7""",
    f"""INSERT INTO coverage_change ({CELL}, valid_on, recorded_on, number, workers)
        SELECT a.node, 2, w.kind, '', 0, 0, date '2021-11-01', current_date, count(*), 0
          FROM coverage_workplace w JOIN bench_above a ON a.unit = w.organization_id GROUP BY 1, 3""",
    f"""INSERT INTO coverage_change ({CELL}, valid_on, recorded_on, number, workers)
        SELECT a.node, 3, o.kind, o.level, 0, 0, date '0001-01-01', current_date, count(*), 0
          FROM org_organization o JOIN bench_above a ON a.unit = o.id GROUP BY 1, 3, 4""",
    f"""INSERT INTO coverage_month ({CELL}, month, number, workers)
        SELECT {CELL}, date_trunc('month', valid_on::timestamp)::date, sum(number), sum(workers)
          FROM coverage_change GROUP BY {CELL}, 7""",
    f"""INSERT INTO coverage_now ({CELL}, number, workers)
        SELECT {CELL}, sum(number), sum(workers) FROM coverage_change GROUP BY {CELL}""",
    "ANALYZE",
)  # fmt: skip


def make(employers: int, organizations: int, workplaces: int) -> None:
    """Everything: the tree in seven levels, employers with five years of changes, workplaces, and the tally."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(UNITS)
        counts = _levels(cursor, organizations)
        cursor.execute(STANDINGS)
        size: dict[str, int | str] = {"count": employers, "unions": counts[4], "first": FIRST_DAY}
        cursor.execute(EMPLOYERS, size)
        for statement in ROWS:
            cursor.execute(statement.replace("{workplaces}", str(workplaces)).replace("{communities}", str(counts[3])))
        for statement in TALLY:
            cursor.execute(statement)


def _levels(cursor: Any, organizations: int) -> list[int]:
    counts: list[int] = []
    for depth, (level, kind, share) in enumerate(LEVELS, 1):
        count = int(share if share >= 1 else organizations * share)
        place = {"depth": depth, "count": count, "first": sum(counts), "above": counts[-1] if counts else 1}
        cursor.execute(LEVEL, place)
        cursor.execute(ORGANIZATIONS, {"depth": depth, "kind": kind, "level": level})
        counts.append(count)
    return counts


def events(keys: list[Any]) -> dict[Any, tuple[int, int]]:
    """What plain SQL says that these employers contribute."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT a.node, kind, branch, size, state, day, sum(sign), sum(sign * workers) FROM ({SPANS}) AS e"
            " JOIN bench_above a USING (unit) WHERE id = ANY(%s) GROUP BY 1, 2, 3, 4, 5, 6"
            " HAVING sum(sign) <> 0 OR sum(sign * workers) <> 0",
            [keys],
        )
        return {(node, (1, *cell), day): (number, workers) for node, *cell, day, number, workers in cursor.fetchall()}

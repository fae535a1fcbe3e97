"""From a table and its mapping to staged rows: each cell read by its kind, each row judged, in chunks."""

from collections.abc import Iterator, Mapping, Sequence

from niangjia.imports.cells import Context, Value, read_cell
from niangjia.imports.reading import SourceRow, Table
from niangjia.imports.registry import Field, Session, Staged, Target
from niangjia.imports.verdicts import Finding, Verdict, finding

CHUNK = 1_000


def stage(
    table: Table, mapping: Mapping[int, Field], target: Target, session: Session, context: Context
) -> Iterator[list[tuple[Staged, dict[str, str]]]]:
    """Chunks of judged rows, each with its cells as they stand in the file. Rows with nothing mapped are left out."""
    first_seen: dict[bytes, int] = {}
    required = {field.name for field in mapping.values() if field.required}
    for at in range(0, len(table.rows), CHUNK):
        chunk = []
        for row in table.rows[at : at + CHUNK]:
            cells = {field.name: text for column, field in mapping.items() if (text := row.cell(column)).strip()}
            if cells:
                chunk.append((_read(row, cells, mapping, required, context), cells))
        rows = [staged for staged, _cells in chunk]
        _mark_repeated(rows, session, target, first_seen)
        session.judge([row for row in rows if not row.has_errors])
        for staged in rows:
            if staged.has_errors:
                staged.verdict = Verdict.ERROR
        yield chunk


def _read(
    row: SourceRow, cells: Mapping[str, str], mapping: Mapping[int, Field], required: set[str], context: Context
) -> Staged:
    values: dict[str, Value] = {}
    findings: list[Finding] = []
    for field in mapping.values():
        value, found = read_cell(field, cells.get(field.name, ""), context)
        findings += found
        if value is not None:
            values[field.name] = value
    missing = {one.field for one in findings if one.code == "missing"}
    if required and missing == required:
        findings = [finding("", "no-person")]
    return Staged(row.number, values, findings)


def _mark_repeated(rows: Sequence[Staged], session: Session, target: Target, first_seen: dict[bytes, int]) -> None:
    for row in rows:
        row.key = session.key(row.values)
        if row.key is None:
            continue
        first = first_seen.setdefault(row.key, row.number)
        if first != row.number:
            row.findings.append(finding(target.key_field, "duplicate-in-file", row=first))

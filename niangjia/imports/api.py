"""Rosters on their way in, for programs: upload, columns, verdicts row by row, writing, the marked file."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, File, Form, Router, Schema, Status, UploadedFile
from ninja.pagination import paginate

from niangjia.core import access
from niangjia.core.request import Request
from niangjia.core.shapes import LARGEST, In, UnitOut, file_of, words_of
from niangjia.files.http import attachment
from niangjia.imports import queries, registry, services
from niangjia.imports.models import Batch, BatchRow, BatchStatus
from niangjia.imports.registry import Kind
from niangjia.imports.verdicts import Verdict
from niangjia.org.http import visible_unit

router = Router()

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class TargetFieldOut(Schema):
    name: str
    label: str
    kind: Annotated[str, words_of(Kind)]
    required: bool


class TargetOut(Schema):
    """Something rows are imported into."""

    name: str
    label: str
    fields: list[TargetFieldOut]


class BatchOut(Schema):
    """One uploaded file. ``mapping`` names the field of each column, ``counts`` what check and commit found."""

    id: UUID
    organization: UnitOut
    target: str
    file: str
    sheets: list[str]
    sheet: int
    status: BatchStatus
    mapping: dict[str, str]
    counts: dict[str, int]
    job_id: UUID | None = Field(description="Watch the work under /jobs.")
    has_marked_file: bool
    created_at: datetime
    finished_at: datetime | None

    @staticmethod
    def resolve_file(row: Batch) -> str:
        return row.file.name

    @staticmethod
    def resolve_has_marked_file(row: Batch) -> bool:
        return row.marked_file_id is not None


class ColumnOut(Schema):
    """One column, and the field proposed for it; empty for none."""

    column: int
    header: str
    field: str
    sure: bool
    learned: bool


class MappingIn(In):
    sheet: Annotated[int, Field(ge=0, le=1_000)] = 0
    columns: dict[Annotated[int, Field(ge=0, le=LARGEST)], str] = Field(
        max_length=1_000, description="By number of the column: the field it holds, or nothing to leave it out."
    )


class RemarkOut(Schema):
    level: str
    text: str


class CellOut(Schema):
    """A cell as the file has it. ID numbers and phones are masked unless something is wrong with them."""

    field: str
    label: str
    text: str
    remarks: list[RemarkOut]


class RowOut(Schema):
    number: int
    verdict: Verdict
    was_written: bool
    cells: list[CellOut]
    remarks: list[RemarkOut] = Field(description="What is said of the whole row.")
    changes: list[str]


@router.get("/targets", response=list[TargetOut], summary="What can be imported, and with which fields")
@paginate
def target_list(request: Request) -> list[dict[str, Any]]:
    return [
        {
            "name": target.name,
            "label": str(target.label),
            "fields": [
                {"name": each.name, "label": str(each.label), "kind": each.kind, "required": each.required}
                for each in target.fields
            ],
        }
        for target in registry.targets()
        if access.can_anywhere(request.user, target.permission)
    ]


@router.get("", response=list[BatchOut], summary="Files that were brought in, the latest first")
@paginate
def batch_list(request: Request, status: BatchStatus | None = None) -> "QuerySet[Any]":
    rows = _batches(request)
    return rows.filter(status=status) if status else rows


@router.get("/{uuid:batch_id}", response=BatchOut, summary="One file, and how far it is")
def batch_detail(request: Request, batch_id: UUID) -> Batch:
    return _batch(request, batch_id)


@router.post("", response={201: BatchOut}, summary="Upload a file: .xlsx, .xls or CSV")
def batch_upload(
    request: Request,
    organization_id: Form[UUID],
    file: File[UploadedFile],
    target: Form[str] = "roster",
) -> Status[Batch]:
    chosen = next((each for each in registry.targets() if each.name == target), None)
    if chosen is None:
        raise Http404
    unit = visible_unit(request.user, organization_id)
    access.require(request.user, chosen.permission, unit)
    batch = services.receive_file(
        file.read(),
        name=file.name or "",
        organization=unit,
        target=chosen,
        on=timezone.localdate(),
        actor=request.user,
    )
    return Status(201, _batch(request, batch.pk))


@router.get("/{uuid:batch_id}/columns", response=list[ColumnOut], summary="Which column seems to hold which field")
@paginate
def column_list(request: Request, batch_id: UUID, sheet: int | None = None) -> list[Any]:
    batch = _batch(request, batch_id)
    if batch.status not in {BatchStatus.UPLOADED, BatchStatus.CHECKING, BatchStatus.CHECKED}:
        return []
    if sheet is not None and 0 <= sheet < len(batch.sheets):
        batch.sheet = sheet
    return queries.guesses(batch, queries.open_table(batch))


@router.post("/{uuid:batch_id}/mapping", response={202: BatchOut}, summary="Settle the columns and begin the check")
def batch_map(request: Request, batch_id: UUID, data: MappingIn) -> Status[Batch]:
    batch = _batch(request, batch_id)
    services.choose_mapping(batch, sheet=data.sheet, mapping=data.columns, actor=request.user)
    return Status(202, _batch(request, batch_id))


@router.get("/{uuid:batch_id}/rows", response=list[RowOut], summary="The verdict on each row and cell")
@paginate
def row_list(request: Request, batch_id: UUID, verdict: Verdict | None = None, warnings: bool = False) -> "RowPage":
    batch = _batch(request, batch_id)
    rows = BatchRow.objects.visible_to(request.user).filter(batch=batch)
    rows = rows.filter(verdict=verdict) if verdict else rows
    return RowPage(batch, rows.filter(has_warnings=True) if warnings else rows)


class RowPage:
    """The rows, opened and put into words only as far as they are asked for."""

    def __init__(self, batch: Batch, rows: "QuerySet[Any]") -> None:
        self._batch, self._rows = batch, rows

    def __len__(self) -> int:
        return self._rows.count()

    def __getitem__(self, part: slice) -> list[dict[str, Any]]:
        return [_told(view) for view in queries.row_views(self._batch, self._rows[part])]


def _told(view: queries.RowView) -> dict[str, Any]:
    named = ("number", "verdict", "was_written", "remarks", "changes")
    cells = [
        {
            "field": cell.field,
            "label": cell.label,
            "text": cell.shown,
            "remarks": cell.remarks,
        }
        for cell in view.cells
    ]
    return {name: getattr(view, name) for name in named} | {"cells": cells}


@router.post("/{uuid:batch_id}/commit", response={202: BatchOut}, summary="Write the good rows")
def batch_commit(request: Request, batch_id: UUID) -> Status[Batch]:
    services.start_commit(_batch(request, batch_id), actor=request.user)
    return Status(202, _batch(request, batch_id))


@router.post("/{uuid:batch_id}/discard", response=BatchOut, summary="Let a file go without writing anything")
def batch_discard(request: Request, batch_id: UUID) -> Batch:
    services.discard_batch(_batch(request, batch_id), at=timezone.now(), actor=request.user)
    return _batch(request, batch_id)


@router.get(
    "/{uuid:batch_id}/marked-file",
    summary="The file, with the wrong cells marked",
    openapi_extra=file_of(EXCEL),
)
def batch_marked_file(request: Request, batch_id: UUID) -> HttpResponse:
    batch = _batch(request, batch_id)
    if batch.marked_file is None:
        raise Http404
    return attachment(batch.marked_file.name, EXCEL, services.hand_out_marked(batch, actor=request.user))


def _batches(request: Request) -> "QuerySet[Any]":
    return Batch.objects.visible_to(request.user).select_related("organization", "file", "marked_file")


def _batch(request: Request, key: UUID) -> Batch:
    batch: Batch = get_object_or_404(_batches(request), pk=key)
    return batch

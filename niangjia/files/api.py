"""Stored files, for programs."""

from datetime import date, datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router, Schema

from niangjia.core.request import Request
from niangjia.core.shapes import ANY_FILE
from niangjia.files import services
from niangjia.files.http import attachment
from niangjia.files.models import StoredFile

router = Router()


class FileOut(Schema):
    """What a file is. ``sealed`` content names people, and each reading of it is history."""

    id: UUID
    name: str
    media_type: str
    size: int
    sha256: str
    purpose: str
    sealed: bool
    stored_at: datetime
    keep_until: date | None
    removed_at: datetime | None

    @staticmethod
    def resolve_sha256(row: StoredFile) -> str:
        return bytes(row.sha256).hex()


@router.get("/{uuid:file_id}", response=FileOut, summary="What a file is, how long it is kept, and its digest")
def file_detail(request: Request, file_id: UUID) -> StoredFile:
    return get_object_or_404(StoredFile.objects.visible_to(request.user), pk=file_id)


@router.get("/{uuid:file_id}/content", summary="The file itself", openapi_extra=ANY_FILE)
def file_content(request: Request, file_id: UUID) -> HttpResponse:
    stored = file_detail(request, file_id)
    return attachment(stored.name, stored.media_type, services.hand_out(stored, actor=request.user))

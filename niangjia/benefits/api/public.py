"""What anybody may read of programmes, without logging in, for programs."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router
from ninja.pagination import paginate

from niangjia.audiences import queries as audiences
from niangjia.benefits import papers
from niangjia.benefits.api.common import shared
from niangjia.benefits.models import Programme
from niangjia.benefits.queries import public
from niangjia.benefits.shapes import ProgrammeOut, PublicProgrammeOut, ResultOut
from niangjia.core.shapes import PDF
from niangjia.files.http import attachment
from niangjia.ui.formats import masked_name

router = Router(auth=None)


@router.get("", response=list[ProgrammeOut], summary="Public programmes, the latest first")
@paginate
def public_programme_list(request: HttpRequest) -> "QuerySet[Any]":
    rows = Programme.objects.visible_to(request.user).public().select_related("organization")
    return rows.order_by("-published_at", "-id")


@router.get("/{uuid:programme_id}", response=PublicProgrammeOut, summary="The notice of a programme")
def public_programme(request: HttpRequest, programme_id: UUID) -> dict[str, Any]:
    programme = _public(request, programme_id)
    who = audiences.words(programme.audience.rule_version) if programme.audience else ""
    return shared(programme) | {"who": who, "shows_result": programme.status in public.SHOWS_RESULT}


@router.get("/{uuid:programme_id}/poster", summary="The poster with the code of the notice", openapi_extra=PDF)
def public_poster(request: HttpRequest, programme_id: UUID) -> HttpResponse:
    return attachment("poster.pdf", "application/pdf", papers.poster(_public(request, programme_id)))


@router.get("/{uuid:programme_id}/result", response=list[ResultOut], summary="Who has got a gift, masked")
@paginate
def public_result(request: HttpRequest, programme_id: UUID) -> "MaskedResult":
    return MaskedResult(_public(request, programme_id))


class MaskedResult:
    """The lines of a public result, masked as they are cut; nothing before the programme is closed."""

    def __init__(self, programme: Programme) -> None:
        shows = programme.status in public.SHOWS_RESULT
        self._rows = public.result_rows(programme) if shows else []

    def __len__(self) -> int:
        return len(self._rows) if isinstance(self._rows, list) else int(self._rows.count())

    def __getitem__(self, part: slice) -> list[dict[str, str]]:
        rows = list(self._rows[part])
        names = public.unit_names({row["place"] for row in rows})
        return [
            {
                "person_masked": masked_name(row["person"]),
                "organization": names.get(row["place"], ""),
                "gift": row["what"],
            }
            for row in rows
        ]


def _public(request: HttpRequest, key: UUID) -> Programme:
    rows = Programme.objects.visible_to(request.user).public()
    programme: Programme = get_object_or_404(rows.select_related("organization", "audience__rule_version"), pk=key)
    return programme

"""What anybody may read: programmes, their notices, the figures and the masked result."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from niangjia.audiences import queries as audiences
from niangjia.benefits import papers
from niangjia.benefits.models import Programme
from niangjia.benefits.queries import allocation, planning, programme_totals, public
from niangjia.bookings.models import Draw
from niangjia.ui import formats, pages


@require_safe
def programme_list(request: HttpRequest) -> HttpResponse:
    rows = Programme.objects.visible_to(request.user).public().select_related("organization")
    page = pages.paginate(request, rows.order_by("-published_at", "-id"), size=20)
    return render(request, "benefits/public_list.html", {"page": page, "now": timezone.now()})


def _public(request: HttpRequest, pk: UUID) -> Programme:
    rows = Programme.objects.visible_to(request.user).public()
    found: Programme = get_object_or_404(rows.select_related("organization", "audience__rule_version"), pk=pk)
    return found


@require_safe
def programme(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The notice: what, for whom, when, where, and how it stands."""
    found = _public(request, pk)
    context = {
        "programme": found,
        "gifts": planning.gifts_of(found),
        "points": found.points.all(),
        "rule": audiences.words(found.audience.rule_version) if found.audience else "",
        "how": allocation.sentences(found),
        "drawn": Draw.objects.visible_to(request.user).filter(offer=pk).exists(),
        "totals": programme_totals(found),
        "now": timezone.now(),
        "phone": found.contact_phone or found.organization.phone,
        "shows_result": found.status in public.SHOWS_RESULT,
    }
    return render(request, "benefits/public_programme.html", context)


@dataclass(frozen=True)
class Shown:
    """One line of the public result: nothing that would name a person."""

    name: str
    unit: str
    gift: str


@require_safe
def result(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _public(request, pk)
    shows = found.status in public.SHOWS_RESULT
    page = pages.paginate(request, public.result_rows(found) if shows else [], size=100)
    names = public.unit_names({row["place"] for row in page})
    lines = [Shown(formats.masked_name(row["person"]), names.get(row["place"], ""), row["what"]) for row in page]
    context = {"programme": found, "page": page, "lines": lines, "shows": shows, "totals": programme_totals(found)}
    return render(request, "benefits/public_result.html", context)


@require_safe
def poster(request: HttpRequest, pk: UUID) -> HttpResponse:
    response = HttpResponse(papers.poster(_public(request, pk)), content_type="application/pdf")
    response["Content-Disposition"] = "inline; filename=poster.pdf"
    return response

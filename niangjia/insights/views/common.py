"""What the pages of indicators share."""

from datetime import date
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from niangjia.core.request import Request
from niangjia.insights.extracts import Extract
from niangjia.insights.models import Indicator
from niangjia.insights.queries import cockpit as queries
from niangjia.insights.queries.readings import AsOf
from niangjia.org.models import Organization
from niangjia.ui import formats
from niangjia.ui.tables import excel_response, file_response

WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def unit_of(request: Request, pk: UUID) -> Organization:
    """A unit whose figures the reader may see."""
    unit: Organization = get_object_or_404(queries.units(request.user), pk=pk)
    return unit


def indicator_of(request: Request, code: str) -> Indicator:
    indicator: Indicator = get_object_or_404(Indicator.objects.visible_to(request.user), code=code)
    return indicator


def day_words(as_of: AsOf, today: date) -> str:
    """Of which day, and as known when."""
    said = _("As of %(day)s") % {"day": formats.day(as_of.on or as_of.known_on or today)}
    if as_of.known_on is None:
        return said
    return said + _(", as known on %(day)s") % {"day": formats.day(as_of.known_on)}


def file_of(request: Request, extract: Extract) -> HttpResponse | None:
    """The file that was asked for with ``?format=``, if any."""
    asked = request.GET.get("format")
    if asked == "xlsx":
        return excel_response(extract.title, extract.excel())
    if asked == "docx":
        return file_response(extract.title, "docx", WORD_TYPE, extract.word())
    return None

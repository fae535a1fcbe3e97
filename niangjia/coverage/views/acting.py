"""What an officer says of one employer: other facts, who covers it, where it stands, its end."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from niangjia.core import access
from niangjia.core.request import Request
from niangjia.coverage import queries, services
from niangjia.coverage.forms import ChangeForm, CloseForm, CoverForm, DayForm, EndForm, PlaceForm
from niangjia.coverage.models import Employer, Workplace
from niangjia.coverage.permissions import MANAGE
from niangjia.coverage.views.employers import visible_employer
from niangjia.coverage.views.filling import fill


def _mine(request: Request, pk: UUID) -> tuple[Employer, str]:
    """The employer that is to be changed, and the address of its page."""
    employer = visible_employer(request, pk)
    access.require(request.user, MANAGE, employer.organization_path)
    return employer, reverse("coverage:employer", args=[pk])


@login_required
def employer_change(request: Request, pk: UUID) -> HttpResponse:
    employer, back = _mine(request, pk)
    units = queries.units(request.user, MANAGE)
    form = ChangeForm(request.POST or None, units=units, initial=ChangeForm.shown(employer))

    def act(said: dict[str, Any]) -> None:
        changed = {name: value for name, value in said.items() if name == "on" or name in form.changed_data}
        services.change_employer(employer, actor=request.user, **changed)

    return fill(
        request, form, act, back=back,
        heading=_("What has changed at %(name)s?") % {"name": employer},
        verb=_("Save what has changed"),
        done=_("What has changed is saved."),
        lead=_("Only what you change is written, from the day you name. On a past day it is a correction."),
    )  # fmt: skip


@login_required
def employer_cover(request: Request, pk: UUID) -> HttpResponse:
    employer, back = _mine(request, pk)
    form = CoverForm(request.POST or None, unions=queries.covering(request.user))
    return fill(
        request, form, lambda said: services.cover(employer, actor=request.user, **said), back=back,
        heading=_("Which union covers %(name)s?") % {"name": employer},
        verb=_("Enter the covering union"),
        done=_("The covering union is entered."),
        lead=_("It takes the place of the union that covers it on that day."),
    )  # fmt: skip


@login_required
def employer_uncover(request: Request, pk: UUID) -> HttpResponse:
    employer, back = _mine(request, pk)
    form = EndForm(request.POST or None)
    return fill(
        request, form, lambda said: services.uncover(employer, actor=request.user, **said), back=back,
        heading=_("Since when does no union cover %(name)s?") % {"name": employer},
        verb=_("End the coverage"),
        done=_("The coverage is ended."),
    )  # fmt: skip


@login_required
def employer_place(request: Request, pk: UUID) -> HttpResponse:
    employer, back = _mine(request, pk)
    form = PlaceForm(request.POST or None, places=Workplace.objects.visible_to(request.user).filter(is_open=True))
    return fill(
        request, form, lambda said: services.place_employer(employer, actor=request.user, **said), back=back,
        heading=_("Where does %(name)s stand?") % {"name": employer},
        verb=_("Enter the workplace"),
        done=_("The workplace is entered."),
    )  # fmt: skip


@login_required
def employer_close(request: Request, pk: UUID) -> HttpResponse:
    employer, back = _mine(request, pk)
    form = CloseForm(request.POST or None)
    return fill(
        request, form, lambda said: services.close_employer(employer, actor=request.user, **said), back=back,
        heading=_("Close %(name)s?") % {"name": employer},
        verb=_("Close the employer"),
        done=_("%(name)s is closed.") % {"name": employer},
        lead=_("From that day on it need not have a union, and none covers it. Its history stays."),
    )  # fmt: skip


@login_required
def employer_reopen(request: Request, pk: UUID) -> HttpResponse:
    employer, back = _mine(request, pk)
    form = DayForm(request.POST or None)
    return fill(
        request, form, lambda said: services.reopen_employer(employer, actor=request.user, **said), back=back,
        heading=_("Since when does %(name)s work again?") % {"name": employer},
        verb=_("Open the employer again"),
        done=_("%(name)s is open again.") % {"name": employer},
        lead=_("Which union covers it has to be entered anew."),
    )  # fmt: skip

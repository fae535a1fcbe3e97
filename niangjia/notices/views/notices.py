"""Public notices: for everybody to read, for officers to write."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.core import access
from niangjia.core.errors import DomainError
from niangjia.identity.http import UserRequest
from niangjia.notices import queries, services
from niangjia.notices.forms import NewNoticeForm, NoticeForm
from niangjia.notices.models import PublicNotice
from niangjia.notices.permissions import MANAGE, VIEW
from niangjia.ui import formats, pages
from niangjia.ui.tables import Column, Search, Table
from niangjia.ui.templatetags.ui import badge


def _state(notice: PublicNotice) -> tuple[str, str]:
    if notice.published_at is None:
        return "draft", _("draft")
    if notice.until and notice.until < timezone.localdate():
        return "closed", _("ended")
    return "active", _("public")


class NoticeTable(Table):
    columns = (
        Column("title", gettext_lazy("Title"), sort="title"),
        Column("organization", gettext_lazy("In the name of"), value=lambda row: row.organization.short_name),
        Column("state", gettext_lazy("State"), value=lambda row: _state(row)[1], show=lambda row: badge(*_state(row))),
        Column("published_at", gettext_lazy("Published on"), sort="published_at"),
        Column("until", gettext_lazy("Last day"), sort="until"),
    )
    filters = (Search("q", gettext_lazy("Title"), fields=("title",)),)
    sentence = gettext_lazy("Notices whose title contains {q}")
    caption = gettext_lazy("Public notices")
    empty = gettext_lazy("Notices of your units will be listed here.")
    empty_action = gettext_lazy("Write a notice")

    def empty_href(self) -> str:
        return reverse("notices:notice-new")

    def row_href(self, row: PublicNotice) -> str:
        return reverse("notices:notice-change", args=[row.pk])


def public_list(request: HttpRequest) -> HttpResponse:
    page = pages.paginate(request, queries.public_notices(timezone.now()), 20)
    return render(request, "notices/public_list.html", {"page": page})


def public_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A draft can be looked at here by those who see it."""
    notice = get_object_or_404(PublicNotice.objects.visible_to(request.user).select_related("organization"), pk=pk)
    return render(request, "notices/public_detail.html", {"notice": notice})


@login_required
def notice_list(request: UserRequest) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    notices = PublicNotice.objects.visible_to(request.user).filter(access.scope(request.user, VIEW))
    table = NoticeTable(request, notices.select_related("organization"))
    return table.respond("notices/notice_list.html", {"may_manage": access.can_anywhere(request.user, MANAGE)})


@login_required
def notice_new(request: UserRequest) -> HttpResponse:
    access.require_anywhere(request.user, MANAGE)
    form = NewNoticeForm(request.POST or None, units=queries.units_to_speak_for(request.user))
    if request.method == "POST" and form.is_valid():
        notice = services.draft_notice(**form.cleaned_data, actor=request.user)
        messages.success(request, _("The draft is saved. Nobody else sees it yet."))
        return redirect("notices:notice-change", notice.pk)
    return _form_page(request, form)


@login_required
def notice_change(request: UserRequest, pk: UUID) -> HttpResponse:
    notice = _managed(request, pk)
    initial = {"title": notice.title, "body": notice.body, "until": notice.until}
    form = NoticeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.change_notice(notice, **form.cleaned_data, actor=request.user)
        messages.success(request, _("The notice is saved."))
        return redirect("notices:notice-change", pk)
    return _form_page(request, form, notice=notice, state=_state(notice))


@login_required
def notice_publish(request: UserRequest, pk: UUID) -> HttpResponse:
    notice = _managed(request, pk)
    back = reverse("notices:notice-change", args=[pk])
    if request.method != "POST":
        until = _("until %(day)s") % {"day": formats.day(notice.until)} if notice.until else _("until it is withdrawn")
        return pages.confirm(
            request,
            heading=_("Publish “%(title)s”?") % {"title": notice},
            verb=_("Publish the notice"),
            back=back,
            consequences=[_("Everybody can read it at once, %(until)s.") % {"until": until}],
        )
    try:
        services.publish_notice(notice, actor=request.user, at=timezone.now())
    except DomainError as no:
        messages.error(request, str(no))
    else:
        messages.success(request, _("The notice is public."))
    return redirect(back)


@login_required
def notice_withdraw(request: UserRequest, pk: UUID) -> HttpResponse:
    notice = _managed(request, pk)
    back = reverse("notices:notice-change", args=[pk])
    if request.method != "POST":
        return pages.confirm(
            request,
            heading=_("Withdraw “%(title)s”?") % {"title": notice},
            verb=_("Withdraw the notice"),
            back=back,
            consequences=[_("It becomes a draft again, and only you and your colleagues see it.")],
        )
    services.withdraw_notice(notice, actor=request.user)
    messages.success(request, _("The notice is a draft again."))
    return redirect(back)


def _managed(request: UserRequest, pk: UUID) -> PublicNotice:
    """A notice that the officer's units look after; a stranger's public notice has no staff page."""
    seen = PublicNotice.objects.visible_to(request.user).filter(access.scope(request.user, VIEW))
    notice: PublicNotice = get_object_or_404(seen.select_related("organization"), pk=pk)
    return notice


def _form_page(request: UserRequest, form: Any, **context: Any) -> HttpResponse:
    return render(request, "notices/notice_form.html", {"form": form, **context}, status=422 if form.errors else 200)

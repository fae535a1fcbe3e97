"""Complaints, suggestions and questions: written by anybody, answered by officers."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from niangjia.core import access
from niangjia.core.errors import DomainError
from niangjia.identity.http import UserRequest
from niangjia.identity.models import User
from niangjia.notices import queries, services
from niangjia.notices.forms import AnswerForm, FeedbackForm
from niangjia.notices.http import count_letter
from niangjia.notices.models import Feedback, FeedbackKind, FeedbackStatus
from niangjia.notices.permissions import ANSWER
from niangjia.ui import pages
from niangjia.ui.tables import Choice, Column, Table
from niangjia.ui.templatetags.ui import badge


class FeedbackTable(Table):
    columns = (
        Column("kind", gettext_lazy("Letter"), value=lambda row: f"{row.get_kind_display()} · {row.ticket[:4]}"),
        Column("text", gettext_lazy("Begins"), value=lambda row: row.text[:60]),
        Column("organization", gettext_lazy("Unit"), value=lambda row: row.organization.short_name),
        Column("received_at", gettext_lazy("Received"), sort="received_at"),
        Column("due_on", gettext_lazy("Answer by"), sort="due_on"),
        Column("status", gettext_lazy("State"), value=lambda row: row.get_status_display(),
               show=lambda row: badge({"received": "waiting", "answered": "done"}[row.status],
                                      row.get_status_display())),
    )  # fmt: skip
    filters = (
        Choice("kind", gettext_lazy("Kind of letter"), FeedbackKind.choices, gettext_lazy("of any kind")),
        Choice("status", gettext_lazy("State"), FeedbackStatus.choices, gettext_lazy("answered or not")),
    )
    sentence = gettext_lazy("Letters {kind}, {status}")
    caption = gettext_lazy("Complaints and suggestions")
    empty = gettext_lazy("What people write to your units will be listed here.")
    file_name = gettext_lazy("Complaints and suggestions")

    def row_href(self, row: Feedback) -> str:
        return reverse("notices:feedback", args=[row.pk])


def letter_new(request: HttpRequest) -> HttpResponse:
    units = queries.units_to_write_to()
    to = units.filter(code=request.GET.get("to", "")).first() or units.first()
    form = FeedbackForm(
        request.POST or None, units=units, initial={"organization": to, "kind": FeedbackKind.SUGGESTION}
    )
    if request.method == "POST" and form.is_valid():
        try:
            count_letter(request)
            user = request.user if isinstance(request.user, User) else None
            letter = services.send_feedback(**form.cleaned_data, user=user, at=timezone.now())
        except DomainError as no:
            pages.refuse(form, no)
        else:
            messages.success(request, _("Your letter has arrived."))
            return redirect(letter)
    return render(request, "notices/letter_form.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
def letter_detail(request: HttpRequest, ticket: str) -> HttpResponse:
    """The ticket in the address is the key: the writer keeps it, and needs no account."""
    letter = queries.letter_of(ticket)
    if letter is None:
        raise Http404
    return render(request, "notices/letter_detail.html", {"letter": letter})


@login_required
def feedback_list(request: UserRequest) -> HttpResponse:
    access.require_anywhere(request.user, ANSWER)
    letters = Feedback.objects.visible_to(request.user).filter(access.scope(request.user, ANSWER))
    return FeedbackTable(request, letters.select_related("organization")).respond("notices/feedback_list.html")


@login_required
def feedback_answer(request: UserRequest, pk: UUID) -> HttpResponse:
    letters = Feedback.objects.visible_to(request.user).filter(access.scope(request.user, ANSWER))
    letter = get_object_or_404(letters.select_related("organization"), pk=pk)
    form = AnswerForm(request.POST or None, initial={"reply": letter.reply})
    if request.method == "POST" and form.is_valid():
        services.answer_feedback(letter, reply=form.cleaned_data["reply"], actor=request.user, at=timezone.now())
        messages.success(request, _("The answer is there for its reader."))
        return redirect("notices:feedback-list")
    context = {"form": form, "letter": letter}
    return render(request, "notices/feedback_form.html", context, status=422 if form.errors else 200)

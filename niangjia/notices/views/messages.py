"""A person's own messages."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from niangjia.identity.http import UserRequest
from niangjia.notices import services
from niangjia.notices.models import Message
from niangjia.ui import pages


@login_required
def message_list(request: UserRequest) -> HttpResponse:
    letters = Message.objects.visible_to(request.user)
    context = {"page": pages.paginate(request, letters, 20), "unread": letters.unread().count()}
    return render(request, "notices/message_list.html", context)


@login_required
def message_detail(request: UserRequest, pk: UUID) -> HttpResponse:
    """Opening it is reading it."""
    letter = get_object_or_404(Message.objects.visible_to(request.user), pk=pk)
    services.read_message(letter, actor=request.user, at=timezone.now())
    return render(request, "notices/message_detail.html", {"letter": letter})


@require_POST
@login_required
def message_read_all(request: UserRequest) -> HttpResponse:
    services.read_all(actor=request.user, at=timezone.now())
    return redirect("notices:message-list")

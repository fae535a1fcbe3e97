"""The one way by which content leaves the folder."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from niangjia.files import services
from niangjia.files.http import attachment
from niangjia.files.models import StoredFile
from niangjia.identity.http import UserRequest


@require_safe
@login_required
def file_download(request: UserRequest, pk: UUID) -> HttpResponse:
    stored = get_object_or_404(StoredFile.objects.visible_to(request.user), pk=pk)
    return attachment(stored.name, stored.media_type, services.hand_out(stored, actor=request.user))

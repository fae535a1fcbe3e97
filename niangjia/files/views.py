"""The one way by which content leaves the folder."""

from urllib.parse import quote
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from niangjia.files import services
from niangjia.files.models import StoredFile
from niangjia.identity.http import UserRequest


@require_safe
@never_cache
@login_required
def file_download(request: UserRequest, pk: UUID) -> HttpResponse:
    stored = get_object_or_404(StoredFile.objects.visible_to(request.user), pk=pk)
    response = HttpResponse(services.hand_out(stored, actor=request.user), content_type=stored.media_type)
    response["Content-Disposition"] = f"attachment; filename=\"file\"; filename*=UTF-8''{quote(stored.name)}"
    response["X-Content-Type-Options"] = "nosniff"
    return response

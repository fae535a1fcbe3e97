"""Content on its way out of the house."""

from urllib.parse import quote

from django.http import HttpResponse


def attachment(name: str, media_type: str, content: bytes) -> HttpResponse:
    """An answer that a browser keeps as a file and never shows as a page of ours."""
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f"attachment; filename=\"file\"; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response

"""Who is asking: a person with a session, or a program with a token."""

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer, SessionAuth

from niangjia.api import services
from niangjia.identity.models import User


class TokenAuth(HttpBearer):
    """``Authorization: Bearer nj_…``; the request's user becomes the token's, with the token's rights."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        user = services.user_of(token, at=timezone.now())
        if user:
            request.user = user
        return user


class PersonAuth(SessionAuth):
    """A logged-in person's session, with the CSRF token on writes."""

    def authenticate(self, request: HttpRequest, key: str | None) -> User | None:
        return request.user if isinstance(request.user, User) and request.user.is_active else None


AUTH = [TokenAuth(), PersonAuth()]

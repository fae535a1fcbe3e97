"""What doors know of a request."""

from django.http import HttpRequest

from niangjia.core.access import Actor


class Request(HttpRequest):
    """A request by somebody who is known; a door that admits strangers takes ``HttpRequest``."""

    user: Actor  # type: ignore[assignment]  # the stubs say User or AnonymousUser; doors need no more than this

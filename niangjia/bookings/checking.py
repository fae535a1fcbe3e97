"""Files of draws that are sent to be recomputed: how large and how often, and what is said of one that is none.

A large one costs the machine a second.
"""

from datetime import timedelta

from allauth.account.adapter import get_adapter
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.bookings.reading import NOT_JSON, Unreadable
from niangjia.identity.limits import Limit

LARGEST_FILE = 24 * 1024 * 1024  # of a hundred thousand entries
CHECKS_PER_ADDRESS = Limit("draw-checks", 60, timedelta(hours=1))


def take_check(request: HttpRequest) -> None:
    CHECKS_PER_ADDRESS.take(str(get_adapter().get_client_ip(request)), at=timezone.now())


def told(refused: Unreadable) -> str:
    """The refusal in words, with the place in the file."""
    if refused.problem == NOT_JSON:
        return _(NOT_JSON)
    said = {"place": refused.place, "problem": _(refused.problem)}
    return _("At “%(place)s”: %(problem)s.") % said

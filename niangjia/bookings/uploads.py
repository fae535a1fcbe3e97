"""A draw's file as somebody sends it in: how large it may be, and why it cannot be read."""

from django.utils.translation import gettext as _

from niangjia.bookings.reading import NOT_JSON, Unreadable

LARGEST_FILE = 24 * 1024 * 1024  # of a hundred thousand entries


def told(refused: Unreadable) -> str:
    """The refusal in words, with the place in the file."""
    if refused.problem == NOT_JSON:
        return str(_(NOT_JSON))
    said = {"place": refused.place, "problem": _(refused.problem)}
    return str(_("At “%(place)s”: %(problem)s.") % said)

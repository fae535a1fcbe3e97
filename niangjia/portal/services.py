"""What the portal itself writes."""

from typing import TYPE_CHECKING

from niangjia.audit import services as audit
from niangjia.audit.permissions import VIEW
from niangjia.core import access
from niangjia.core.transactions import whole
from niangjia.identity.models import User

if TYPE_CHECKING:
    from niangjia.core.access import Actor


@whole
def note_export(*, actor: "Actor", count: int) -> None:
    """Taking the history away is itself history."""
    access.require_anywhere(actor, VIEW)
    person = User.objects.get(pk=actor.pk)
    audit.record(actor, "portal.history.export", person, place=min(actor.paths(VIEW), key=len), count=count)

"""What founding and re-election show on the homes, in the inbox, and on the page of a unit."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.formation import queries
from niangjia.formation.models import Founding, Renewal, Term
from niangjia.formation.permissions import VIEW
from niangjia.identity.http import UserRequest
from niangjia.org.models import Organization
from niangjia.ui.inbox import InboxItem

SHOWN = 5


def of_unit(request: UserRequest, unit: Organization) -> dict[str, Any] | None:
    """The running term of a union and who holds its posts, for whoever looks after terms there."""
    if not access.can(request.user, VIEW, unit):
        return None
    term = queries.running_term(unit)
    posts = list(term.posts.filter(valid_to=None)) if term else []
    return {
        "unit": unit,
        "term": term,
        "posts": posts,
        "overdue": bool(term and term.is_overdue(timezone.localdate())),
    }


def for_staff(request: UserRequest) -> dict[str, Any] | None:
    """How many cases are under way, and how many re-elections are overdue."""
    if not access.can_anywhere(request.user, VIEW):
        return None
    numbers = {
        "foundings": Founding.objects.visible_to(request.user).under_way().count(),
        "renewals": Renewal.objects.visible_to(request.user).under_way().count(),
        "overdue": Term.objects.visible_to(request.user).overdue(timezone.localdate()).count(),
    }
    return numbers if any(numbers.values()) else None


def waiting(actor: Actor) -> Iterator[InboxItem]:
    """Cases whose next step the actor may take, and postponements that wait for a decision."""
    if not access.can_anywhere(actor, VIEW):
        return
    for founding in queries.waiting_foundings(actor)[:SHOWN]:
        yield _item(founding, reverse("formation:founding", args=[founding.pk]))
    for renewal in queries.waiting_renewals(actor)[:SHOWN]:
        yield _item(renewal, reverse("formation:renewal", args=[renewal.pk]))
    for asked in queries.waiting_postponements(actor)[:SHOWN]:
        yield InboxItem(
            title=_("%(union)s asks to postpone its re-election") % {"union": asked.organization},
            href=reverse("formation:postponement", args=[asked.pk]),
            note=asked.reason,
            icon="calendar",
        )


def _item(case: Founding | Renewal, href: str) -> InboxItem:
    step = queries.next_step(case)
    title = f"{case.name if isinstance(case, Founding) else case.organization.name} · {step.label if step else ''}"
    return InboxItem(title=title, href=href, note=case.get_status_display(), icon="network")

"""Reads about messages, notices and letters to the union."""

from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import ngettext

from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.notices.models import Feedback, Message, PublicNotice, PublicNoticeQuerySet
from niangjia.notices.permissions import ANSWER, MANAGE
from niangjia.org.models import Level, Organization, OrganizationQuerySet
from niangjia.ui.inbox import InboxItem


def unread_count(actor: Actor) -> int:
    """How many letters the person has not opened yet."""
    count: int = Message.objects.visible_to(actor).unread().count()
    return count


def public_notices(at: datetime) -> PublicNoticeQuerySet:
    """What everybody may read now, the newest first."""
    notices: PublicNoticeQuerySet = PublicNotice.objects.all().public(at).select_related("organization")
    return notices


def letter_of(ticket: str) -> Feedback | None:
    """The letter that its writer names by ticket; whoever holds the ticket may read the answer."""
    found: Feedback | None = Feedback.objects.select_related("organization").filter(ticket=ticket).first()
    return found


def units_to_speak_for(actor: Actor) -> OrganizationQuerySet:
    """The units in which the person holds the right to publish, not all those below them."""
    return Organization.objects.filter(path__in=actor.paths(MANAGE)).live()


def units_to_write_to() -> OrganizationQuerySet:
    """The unions that take letters from anybody: of districts and of subdistricts, and the topmost."""
    open_to_all = Q(level__in=[Level.DISTRICT, Level.SUBDISTRICT]) | Q(parent=None)
    return Organization.objects.filter(open_to_all).live()


def open_feedback_count(actor: Actor) -> int:
    """How many letters wait for an answer from units this person answers for."""
    count: int = Feedback.objects.filter(access.scope(actor, ANSWER)).unanswered().count()
    return count


def feedback_waiting(actor: Actor) -> list[InboxItem]:
    """One line of the inbox for all letters that wait, due when the first of them is."""
    if not access.can_anywhere(actor, ANSWER):
        return []
    waiting = Feedback.objects.filter(access.scope(actor, ANSWER)).unanswered().order_by("due_on")
    due = list(waiting.values_list("due_on", flat=True))
    if not due:
        return []
    title = ngettext("%(n)s letter waits for an answer", "%(n)s letters wait for an answer", len(due))
    href = reverse("notices:feedback-list")
    return [InboxItem(title % {"n": len(due)}, href, due_on=due[0], count=len(due), icon="mail")]

"""Telling people things."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.errors import DomainError, InvalidInput
from niangjia.core.states import advance
from niangjia.core.transactions import whole
from niangjia.identity.models import User
from niangjia.jobs import services as jobs
from niangjia.notices.models import (
    FEEDBACK_TRANSITIONS,
    Feedback,
    FeedbackKind,
    FeedbackStatus,
    Message,
    PublicNotice,
)
from niangjia.notices.permissions import ANSWER, MANAGE
from niangjia.org import queries as calendar
from niangjia.org.models import Organization

if TYPE_CHECKING:
    from uuid import UUID

BATCH = 1_000
REPLY_WORKDAYS = 15  # what we promise ourselves; no regulation sets it


@whole
def tell(user: User, *, title: str, body: str, link: str = "", by_text: bool = False) -> Message:
    """Put a letter into ``user``'s box; with ``by_text`` its title also goes to the phone, after the commit."""
    message = Message.objects.create(user=user, title=title[:120], body=body, link=_local(link))
    if by_text and user.phone_index:
        jobs.defer("notices.send_text", message=str(message.pk))
    return message


@whole
def tell_many(users: Iterable["User | UUID"], *, title: str, body: str, link: str = "") -> int:
    """The same letter to each of ``users`` (accounts or their keys); returns how many were written."""
    link = _local(link)
    keys = {user.pk if isinstance(user, User) else user for user in users}
    letters = [Message(user_id=key, title=title[:120], body=body, link=link) for key in sorted(keys)]
    Message.objects.bulk_create(letters, BATCH)
    return len(letters)


def _local(link: str) -> str:
    """Only an address of our own: a letter in the union's name leads nowhere else."""
    if link and not (link.startswith("/") and url_has_allowed_host_and_scheme(link, allowed_hosts=None)):
        raise ValueError(f"A message links to a page of this site, not to {link}")
    return link


def read_message(message: Message, *, actor: Actor, at: datetime) -> Message:
    """Note that its reader has opened it. Nobody but the reader is asked, and only the first time counts."""
    if message.user_id == actor.pk and message.read_at is None:
        Message.objects.filter(pk=message.pk, read_at=None).update(read_at=at)
        message.read_at = at
    return message


def read_all(*, actor: Actor, at: datetime) -> int:
    """Note every unread letter of the actor as read."""
    unread: int = Message.objects.filter(user_id=actor.pk, read_at=None).update(read_at=at)
    return unread


@whole
def draft_notice(
    *, organization: Organization, title: str, body: str, until: date | None = None, actor: Actor | None
) -> PublicNotice:
    """Write a notice that nobody sees yet."""
    access.require(actor, MANAGE, organization)
    notice: PublicNotice = PublicNotice.objects.create(
        organization=organization, organization_path=organization.path, title=title, body=body, until=until
    )
    audit.record(actor, "notices.notice.draft", notice)
    return notice


@whole
def change_notice(
    notice: PublicNotice, *, title: str, body: str, until: date | None, actor: Actor | None
) -> PublicNotice:
    """Change the words or the last day; what was published before stays in the history."""
    notice = _locked(notice, actor)
    before = {"title": notice.title, "body": notice.body, "until": notice.until}
    notice.title, notice.body, notice.until = title, body, until
    notice.save(update_fields=["title", "body", "until"])
    audit.record(actor, "notices.notice.change", notice, before=before)
    return notice


@whole
def publish_notice(notice: PublicNotice, *, actor: Actor | None, at: datetime) -> PublicNotice:
    """Show it to everybody from ``at``."""
    notice = _locked(notice, actor)
    if notice.published_at:
        raise DomainError(_("“%(title)s” is published already.") % {"title": notice}, code="published")
    if notice.until and notice.until < timezone.localdate(at):
        raise InvalidInput(
            _("The last day of “%(title)s” has passed.") % {"title": notice},
            remedy=_("Choose a later last day, or leave it empty."),
            field="until",
        )
    notice.published_at = at
    notice.save(update_fields=["published_at"])
    audit.record(actor, "notices.notice.publish", notice)
    return notice


@whole
def withdraw_notice(notice: PublicNotice, *, actor: Actor | None) -> PublicNotice:
    """Make it a draft again."""
    notice = _locked(notice, actor)
    if not notice.published_at:
        raise DomainError(_("“%(title)s” is not published.") % {"title": notice}, code="not-published")
    notice.published_at = None
    notice.save(update_fields=["published_at"])
    audit.record(actor, "notices.notice.withdraw", notice)
    return notice


@whole
def send_feedback(
    *,
    organization: Organization,
    kind: FeedbackKind,
    text: str,
    name: str = "",
    contact: str = "",
    user: User | None = None,
    at: datetime,
) -> Feedback:
    """Take a complaint, suggestion or question in; anybody may send one. The door limits how often."""
    feedback: Feedback = Feedback.objects.create(
        organization=organization,
        organization_path=organization.path,
        kind=kind,
        text=text,
        name=name,
        contact=contact,
        user=user,
        due_on=calendar.add_workdays(timezone.localdate(at), REPLY_WORKDAYS),
    )
    audit.record(user, "notices.feedback.send", feedback, kind=kind)
    return feedback


@whole
def answer_feedback(feedback: Feedback, *, reply: str, actor: User, at: datetime) -> Feedback:
    """Write the answer, or a better one; who has an account gets a message."""
    access.require(actor, ANSWER, feedback.organization_path)
    feedback = Feedback.objects.select_for_update(of=["self"]).get(pk=feedback.pk)
    advance(feedback, FeedbackStatus.ANSWERED, FEEDBACK_TRANSITIONS)
    before = feedback.reply
    feedback.reply, feedback.replied_by, feedback.replied_at = reply, actor.name, at
    feedback.save(update_fields=["status", "reply", "replied_by", "replied_at"])
    audit.record(actor, "notices.feedback.answer", feedback, before=before)
    if feedback.user:
        tell(feedback.user, title=_("Your letter was answered"), body=reply, link=feedback.get_absolute_url())
    return feedback


def _locked(notice: PublicNotice, actor: Actor | None) -> PublicNotice:
    access.require(actor, MANAGE, notice.organization_path)
    locked: PublicNotice = PublicNotice.objects.select_for_update(of=["self"]).get(pk=notice.pk)
    return locked

"""What the house tells people: messages to one person, and notices that anyone may read."""

import secrets
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from niangjia.core import access
from niangjia.core.fields import EncryptedField
from niangjia.core.models import Row
from niangjia.notices.permissions import ANSWER, VIEW
from niangjia.org.models import Owned

if TYPE_CHECKING:
    from datetime import datetime

    from niangjia.core.access import Actor


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, actor: "Actor") -> Self:
        """A letter is its reader's own."""
        return self.filter(user_id=actor.pk)

    def unread(self) -> Self:
        return self.filter(read_at=None)


class Message(Row):
    """One letter to one person. ``link`` is an address of this site, or nothing."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    body = models.TextField()
    link = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user", "-id"], name="message_by_reader"),
            models.Index(fields=["user"], name="message_unread", condition=models.Q(read_at=None)),
        ]
        constraints = [
            models.CheckConstraint(
                name="message_link_stays_on_this_site",
                condition=models.Q(link="") | models.Q(link__startswith="/") & ~models.Q(link__startswith="//"),
            )
        ]

    def __str__(self) -> str:
        return self.title


class PublicNoticeQuerySet(models.QuerySet["PublicNotice"]):
    def visible_to(self, actor: "Actor | AnonymousUser") -> Self:
        """What is public now, and for those who look after notices also drafts and what has ended."""
        public = models.Q(pk__in=self.public(timezone.now()).values("pk"))
        return self.filter(public if isinstance(actor, AnonymousUser) else public | access.scope(actor, VIEW))

    def public(self, at: "datetime") -> Self:
        on = timezone.localdate(at)
        return self.filter(models.Q(until=None) | models.Q(until__gte=on), published_at__lte=at)


class PublicNotice(Owned):
    """What an organisation tells everybody. Without ``published_at`` it is a draft; ``until`` is its last day."""

    title = models.CharField(max_length=120)
    body = models.TextField()
    published_at = models.DateTimeField(null=True)
    until = models.DateField(null=True, blank=True)

    objects: ClassVar[Any] = PublicNoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-id"]
        indexes = [
            models.Index(fields=["organization_path"], name="notice_by_place", opclasses=["text_pattern_ops"]),
            models.Index(fields=["-published_at"], name="notice_published"),
        ]

    def __str__(self) -> str:
        return self.title


class FeedbackKind(models.TextChoices):
    COMPLAINT = "complaint", _("Complaint")
    SUGGESTION = "suggestion", _("Suggestion")
    QUESTION = "question", _("Question")


class FeedbackStatus(models.TextChoices):
    RECEIVED = "received", _("Received")
    ANSWERED = "answered", _("Answered")


FEEDBACK_TRANSITIONS: dict[FeedbackStatus, frozenset[FeedbackStatus]] = {
    FeedbackStatus.RECEIVED: frozenset({FeedbackStatus.ANSWERED}),
    FeedbackStatus.ANSWERED: frozenset({FeedbackStatus.ANSWERED}),
}

TICKET_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_ticket() -> str:
    """What a person without an account shows to read the answer: 12 signs that are not mixed up, some 58 bits."""
    return "".join(secrets.choice(TICKET_ALPHABET) for _ in range(12))


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    def visible_to(self, actor: "Actor | AnonymousUser") -> Self:
        """What one has written oneself, and what was written to the units whose letters one answers."""
        if isinstance(actor, AnonymousUser):
            return self.none()
        return self.filter(access.scope(actor, ANSWER) | models.Q(user_id=actor.pk))

    def unanswered(self) -> Self:
        return self.filter(status=FeedbackStatus.RECEIVED)


class Feedback(Owned):
    """A complaint, suggestion or question to one organisation; a name is welcome and not required.

    ``due_on`` is the last day of our own promise to answer, not of a regulation.
    """

    kind = models.CharField(max_length=12, choices=FeedbackKind.choices)
    text = models.TextField()
    name = models.CharField(max_length=60, blank=True)
    contact = EncryptedField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    ticket = models.CharField(max_length=12, unique=True, default=new_ticket, editable=False)
    status = models.CharField(max_length=10, choices=FeedbackStatus.choices, default=FeedbackStatus.RECEIVED)
    received_at = models.DateTimeField(db_default=Now())
    due_on = models.DateField()
    reply = models.TextField(blank=True)
    replied_by = models.CharField(max_length=60, blank=True)
    replied_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = FeedbackQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["organization_path"], name="feedback_by_place", opclasses=["text_pattern_ops"]),
            models.Index(fields=["due_on"], name="feedback_waiting", condition=models.Q(status="received")),
        ]
        constraints = [
            models.CheckConstraint(
                name="feedback_answer_has_words_and_a_day",
                condition=models.Q(status="received", reply="", replied_at=None)
                | (models.Q(status="answered", replied_at__isnull=False) & ~models.Q(reply="")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.ticket[:4]}"

    def get_absolute_url(self) -> str:
        return reverse("notices:letter", args=[self.ticket])

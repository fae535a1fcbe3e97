"""What programs need to speak for a person: tokens, and the answers to what they asked once."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models

from niangjia.core.models import Row

if TYPE_CHECKING:
    from niangjia.core.access import Actor


class TokenQuerySet(models.QuerySet["Token"]):
    def visible_to(self, actor: "Actor") -> Self:
        """One sees one's own tokens."""
        return self.filter(user_id=actor.pk)


class Token(Row):
    """A program may act as ``user``, within ``permissions``, until ``expires_at``. Only a digest is kept."""

    user = models.ForeignKey("identity.User", on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=80)
    digest = models.BinaryField(unique=True, editable=False)
    permissions = ArrayField(models.CharField(max_length=60))
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    used_on = models.DateField(null=True)

    objects: ClassVar[Any] = TokenQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


class Answer(Row):
    """What was answered to a write that carried an ``Idempotency-Key``."""

    asker = models.BinaryField()
    key = models.CharField(max_length=100)
    request = models.BinaryField()
    status = models.PositiveSmallIntegerField()
    body = models.BinaryField()
    content_type = models.CharField(max_length=100)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["asker", "key"], name="answer_one_per_asker_and_key"),
        ]
        indexes = [models.Index(fields=["at"], name="answer_by_age")]

    def __str__(self) -> str:
        return self.key

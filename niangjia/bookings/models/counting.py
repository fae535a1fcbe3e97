"""What limits count beside bookings, and what was allowed in spite of them."""

from django.db import models

from niangjia.core.models import Row


class CountedHandout(models.Model):
    """Pieces handed out offline that a limit has counted, and under which key; the row goes when that is undone."""

    pk = models.CompositePrimaryKey("limit_id", "handout_id")
    limit_id = models.UUIDField()
    handout_id = models.UUIDField(db_index=True)
    member_id = models.UUIDField()
    subject = models.UUIDField()
    quantity = models.PositiveSmallIntegerField()

    class Meta:
        indexes = [models.Index(fields=["limit_id", "member_id"], name="counted_handout_by_member")]
        constraints = [
            models.CheckConstraint(name="counted_handout_is_of_at_least_one", condition=models.Q(quantity__gt=0))
        ]


class Exemption(Row):
    """One hand-over is allowed in spite of a limit, and why; ``source_id`` is a booking or an offline hand-out."""

    source_id = models.UUIDField(unique=True)
    reason = models.CharField(max_length=200)
    by = models.ForeignKey("identity.User", on_delete=models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="exemption_has_a_reason", condition=~models.Q(reason=""))]

    def __str__(self) -> str:
        return self.reason

"""Papers that were made, and the wording that an organisation has given them."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from niangjia.core import access
from niangjia.files.models import StoredFile
from niangjia.org.models import Owned
from niangjia.papers.kinds import Wording, registered
from niangjia.papers.permissions import VIEW

if TYPE_CHECKING:
    from niangjia.core.access import Actor
    from niangjia.core.errors import Text


class Template(Owned):
    """An organisation's own words for one kind of paper; units below it use them too, unless they have their own."""

    kind = models.CharField(max_length=60)
    title = models.CharField(_("title"), max_length=200)
    opening = models.TextField(_("opening"), blank=True)
    closing = models.TextField(_("closing"), blank=True)
    signatory = models.CharField(_("signed by"), max_length=120, blank=True)
    addressee = models.CharField(_("addressed to"), max_length=120, blank=True)
    letterhead = models.CharField(_("letterhead"), max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "kind"], name="template_one_per_organization_and_kind")
        ]

    @property
    def wording(self) -> Wording:
        return Wording(self.title, self.opening, self.closing, self.signatory, self.addressee, self.letterhead)


class PaperQuerySet(models.QuerySet["Paper"]):
    def visible_to(self, actor: "Actor") -> Self:
        """Papers of the subtrees one may look into, and those one has made."""
        return self.filter(access.scope(actor, VIEW) | models.Q(made_by_id=actor.pk))

    def about(self, target: models.Model) -> Self:
        return self.filter(about_type=target._meta.label_lower, about_id=target.pk)


class Paper(Owned):
    """A paper as it went out: its files never change. ``about`` names the row of the case it belongs to."""

    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    number = models.CharField(_("document number"), max_length=60, blank=True)
    about_type = models.CharField(max_length=60)
    about_id = models.UUIDField()
    pdf = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    word = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    excel = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    made_by = models.ForeignKey("identity.User", on_delete=models.PROTECT, null=True, related_name="+")

    objects: ClassVar[Any] = PaperQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["organization_path"], name="paper_by_place", opclasses=["text_pattern_ops"]),
            models.Index(fields=["about_type", "about_id"], name="paper_by_case"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "number"],
                condition=~models.Q(number=""),
                name="paper_number_is_used_once_per_organization",
            ),
            models.CheckConstraint(
                condition=models.Q(pdf__isnull=False) | models.Q(word__isnull=False) | models.Q(excel__isnull=False),
                name="paper_has_a_file",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def kind_label(self) -> "Text":
        kind = registered.get(self.kind)
        return kind.label if kind else self.kind

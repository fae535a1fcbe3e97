"""What happens to frozen lists when something below changes."""

from typing import Any

from django.db.models import Value
from django.db.models.functions import Concat, Substr

from niangjia.audiences.models import AudienceEntry


def follow_moved_unit(sender: object, *, old_path: str, new_path: str, **kwargs: Any) -> None:
    """The tree moved: the places on frozen lists follow in the same transaction."""
    AudienceEntry.objects.filter(organization_path__startswith=old_path).update(
        organization_path=Concat(Value(new_path), Substr("organization_path", len(old_path) + 1))
    )

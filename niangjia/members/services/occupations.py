"""The trades people work in, as data."""

import json
from pathlib import Path

from niangjia.audit import services as audit
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.transactions import whole
from niangjia.members.models import Occupation
from niangjia.members.permissions import IMPORT

SEED = Path(__file__).resolve().parent.parent / "data" / "occupations.json"


@whole
def ensure_occupations(*, actor: Actor | None) -> list[Occupation]:
    """Enter the common occupations that are not there yet; what an installation has changed stays as it is."""
    access.require(actor, IMPORT, "")
    known = set(Occupation.objects.values_list("name", flat=True))
    made = [Occupation(**row) for row in json.loads(SEED.read_text()) if row["name"] not in known]
    Occupation.objects.bulk_create(made)
    audit.record_many(actor, "members.occupation.create", [(occupation, {}) for occupation in made])
    return list(Occupation.objects.all())

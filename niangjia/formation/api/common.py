"""What the routers share: today, and an election as it was sent."""

from datetime import date

from django.utils import timezone

from niangjia.formation.services import ElectionPlan, Stood
from niangjia.formation.shapes import ElectionIn


def today() -> date:
    return timezone.localdate()


def plan_of(data: ElectionIn) -> ElectionPlan:
    fields = data.dict(exclude={"candidates"})
    return ElectionPlan(**fields, candidates=[Stood(**one.dict()) for one in data.candidates])

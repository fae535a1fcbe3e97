"""What the register hears of the tree."""

from collections.abc import Sequence
from datetime import date

from niangjia.core.clock import Moment
from niangjia.coverage import tallies
from niangjia.org.models import Organization, Standing
from niangjia.org.signals import unit_moved, unit_restated


def follow(
    sender: object,
    *,
    organization: Organization,
    old_parent: Organization,
    new_parent: Organization,
    on: date,
    moment: Moment,
    **_more: object,
) -> None:
    tallies.shift(organization, old_parent=old_parent, new_parent=new_parent, since=on, moment=moment)


def count(
    sender: object, *, before: Sequence[Standing], after: Sequence[Standing], moment: Moment, **_more: object
) -> None:
    tallies.count_unit(before, after, moment)


def listen() -> None:
    unit_moved.connect(follow)
    unit_restated.connect(count)

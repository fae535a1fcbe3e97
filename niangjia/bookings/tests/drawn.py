"""Draws for tests: a published file made of nothing, and an offer by draw that stands at any stage."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from niangjia.bookings import drawing, services
from niangjia.bookings.drawing import Blinded
from niangjia.bookings.models import Draw, Entry, Method, Offer
from niangjia.bookings.placing import fall
from niangjia.bookings.proving import Placed, PoolsNow, Published, Result, SharePool, document
from niangjia.bookings.services import AllocationPlan
from niangjia.bookings.tests.factories import Buyer, make_audience, make_buyer, make_offer
from niangjia.org.tests.factories import Tree, make_tree

SEED = "5e" * 32
VALUE = "04 09 14 15 28 32 06"
WHEN = datetime(2026, 1, 20, 12, tzinfo=UTC)


def ticket(number: int) -> str:
    return drawing.commitment(f"ticket {number}")[:32]


def make_entries(count: int) -> tuple[Blinded, ...]:
    """Of every seventh the first share, of every fifth the second, every fourth wants two pieces."""
    return tuple(
        sorted(
            Blinded(ticket(n), (n % 7 == 0) * 1 | (n % 5 == 0) * 2, 2 if n % 4 == 0 else 1)
            for n in range(1, count + 1)
        )
    )


def make_file(count: int = 12, *, anybody: int = 3, drawn: bool = True) -> Published:
    """A sound file, with its fingerprint."""
    entries = make_entries(count)
    pools = PoolsNow(anybody, (SharePool(1, "困难职工", 1), SharePool(2, "环卫", 2)))
    listed = Published(
        programme="0198c0de-0000-7000-8000-000000000001",
        title="2026 年送温暖",
        commitment=drawing.commitment(SEED),
        committed_at=(WHEN - timedelta(days=7)).isoformat(),
        value_name="福利彩票双色球第2026010期",
        due_at=(WHEN + timedelta(hours=1)).isoformat(),
        closed_at=WHEN.isoformat(),
        digest=drawing.digest(entries),
        entries=entries,
        pools=pools,
    )
    return sealed(replace(listed, result=make_result(listed) if drawn else None))


def make_result(listed: Published) -> Result:
    line = drawing.order(listed.entries, seed=SEED, value=VALUE, list_digest=listed.digest)
    fallen = fall(line, listed.pools.pools())
    return Result(
        value=VALUE,
        source="https://www.cwl.gov.cn/",
        entered_at=(WHEN + timedelta(hours=2)).isoformat(),
        seed=SEED,
        drawn_at=(WHEN + timedelta(hours=3)).isoformat(),
        pools=listed.pools,
        places=tuple(Placed(one.ticket, place, fallen.get(one.ticket)) for place, one in enumerate(line, start=1)),
    )


def sealed(published: Published) -> Published:
    """With the fingerprint that fits, as a careful forger would write it."""
    return replace(published, fingerprint=document(published)["fingerprint"])


@dataclass
class Scene:
    """An offer by draw with people who have entered; the clock is moved by its methods."""

    tree: Tree
    offer: Offer
    draw: Draw
    buyers: list[Buyer]

    @property
    def opening(self) -> datetime:
        return self.offer.opens_at + timedelta(minutes=1)

    @property
    def after_closing(self) -> datetime:
        return self.offer.closes_at + timedelta(minutes=1)

    @property
    def after_value(self) -> datetime:
        return self.draw.value_due_at + timedelta(minutes=1)

    def enter(self) -> list[Entry]:
        return [services.join(self.offer, one.member, actor=one.user, at=self.opening) for one in self.buyers]

    def close(self) -> Draw:
        self.draw = services.close_entries(self.draw, actor=None, at=self.after_closing)
        return self.draw

    def value(self, **more: Any) -> Draw:
        given = {"value": VALUE, "source": "https://www.cwl.gov.cn/", "actor": None, "at": self.after_value} | more
        self.draw = services.enter_value(self.draw, **given)
        return self.draw

    def run(self) -> Draw:
        self.draw = services.run_draw(self.draw, actor=None, at=self.after_value + timedelta(minutes=5))
        return self.draw

    def until(self, stage: str) -> "Scene":
        """Brought forward: ``entered``, ``closed``, ``valued`` or ``drawn``."""
        steps = {"entered": self.enter, "closed": self.close, "valued": self.value, "drawn": self.run}
        for name, step in steps.items():
            step()
            if name == stage:
                return self
        raise ValueError(stage)


def make_scene(
    people: int = 5,
    *,
    capacity: int = 2,
    tree: Tree | None = None,
    committed_at: datetime | None = None,
    **fields: Any,
) -> Scene:
    """Published, with the seed committed; nobody has entered yet."""
    tree = tree or make_tree()
    buyers = [make_buyer(tree.primary, f"王{number}") for number in range(people)]
    audience = make_audience(tree.unit, *(one.member for one in buyers))
    now = timezone.now()
    moments = {"opens_at": now - timedelta(hours=1), "closes_at": now + timedelta(hours=4)} | fields
    offer = make_offer(tree.unit, audience, capacity=capacity, published=False, **moments)
    plan = AllocationPlan(
        method=Method.DRAW,
        value_name="福利彩票双色球第2026010期",
        value_due_at=offer.closes_at + timedelta(hours=2),
    )
    services.plan_allocation(key=offer.pk, organization=tree.unit, plan=plan, actor=None)
    offer = services.publish_offer(offer, actor=None, at=committed_at or offer.opens_at - timedelta(hours=1))
    return Scene(tree, offer, Draw.objects.get(offer=offer), buyers)

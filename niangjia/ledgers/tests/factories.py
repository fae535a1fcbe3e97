"""Stock for tests."""

from niangjia.ledgers import services
from niangjia.ledgers.models import Item
from niangjia.org.models import Organization


def make_item(organization: Organization, *, bought: int = 0, name: str = "干果礼盒") -> Item:
    """A kind of gift, of which so many have been bought."""
    item = services.create_item(
        organization=organization, name=name, unit="盒", contents="核桃、大枣", unit_price=12_000, actor=None
    )
    if bought:
        services.buy(item, quantity=bought, actor=None, money_source="工会经费")
    return item

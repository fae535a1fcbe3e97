"""A source of entitlements for tests, so that vouchers are tried without the apps above."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from niangjia.core.ids import uuid7
from niangjia.ledgers.tests.factories import make_item
from niangjia.members.models import Member
from niangjia.members.tests.factories import make_member
from niangjia.org.models import Organization
from niangjia.vouchers import services
from niangjia.vouchers.models import ServicePoint, Voucher
from niangjia.vouchers.sources import Entitlement

KIND = "test"


class Shelf:
    """Entitlements by key, as an upper app would know them."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self.known: dict[UUID, Entitlement] = {}

    def resolve(self, key: UUID, lock: bool) -> Entitlement | None:
        return self.known.get(key)

    def entitle(self, member: Member | None = None, **fields: Any) -> UUID:
        key = uuid7()
        until: datetime | None = None
        self.known[key] = replace(
            Entitlement(
                organization_id=self.organization.pk,
                organization_path=self.organization.path,
                purpose_id=UUID(int=7),
                title="2026 年送温暖",
                item=make_item(self.organization),
                quantity=1,
                member_id=(member or make_member(self.organization)).pk,
                valid_from=None,
                valid_until=until,
                live=True,
            ),
            **fields,
        )
        return key

    def voucher(self, member: Member | None = None, **fields: Any) -> Voucher:
        voucher = services.ensure_voucher(self.entitle(member, **fields))
        assert voucher is not None
        return voucher


def make_point(organization: Organization, name: str = "天桥驿站") -> ServicePoint:
    return services.create_point(organization=organization, name=name, address="永安路 1 号", actor=None)

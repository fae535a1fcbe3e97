"""How long counting, listing and freezing 24,000 people take: ``python -m bench.audiences``."""

from datetime import date, timedelta
from typing import Any

from bench.ground import ground, spread, tell

PEOPLE = 24_000
RULE = (
    'member.under("TQ") && member.group in ["cleaner", "guard", "sanitation_worker", "truck_driver"]'
    ' && (member.on_duty_festival || member.age_on(date("2026-01-01")) >= 50) && zodiac(member.birth_on) != "rabbit"'
)


def main() -> None:
    with ground():
        from django.db import connection
        from django.utils import timezone

        from niangjia.audiences import queries, services
        from niangjia.audiences.models import Audience
        from niangjia.core.access import Actor
        from niangjia.members.models import Group, Member, Membership, Occupation
        from niangjia.org import services as org

        nobody: Actor | None = None
        unit = org.create_organization(
            parent=None, code="TQ", name="天桥街道总工会", kind="federation", level="subdistrict", actor=nobody
        )
        place: dict[str, Any] = {"organization": unit, "organization_path": unit.path}
        jobs = [Occupation.objects.create(name=f"工种{group.label}", group=group) for group in Group]
        people = [
            Member(
                name=f"王{chr(0x4E00 + number % 2000)}{chr(0x4E00 + number // 2000)}",
                id_number_index=number.to_bytes(16),
                birth_on=date(1950, 1, 1) + timedelta(days=number),
                on_duty_festival=(None, True, False)[number % 3],
                occupation=jobs[number % len(jobs)] if number % 20 else None,
                **place,
            )
            for number in range(PEOPLE)
        ]
        Member.objects.bulk_create(people, 2_000)
        present = {"state": "active", "valid_from": date(2020, 1, 1), **place}
        Membership.objects.bulk_create((Membership(member=each, **present) for each in people), 2_000)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        version = services.save_rule(organization=unit, name="规则", source=RULE, actor=nobody)
        fresh: list[Audience] = []

        def draw_up() -> None:
            Audience.objects.all().delete()
            fresh[:] = [services.create_audience(organization=unit, name="名单", rule_version=version, actor=nobody)]
            services.start_freezing(fresh[0], actor=nobody)

        tell(
            bench="audiences",
            people=PEOPLE,
            eligible=queries.count(version, unit, nobody),
            count=spread(9, lambda: queries.count(version, unit, nobody)),
            first=spread(9, lambda: queries.first(version, unit, nobody)),
            explain=spread(9, lambda: queries.explain(version, people[0], nobody)),
            freeze=spread(5, lambda: services.freeze_audience(fresh[0].pk, at=timezone.now()), before=draw_up),
        )


if __name__ == "__main__":
    main()

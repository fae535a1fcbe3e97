"""How long 20,000 people take to be entered: ``python -m bench.members``."""

from datetime import date

from bench.ground import ground, spread, tell

PEOPLE = 20_000
CHUNK = 2_000


def main() -> None:
    with ground():
        from django.db import connection

        from niangjia.core import id_numbers
        from niangjia.core.access import Actor
        from niangjia.members import services
        from niangjia.members.models import Member
        from niangjia.org import services as org

        nobody: Actor | None = None
        unit = org.create_organization(
            parent=None, code="TQ", name="天桥街道总工会", kind="federation", level="subdistrict", actor=nobody
        )
        people = []
        for number in range(PEOPLE):
            first = (
                f"110199{1950 + number % 50}{number // 50 % 12 + 1:02}{number // 600 % 28 + 1:02}{number % 1000:03}"
            )
            people.append(
                services.NewMember(
                    organization=unit,
                    name=f"王{chr(0x4E00 + number % 2000)}{chr(0x4E00 + number // 2000)}",
                    id_number=first + id_numbers.check_character(first),
                    phone=f"139{number:08}",
                    joined_on=date(2020, 1, 1),
                )
            )

        def clear() -> None:
            with connection.cursor() as cursor:
                cursor.execute("TRUNCATE members_member, members_membership, audit_entry CASCADE")

        def enter() -> None:
            for at in range(0, PEOPLE, CHUNK):
                services.register_many(people[at : at + CHUNK], on=date(2026, 1, 12), actor=nobody)

        taken = spread(5, enter, before=clear)
        assert Member.objects.count() == PEOPLE, Member.objects.count()
        tell(bench="members.register_many", people=PEOPLE, seconds=taken)


if __name__ == "__main__":
    main()

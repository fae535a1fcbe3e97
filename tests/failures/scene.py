"""``python -m tests.failures.scene``: run inside an installation, it makes offers that are open to one crowd.

Reads ``{"people": n, "offers": {name: capacity}}``; writes the people and, for each offer, its key and the passes. The
people are mere keys, which is all the lane knows of anybody.
"""

import json
import sys
from typing import Any

import django
from django.db import connection

EXPIRES = 4_000_000_000


def make(people: int, offers: dict[str, int]) -> dict[str, Any]:
    from niangjia.bookings import passes
    from niangjia.bookings.tests.factories import make_audience, make_offer
    from niangjia.core.ids import uuid7
    from niangjia.org.tests.factories import make_tree

    unit = make_tree().unit
    crowd = [uuid7() for _ in range(people)]
    audience = make_audience(unit)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audiences_audienceentry (audience_id, member_id, organization_path, eligible, findings)"
            " SELECT %s, m, %s, true, '[]' FROM unnest(%s::uuid[]) m",
            [audience.pk, unit.path, crowd],
        )
    made = {}
    for name, capacity in offers.items():
        key = make_offer(unit, audience, capacity=capacity).pk
        made[name] = {
            "offer": str(key),
            "passes": [passes.sign(member, key, epoch=0, expires=EXPIRES) for member in crowd],
        }
    return {"people": [str(member) for member in crowd], "offers": made}


if __name__ == "__main__":
    django.setup()
    asked = json.load(sys.stdin)
    json.dump(make(asked["people"], asked["offers"]), sys.stdout)

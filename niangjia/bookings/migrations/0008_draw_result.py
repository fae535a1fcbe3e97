"""The result of a draw is kept, so that what was published reads the same whatever happens afterwards."""

from django.db import migrations, models

TITLES = "UPDATE bookings_draw d SET title = o.title FROM bookings_offer o WHERE o.id = d.offer_id"


class Migration(migrations.Migration):
    dependencies = [("bookings", "0007_book_by_shares")]

    operations = [
        migrations.AddField("draw", "title", models.CharField(default="", max_length=200), preserve_default=False),
        migrations.AddField("draw", "pools", models.JSONField(null=True)),
        migrations.AddField("draw", "outcome", models.JSONField(null=True)),
        migrations.RunSQL(TITLES, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "draw",
            models.CheckConstraint(
                name="draw_drawn_keeps_its_outcome",
                condition=models.Q(("drawn_at", None), ("outcome__isnull", False), _connector="OR"),
            ),
        ),
        migrations.AddConstraint(
            "draw",
            models.CheckConstraint(
                name="draw_closed_list_keeps_its_pools",
                condition=models.Q(("closed_at", None), ("pools__isnull", False), _connector="OR"),
            ),
        ),
    ]

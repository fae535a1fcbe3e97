"""What a draw has published stays: its result is kept, and the database refuses to change what was once written."""

from django.db import migrations, models

STAYS = """
CREATE FUNCTION bookings_draw_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
        OR (NEW.id, NEW.offer_id, NEW.title, NEW.commitment, NEW.committed_at, NEW.value_name, NEW.value_due_at)
            IS DISTINCT FROM
            (OLD.id, OLD.offer_id, OLD.title, OLD.commitment, OLD.committed_at, OLD.value_name, OLD.value_due_at)
        OR (OLD.closed_at IS NOT NULL AND (NEW.closed_at, NEW.entries, NEW.digest, NEW.pools)
            IS DISTINCT FROM (OLD.closed_at, OLD.entries, OLD.digest, OLD.pools))
        OR (OLD.value <> '' AND (NEW.value, NEW.value_source, NEW.value_at, NEW.value_by_name)
            IS DISTINCT FROM (OLD.value, OLD.value_source, OLD.value_at, OLD.value_by_name))
        OR (OLD.drawn_at IS NOT NULL AND (NEW.drawn_at, NEW.outcome) IS DISTINCT FROM (OLD.drawn_at, OLD.outcome))
    THEN
        RAISE EXCEPTION 'what a draw has published stays'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'draw_what_is_published_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER draw_what_is_published_stays BEFORE UPDATE OR DELETE ON bookings_draw
    FOR EACH ROW EXECUTE FUNCTION bookings_draw_stays();
"""
MAY_CHANGE = """
DROP TRIGGER draw_what_is_published_stays ON bookings_draw;
DROP FUNCTION bookings_draw_stays();
"""
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
        migrations.RunSQL(STAYS, MAY_CHANGE),
    ]

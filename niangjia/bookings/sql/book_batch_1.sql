-- Books a batch of members in one offer, and answers each of them. Everything that makes a booking right is here: the
-- lane that calls it only gathers requests. Run by migration 0002; a later version is a new file and a new migration.
--
-- state     0 the offer is open · 1 there is no such offer · 2 not yet open (opens in so many seconds) · 3 closed
-- answers   in the order of the members: n > 0 booked now under n; -n booked before under n; 0 nothing left, or not
--           open (see state); -2147483647 the pass was revoked; -2147483646 not on the list of who may book
-- keys      the key of the booking where one existed before, else NULL
--
-- Lock first, read in a later statement: in READ COMMITTED a statement sees what was committed before it began, so what
-- is read by the statement that waits for the lock would be older than what the lock protects.
-- The planner settings matter: on a fresh table without statistics it would choose hash joins over everything.
CREATE OR REPLACE FUNCTION bookings_book_batch(
    p_offer uuid, p_entry uuid, p_ids uuid[], p_members uuid[], p_epochs integer[],
    OUT state integer, OUT wait integer, OUT left_over integer, OUT at_version bigint,
    OUT answers integer[], OUT keys uuid[]
) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_bitmapscan = off
SET plan_cache_mode = force_generic_plan SET lock_timeout = '4s'
AS $$
DECLARE
    offer bookings_offer%ROWTYPE;
    next_one integer;
    moment timestamptz;
    is_open boolean;
    won integer := 0;
BEGIN
    SELECT * INTO offer FROM bookings_offer o WHERE o.id = p_offer AND o.status <> 'draft';
    IF NOT FOUND THEN state := 1; RETURN; END IF;
    SELECT s.remaining, s.version INTO left_over, at_version FROM bookings_offerstock s WHERE s.offer_id = p_offer;
    moment := clock_timestamp();
    is_open := offer.status = 'published' AND moment >= offer.opens_at AND moment < offer.closes_at;

    IF is_open AND left_over > 0 THEN
        PERFORM 1 FROM bookings_offerstock s WHERE s.offer_id = p_offer FOR UPDATE;
        SELECT * INTO offer FROM bookings_offer o WHERE o.id = p_offer;
        SELECT s.remaining, s.version, s.next_number INTO left_over, at_version, next_one
            FROM bookings_offerstock s WHERE s.offer_id = p_offer;
        moment := clock_timestamp();
        is_open := offer.status = 'published' AND moment >= offer.opens_at AND moment < offer.closes_at;
    END IF;
    state := CASE WHEN is_open THEN 0 WHEN offer.status = 'published' AND moment < offer.opens_at THEN 2 ELSE 3 END;
    wait := CASE WHEN state = 2 THEN greatest(1, ceil(extract(epoch FROM offer.opens_at - moment))) ELSE 0 END;

    WITH verdicts AS (
        SELECT u.i, u.id, u.m, b.id AS had,
            CASE WHEN coalesce(e.epoch, 0) <> u.epoch THEN -2147483647
                 WHEN b.number IS NOT NULL THEN -b.number
                 WHEN NOT is_open OR left_over = 0 THEN 0
                 WHEN a.eligible IS NOT TRUE THEN -2147483646
                 ELSE 1 END AS verdict
        FROM unnest(p_ids, p_members, p_epochs) WITH ORDINALITY AS u(id, m, epoch, i)
        LEFT JOIN LATERAL (
            SELECT k.id, k.number FROM bookings_booking k
            WHERE k.member_id = u.m AND k.offer_id = p_offer AND k.status IN ('booked', 'collected', 'expired') LIMIT 1
        ) b ON true
        LEFT JOIN LATERAL (
            SELECT l.eligible FROM audiences_audienceentry l
            WHERE l.audience_id = offer.audience_id AND l.member_id = u.m LIMIT 1
        ) a ON true
        LEFT JOIN LATERAL (
            SELECT sum(p.epoch)::integer AS epoch FROM bookings_passepoch p
            WHERE p.member_id = u.m AND p.scope_id IN (p_offer, '00000000-0000-0000-0000-000000000000')
        ) e ON true
    ), ranked AS MATERIALIZED (
        SELECT v.*, sum(CASE v.verdict WHEN 1 THEN 1 ELSE 0 END)
            OVER (ORDER BY v.i ROWS UNBOUNDED PRECEDING)::integer AS rank
        FROM verdicts v
    ), written AS (
        INSERT INTO bookings_booking (id, organization_id, organization_path, offer_id, member_id, number,
                                      status, channel, protected, booked_at, cancelled_at, helper_id)
        SELECT r.id, offer.organization_id, offer.organization_path, p_offer, r.m, next_one + r.rank - 1,
               'booked', 'online', false, moment, NULL, NULL
        FROM ranked r WHERE r.verdict = 1 AND r.rank <= left_over
    )
    SELECT array_agg(CASE WHEN r.verdict <> 1 THEN r.verdict WHEN r.rank <= left_over THEN next_one + r.rank - 1
                          ELSE 0 END ORDER BY r.i),
           CASE WHEN bool_or(r.had IS NOT NULL) THEN array_agg(r.had ORDER BY r.i) END,
           count(*) FILTER (WHERE r.verdict = 1 AND r.rank <= left_over)
        INTO answers, keys, won FROM ranked r;

    IF won > 0 THEN
        UPDATE bookings_offerstock s SET remaining = s.remaining - won, next_number = s.next_number + won,
                                         version = s.version + 1 WHERE s.offer_id = p_offer;
        left_over := left_over - won;
        at_version := at_version + 1;
        INSERT INTO ledgers_stockentry (id, organization_id, organization_path, item_id, origin, origin_purpose_id,
                                        destination, purpose_id, quantity, unit_price, money_source, at, actor_name,
                                        reference_type, reference_id, reason)
        SELECT p_entry, i.organization_id, i.organization_path, i.id, 'allotted', p_offer, 'booked', p_offer, won,
               i.unit_price, '', moment, 'lane', 'bookings.offer', p_offer::text, ''
        FROM ledgers_item i WHERE i.id = offer.item_id;
    END IF;
END $$;

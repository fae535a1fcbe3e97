-- Books a batch of members in one offer, and answers each of them. Everything that makes a booking right is here: the
-- lane that calls it only gathers requests. Run by migration 0004; a later version is a new file and a new migration.
--
-- state     0 the offer is open · 1 there is no such offer · 2 not yet open (opens in so many seconds) · 3 closed
--           4 its pieces are drawn by lot
-- answers   in the order of the members: n > 0 booked now under n; -n booked before under n; 0 nothing left, or not
--           open (see state); -2147483647 the pass was revoked; -2147483646 not on the list of who may book;
--           -2147483645 a limit is reached
-- keys      the key of the booking where one existed before, else NULL
-- left_over pieces that somebody of the list can still book
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
    stale uuid[];
    won integer := 0;
    pieces integer := 0;
BEGIN
    SELECT * INTO offer FROM bookings_offer o WHERE o.id = p_offer AND o.status <> 'draft';
    IF NOT FOUND THEN state := 1; RETURN; END IF;
    SELECT s.remaining + (SELECT coalesce(sum(x), 0) FROM unnest(s.shares) x), s.version INTO left_over, at_version
        FROM bookings_offerstock s WHERE s.offer_id = p_offer;
    moment := clock_timestamp();
    is_open := offer.status = 'published' AND offer.method = 'first_come'
        AND moment >= offer.opens_at AND moment < offer.closes_at;

    IF is_open AND left_over > 0 THEN
        PERFORM 1 FROM bookings_offerstock s WHERE s.offer_id = p_offer FOR UPDATE;
        SELECT * INTO offer FROM bookings_offer o WHERE o.id = p_offer;
        SELECT s.remaining + (SELECT coalesce(sum(x), 0) FROM unnest(s.shares) x), s.version, s.next_number
            INTO left_over, at_version, next_one FROM bookings_offerstock s WHERE s.offer_id = p_offer;
        moment := clock_timestamp();
        is_open := offer.status = 'published' AND moment >= offer.opens_at AND moment < offer.closes_at;
    END IF;
    state := CASE WHEN is_open THEN 0 WHEN offer.status = 'published' AND offer.method = 'draw' THEN 4
                  WHEN offer.status = 'published' AND moment < offer.opens_at THEN 2 ELSE 3 END;
    wait := CASE WHEN state = 2 THEN greatest(1, ceil(extract(epoch FROM offer.opens_at - moment))) ELSE 0 END;

    -- Most people have never cancelled nor logged out: there is no row, and their passes are of epoch nought.
    IF 0 <> ANY(p_epochs) OR EXISTS (
        SELECT 1 FROM bookings_passepoch p WHERE p.member_id = ANY(p_members)
        AND p.scope_id IN (p_offer, '00000000-0000-0000-0000-000000000000')
    ) THEN
        SELECT array_agg(u.m) INTO stale FROM unnest(p_members, p_epochs) AS u(m, epoch)
        LEFT JOIN LATERAL (
            SELECT sum(p.epoch)::integer AS epoch FROM bookings_passepoch p
            WHERE p.member_id = u.m AND p.scope_id IN (p_offer, '00000000-0000-0000-0000-000000000000')
        ) e ON true
        WHERE coalesce(e.epoch, 0) <> u.epoch;
    END IF;

    IF is_open AND left_over > 0 AND offer.by_terms THEN
        SELECT t.answers, t.keys, t.won, t.pieces INTO answers, keys, won, pieces
            FROM bookings_book_by_terms(p_offer, offer.organization_id, offer.organization_path, offer.audience_id,
                                        moment, p_ids, p_members, stale) t;
    ELSE
        WITH verdicts AS (
            SELECT u.i, u.id, u.m, b.id AS had,
                CASE WHEN u.m = ANY(stale) THEN -2147483647
                     WHEN b.number IS NOT NULL THEN -b.number
                     WHEN NOT is_open OR left_over = 0 THEN 0
                     WHEN a.eligible IS NOT TRUE THEN -2147483646
                     ELSE 1 END AS verdict
            FROM unnest(p_ids, p_members) WITH ORDINALITY AS u(id, m, i)
            LEFT JOIN LATERAL (
                SELECT k.id, k.number FROM bookings_booking k
                WHERE k.member_id = u.m AND k.offer_id = p_offer AND k.status IN ('booked', 'collected', 'expired')
                LIMIT 1
            ) b ON true
            LEFT JOIN LATERAL (
                SELECT l.eligible FROM audiences_audienceentry l
                WHERE l.audience_id = offer.audience_id AND l.member_id = u.m LIMIT 1
            ) a ON true
        ), ranked AS MATERIALIZED (
            SELECT v.*, sum(CASE v.verdict WHEN 1 THEN 1 ELSE 0 END)
                OVER (ORDER BY v.i ROWS UNBOUNDED PRECEDING)::integer AS rank
            FROM verdicts v
        ), written AS (
            INSERT INTO bookings_booking (id, organization_id, organization_path, offer_id, member_id, number,
                                          status, channel, protected, booked_at)
            SELECT r.id, offer.organization_id, offer.organization_path, p_offer, r.m, next_one + r.rank - 1,
                   'booked', 'online', false, moment
            FROM ranked r WHERE r.verdict = 1 AND r.rank <= left_over
        )
        SELECT array_agg(CASE WHEN r.verdict <> 1 THEN r.verdict WHEN r.rank <= left_over THEN next_one + r.rank - 1
                              ELSE 0 END ORDER BY r.i),
               CASE WHEN bool_or(r.had IS NOT NULL) THEN array_agg(r.had ORDER BY r.i) END,
               count(*) FILTER (WHERE r.verdict = 1 AND r.rank <= left_over)
            INTO answers, keys, won FROM ranked r;
        pieces := won;
        IF won > 0 THEN
            UPDATE bookings_offerstock s SET remaining = s.remaining - won, next_number = s.next_number + won,
                                             version = s.version + 1 WHERE s.offer_id = p_offer;
        END IF;
    END IF;

    IF pieces > 0 THEN
        left_over := left_over - pieces;
        at_version := at_version + 1;
        INSERT INTO ledgers_stockentry (id, organization_id, organization_path, item_id, origin, origin_purpose_id,
                                        destination, purpose_id, quantity, unit_price, money_source, at, actor_name,
                                        reference_type, reference_id, reason)
        SELECT p_entry, i.organization_id, i.organization_path, i.id, 'allotted', p_offer, 'booked', p_offer, pieces,
               i.unit_price, '', moment, 'lane', 'bookings.offer', p_offer::text, ''
        FROM ledgers_item i WHERE i.id = offer.item_id;
    END IF;
END $$;

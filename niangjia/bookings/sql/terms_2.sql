-- Run by migration 0007; the other functions of terms_1.sql stay.
-- The part of bookings_book_batch for an offer whose people have terms of their own: one after the other, each draws on
-- the first of her shares that has enough left, else on what anyone may book, within the limits. The caller holds the
-- offer's stock row, has found the offer open, and enters the pieces in the stock ledger.
CREATE OR REPLACE FUNCTION bookings_book_by_terms(
    p_offer uuid, p_organization uuid, p_path text, p_audience uuid, p_moment timestamptz,
    p_ids uuid[], p_members uuid[], p_stale uuid[],
    OUT answers integer[], OUT keys uuid[], OUT won integer, OUT pieces integer
) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    general integer;
    free integer[];
    next_one integer;
    limited boolean;
    pool integer;
    r record;
BEGIN
    won := 0; pieces := 0; answers := '{}'; keys := '{}';
    SELECT s.remaining, s.shares, s.next_number INTO general, free, next_one
        FROM bookings_offerstock s WHERE s.offer_id = p_offer;
    limited := EXISTS (SELECT 1 FROM bookings_allocation_limits al WHERE al.allocation_id = p_offer);
    IF limited THEN PERFORM bookings_hold_tallies(p_offer, p_members); END IF;
    FOR r IN
        SELECT u.i, u.id, u.m, b.id AS had, b.number, a.eligible, c.shares AS mask, c.quantity
        FROM unnest(p_ids, p_members) WITH ORDINALITY AS u(id, m, i)
        LEFT JOIN LATERAL (
            SELECT k.id, k.number FROM bookings_booking k
            WHERE k.member_id = u.m AND k.offer_id = p_offer AND k.status IN ('booked', 'collected', 'expired') LIMIT 1
        ) b ON true
        LEFT JOIN LATERAL (
            SELECT l.eligible FROM audiences_audienceentry l
            WHERE l.audience_id = p_audience AND l.member_id = u.m LIMIT 1
        ) a ON true
        LEFT JOIN LATERAL (
            SELECT k.shares, k.quantity FROM bookings_claimant k
            WHERE k.offer_id = p_offer AND k.member_id = u.m LIMIT 1
        ) c ON true
        ORDER BY u.i
    LOOP
        keys := keys || r.had;
        IF r.m = ANY(p_stale) THEN answers := answers || -2147483647; CONTINUE; END IF;
        IF r.number IS NOT NULL THEN answers := answers || -r.number; CONTINUE; END IF;
        IF r.eligible IS NOT TRUE OR r.quantity IS NULL THEN answers := answers || -2147483646; CONTINUE; END IF;
        pool := CASE WHEN general >= r.quantity THEN 0 ELSE -1 END;
        FOR s IN 1 .. cardinality(free) LOOP
            IF (r.mask >> (s - 1)) & 1 = 1 AND free[s] >= r.quantity THEN pool := s; EXIT; END IF;
        END LOOP;
        IF pool < 0 THEN answers := answers || 0; CONTINUE; END IF;
        IF limited AND NOT bookings_charge(p_offer, r.m, r.quantity) THEN
            answers := answers || -2147483645; CONTINUE;
        END IF;
        IF pool = 0 THEN general := general - r.quantity; ELSE free[pool] := free[pool] - r.quantity; END IF;
        INSERT INTO bookings_booking (id, organization_id, organization_path, offer_id, member_id, number, status,
                                      channel, protected, share, quantity, booked_at)
            VALUES (r.id, p_organization, p_path, p_offer, r.m, next_one + won, 'booked',
                    'online', false, pool, r.quantity, p_moment);
        answers := answers || next_one + won;
        won := won + 1;
        pieces := pieces + r.quantity;
    END LOOP;
    IF won > 0 THEN
        UPDATE bookings_offerstock s SET remaining = general, shares = free,
            next_number = next_one + won, version = s.version + 1 WHERE s.offer_id = p_offer;
    END IF;
END $$;

-- The rows of a large world, in the order of their making; world.py fills in the sizes.

INSERT INTO customers_customer (id, person_id, facts, name, email, phone, language, segment, attributes, stage_id,
    value_amount, value_currency, value_source, first_seen_at, last_seen_at, own_first_at, own_last_at, is_known)
SELECT n, n, '{{}}', (ARRAY['Aled','Beatrix','Callum','Dilys','Emeka','Ffion','Gareth','Hana','Ivy','Joel'])[1 + n % 10]
        || ' ' || (ARRAY['Abara','Bevan','Clough','Davies','Eames','Farrow','Gwynne','Hallam'])[1 + (n / 10) % 8] || ' ' || n,
    'c' || n || '@mail.example', '', 'en', CASE WHEN n % 11 = 0 THEN 'business' ELSE 'household' END,
    jsonb_build_object('plan', 'Valley 150', 'town', 'Oxmere'),
    (ARRAY['discovery','purchase','onboarding','use','use','use','maintenance','renewal'])[1 + n % 8],
    200 + n % 900, 'GBP', 'contract', first, last, first, last, true
FROM (SELECT n, {at} - random() * {days} * interval '1 day' AS first, {at} - power(random(), 3) * 300 * interval '1 day' AS last
    FROM generate_series(1, {customers}) AS n) AS drawn;

INSERT INTO customers_identity (kind, value, customer_id, first_seen_at)
SELECT 'user_id', 'U' || n, n, {at} - interval '1 year' FROM generate_series(1, {customers}) AS n;

INSERT INTO customers_touchpoint (happened_at, arrived_at, customer_id, kind, channel, stage, message, source, properties,
    clamped, batch)
SELECT happened, happened, customer, kind, 'web', 'use', gen_random_uuid(), 'bench',
    jsonb_build_object('path', '/account', 'order', 'W-' || n), false, n / 1000
FROM (SELECT n, {at} - random() * {days} * interval '1 day' AS happened,
        CASE WHEN n % 100 = 0 THEN 1 + (n / 100) % 20 ELSE 1 + floor(random() * {customers})::bigint END AS customer,
        (ARRAY['page_viewed','app_opened','bill_sent','order_placed','order_confirmed','call_started','call_answered',
            'message_received','fault_reported','router_delivered'])[1 + floor(random() * 10)::int] AS kind
    FROM generate_series(1, {touchpoints} - {sheets}) AS n) AS drawn
ORDER BY happened;

INSERT INTO customers_feedback (id, subject, customer_id, touchpoint_id, happened_at, kind, channel, stage, survey, verbatim)
SELECT n, 'ask:' || n, 1 + floor(random() * {customers})::bigint, 0, {at} - random() * {days} * interval '1 day',
    'survey_answered', (ARRAY['email','email','phone','web'])[1 + n % 4],
    (ARRAY['purchase','onboarding','use','use','maintenance','renewal'])[1 + n % 6], '',
    CASE WHEN n % 5 < 3 THEN 'The engineer never came on Friday and nobody rang, number ' || n || ' of many.' ELSE '' END
FROM generate_series(1, {sheets}) AS n;

INSERT INTO customers_touchpoint (happened_at, arrived_at, customer_id, kind, channel, stage, message, source, properties,
    scores, verbatim, subject, clamped, batch)
SELECT happened_at, happened_at, customer_id, kind, channel, stage, gen_random_uuid(), 'survey', '{{}}',
    jsonb_build_object('recommend', id % 11), nullif(verbatim, ''), subject, false, 5000000 + id / 1000
FROM customers_feedback ORDER BY happened_at;

INSERT INTO customers_score (feedback_id, question, value, happened_at, customer_id, kind, channel, stage)
SELECT f.id, q.question, CASE q.question WHEN 'recommend' THEN floor(random() * 11) WHEN 'ease' THEN 1 + floor(random() * 7)
    ELSE 1 + floor(random() * 5) END, f.happened_at, f.customer_id, f.kind, f.channel, f.stage
FROM customers_feedback f JOIN (VALUES ('recommend', 10, 8), ('satisfaction', 10, 3), ('ease', 10, 2),
    ('expected.satisfaction', 10, 2)) AS q (question, of, share) ON f.id % q.of < q.share;

INSERT INTO understand_reading (feedback_id, customer_id, happened_at, language, language_confidence, sentiment,
    sentiment_confidence, topics, signals, model, text_digest, read_at)
SELECT id, customer_id, happened_at, 'en', 0.99, (ARRAY['negative','positive','neutral'])[1 + id % 3], 0.9,
    jsonb_build_array(jsonb_build_object('slug', (ARRAY['delivery','billing','onboarding'])[1 + id % 3], 'confidence', 0.8)),
    jsonb_build_array(jsonb_build_object('signal', 'broken_promise', 'words', jsonb_build_array('never came'))),
    'bench', md5(verbatim), happened_at
FROM customers_feedback WHERE verbatim <> '';

INSERT INTO promise_commitment (id, standard_id, promise_id, customer_id, opened_by, started_at, at_risk_at, due_at,
    settled_at, settled_by, state, measured, counts_at, changes_at)
SELECT n, s.id, s.promise_id, 1 + floor(random() * {customers})::bigint, n, due - interval '2 days', due - interval '12 hours',
    due, CASE WHEN due < {at} THEN due - interval '1 hour' END, CASE WHEN due < {at} THEN n END,
    CASE WHEN due >= {at} THEN 'pending' WHEN random() < 0.82 THEN 'kept' ELSE 'broken' END, 3600, due,
    CASE WHEN due >= {at} THEN due - interval '12 hours' END
FROM (SELECT n, {at} + (interval '3 days' - random() * {days} * interval '1 day') AS due
    FROM generate_series(1, {commitments}) AS n) AS drawn
JOIN (SELECT id, promise_id, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS many FROM promise_standard) AS s
    ON s.place = 1 + n % s.many;

INSERT INTO promise_flip (commitment_id, state, true_from, found_at, because)
SELECT id, state, coalesce(settled_at, started_at), coalesce(settled_at, started_at), 'clock' FROM promise_commitment;

INSERT INTO act_case (id, customer_id, title, team_id, owner_id, priority, severity, is_repeat, with_lead, opened_at,
    heard_at, escalate_at, due_at, claimed_at, first_act_at, answered_at, closed_at, outcome, cause, reopened, helped,
    helped_at)
SELECT n, 1 + floor(random() * {customers})::bigint, 'Promise broken: you are online by the date on your order',
    (SELECT min(id) FROM associates_team) + n % 5, (SELECT min(id) FROM associates_associate) + n % 12, 1 + n % 4, 2, n % 9 = 0,
    n % 9 = 0, opened, opened, opened + interval '18 hours', opened + interval '1 day', opened + interval '2 hours',
    CASE WHEN closed OR n % 3 = 0 THEN opened + interval '5 hours' END,
    CASE WHEN closed OR n % 3 = 0 THEN opened + interval '5 hours' END, CASE WHEN closed THEN opened + interval '3 days' END,
    CASE WHEN closed THEN 'solved' ELSE '' END, CASE WHEN closed THEN 'late' ELSE '' END, 0,
    CASE WHEN closed AND n % 3 = 0 THEN n % 5 > 0 END, CASE WHEN closed AND n % 3 = 0 THEN opened + interval '4 days' END
FROM (SELECT n, n > {open_cases} AS closed, CASE WHEN n > {open_cases}
        THEN {at} - interval '4 days' - random() * {days} * interval '1 day'
        ELSE {at} - random() * interval '4 days' END AS opened
    FROM generate_series(1, {cases}) AS n) AS drawn;

INSERT INTO act_casetrouble (case_id, customer_id, reference, what, words, severity, promise_id, happened_at, heard_at)
SELECT c.id, c.customer_id, CASE WHEN c.id % 2 = 0 THEN 'commitment:' || c.id || ':broken' ELSE 'feedback:' || c.id END, c.title,
    'never came', 2, CASE WHEN c.id % 2 = 0 THEN (SELECT promise_id FROM promise_commitment i WHERE i.id = c.id) END,
    c.opened_at, c.opened_at
FROM act_case c;

INSERT INTO act_note (case_id, kind, text, author_id, at)
SELECT id, 'call', 'Rang and apologised.', owner_id, opened_at + interval '5 hours' FROM act_case;

INSERT INTO listen_invitation (id, survey_id, customer_id, stage_slug, channel, state, reason, answers, is_complete, token, created_at, ask_at,
    asked_at, answered_at, submitted_at)
SELECT n, (SELECT min(id) FROM listen_survey) + n % 6, 1 + floor(random() * {customers})::bigint, 'use', 'email',
    CASE WHEN n <= {sheets} THEN 'answered' WHEN n % 5 = 0 THEN 'not_asked' ELSE 'asked' END,
    CASE WHEN n > {sheets} AND n % 5 = 0 THEN 'budget' ELSE '' END,
    CASE WHEN n <= {sheets} THEN jsonb_build_object('recommend', jsonb_build_object('value', n % 11, 'revision', 1, 'at', asked),
        'open', jsonb_build_object('value', 'The engineer never came.', 'revision', 1, 'at', asked)) ELSE '{{}}' END,
    n <= {sheets} AND n % 4 > 0, md5('bench' || n), asked, asked,
    CASE WHEN n <= {sheets} OR n % 5 > 0 THEN asked END, CASE WHEN n <= {sheets} THEN asked END,
    CASE WHEN n <= {sheets} THEN asked END
FROM (SELECT n, {at} - random() * {days} * interval '1 day' AS asked FROM generate_series(1, {invitations}) AS n) AS drawn;

INSERT INTO customers_touchpointkind (slug, name, moves_stage, watchers) SELECT DISTINCT kind, '', false, 0 FROM customers_touchpoint
ON CONFLICT DO NOTHING;

SELECT setval(pg_get_serial_sequence(name, 'id'), (SELECT 1 + {touchpoints})) FROM unnest(ARRAY['customers_customer',
    'customers_feedback', 'promise_commitment', 'act_case', 'listen_invitation']) AS name;

-- Version 3, after review.sql: flags know their phrase and how sure it was heard, and the queue has what is flagged already.
-- See `flags` in schema.sql.
ALTER TABLE flags RENAME TO flags_2;
DROP INDEX flags_by_rule;
DROP INDEX flags_of_day;
CREATE TABLE flags (
    call INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    rule TEXT NOT NULL,
    kind TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,
    text TEXT NOT NULL,
    item TEXT NOT NULL,
    points INTEGER NOT NULL,
    started_ms INTEGER NOT NULL,
    team TEXT NOT NULL,
    agent TEXT NOT NULL,
    -- The phrase of the script that it is about; empty where none is.
    phrase TEXT NOT NULL,
    -- How sure the words were heard, in hundredths; 100 where nothing says so.
    sure INTEGER NOT NULL,
    PRIMARY KEY (call, seq),
    FOREIGN KEY (call, seq) REFERENCES events (call, seq) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX flags_by_rule ON flags (rule, started_ms, call, team, agent);
CREATE INDEX flags_of_day ON flags (started_ms, rule, team, agent);
INSERT INTO flags
SELECT flags_2.*, coalesce (json ->> 'phrase', ''), coalesce (CAST (round ((json ->> 'sure') * 100) AS INTEGER), 100)
FROM flags_2 JOIN events USING (call, seq);
DROP TABLE flags_2;

INSERT INTO reviews
SELECT calls.key, calls.started_ms, calls.team, calls.agent, 0, calls.worst_points, count(*), min(flags.sure), '', '', '', 0, '', NULL, NULL
FROM calls JOIN flags ON flags.call = calls.key GROUP BY calls.key;

INSERT INTO review_rules
SELECT DISTINCT rule, 0, started_ms, call, team, agent FROM flags;

INSERT INTO cue_feedback
SELECT events.call, events.seq, substr (json ->> 'id', 1, instr (json ->> 'id', '#') - 1), json ->> 'wrong', calls.started_ms
FROM events JOIN calls ON calls.key = events.call WHERE json ->> 'type' = 'cue_feedback' AND calls.started_ms IS NOT NULL;

-- Version 3 adds the review room: what people decide about calls. schema.rs runs this behind schema.sql, and upgrades to 3 by it.
-- Units are those of schema.sql.
--
-- A flag has a number in its call: that of its event, or, for one that a person added, -1, -2, and so on.

-- One row for each call that is flagged, sampled or opened: the queue. What it is sorted and narrowed by stands here, because a page of
-- the queue is read from this and its indexes alone.
CREATE TABLE reviews (
    call INTEGER PRIMARY KEY REFERENCES calls (key) ON DELETE CASCADE,
    started_ms INTEGER NOT NULL,
    team TEXT NOT NULL,
    agent TEXT NOT NULL,
    -- 0: nobody has opened it; 1: opened; 2: a reviewer has finished it, and the agent sees it.
    state INTEGER NOT NULL CHECK (state IN (0, 1, 2)),
    -- Worst points of a single flag, 0 or negative; as in calls.
    worst_points INTEGER NOT NULL,
    -- Flags, of machine and persons, that nobody has decided on.
    open_flags INTEGER NOT NULL,
    -- How sure the least sure open flag is, in hundredths; 100 where nothing says so.
    least_sure INTEGER NOT NULL,
    -- Why it is here though nothing is flagged; empty: it was not drawn.
    sampled TEXT NOT NULL CHECK (sampled IN ('', 'random', 'risk')),
    -- Log-in names; empty: nobody.
    assigned_to TEXT NOT NULL,
    locked_by TEXT NOT NULL,
    -- The lock is over at this moment, unless it is renewed.
    locked_until_ms INTEGER NOT NULL,
    finished_by TEXT NOT NULL,
    finished_ms INTEGER,
    -- Until then the agent may appeal; NULL before it is finished.
    appeal_until_ms INTEGER
) STRICT;
-- `call` is named so that an index ends in the order of a page; what is behind it lets a page be narrowed from the index alone.
CREATE INDEX reviews_by_state ON reviews (state, started_ms, call, worst_points, least_sure, sampled);
CREATE INDEX reviews_by_team ON reviews (team, state, started_ms, call, worst_points, least_sure, sampled);
CREATE INDEX reviews_by_agent ON reviews (agent, state, started_ms, call, team, worst_points, least_sure, sampled);
CREATE INDEX reviews_by_draw ON reviews (state, started_ms, call, team, agent) WHERE sampled <> '';
CREATE INDEX reviews_by_assigned ON reviews (assigned_to, state, started_ms) WHERE assigned_to <> '';

-- The queue by rule: each rule of a call's flags, of machine and persons. The rest is the review's.
CREATE TABLE review_rules (
    rule TEXT NOT NULL,
    state INTEGER NOT NULL,
    started_ms INTEGER NOT NULL,
    call INTEGER NOT NULL REFERENCES reviews (call) ON DELETE CASCADE,
    team TEXT NOT NULL,
    agent TEXT NOT NULL,
    PRIMARY KEY (rule, state, started_ms, call)
) STRICT, WITHOUT ROWID;
CREATE INDEX review_rules_of_call ON review_rules (call);

-- Flags that the machine missed and a person added.
CREATE TABLE added_flags (
    call INTEGER NOT NULL REFERENCES calls (key) ON DELETE CASCADE,
    flag INTEGER NOT NULL CHECK (flag < 0),
    rule TEXT NOT NULL,
    kind TEXT NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('agent', 'customer')),
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,
    -- What was said there, or what the person wrote.
    text TEXT NOT NULL,
    item TEXT NOT NULL,
    points INTEGER NOT NULL,
    added_by TEXT NOT NULL,
    added_ms INTEGER NOT NULL,
    PRIMARY KEY (call, flag)
) STRICT, WITHOUT ROWID;

-- What counts now for a flag; how it came to be is in decisions. No row: nobody has decided.
CREATE TABLE verdicts (
    call INTEGER NOT NULL REFERENCES calls (key) ON DELETE CASCADE,
    flag INTEGER NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('confirmed', 'dismissed', 'unsure')),
    rule TEXT NOT NULL,
    -- Item and points that the verdict puts on the score card; 0 unless confirmed. The customer's complaint raises them.
    item TEXT NOT NULL,
    points INTEGER NOT NULL,
    complaint INTEGER NOT NULL CHECK (complaint IN (0, 1)),
    note TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_ms INTEGER NOT NULL,
    -- The call's: a month of an agent is read from the index below alone.
    team TEXT NOT NULL,
    agent TEXT NOT NULL,
    started_ms INTEGER NOT NULL,
    PRIMARY KEY (call, flag)
) STRICT, WITHOUT ROWID;
CREATE INDEX verdicts_by_agent ON verdicts (agent, started_ms, verdict, rule, points);
CREATE INDEX verdicts_by_rule ON verdicts (rule, verdict, started_ms);
CREATE INDEX verdicts_by_start ON verdicts (started_ms, rule, verdict);

-- Every decision, in order; a row is never changed. They go with their call when that expires or is erased; the audit trail stays.
CREATE TABLE decisions (
    line INTEGER PRIMARY KEY AUTOINCREMENT,
    call INTEGER NOT NULL REFERENCES calls (key) ON DELETE CASCADE,
    -- NULL: of the whole call.
    flag INTEGER,
    wall_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    -- verdict, flag_added, accepted, appealed, upheld, overturned, assigned, finished, reopened, comment
    act TEXT NOT NULL,
    -- What counted before and after, as JSON; empty: nothing.
    before TEXT NOT NULL,
    after TEXT NOT NULL
) STRICT;
CREATE INDEX decisions_of_call ON decisions (call, line);

CREATE TABLE comments (
    call INTEGER NOT NULL REFERENCES calls (key) ON DELETE CASCADE,
    comment INTEGER NOT NULL CHECK (comment >= 1),
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    wall_ms INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (call, comment)
) STRICT, WITHOUT ROWID;

-- A queue that somebody looks at again and again.
CREATE TABLE saved_filters (
    user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
    name TEXT NOT NULL,
    -- The query of the page, as JSON.
    filter TEXT NOT NULL,
    PRIMARY KEY (user, name)
) STRICT, WITHOUT ROWID;

-- "Marked wrong": what agents said of cues. Counts beside the verdicts.
CREATE TABLE cue_feedback (
    call INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    rule TEXT NOT NULL,
    wrong INTEGER NOT NULL CHECK (wrong IN (0, 1)),
    started_ms INTEGER NOT NULL,
    PRIMARY KEY (call, seq),
    FOREIGN KEY (call, seq) REFERENCES events (call, seq) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX cue_feedback_by_rule ON cue_feedback (rule, started_ms);

-- Several reviewers judge one call, none seeing what the others said.
CREATE TABLE calibrations (
    calibration INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    call INTEGER NOT NULL REFERENCES calls (key) ON DELETE CASCADE,
    made_by TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    -- NULL: judges are at it.
    closed_ms INTEGER
) STRICT;

CREATE TABLE calibration_judges (
    calibration INTEGER NOT NULL REFERENCES calibrations (calibration) ON DELETE CASCADE,
    user TEXT NOT NULL,
    -- NULL: not yet.
    done_ms INTEGER,
    PRIMARY KEY (calibration, user)
) STRICT, WITHOUT ROWID;

CREATE TABLE calibration_verdicts (
    calibration INTEGER NOT NULL,
    user TEXT NOT NULL,
    flag INTEGER NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('confirmed', 'dismissed', 'unsure')),
    PRIMARY KEY (calibration, user, flag),
    FOREIGN KEY (calibration, user) REFERENCES calibration_judges (calibration, user) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Points that a lead enters by hand: what no call can show.
CREATE TABLE point_entries (
    entry INTEGER PRIMARY KEY AUTOINCREMENT,
    agent TEXT NOT NULL,
    team TEXT NOT NULL,
    -- Local date, `2026-11-26`: its month is the score card's.
    date TEXT NOT NULL,
    item TEXT NOT NULL,
    -- Negative is a deduction.
    points INTEGER NOT NULL,
    note TEXT NOT NULL,
    entered_by TEXT NOT NULL,
    entered_ms INTEGER NOT NULL,
    -- Taken back, or overturned on appeal; the row stays. Empty and NULL: it counts.
    withdrawn_by TEXT NOT NULL,
    withdrawn_ms INTEGER
) STRICT;
CREATE INDEX point_entries_by_agent ON point_entries (agent, date);
CREATE INDEX point_entries_by_team ON point_entries (team, date);

-- What an agent answers to a confirmed flag or an entry: once, and for good. A second reviewer decides on an appeal, once.
CREATE TABLE appeals (
    appeal INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Either call and flag, or entry.
    call INTEGER REFERENCES calls (key) ON DELETE CASCADE,
    flag INTEGER,
    entry INTEGER REFERENCES point_entries (entry) ON DELETE CASCADE,
    agent TEXT NOT NULL,
    team TEXT NOT NULL,
    answer TEXT NOT NULL CHECK (answer IN ('accepted', 'appealed')),
    reason TEXT NOT NULL,
    answered_by TEXT NOT NULL,
    answered_ms INTEGER NOT NULL,
    -- NULL: open, or accepted. What was appealed against stands (upheld) or falls (overturned).
    decision TEXT CHECK (decision IN ('upheld', 'overturned')),
    decided_by TEXT NOT NULL,
    decided_ms INTEGER,
    decision_note TEXT NOT NULL,
    CHECK ((call IS NULL) = (flag IS NULL) AND (call IS NULL) <> (entry IS NULL))
) STRICT;
CREATE UNIQUE INDEX appeals_of_flag ON appeals (call, flag) WHERE call IS NOT NULL;
CREATE UNIQUE INDEX appeals_of_entry ON appeals (entry) WHERE entry IS NOT NULL;
CREATE INDEX appeals_by_agent ON appeals (agent);
CREATE INDEX open_appeals ON appeals (team) WHERE answer = 'appealed' AND decision IS NULL;

-- Old recordings that are brought in.
CREATE TABLE imports (
    import INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    -- How date, agent and call data are found, as JSON.
    plan TEXT NOT NULL,
    -- All files were there, and the work began; NULL: not yet.
    started_ms INTEGER
) STRICT;

CREATE TABLE import_files (
    import INTEGER NOT NULL REFERENCES imports (import) ON DELETE CASCADE,
    -- Path below the folder, or name of the upload.
    file TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    -- Of the content: the same recording under another name is not taken twice. Empty: not read yet.
    sha256 TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'refused')),
    -- Why it was refused, Chinese; empty: it was not.
    reason TEXT NOT NULL,
    -- Id of the call; empty: none yet.
    call TEXT NOT NULL,
    audio_ms INTEGER NOT NULL,
    PRIMARY KEY (import, file)
) STRICT, WITHOUT ROWID;
CREATE INDEX import_files_by_content ON import_files (sha256) WHERE sha256 <> '';

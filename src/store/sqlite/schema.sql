-- What a floor keeps, version 4, with review.sql and notices.sql. New files are made by this; older ones are brought here by upgrade/.
--
-- Units: `_ms` with a wall in its name (started, received, raised, …) is ms since 1970-01-01 UTC; `at_ms`, `from_ms`, `to_ms`,
-- `length_ms` are audio time of a call in ms. Points are whole points of the assessment standard, negative for a deduction.
-- Every table is STRICT, so that a column holds what it says. Enumerations are the words that the wire carries.

-- Teams exist once somebody is in one. Their name is their key: it is what people say, and it is short.
CREATE TABLE teams (
    name TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Machines that may report. A number is never given twice (AUTOINCREMENT): tiles, calls and alerts name stations by it. A station
-- is taken back, never deleted, because its calls stay.
CREATE TABLE stations (
    station INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    -- The agent's number.
    agent TEXT NOT NULL,
    -- May be empty.
    agent_name TEXT NOT NULL,
    team TEXT NOT NULL REFERENCES teams (name),
    -- SHA-256, hexadecimal, of 128 random bits: a plain hash is enough for those. Unique: a token says who connects.
    token_sha256 TEXT NOT NULL UNIQUE,
    enrolled_ms INTEGER NOT NULL,
    -- When the token was taken back; NULL: it is good.
    revoked_ms INTEGER
) STRICT;

CREATE TABLE users (
    name TEXT PRIMARY KEY,
    full_name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('agent', 'lead', 'reviewer', 'script_owner', 'administrator')),
    -- The agent's number; NULL for other roles.
    agent TEXT,
    -- Argon2 PHC string; empty: no log-in by password.
    password_hash TEXT NOT NULL,
    must_change INTEGER NOT NULL CHECK (must_change IN (0, 1)),
    -- Subject at the OpenID Connect provider; empty: none.
    oidc_subject TEXT NOT NULL,
    disabled INTEGER NOT NULL CHECK (disabled IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX users_by_oidc ON users (oidc_subject) WHERE oidc_subject <> '';

CREATE TABLE user_teams (
    user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
    team TEXT NOT NULL REFERENCES teams (name),
    PRIMARY KEY (user, team)
) STRICT, WITHOUT ROWID;

-- Sessions of browsers. The cookie itself is not kept, so a stolen copy of this file logs nobody in.
CREATE TABLE sessions (
    token_sha256 TEXT PRIMARY KEY,
    user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
    since_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    -- Over at this moment, whatever happens.
    until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user);

-- One row a call. All but the first block follows from the call's events, and `verify` checks that it does.
CREATE TABLE calls (
    -- Rows of a call name it by this: 2 million events with a text id each would be twice the file.
    key INTEGER PRIMARY KEY,
    -- The station's id of the call: 1 to 64 of A-Z a-z 0-9 - _, because it names a file.
    id TEXT NOT NULL UNIQUE,
    -- Not a foreign key: events of a call must be kept even if something is wrong with its station.
    station INTEGER NOT NULL,
    agent TEXT NOT NULL,
    -- The team at the time of the call; it may be gone by now, so it is no foreign key either.
    team TEXT NOT NULL,
    script TEXT NOT NULL,
    script_sha256 TEXT NOT NULL,
    model TEXT NOT NULL,
    engine TEXT NOT NULL,
    -- When something of it last came.
    received_ms INTEGER NOT NULL,
    -- The station said that its journal ends with this number; NULL: not yet. It may come before the event of that number.
    closes INTEGER,

    -- Number of the newest event: events 1 to last_seq are there.
    last_seq INTEGER NOT NULL,
    -- 0: runs; 1: came to its end (has its summary); 2: closed without one.
    state INTEGER NOT NULL CHECK (state IN (0, 1, 2)),
    -- Answered: wall clock of event 1 less its audio time. NULL: closed was heard before event 1; no list shows such a call.
    started_ms INTEGER,
    -- Local date at the station when it was answered, `2026-11-26`: the recording's folder. NULL as above.
    date TEXT,
    -- Audio time of the newest moment that an event names.
    length_ms INTEGER NOT NULL,
    -- `agent`, `customer`, `unknown`; empty while it runs.
    ended_by TEXT NOT NULL,
    -- Times a rule asked for words, and times they were heard: of the summary, 0 before it.
    due INTEGER NOT NULL,
    met INTEGER NOT NULL,
    -- Flag events.
    flags INTEGER NOT NULL,
    -- Worst points of a single flag, 0 or negative.
    worst_points INTEGER NOT NULL
) STRICT;
-- Lists, newest first: an index ends with the key by itself, which is the rest of the order. One for each first question.
CREATE INDEX calls_by_start ON calls (started_ms);
CREATE INDEX calls_by_team ON calls (team, started_ms);
CREATE INDEX calls_by_agent ON calls (agent, started_ms);
CREATE INDEX flagged_by_start ON calls (started_ms) WHERE flags > 0;
CREATE INDEX flagged_by_team ON calls (team, started_ms) WHERE flags > 0;
CREATE INDEX running_calls ON calls (started_ms) WHERE state = 0;
-- A day in figures is read from this alone. It is why there is no table of days: an index cannot disagree with its table.
CREATE INDEX calls_of_day ON calls (started_ms, team, agent, due, met, flags);

-- Events as they came. WITHOUT ROWID: the events of a call lie beside each other, and the key is stored once.
CREATE TABLE events (
    call INTEGER NOT NULL REFERENCES calls (key) ON DELETE CASCADE,
    -- From 1, no gaps.
    seq INTEGER NOT NULL CHECK (seq >= 1),
    -- Clock on the station's wall, RFC 3339 with offset, as sent.
    wall TEXT NOT NULL,
    -- The event: the JSON of the wire without `call`, `seq` and `wall`.
    json TEXT NOT NULL,
    PRIMARY KEY (call, seq)
) STRICT, WITHOUT ROWID;

-- What was said, from final transcript events.
CREATE TABLE transcripts (
    -- Rises with time of arrival.
    key INTEGER PRIMARY KEY,
    call INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('agent', 'customer')),
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (call, seq),
    FOREIGN KEY (call, seq) REFERENCES events (call, seq) ON DELETE CASCADE
) STRICT;

-- The search index of transcripts: rowid is their key, the terms are made in terms.rs, which says what they are. It has no content of
-- its own (`transcripts` has), and what is taken out of it is overwritten, so that erased words are gone from here, too.
CREATE VIRTUAL TABLE words USING fts5 (single, pair, sound, whose, content = '', tokenize = 'unicode61 remove_diacritics 0');
INSERT INTO words (words, rank) VALUES ('secure-delete', 1);

-- Breaches, from flag events. Team, agent and start are the call's: they never change, and here they are in the index.
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

-- Points that a call's summary proposes, by item of the assessment standard.
CREATE TABLE points (
    call INTEGER NOT NULL REFERENCES calls (key) ON DELETE CASCADE,
    item TEXT NOT NULL,
    points INTEGER NOT NULL,
    PRIMARY KEY (call, item)
) STRICT, WITHOUT ROWID;

-- Recordings: FLAC files below `recordings/`. A row that says whole was written after the file was.
CREATE TABLE recordings (
    call INTEGER PRIMARY KEY REFERENCES calls (key),
    -- Below the folder `recordings`, with `/`.
    path TEXT NOT NULL UNIQUE,
    -- Bytes there are; while parts come, the file itself is asked, because it may be ahead of this after a crash.
    bytes INTEGER NOT NULL,
    total_bytes INTEGER NOT NULL,
    -- Of the whole, hexadecimal.
    sha256 TEXT NOT NULL,
    -- 1: all of it is there and its hash was right.
    whole INTEGER NOT NULL CHECK (whole IN (0, 1))
) STRICT;

-- Alerts as they stand. `call` is the id, not the key: an alert can be raised before its call's first event is kept.
CREATE TABLE alerts (
    id INTEGER PRIMARY KEY,
    station INTEGER NOT NULL,
    agent TEXT NOT NULL,
    team TEXT NOT NULL,
    call TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    rule TEXT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    raised_ms INTEGER NOT NULL,
    assigned_to TEXT NOT NULL,
    passed_on INTEGER NOT NULL,
    acknowledged_by TEXT NOT NULL,
    settled INTEGER NOT NULL CHECK (settled IN (0, 1)),
    -- NULL while it is open.
    settled_ms INTEGER
) STRICT;
CREATE INDEX open_alerts ON alerts (id) WHERE settled = 0;

-- Who did what. No foreign keys: it outlives what it speaks of. The triggers refuse every change but a new line.
CREATE TABLE audit (
    line INTEGER PRIMARY KEY AUTOINCREMENT,
    wall_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    "from" TEXT NOT NULL,
    act TEXT NOT NULL,
    object TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_who ON audit (who);
CREATE INDEX audit_by_object ON audit (object);
CREATE INDEX audit_by_time ON audit (wall_ms);
CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit BEGIN
    SELECT RAISE (ABORT, 'nothing is taken out of the audit trail');
END;
CREATE TRIGGER audit_is_not_rewritten BEFORE UPDATE ON audit BEGIN
    SELECT RAISE (ABORT, 'nothing is changed in the audit trail');
END;
-- A REPLACE deletes without asking the trigger above.
CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE line = new.line) BEGIN
    SELECT RAISE (ABORT, 'nothing is changed in the audit trail');
END;

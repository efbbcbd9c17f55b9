-- What other systems of the company have still to be told of: version 4. See schema.sql for what columns are called.

-- The hooks of the floor's configuration as of its last start, and what each is told of.
CREATE TABLE hooks (
    -- SHA-256, hexadecimal, of its address, which may hold a secret of the other side.
    hook TEXT PRIMARY KEY,
    flags INTEGER NOT NULL CHECK (flags IN (0, 1)),
    alerts INTEGER NOT NULL CHECK (alerts IN (0, 1)),
    ended_calls INTEGER NOT NULL CHECK (ended_calls IN (0, 1))
) STRICT, WITHOUT ROWID;

-- A row for each hook and each thing; it goes when it has been told. Words are not copied: they are in the event, and go with it.
CREATE TABLE notices (
    -- The order of telling.
    number INTEGER PRIMARY KEY,
    hook TEXT NOT NULL REFERENCES hooks (hook) ON DELETE CASCADE,
    raised_ms INTEGER NOT NULL,
    -- An event: a flag, or the end of a call …
    call INTEGER,
    seq INTEGER,
    -- … or an alert, and how often it had been passed on.
    alert INTEGER REFERENCES alerts (id) ON DELETE CASCADE,
    passed_on INTEGER,
    CHECK ((call IS NULL) = (seq IS NULL) AND (alert IS NULL) = (passed_on IS NULL) AND (call IS NULL) <> (alert IS NULL)),
    FOREIGN KEY (call, seq) REFERENCES events (call, seq) ON DELETE CASCADE
) STRICT;
CREATE INDEX notices_by_hook ON notices (hook, number);
CREATE INDEX notices_by_event ON notices (call, seq) WHERE call IS NOT NULL;
CREATE INDEX notices_by_alert ON notices (alert) WHERE alert IS NOT NULL;

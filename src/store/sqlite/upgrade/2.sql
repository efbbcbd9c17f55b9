-- Version 2: what was said can be searched. The rows are put in by `search::index_all`, because their terms are made in Rust.
-- See `words` in schema.sql.
CREATE VIRTUAL TABLE words USING fts5 (single, pair, sound, whose, content = '', tokenize = 'unicode61 remove_diacritics 0');
INSERT INTO words (words, rank) VALUES ('secure-delete', 1);

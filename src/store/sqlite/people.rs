use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};

use super::SqliteStore;
use super::column::{unsigned, variant, word};
use crate::store::{
    AuditEntry, AuditQuery, NewStation, PeopleStore, SessionRow, StationRow, StoreError, StoreFault, UserRow,
};

const USER: &str =
    "SELECT name, full_name, role, agent, password_hash, must_change, oidc_subject, disabled FROM users";

impl PeopleStore for SqliteStore {
    fn users(&self) -> Result<Vec<UserRow>, StoreError> {
        self.read("list users", |connection| {
            let mut teams: BTreeMap<String, Vec<String>> = BTreeMap::new();
            let mut statement =
                connection.prepare_cached("SELECT user, team FROM user_teams ORDER BY user, team")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                teams.entry(row.get(0)?).or_default().push(row.get(1)?);
            }
            let mut statement = connection.prepare_cached(&format!("{USER} ORDER BY name"))?;
            let users = statement.query_map([], user)?;
            users
                .map(|user| {
                    let mut user = user?;
                    user.teams = teams.remove(&user.name).unwrap_or_default();
                    Ok(user)
                })
                .collect()
        })
    }

    fn user(&self, name: &str) -> Result<Option<UserRow>, StoreError> {
        self.read("look up a user", |connection| one_user(connection, "name = ?1", name))
    }

    fn user_by_oidc(&self, subject: &str) -> Result<Option<UserRow>, StoreError> {
        // Empty is the subject of everybody who has none.
        self.read("look up a user", |connection| {
            one_user(connection, "oidc_subject = ?1 AND oidc_subject <> ''", subject)
        })
    }

    fn put_user(&self, user: &UserRow) -> Result<(), StoreError> {
        self.write("keep a user", |connection| put_user(connection, user))
    }

    fn teams(&self) -> Result<Vec<String>, StoreError> {
        self.read("list teams", |connection| {
            let mut statement = connection.prepare_cached("SELECT name FROM teams ORDER BY name")?;
            let teams = statement.query_map([], |row| row.get(0))?;
            Ok(teams.collect::<Result<_, _>>()?)
        })
    }

    fn put_session(&self, session: &SessionRow) -> Result<(), StoreError> {
        self.write("keep a session", |connection| {
            let sql = "INSERT INTO sessions (token_sha256, user, since_ms, seen_ms, until_ms) VALUES (?1, ?2, ?3, ?4, ?5)
                       ON CONFLICT (token_sha256) DO UPDATE SET seen_ms = excluded.seen_ms, until_ms = excluded.until_ms
                       WHERE user = excluded.user";
            let SessionRow { token_sha256, user, since_ms, seen_ms, until_ms } = session;
            let row = params![token_sha256, user, since_ms, seen_ms, until_ms];
            match connection.prepare_cached(sql)?.execute(row)? {
                0 => Err(StoreFault::Conflict("that session belongs to another user".to_owned())),
                _ => Ok(()),
            }
        })
    }

    fn session(&self, token_sha256: &str) -> Result<Option<SessionRow>, StoreError> {
        self.read("look up a session", |connection| {
            let sql = "SELECT token_sha256, user, since_ms, seen_ms, until_ms FROM sessions WHERE token_sha256 = ?1";
            let session = connection.prepare_cached(sql)?.query_row([token_sha256], |row| {
                Ok(SessionRow {
                    token_sha256: row.get(0)?,
                    user: row.get(1)?,
                    since_ms: row.get(2)?,
                    seen_ms: row.get(3)?,
                    until_ms: row.get(4)?,
                })
            });
            Ok(session.optional()?)
        })
    }

    fn end_session(&self, token_sha256: &str) -> Result<(), StoreError> {
        self.write("end a session", |connection| {
            let sql = "DELETE FROM sessions WHERE token_sha256 = ?1";
            connection.prepare_cached(sql)?.execute([token_sha256])?;
            Ok(())
        })
    }

    fn end_sessions(&self, user: Option<&str>, now_ms: i64) -> Result<(), StoreError> {
        self.write("end sessions", |connection| {
            let sql = "DELETE FROM sessions WHERE user = ?1 OR until_ms <= ?2";
            connection.prepare_cached(sql)?.execute(params![user, now_ms])?;
            Ok(())
        })
    }

    fn enrol(&self, station: &NewStation) -> Result<u32, StoreError> {
        self.write("enrol a station", |connection| {
            make_team(connection, &station.team)?;
            let sql = "INSERT INTO stations (name, agent, agent_name, team, token_sha256, enrolled_ms, revoked_ms)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL)
                       ON CONFLICT (name) DO UPDATE SET agent = excluded.agent, agent_name = excluded.agent_name,
                           team = excluded.team, token_sha256 = excluded.token_sha256, enrolled_ms = excluded.enrolled_ms,
                           revoked_ms = NULL
                       RETURNING station";
            let NewStation { name, agent, agent_name, team, token_sha256, enrolled_ms } = station;
            let row = params![name, agent, agent_name, team, token_sha256, enrolled_ms];
            Ok(connection.prepare_cached(sql)?.query_row(row, |row| unsigned(row, 0))?)
        })
    }

    fn revoke(&self, name: &str, now_ms: i64) -> Result<(), StoreError> {
        self.write("revoke a station", |connection| {
            // The first moment stays: since then the token was good for nothing.
            let sql = "UPDATE stations SET revoked_ms = coalesce(revoked_ms, ?2) WHERE name = ?1";
            match connection.prepare_cached(sql)?.execute(params![name, now_ms])? {
                0 => Err(StoreFault::Missing(format!("station {name}"))),
                _ => Ok(()),
            }
        })
    }

    fn station_by_token(&self, token_sha256: &str) -> Result<Option<StationRow>, StoreError> {
        self.read("look up a token", |connection| {
            let sql = "SELECT station, name, agent, agent_name, team, token_sha256, enrolled_ms, revoked_ms
                       FROM stations WHERE token_sha256 = ?1 AND revoked_ms IS NULL";
            Ok(connection.prepare_cached(sql)?.query_row([token_sha256], station_row).optional()?)
        })
    }

    fn stations(&self) -> Result<Vec<StationRow>, StoreError> {
        self.read("list stations", |connection| {
            let sql = "SELECT station, name, agent, agent_name, team, token_sha256, enrolled_ms, revoked_ms
                       FROM stations ORDER BY station";
            let mut statement = connection.prepare_cached(sql)?;
            let stations = statement.query_map([], station_row)?;
            Ok(stations.collect::<Result<_, _>>()?)
        })
    }

    fn audit(&self, entries: &[AuditEntry]) -> Result<(), StoreError> {
        self.write("add to the audit trail", |connection| {
            let sql = "INSERT INTO audit (wall_ms, who, \"from\", act, object, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            let mut statement = connection.prepare_cached(sql)?;
            for AuditEntry { wall_ms, who, from, act, object, detail } in entries {
                statement.execute(params![wall_ms, who, from, act, object, detail])?;
            }
            Ok(())
        })
    }

    fn audit_trail(&self, query: &AuditQuery) -> Result<Vec<AuditEntry>, StoreError> {
        self.read("read the audit trail", |connection| audit_trail(connection, query))
    }
}

fn station_row(row: &Row<'_>) -> rusqlite::Result<StationRow> {
    Ok(StationRow {
        station: unsigned(row, 0)?,
        enrolled: NewStation {
            name: row.get(1)?,
            agent: row.get(2)?,
            agent_name: row.get(3)?,
            team: row.get(4)?,
            token_sha256: row.get(5)?,
            enrolled_ms: row.get(6)?,
        },
        revoked_ms: row.get(7)?,
    })
}

fn make_team(connection: &Connection, team: &str) -> Result<(), StoreFault> {
    connection
        .prepare_cached("INSERT INTO teams (name) VALUES (?1) ON CONFLICT DO NOTHING")?
        .execute([team])?;
    Ok(())
}

fn user(row: &Row<'_>) -> rusqlite::Result<UserRow> {
    Ok(UserRow {
        name: row.get(0)?,
        full_name: row.get(1)?,
        role: variant(row, 2)?,
        teams: Vec::new(),
        agent: row.get(3)?,
        password_hash: row.get(4)?,
        must_change: row.get(5)?,
        oidc_subject: row.get(6)?,
        disabled: row.get(7)?,
    })
}

fn one_user(connection: &Connection, condition: &str, value: &str) -> Result<Option<UserRow>, StoreFault> {
    let sql = format!("{USER} WHERE {condition}");
    let Some(mut user) = connection.prepare_cached(&sql)?.query_row([value], user).optional()? else {
        return Ok(None);
    };
    let mut statement =
        connection.prepare_cached("SELECT team FROM user_teams WHERE user = ?1 ORDER BY team")?;
    let teams = statement.query_map([&user.name], |row| row.get(0))?;
    user.teams = teams.collect::<Result<_, _>>()?;
    Ok(Some(user))
}

fn put_user(connection: &Connection, user: &UserRow) -> Result<(), StoreFault> {
    let sql = "INSERT INTO users (name, full_name, role, agent, password_hash, must_change, oidc_subject, disabled)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
               ON CONFLICT (name) DO UPDATE SET full_name = excluded.full_name, role = excluded.role, agent = excluded.agent,
                   password_hash = excluded.password_hash, must_change = excluded.must_change,
                   oidc_subject = excluded.oidc_subject, disabled = excluded.disabled";
    connection.prepare_cached(sql)?.execute(params![
        user.name,
        user.full_name,
        word(user.role)?,
        user.agent,
        user.password_hash,
        user.must_change,
        user.oidc_subject,
        user.disabled,
    ])?;
    connection.prepare_cached("DELETE FROM user_teams WHERE user = ?1")?.execute([&user.name])?;
    for team in &user.teams {
        make_team(connection, team)?;
        let sql = "INSERT INTO user_teams (user, team) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        connection.prepare_cached(sql)?.execute([&user.name, team])?;
    }
    Ok(())
}

fn audit_trail(connection: &Connection, query: &AuditQuery) -> Result<Vec<AuditEntry>, StoreFault> {
    let mut sql = "SELECT wall_ms, who, \"from\", act, object, detail FROM audit WHERE 1".to_owned();
    let mut values: Vec<&dyn ToSql> = Vec::new();
    let conditions: [(&str, Option<&dyn ToSql>); 4] = [
        ("who = ?", query.who.as_ref().map(|who| who as &dyn ToSql)),
        ("object = ?", query.object.as_ref().map(|object| object as &dyn ToSql)),
        ("wall_ms >= ?", query.from_ms.as_ref().map(|from_ms| from_ms as &dyn ToSql)),
        ("wall_ms < ?", query.to_ms.as_ref().map(|to_ms| to_ms as &dyn ToSql)),
    ];
    for (condition, value) in conditions {
        if let Some(value) = value {
            sql.push_str(" AND ");
            sql.push_str(condition);
            values.push(value);
        }
    }
    // By line, not by time: the order in which it was written is the one that cannot be set back.
    sql.push_str(" ORDER BY line DESC LIMIT ?");
    values.push(&query.limit);
    let mut statement = connection.prepare_cached(&sql)?;
    let entries = statement.query_map(&values[..], |row| {
        Ok(AuditEntry {
            wall_ms: row.get(0)?,
            who: row.get(1)?,
            from: row.get(2)?,
            act: row.get(3)?,
            object: row.get(4)?,
            detail: row.get(5)?,
        })
    })?;
    Ok(entries.collect::<Result<_, _>>()?)
}

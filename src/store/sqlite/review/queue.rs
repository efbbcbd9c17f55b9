//! Pages of the queue. Each is read along an index that has its order, a walk for each state and team, and left when the page is full; what
//! narrows it stands in the same index, or in `review_rules`.

use rusqlite::types::Value;
use rusqlite::{Connection, params, params_from_iter};

use super::{SqliteStore, query, queue_rows, sampling};
use crate::review::{Candidate, SURE, Sampled};
use crate::store::review::{QueuePage, QueuePlace, QueueQuery, QueueStore, QueueView, SavedFilter};
use crate::store::{StoreError, StoreFault};

/// Calls are counted so far.
const COUNT_MAX: u32 = 1_000;

impl QueueStore for SqliteStore {
    fn queue(&self, query: &QueueQuery) -> Result<QueuePage, StoreError> {
        self.read("read the queue", |connection| {
            // One moment for the page and its count.
            let moment = connection.unchecked_transaction()?;
            page(&moment, query)
        })
    }

    fn filters(&self, who: &str) -> Result<Vec<SavedFilter>, StoreError> {
        self.read("list saved filters", |connection| {
            let sql = "SELECT name, filter FROM saved_filters WHERE user = ?1 ORDER BY name";
            let mut statement = connection.prepare_cached(sql)?;
            let mut rows = statement.query([who])?;
            let mut filters = Vec::new();
            while let Some(row) = rows.next()? {
                let filter: String = row.get(1)?;
                filters.push(SavedFilter { name: row.get(0)?, filter: serde_json::from_str(&filter)? });
            }
            Ok(filters)
        })
    }

    fn put_filter(&self, who: &str, filter: &SavedFilter) -> Result<(), StoreError> {
        self.write("keep a filter", |connection| {
            let sql = "INSERT INTO saved_filters (user, name, filter) VALUES (?1, ?2, ?3)
                       ON CONFLICT (user, name) DO UPDATE SET filter = excluded.filter";
            connection.prepare_cached(sql)?.execute(params![who, filter.name, filter.filter.to_string()])?;
            Ok(())
        })
    }

    fn remove_filter(&self, who: &str, name: &str) -> Result<(), StoreError> {
        self.write("forget a filter", |connection| {
            let sql = "DELETE FROM saved_filters WHERE user = ?1 AND name = ?2";
            match connection.prepare_cached(sql)?.execute([who, name])? {
                0 => Err(StoreFault::Missing(format!("filter {name}"))),
                _ => Ok(()),
            }
        })
    }

    fn candidates(&self, team: &str, from_ms: i64, to_ms: i64) -> Result<Vec<Candidate>, StoreError> {
        self.read("look for calls to draw", |connection| {
            sampling::candidates(connection, team, from_ms, to_ms)
        })
    }

    fn agents_of(&self, team: &str, from_ms: i64, to_ms: i64) -> Result<Vec<String>, StoreError> {
        self.read("list agents", |connection| {
            let sql = "SELECT DISTINCT agent FROM calls WHERE team = ?1 AND started_ms >= ?2 AND started_ms < ?3 ORDER BY agent";
            let mut statement = connection.prepare_cached(sql)?;
            let agents = statement.query_map(params![team, from_ms, to_ms], |row| row.get(0))?;
            Ok(agents.collect::<Result<_, _>>()?)
        })
    }

    fn put_drawn(&self, calls: &[String], sampled: Sampled) -> Result<u32, StoreError> {
        self.write("put drawn calls into the queue", |connection| {
            let mut drawn = 0;
            for call in calls {
                drawn += sampling::put_drawn(connection, query::key(connection, call)?, sampled)?;
            }
            Ok(drawn)
        })
    }
}

fn page(connection: &Connection, query: &QueueQuery) -> Result<QueuePage, StoreFault> {
    let limit = query.limit as usize;
    let mut places = Vec::new();
    for &state in states(query.view) {
        let wanted = limit + 1 - places.len();
        if query.after.is_some_and(|after| after.state > state) || places.len() > limit {
            continue;
        }
        let mut found = Vec::new();
        for team in walks(query) {
            let statement = Walk { query, state, team }.statement();
            found.extend(statement.places(connection, state, query.after, wanted)?);
        }
        found.sort_unstable_by_key(|place| std::cmp::Reverse((place.started_ms, place.key)));
        found.truncate(wanted);
        places.extend(found);
    }
    let more = places.len() > limit;
    places.truncate(limit);
    let next = places.last().filter(|_| more).map(ToString::to_string);
    let rows = queue_rows::rows(connection, &places, query.now_ms)?;
    Ok(QueuePage { rows, next, count: count(connection, query)? })
}

fn count(connection: &Connection, query: &QueueQuery) -> Result<u32, StoreFault> {
    let mut count = 0;
    for &state in states(query.view) {
        for team in walks(query) {
            if count < COUNT_MAX {
                count += Walk { query, state, team }.statement().count(connection, COUNT_MAX - count)?;
            }
        }
    }
    Ok(count)
}

const fn states(view: QueueView) -> &'static [u8] {
    match view {
        QueueView::Open | QueueView::Mine => &[0, 1],
        QueueView::Finished | QueueView::Appeals => &[2],
    }
}

/// One walk a team, or one over all.
fn walks(query: &QueueQuery) -> Vec<Option<&str>> {
    query
        .teams
        .as_ref()
        .map_or_else(|| vec![None], |teams| teams.iter().map(|team| Some(team.as_str())).collect())
}

/// One state of one team, or of all.
struct Walk<'a> {
    query: &'a QueueQuery,
    state: u8,
    team: Option<&'a str>,
}

/// `FROM … WHERE …` with its values, and the table that has the order.
struct Statement {
    sql: String,
    values: Vec<Value>,
    ordered: &'static str,
}

impl Walk<'_> {
    fn statement(&self) -> Statement {
        let query = self.query;
        let (from, ordered) = self.tables();
        let mut statement = Statement { sql: format!("FROM {from} WHERE 1"), values: Vec::new(), ordered };
        let text = |text: &str| Value::Text(text.to_owned());
        let number = Value::Integer;
        statement.and(&format!("{ordered}.state = ?"), number(self.state.into()));
        if let Some(team) = self.team {
            statement.and(&format!("{ordered}.team = ?"), text(team));
        }
        if let Some(rule) = &query.rule {
            if ordered == "review_rules" {
                statement.and("rule = ?", text(rule));
            } else {
                let sql = "EXISTS (SELECT 1 FROM review_rules AS one WHERE one.call = reviews.call AND one.rule = ?)";
                statement.and(sql, text(rule));
            }
        }
        if let Some(agent) = &query.agent {
            statement.and(&format!("{ordered}.agent = ?"), text(agent));
        }
        if let Some(from_ms) = query.from_ms {
            statement.and(&format!("{ordered}.started_ms >= ?"), number(from_ms));
        }
        if let Some(to_ms) = query.to_ms {
            statement.and(&format!("{ordered}.started_ms < ?"), number(to_ms));
        }
        match query.view {
            QueueView::Mine => statement.and("assigned_to <> '' AND assigned_to = ?", text(&query.who)),
            QueueView::Appeals => statement.sql.push_str(
                " AND reviews.call IN (SELECT call FROM appeals WHERE call IS NOT NULL AND answer = 'appealed' AND decision IS NULL)",
            ),
            QueueView::Open | QueueView::Finished => {}
        }
        if let Some(points) = query.points_min {
            statement.and("worst_points <= ?", number(-i64::from(points)));
        }
        if let Some(is_sure) = query.is_sure {
            let compared = if is_sure { "least_sure >= ?" } else { "least_sure < ?" };
            statement.and(compared, number(SURE.into()));
        }
        if let Some(is_sampled) = query.is_sampled {
            statement.sql.push_str(if is_sampled { " AND sampled <> ''" } else { " AND sampled = ''" });
        }
        statement
    }

    /// Where the walk goes, and which of it has the order. Named, because without statistics SQLite guesses.
    fn tables(&self) -> (&'static str, &'static str) {
        let query = self.query;
        let is_narrowed = query.points_min.is_some() || query.is_sure.is_some() || query.is_sampled.is_some();
        if query.view == QueueView::Appeals {
            // Few are open at a time: they are found first, and sorted.
            return ("reviews NOT INDEXED", "reviews");
        }
        if query.view == QueueView::Mine {
            return ("reviews INDEXED BY reviews_by_assigned", "reviews");
        }
        if query.is_sampled == Some(true) && query.rule.is_none() {
            return ("reviews INDEXED BY reviews_by_draw", "reviews");
        }
        match (&query.rule, &query.agent, self.team) {
            (Some(_), ..) if is_narrowed => {
                ("review_rules CROSS JOIN reviews ON reviews.call = review_rules.call", "review_rules")
            }
            (Some(_), ..) => ("review_rules", "review_rules"),
            (None, Some(_), _) => ("reviews INDEXED BY reviews_by_agent", "reviews"),
            (None, None, Some(_)) => ("reviews INDEXED BY reviews_by_team", "reviews"),
            (None, None, None) => ("reviews INDEXED BY reviews_by_state", "reviews"),
        }
    }
}

impl Statement {
    fn and(&mut self, condition: &str, value: Value) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
        self.values.push(value);
    }

    fn places(
        mut self,
        connection: &Connection,
        state: u8,
        after: Option<QueuePlace>,
        limit: usize,
    ) -> Result<Vec<QueuePlace>, StoreFault> {
        let of = self.ordered;
        if let Some(after) = after.filter(|after| after.state == state) {
            self.sql.push_str(&format!(" AND ({of}.started_ms, {of}.call) < (?, ?)"));
            self.values.extend([after.started_ms, after.key].map(Value::Integer));
        }
        let sql = format!(
            "SELECT {of}.started_ms, {of}.call {} ORDER BY {of}.started_ms DESC, {of}.call DESC LIMIT ?",
            self.sql
        );
        self.values.push(Value::Integer(i64::try_from(limit).unwrap_or(i64::MAX)));
        let mut statement = connection.prepare_cached(&sql)?;
        let places = statement.query_map(params_from_iter(self.values), |row| {
            Ok(QueuePlace { state, started_ms: row.get(0)?, key: row.get(1)? })
        })?;
        Ok(places.collect::<Result<_, _>>()?)
    }

    fn count(mut self, connection: &Connection, most: u32) -> Result<u32, StoreFault> {
        let sql = format!("SELECT count(*) FROM (SELECT 1 {} LIMIT ?)", self.sql);
        self.values.push(Value::Integer(most.into()));
        let mut statement = connection.prepare_cached(&sql)?;
        Ok(statement.query_row(params_from_iter(self.values), |row| row.get(0))?)
    }
}

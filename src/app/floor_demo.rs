use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use super::floor::OpenFloor;
use crate::access::{Actor, Secret, StationDraft, UserDraft};
use crate::hex;
use crate::score::{self, Assessment};
use crate::script::{self, Script};
use crate::store::Role;
use crate::swarm::{
    Clock, Endpoint, Order, Pace, Repertoire, Seat, Sends, Station, StationJournals, Tape, run_stations,
};
use crate::wire::StationHello;

/// The sample call of `callcue demo`.
static SAMPLE_CALL: &[u8] = include_bytes!("../../config/demo/call.jsonl");

/// Who sits in the room, a team a line.
const TEAMS: [(&str, [&str; 8]); 3] = [
    ("一组", ["王芳", "李娜", "张伟", "刘洋", "陈静", "杨帆", "赵磊", "黄敏"]),
    ("二组", ["周婷", "吴刚", "徐丽", "孙浩", "胡月", "朱杰", "高洁", "林涛"]),
    ("三组", ["何雪", "郭强", "马超", "罗兰", "梁爽", "宋佳", "郑凯", "谢莹"]),
];
/// The lead who looks at it.
const LEAD: &str = "demo";
/// One agent comes after the other, so that not all answer at once.
const APART: Duration = Duration::from_millis(1_300);

/// A simulated room at a floor that stands.
pub struct DemoRoom {
    /// Log-in name and password of a lead who sees all of it, for this run only.
    pub login: (String, String),
    orders: watch::Sender<Order>,
}

impl Drop for DemoRoom {
    /// The stations leave.
    fn drop(&mut self) {
        self.orders.send_replace(Order::Leave);
    }
}

/// Fills a floor with 24 simulated stations, which speak the real protocol over real sockets and take one call after the
/// other, in another order each time.
///
/// # Errors
/// What the store, the system or the address says.
pub fn fill_room(floor: &OpenFloor) -> anyhow::Result<DemoRoom> {
    let script = Arc::new(Script::parse(script::BUNDLED_NAME, script::BUNDLED)?);
    let assessment = Arc::new(Assessment::parse(score::BUNDLED_NAME, score::BUNDLED)?);
    let repertoire = Arc::new(Repertoire {
        tapes: Tape::bundled(SAMPLE_CALL, &script, &assessment)?,
        pace: Pace::Speed(1.0),
        seed: u64::from(getrandom::u32()?),
        run: format!("{:08x}", getrandom::u32()?),
    });
    let hello = StationHello {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        agent: String::new(),
        script: script.name.clone(),
        script_sha256: hex::digits(&Sha256::digest(script::BUNDLED.as_bytes())),
        model: None,
    };
    let seats = enrol(floor, &repertoire, &hello)?;
    let login = (LEAD.to_owned(), make_lead(floor)?);
    let endpoint = Endpoint::new(&format!("http://{}", floor.address), None)?;
    let (orders, ordered) = watch::channel(Order::Play);
    let sends = Arc::new(Sends::new(seats.len(), &(Duration::ZERO..Duration::ZERO)));
    let play = move || {
        if let Err(why) = run_stations(seats, endpoint, Clock::start(), sends, ordered) {
            tracing::error!(%why, "the simulated stations have stopped");
        }
    };
    thread::Builder::new().name("demo-stations".to_owned()).spawn(play).context("no thread to be had")?;
    Ok(DemoRoom { login, orders })
}

fn enrol(floor: &OpenFloor, repertoire: &Arc<Repertoire>, hello: &StationHello) -> anyhow::Result<Vec<Seat>> {
    let agents = TEAMS.iter().flat_map(|(team, names)| names.iter().map(move |name| (*team, *name)));
    let seat = |(place, (team, name)): (usize, (&str, &str))| {
        let draft = StationDraft {
            name: format!("desk-{:02}", place + 1),
            agent: (2_001 + place).to_string(),
            agent_name: name.to_owned(),
            team: team.to_owned(),
        };
        let enrolled = floor.accounts.enrol(&Actor::console(), &draft, floor.now)?;
        let hello = StationHello { agent: draft.agent, ..hello.clone() };
        let journals = StationJournals::in_memory(Arc::clone(repertoire));
        let station = Station::new(repertoire, place, hello, journals, APART * place as u32);
        Ok(Seat { station, token: enrolled.token.reveal().to_owned() })
    };
    agents.enumerate().map(seat).collect()
}

/// The password is random and printed, so nobody has to change it first: it is good for this run only.
fn make_lead(floor: &OpenFloor) -> anyhow::Result<String> {
    let teams: Vec<String> = TEAMS.iter().map(|(team, _)| (*team).to_owned()).collect();
    let draft = UserDraft {
        full_name: "演示班组长".to_owned(),
        role: Role::Lead,
        teams,
        agent: None,
        disabled: false,
    };
    let console = Actor::console();
    let password: Secret = match floor.store.user(LEAD)? {
        None => floor.accounts.add_user(&console, LEAD, &draft, floor.now)?,
        Some(_) => floor.accounts.reset_password(&console, LEAD, floor.now)?,
    };
    if let Some(mut user) = floor.store.user(LEAD)? {
        user.must_change = false;
        floor.store.put_user(&user)?;
    }
    Ok(password.reveal().to_owned())
}

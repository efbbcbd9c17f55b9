//! What leads ask of the hall: rights are held against the station's team and agent, which the board knows.

use std::collections::VecDeque;

use super::frames::encode;
use super::hall::{Hall, Lead};
use super::messages::{Done, ForLead, Request};
use crate::access::{Act, On, may};
use crate::board::Seat;
use crate::http::Refusal;
use crate::store::UserRow;
use crate::wire::{AlertCard, FromFloor, ToLead};

/// Lines of leads whose reading is still waited for; of more, the oldest are given up.
const NOTES_MAX: usize = 1_000;
/// Characters of a lead's line.
const NOTE_CHARS_MAX: usize = 200;

/// Lines of leads on their way to agents.
pub(super) struct Notes {
    /// Makes numbers unique over restarts.
    started_ms: i64,
    sent: u64,
    open: VecDeque<Note>,
}

struct Note {
    id: String,
    lead: u64,
    station: u32,
    text: String,
    sent_ms: i64,
}

impl Notes {
    pub(super) const fn new(started_ms: i64) -> Self {
        Self { started_ms, sent: 0, open: VecDeque::new() }
    }
}

impl Note {
    fn told(self, read_ms: Option<i64>) -> ToLead {
        ToLead::Note { id: self.id, station: self.station, text: self.text, sent_ms: self.sent_ms, read_ms }
    }
}

impl Hall {
    /// Does what a lead asks, if the lead may.
    pub(super) fn request(&mut self, lead: u64, request: Request) -> Result<Done, Refusal> {
        match request {
            Request::Note { station, text } => self.note(lead, station, &text),
            Request::Listen { station } => self.listen(lead, station),
            Request::ListenNoMore { station } => {
                self.listen_no_more(lead, station);
                Ok(Done::Silent)
            }
            Request::Acknowledge { alert } => {
                self.check_alert(lead, alert, None)?;
                let by = self.lead(lead)?.user.name.clone();
                let card = self.board.acknowledge(alert, &by, self.clock.steady_ms());
                card.map(|card| Done::Settled(Box::new(card))).map_err(|_| no_alert())
            }
            Request::Assign { alert, to } => {
                self.check_alert(lead, alert, Some(&to))?;
                let card = self.board.assign(alert, &to.name, self.clock.steady_ms());
                card.map(|card| Done::Settled(Box::new(card))).map_err(|_| no_alert())
            }
        }
    }

    /// The agent has read a line: its writer is told.
    pub(super) fn note_read(&mut self, station: u32, id: &str) {
        let place = self.notes.open.iter().position(|note| note.station == station && note.id == id);
        let Some(note) = place.and_then(|place| self.notes.open.remove(place)) else { return };
        if let Some(lead) = self.leads.get(&note.lead) {
            let read_ms = Some(self.clock.wall_ms());
            if lead.outbox.try_send(ForLead::Frame(encode(&note.told(read_ms)))).is_err() {
                self.counts.moments_dropped.add(1);
            }
        }
    }

    pub(super) fn listen_no_more(&mut self, lead: u64, station: u32) {
        if self.listeners.end(station, lead) {
            self.tell_listeners(station);
        }
    }

    fn note(&mut self, lead: u64, station: u32, text: &str) -> Result<Done, Refusal> {
        let seat = self.check_station(lead, station, Act::Coach)?;
        let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() || text.chars().count() > NOTE_CHARS_MAX {
            let en = format!("a line has 1 to {NOTE_CHARS_MAX} characters");
            return Err(Refusal::new(format!("留言须为 1 到 {NOTE_CHARS_MAX} 个字"), en));
        }
        self.notes.sent += 1;
        let id = format!("{:x}-{}", self.notes.started_ms, self.notes.sent);
        let from = display_name(&self.lead(lead)?.user).to_owned();
        if !self.say(station, FromFloor::Note { id: id.clone(), from, text: text.clone() }) {
            return Err(Refusal::new(
                "坐席不在线，留言没有送到",
                "the station is not connected; the line was not sent",
            ));
        }
        let note =
            || Note { id: id.clone(), lead, station, text: text.clone(), sent_ms: self.clock.wall_ms() };
        let frame = encode(&note().told(None));
        let note = note();
        if self.notes.open.len() == NOTES_MAX {
            self.notes.open.pop_front();
        }
        self.notes.open.push_back(note);
        Ok(Done::Noted { frame, agent: seat.agent })
    }

    fn listen(&mut self, lead: u64, station: u32) -> Result<Done, Refusal> {
        let seat = self.check_station(lead, station, Act::ListenIn)?;
        if !self.links.contains_key(&station) {
            return Err(Refusal::new("坐席不在线，无法监听", "the station is not connected"));
        }
        let Some(call) = self.board.call_of(station).map(str::to_owned) else {
            return Err(Refusal::new("坐席没有在通话", "there is no call at that station"));
        };
        let name = display_name(&self.lead(lead)?.user).to_owned();
        let sound = self.listeners.begin(station, &call, lead, &name);
        self.tell_listeners(station);
        Ok(Done::Listening { sound, call, agent: seat.agent })
    }

    fn lead(&self, lead: u64) -> Result<&Lead, Refusal> {
        self.leads.get(&lead).ok_or_else(|| Refusal::new("请刷新页面", "the page is not known; reload it"))
    }

    fn check_station(&self, lead: u64, station: u32, act: Act) -> Result<Seat, Refusal> {
        let seat = self
            .board
            .seat_of(station)
            .filter(|seat| self.leads.get(&lead).is_some_and(|lead| allowed(&lead.user, act, seat)));
        // Whether there is a station of another team is nobody's business.
        seat.cloned()
            .ok_or_else(|| Refusal::new("没有这个坐席，或无权操作", "there is no such station for you"))
    }

    fn check_alert(&self, lead: u64, alert: u64, to: Option<&UserRow>) -> Result<(), Refusal> {
        let lead = self.lead(lead)?;
        let card = self.board.alert(alert).filter(|card| settles(&lead.user, card)).ok_or_else(no_alert)?;
        if to.is_some_and(|to| !settles(to, card)) {
            return Err(Refusal::new(
                "该用户不能处理这个班组的提醒",
                "that user may not see to alerts of that team",
            ));
        }
        Ok(())
    }
}

fn settles(user: &UserRow, card: &AlertCard) -> bool {
    may(user, Act::SettleAlert, On::Call { team: &card.team, agent: &card.agent })
}

fn allowed(user: &UserRow, act: Act, seat: &Seat) -> bool {
    may(user, act, On::Call { team: &seat.team, agent: &seat.agent })
}

fn no_alert() -> Refusal {
    Refusal::new("没有这个提醒，或已处理", "there is no such open alert for you")
}

fn display_name(user: &UserRow) -> &str {
    if user.full_name.is_empty() { &user.name } else { &user.full_name }
}

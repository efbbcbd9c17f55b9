use callcue::call::Channel;
use callcue::uplink::{Broken, Outbox, Told};
use callcue::wire::{FromFloor, Moment, Severity, ToFloor};

use super::twin::{NOW, Numbers, sent, welcome, welcomed};

fn levels(at_ms: u64, agent_speaking: bool) -> Moment {
    Moment::Levels {
        at_ms,
        agent_dbfs: -30.0,
        customer_dbfs: -60.0,
        agent_speaking,
        customer_speaking: false,
        quiet_since_ms: None,
    }
}

fn partial(committed: &str) -> Moment {
    let (committed, tentative) = (committed.to_owned(), String::new());
    Moment::Partial { channel: Channel::Agent, from_ms: 0, committed, tentative }
}

fn notice(zh: &str) -> Moment {
    let (key, zh, en) = ("overrun".to_owned(), zh.to_owned(), zh.to_owned());
    Moment::Notice { key, severity: Severity::Warning, zh, en }
}

fn moments(outbox: &mut Outbox) -> Vec<Moment> {
    let moment = |message| match message {
        ToFloor::Moment { moment } => Some(moment),
        _ => None,
    };
    sent(outbox, &mut Numbers::default()).into_iter().filter_map(moment).collect()
}

#[test]
fn meters_are_told_on_a_change_of_speaker_and_all_while_watched() {
    let mut outbox = welcomed(&mut Numbers::default());
    outbox.moment(levels(100, false));
    assert_eq!(moments(&mut outbox), [levels(100, false)]);
    outbox.moment(levels(200, false));
    outbox.moment(partial("您"));
    assert_eq!(moments(&mut outbox), []);
    outbox.moment(levels(300, true));
    assert_eq!(moments(&mut outbox), [levels(300, true)]);

    outbox.receive(NOW, FromFloor::Watch { on: true });
    outbox.moment(levels(400, true));
    outbox.moment(partial("您"));
    outbox.moment(partial("您好"));
    outbox.moment(levels(500, true));
    assert_eq!(moments(&mut outbox), [levels(500, true), partial("您好")], "the newest of each");
    outbox.receive(NOW, FromFloor::Watch { on: false });
    outbox.moment(levels(600, true));
    assert_eq!(moments(&mut outbox), []);
}

#[test]
fn a_new_connection_is_told_how_the_station_is_and_not_how_it_was() {
    let mut outbox = welcomed(&mut Numbers::default());
    outbox.receive(NOW, FromFloor::Watch { on: true });
    outbox.broken(NOW, Broken::Network);
    outbox.moment(levels(100, true));
    outbox.moment(notice("慢"));
    outbox.moment(Moment::Lag { text_ms: 900 });
    outbox.ringing(true);
    outbox.note_read("n1".to_owned());
    outbox.connected(NOW);
    sent(&mut outbox, &mut Numbers::default());
    outbox.receive(NOW, welcome());
    let told = sent(&mut outbox, &mut Numbers::default());
    let wanted = [
        ToFloor::NoteRead { id: "n1".to_owned() },
        ToFloor::Ringing { on: true },
        ToFloor::Moment { moment: notice("慢") },
        ToFloor::Moment { moment: Moment::Lag { text_ms: 900 } },
    ];
    assert_eq!(told, wanted);

    outbox.moment(notice(""));
    outbox.ringing(false);
    assert_eq!(moments(&mut outbox), [notice("")]);
    outbox.broken(NOW, Broken::Network);
    outbox.connected(NOW);
    sent(&mut outbox, &mut Numbers::default());
    outbox.receive(NOW, welcome());
    assert_eq!(moments(&mut outbox), [Moment::Lag { text_ms: 900 }]);
}

#[test]
fn nobody_listens_on_a_connection_that_is_gone() {
    let mut outbox = welcomed(&mut Numbers::default());
    let by = vec!["王组长".to_owned()];
    outbox.receive(NOW, FromFloor::Listen { by: by.clone() });
    assert!(outbox.is_listened());
    outbox.broken(NOW, Broken::Network);
    assert!(!outbox.is_listened());
    let told: Vec<Told> = std::iter::from_fn(|| outbox.poll_told()).skip(1).collect();
    assert_eq!(told, [Told::Listen { by }, Told::Listen { by: vec![] }]);
}

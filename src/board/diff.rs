//! The difference between two tiles, and back.

use serde_json::{Map, Value};

use crate::wire::{Tile, TileChange};

/// The fields in which `new` is different from `old`; none if there is no difference.
pub fn between(old: &Tile, new: &Tile) -> Option<TileChange> {
    let mut fields = Map::new();
    macro_rules! compare {
        ($($field:ident),* $(,)?) => {
            // A field that is added to the tile and forgotten here does not compile.
            let Tile { station: _, $($field: _),* } = new;
            $(if old.$field != new.$field {
                fields.insert(stringify!($field).to_owned(), value(&new.$field));
            })*
        };
    }
    compare!(
        agent,
        name,
        team,
        state,
        state_since_ms,
        call,
        call_since_ms,
        seq,
        speaking,
        flags_grave,
        flags_light,
        flag_rule,
        cue_rule,
        cue_text,
        talk_share_pct,
        lag_ms,
        audio_lost,
        behind,
        urgency,
        listeners,
        notice,
    );
    if fields.is_empty() { None } else { Some(TileChange { station: new.station, fields }) }
}

/// A tile as a change from nothing: every field is there.
pub(super) fn whole(tile: &Tile) -> TileChange {
    let Value::Object(mut fields) = value(tile) else { unreachable!("a tile is an object") };
    fields.remove("station");
    TileChange { station: tile.station, fields }
}

/// Puts a change over a tile, as a page does.
///
/// # Errors
/// What serde says of a field that no tile has in that form.
pub fn apply(tile: &mut Tile, change: &TileChange) -> Result<(), serde_json::Error> {
    let Value::Object(mut fields) = serde_json::to_value(&*tile)? else {
        unreachable!("a tile is an object")
    };
    fields.extend(change.fields.clone());
    *tile = serde_json::from_value(Value::Object(fields))?;
    Ok(())
}

fn value(field: &impl serde::Serialize) -> Value {
    // Wire types have string keys and derived writers only, which cannot fail.
    serde_json::to_value(field).expect("a wire type writes as JSON")
}

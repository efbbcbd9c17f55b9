use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use callcue::call::EventKind;
use callcue::floor::{ImportProgress, Importer, Keeping};
use callcue::store::{FileState, ImportDraft, ImportFile, ImportStore, Role};
use serde_json::Value;

use crate::support::floor::{Disk, TestFloor, brisk, event, events};

fn description() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/openapi.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

/// `GET /api/calls` of every `.route("/api/calls", get(…))` below `src/floor`.
fn routes() -> BTreeSet<String> {
    let mut routes = BTreeSet::new();
    for path in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/floor")) {
        let text = fs::read_to_string(path).unwrap();
        for route in text.split(".route(\"").skip(1) {
            let (address, rest) = route.split_once('"').unwrap();
            let handlers = rest.split(".route(").next().unwrap().split('\n').next().unwrap();
            for method in ["get", "post", "put", "delete"] {
                let words = [format!(" {method}("), format!(".{method}(")];
                if words.iter().any(|word| handlers.contains(word.as_str())) {
                    routes.insert(format!("{} {address}", method.to_uppercase()));
                }
            }
        }
    }
    routes.retain(|route| ["/api/", "/healthz", "/metrics"].iter().any(|start| route.contains(start)));
    routes
}

#[test]
fn every_route_is_described_and_nothing_else_is() {
    let description = description();
    let mut described = BTreeSet::new();
    for (address, methods) in description["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            described.insert(format!("{} {address}", method.to_uppercase()));
        }
    }
    assert!(described.len() > 20);
    assert_eq!(routes(), described, "src/floor (left) and config/openapi.json (right) differ");
}

#[test]
fn references_lead_somewhere() {
    let description = description();
    let text = description.to_string();
    let wanted: BTreeSet<&str> =
        text.split("#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let there: BTreeSet<&str> =
        description["components"]["schemas"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(wanted, there);
}

/// Holds a value against a schema, as far as this description uses JSON Schema.
fn check(value: &Value, schema: &Value, all: &Value, at: &str) {
    if let Some(name) = schema["$ref"].as_str() {
        return check(value, &all[name.rsplit('/').next().unwrap()], all, at);
    }
    if let Some(one_of) = schema["oneOf"].as_array() {
        if !value.is_null() {
            check(value, &one_of[0], all, at);
        }
        return;
    }
    if schema.get("type").is_none() {
        return;
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        many => many.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect(),
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() || types.contains(&"number") => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    assert!(types.contains(&kind), "{at} is {kind}, not {types:?}");
    if let Some(words) = schema["enum"].as_array() {
        assert!(words.contains(value), "{at}: {value}");
    }
    for (place, item) in value.as_array().into_iter().flatten().enumerate() {
        check(item, &schema["items"], all, &format!("{at}[{place}]"));
    }
    let Some(fields) = schema["properties"].as_object() else { return };
    for (name, field) in value.as_object().into_iter().flatten() {
        check(
            field,
            fields.get(name).unwrap_or_else(|| panic!("{at}.{name} is not described")),
            all,
            &format!("{at}.{name}"),
        );
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        assert!(value.get(name.as_str().unwrap()).is_some(), "{at} has no {name}");
    }
}

/// Leaves every import as it is.
struct Idle;

impl Importer for Idle {
    fn run(&self, _: u64, _: &ImportProgress) {}
    fn folder(&self, _: u64) -> PathBuf {
        PathBuf::new()
    }
}

#[tokio::test]
async fn answers_are_as_described() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::open(folder.path());
    let import = disk.new_import(&ImportDraft::default()).unwrap();
    let refused = ImportFile { file: "a".into(), state: FileState::Refused, ..ImportFile::default() };
    disk.put_import_file(import, &refused).unwrap();
    let keeping = Keeping { importer: Some(Arc::new(Idle)), ..Keeping::default() };
    let floor = TestFloor::start_keeping(disk, brisk(), keeping).await;
    let token = floor.enrol("desk-01", "1001", "一组");
    let mut station = floor.station(&token).await;
    station.store(&events("a", 1, 2)).await;
    let alert =
        EventKind::Alert { rule: "4.2".into(), to: "lead".into(), text: "客户要求找领导".into() };
    station.store(&[event("a", 3, alert)]).await;
    let admin = floor.log_in("admin", Role::Administrator, &[]);
    let description = description();
    let all = &description["components"]["schemas"];
    let answered = |path: &str| {
        description["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"].clone()
    };
    for (path, address) in [
        ("/api/login", "/api/login"),
        ("/api/me", "/api/me"),
        ("/api/users", "/api/users"),
        ("/api/teams", "/api/teams"),
        ("/api/stations", "/api/stations"),
        ("/api/audit", "/api/audit"),
        ("/api/calls", "/api/calls"),
        ("/api/calls/{call}", "/api/calls/a"),
        ("/api/calls/{call}/events", "/api/calls/a/events"),
        ("/api/flags", "/api/flags"),
        ("/api/day", "/api/day"),
        ("/api/imports", "/api/imports"),
        ("/api/imports/{import}", "/api/imports/1"),
        ("/api/privacy/person", "/api/privacy/person?calls=a"),
        ("/api/alerts", "/api/alerts"),
        ("/api/assignees", "/api/assignees?team=%E4%B8%80%E7%BB%84"),
        ("/api/scores/card", "/api/scores/card?agent=1001"),
        ("/api/scores/team", "/api/scores/team?team=%E4%B8%80%E7%BB%84"),
        ("/api/scores/standard", "/api/scores/standard"),
        ("/api/rules", "/api/rules"),
        ("/healthz", "/healthz"),
        ("/api/review/queue", "/api/review/queue?view=open"),
        ("/api/review/filters", "/api/review/filters"),
        ("/api/review/search", "/api/review/search?words=x"),
        ("/api/review/people", "/api/review/people"),
        ("/api/review/calls/{call}", "/api/review/calls/a"),
        ("/api/review/calls/{call}/history", "/api/review/calls/a/history"),
        ("/api/review/calibrations", "/api/review/calibrations"),
        ("/api/review/precision", "/api/review/precision"),
        ("/api/review/examples", "/api/review/examples?rule=2.1&verdict=dismissed"),
    ] {
        let (status, value) = floor.get(address, &admin).await;
        assert_eq!(status, 200, "{address}");
        check(&value, &answered(path), all, address);
    }
    let (status, fault) = floor.get("/api/me", "").await;
    assert_eq!(status, 401);
    check(&fault, &all["Fault"], all, "fault");
    assert_eq!(floor.get("/api/openapi.json", "").await, (200, description.clone()));
    floor.stop().await;
}

/// The answers that are kept as files, which have more in them than a new floor has.
#[test]
fn golden_answers_are_as_described() {
    let description = description();
    let all = &description["components"]["schemas"];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire/review");
    for (name, schema) in [
        ("answered", "Appeal"),
        ("appeals", "QueuePage"),
        ("assigned", "ReviewCall"),
        ("calibration", "Calibration"),
        ("call", "ReviewCall"),
        ("comment", "Comment"),
        ("examples", "Examples"),
        ("filter", "SavedFilter"),
        ("finished", "ReviewCall"),
        ("flag", "ReviewFlag"),
        ("flag-added", "ReviewFlag"),
        ("lock", "Lock"),
        ("mine", "MyCalls"),
        ("precision", "Precision"),
        ("queue", "QueuePage"),
        ("sample", "SampleDrawn"),
        ("search", "SearchPage"),
        ("settled", "Appeal"),
    ] {
        let golden = fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
        check(&serde_json::from_str(&golden).unwrap(), &all[schema], all, name);
    }
    for (name, schema) in [
        ("calibrations", "Calibration"),
        ("filters", "SavedFilter"),
        ("history", "Decision"),
        ("people", "Person"),
    ] {
        let golden: Value =
            serde_json::from_str(&fs::read_to_string(folder.join(format!("{name}.json"))).unwrap()).unwrap();
        for one in golden.as_array().unwrap() {
            check(one, &all[schema], all, name);
        }
    }
}

use std::fs;
use std::path::{Path, PathBuf};

use callcue::score::Assessment;
use callcue::script::Script;
use serde_json::Value;

/// The files of config/, and the type that reads each.
fn schemas() -> [(&'static str, String); 2] {
    [("script", Script::schema()), ("assessment", Assessment::schema())]
}

fn config(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config").join(path)
}

/// `UPDATE_EXPECT=1` writes them anew.
#[test]
fn the_files_in_config_schema_are_what_the_types_give() {
    for (name, schema) in schemas() {
        let path = config(&format!("schema/{name}.json"));
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&path, &schema).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == schema, "{} is out of date; run this test with UPDATE_EXPECT=1", path.display());
    }
}

#[test]
fn the_bundled_files_name_their_schema_and_follow_it() {
    for (file, schema) in
        [("scripts/zhongtie-logistics.toml", "script"), ("assessment/property-service.toml", "assessment")]
    {
        let path = config(file);
        let text = fs::read_to_string(&path).unwrap();
        let hint = text.lines().next().unwrap().strip_prefix("#:schema ").unwrap_or_else(|| panic!("{file}"));
        assert_eq!(
            path.parent().unwrap().join(hint).canonicalize().unwrap(),
            config(&format!("schema/{schema}.json")).canonicalize().unwrap()
        );
        let schema: Value =
            serde_json::from_str(&schemas().into_iter().find(|(name, _)| *name == schema).unwrap().1)
                .unwrap();
        let value: Value = serde_json::to_value(toml::from_str::<toml::Table>(&text).unwrap()).unwrap();
        follows(&value, &schema, &schema, file).unwrap();
    }
}

/// A file that the types refuse must not be right by the schema either.
#[test]
fn the_schema_refuses_what_the_types_refuse() {
    let schema: Value = serde_json::from_str(&Script::schema()).unwrap();
    let rule = &schema["definitions"]["Rule"];
    assert_eq!(rule["additionalProperties"], Value::Bool(false));
    let required: Vec<_> = rule["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(required, ["id", "title", "item"]);
    assert_eq!(rule["properties"]["id"]["type"], "string", "what spans are kept for does not show");
    let wrong =
        "format = 1\nname = \"n\"\ncompany = \"c\"\n[[rule]]\nid = \"1\"\ntitle = \"t\"\nitem = \"A4\"\n";
    for (slip, fits) in [
        ("", true),
        ("priority = \"high\"", false),
        ("check.dance = {}", false),
        ("check.answer = { flag = \"perhaps\" }", false),
        ("say = [{ txt = \"您好\" }]", false),
        ("check.answer = { flag = \"never\" }\nsay = [{ text = \"您好\" }]", true),
    ] {
        let text = format!("{wrong}{slip}\n");
        let value = serde_json::to_value(toml::from_str::<toml::Table>(&text).unwrap()).unwrap();
        assert_eq!(follows(&value, &schema, &schema, "").is_ok(), fits, "by the schema: {slip}");
        assert_eq!(Script::parse("s.toml", &text).is_ok(), fits, "by the types: {slip}");
    }
    for definition in schema["definitions"].as_object().unwrap().values() {
        for (name, property) in definition["properties"].as_object().into_iter().flatten() {
            let text = property["description"].as_str().unwrap_or_default();
            assert!(!text.is_empty() && !text.contains("](") && !text.contains("crate::"), "{name}: {text}");
        }
    }
}

/// Enough of JSON Schema for our own: references, objects, arrays, alternatives, types.
fn follows(value: &Value, schema: &Value, root: &Value, place: &str) -> Result<(), String> {
    if let Some(target) = schema["$ref"].as_str() {
        let name = target.strip_prefix("#/definitions/").unwrap();
        return follows(value, &root["definitions"][name], root, place);
    }
    for all in schema["allOf"].as_array().into_iter().flatten() {
        follows(value, all, root, place)?;
    }
    for either in ["oneOf", "anyOf"] {
        if let Some(choices) = schema[either].as_array()
            && !choices.iter().any(|choice| follows(value, choice, root, place).is_ok())
        {
            return Err(format!("{place}: no {either} fits {value}"));
        }
    }
    if !schema["const"].is_null() && schema["const"] != *value {
        return Err(format!("{place}: {value} is not {}", schema["const"]));
    }
    let kind = match value {
        Value::Object(fields) => {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            if let Some(missing) = required.into_iter().find(|name| !fields.contains_key(*name)) {
                return Err(format!("{place}: no {missing}"));
            }
            for (name, field) in fields {
                match &schema["properties"][name] {
                    Value::Null if schema["additionalProperties"] == false => {
                        return Err(format!("{place}.{name} is not known"));
                    }
                    property => follows(field, property, root, &format!("{place}.{name}"))?,
                }
            }
            "object"
        }
        Value::Array(items) => {
            items.iter().try_for_each(|item| follows(item, &schema["items"], root, place))?;
            "array"
        }
        Value::String(_) => "string",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() && schema["type"] != "number" => "integer",
        Value::Number(_) => "number",
        Value::Null => "null",
    };
    let fits = match &schema["type"] {
        Value::String(name) => name == kind,
        Value::Array(names) => {
            names.iter().any(|name| name == kind || (name == "number" && kind == "integer"))
        }
        _ => true,
    };
    if fits { Ok(()) } else { Err(format!("{place}: {kind}, not {}", schema["type"])) }
}

//! The golden images, drawn for readers: what is where, and what is read from it.

use std::fmt::Write;

use model::Outcome;

use super::*;

/// The vectors with golden images, by their ids.
fn golden() -> Vec<Value> {
    let mut suite = Suite::new();
    layouts::generate(&mut suite);
    managed::generate(&mut suite);
    let (files, _) = suite.finish().unwrap();
    let tests = files.iter().flat_map(|(_, text)| {
        let file: Value = serde_json::from_str(text).unwrap();
        file["tests"].as_array().unwrap().clone()
    });
    let is_golden = |test: &Value| words(&test["id"]).contains("/layout-v");
    tests.filter(is_golden).collect()
}

/// The chunks of an image and what the model reads from it.
fn draw(input: &Value) -> Result<String, std::fmt::Error> {
    let Outcome::Ok(output) = model::run(DECODE, input, None) else {
        return Ok("rejected".to_owned());
    };
    let mut text = String::new();
    let range = &output["id_range"];
    writeln!(
        text,
        "version {}, {} pages",
        output["version"],
        words(&input["memory"]["pages"])
    )?;
    writeln!(
        text,
        "numbers {} to {}, the last excluded",
        words(&range[0]),
        words(&range[1])
    )?;
    writeln!(text, "salt {}", words(&output["salt"]))?;
    for chunk in input["memory"]["chunks"].as_array().into_iter().flatten() {
        let bytes = words(&chunk[1]);
        let begin: String = bytes.chars().take(32).collect();
        let more = if bytes.len() > 32 { "…" } else { "" };
        writeln!(
            text,
            "at {:>9}: {:>5} bytes  {begin}{more}",
            words(&chunk[0]),
            bytes.len() / 2
        )?;
    }
    for anchor in output["anchors"].as_array().into_iter().flatten() {
        let devices = anchor["devices"].as_array().into_iter().flatten();
        writeln!(text, "anchor {}", words(&anchor["anchor"]))?;
        for device in devices {
            writeln!(
                text,
                "  {:?}: {}, {}, {}; key {}",
                words(&device["alias"]),
                words(&device["purpose"]),
                words(&device["key_type"]),
                words(&device["protection"]),
                words(&device["pubkey"]),
            )?;
            for name in ["credential_id", "origin", "last_usage"] {
                if let Some(value) = device[name].as_str() {
                    writeln!(text, "    {name} {value}")?;
                }
            }
            if let Some(map) = device.get("metadata") {
                writeln!(text, "    metadata {map}")?;
            }
        }
    }
    Ok(text)
}

fn words(value: &Value) -> &str {
    value.as_str().unwrap_or("?")
}

#[test]
fn golden_images_are_as_drawn() {
    let golden = golden();
    assert_eq!(golden.len(), 10);
    for test in &golden {
        let (_, name) = words(&test["id"]).rsplit_once('/').unwrap();
        insta::assert_snapshot!(name, draw(&test["input"]).unwrap());
    }
}

/// The header and the state of the service's own test for version 6, where entries have 2048 bytes.
///
/// Source: tests of Internet Identity, `should_read_previously_stored_persistent_state_v6`.
#[test]
fn the_header_of_the_services_test_is_read_as_there() {
    let header = format!(
        "494943060300000040e2010000000000f1fb0900000000000008{}0000020000000000",
        "43".repeat(32)
    );
    let input = json!({"memory": {"pages": "3", "chunks": [["0", header]]}});
    let Outcome::Ok(output) = model::run(DECODE, &input, None) else {
        panic!("rejected");
    };
    assert_eq!(output["version"], 6);
    assert_eq!(output["id_range"], json!(["123456", "654321"]));
    assert_eq!(output["salt"], "43".repeat(32));
    let numbers: Vec<&str> = output["anchors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|anchor| words(&anchor["anchor"]))
        .collect();
    assert_eq!(numbers, ["123456", "123457", "123458"]);
}

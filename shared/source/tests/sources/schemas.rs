//! The JSON Schema that is kept for editors is the one of the form.

use std::fs;
use std::path::Path;

use roomwatt_source::schema;
use serde_json::Value;

#[test]
fn the_schema_in_the_folder_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sources/schema.json");
    let kept = fs::read_to_string(&path).unwrap_or_default();
    if kept != schema() {
        let current = Path::new(env!("CARGO_TARGET_TMPDIR")).join("schema.json");
        fs::write(&current, schema()).unwrap();
        panic!("sources/schema.json is not current; the current one is {}", current.display());
    }
}

#[test]
fn the_schema_is_closed() {
    fn look(schema: &Value, closed: &mut usize) {
        if let Value::Object(members) = schema {
            if members.contains_key("properties") {
                assert_eq!(
                    members.get("additionalProperties"),
                    Some(&Value::Bool(false)),
                    "{schema}"
                );
                *closed += 1;
            }
            members.values().for_each(|member| look(member, closed));
        }
    }
    let mut closed = 0;
    look(&serde_json::from_str(&schema()).unwrap(), &mut closed);
    assert_eq!(closed, 13);
}

//! The JSON Schema of a source, for editors: made from the types that sources are read into.

use schemars::generate::SchemaSettings;

use crate::form::{Rule, Source};

/// The schema, as indented JSON.
pub fn schema() -> String {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let schema = generator.into_root_schema_for::<Source<Rule>>();
    format!("{:#}\n", schema.to_value())
}

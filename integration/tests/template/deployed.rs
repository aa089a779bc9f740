//! The template, and the stack that it makes.

use integration::template::{Stack, Template};
use serde_json::Value;

pub(crate) fn template() -> Template {
    Template::load().unwrap()
}

/// The stack with every parameter left as it is.
pub(crate) fn stack() -> Stack {
    stack_with(&[])
}

pub(crate) fn stack_with(chosen: &[(&str, &str)]) -> Stack {
    template().stack(chosen).unwrap()
}

/// A whole number, which a parameter gives as text.
pub(crate) fn whole(value: &Value) -> i64 {
    let number = value.as_i64().or_else(|| value.as_str()?.parse().ok());
    number.unwrap_or_else(|| panic!("{value} is no whole number"))
}

/// The event source mappings: function's name, its properties, the mapping's properties.
pub(crate) fn mappings(stack: &Stack) -> Vec<(String, Value, Value)> {
    let mut mappings = Vec::new();
    for (name, function) in stack.functions().unwrap() {
        for event in function["Events"].as_object().into_iter().flatten().map(|(_, event)| event) {
            if event["Type"] == "SQS" {
                mappings.push((name.clone(), function.clone(), event["Properties"].clone()));
            }
        }
    }
    mappings
}

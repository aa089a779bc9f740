//! The bill: what `cost` assumes to be deployed is what the template deploys.

use std::collections::BTreeMap;

use roomwatt_cost::deployed::{
    ALARMS, BATCH_WINDOW, DASHBOARDS, Function, HISTORY_DAYS, REPORT_DAYS,
};

use crate::deployed::{mappings, stack, template, whole};

#[test]
fn functions_have_the_memory_that_the_bill_reckons_with() {
    let stack = stack();
    let deployed: BTreeMap<_, _> = stack
        .functions()
        .unwrap()
        .into_iter()
        .map(|(name, function)| (name, whole(&function["MemorySize"])))
        .collect();
    let reckoned = Function::ALL.map(|one| (one.name().to_owned(), i64::from(one.memory())));
    assert_eq!(deployed, reckoned.into());
}

#[test]
fn what_is_paid_by_the_piece_is_counted() {
    let stack = stack();
    let count = |kind: &str| u32::try_from(stack.of_type(kind).count()).unwrap();
    assert_eq!(count("AWS::CloudWatch::Alarm"), ALARMS);
    assert_eq!(count("AWS::CloudWatch::Dashboard"), DASHBOARDS);
    // Kinds that have a price by the hour or month, and that the bill has no line for.
    for kind in ["AWS::KMS::Key", "AWS::EC2::NatGateway", "AWS::CloudWatch::CompositeAlarm"] {
        assert_eq!(count(kind), 0, "{kind}");
    }
}

#[test]
fn nothing_that_is_charged_apart_is_on_by_default() {
    let stack = stack();
    for (name, function) in stack.functions().unwrap() {
        assert_eq!(function["Tracing"], "PassThrough", "{name}");
        assert_eq!(function["Architectures"], serde_json::json!(["arm64"]), "{name}");
        assert_eq!(function["LoggingConfig"]["ApplicationLogLevel"], "INFO", "{name}");
        assert!(function["ProvisionedConcurrencyConfig"].is_null(), "{name}");
    }
    for (name, _, mapping) in mappings(&stack) {
        // Lambda's own pollers: five, or fewer while traffic is low.
        assert!(mapping["ScalingConfig"].is_null(), "{name}");
        assert!(mapping["ProvisionedPollerConfig"].is_null(), "{name}");
    }
}

#[test]
fn what_can_be_chosen_is_as_the_template_has_it() {
    let template = template();
    let default = |name: &str| {
        let found = template.section("Parameters").find(|(other, _)| *other == name);
        whole(&found.expect(name).1["Default"])
    };
    assert_eq!(default("IngestBatchWindowSeconds"), i64::from(BATCH_WINDOW));
    assert_eq!(default("HistoryDays"), i64::from(HISTORY_DAYS));
    assert_eq!(default("ReportDays"), i64::from(REPORT_DAYS));
}

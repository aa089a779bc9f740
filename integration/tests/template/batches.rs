//! Batches: the local run batches as the deployment does, and only what failed comes again.

use roomwatt_embedded::deployment::{MAPPINGS, TICK};

use crate::deployed::{mappings, stack, stack_with, whole};

#[test]
fn sizes_and_windows_are_those_of_the_local_run() {
    let stack = stack();
    let mappings = mappings(&stack);
    assert_eq!(mappings.len(), MAPPINGS.len());
    for (name, _, mapping) in mappings {
        let local = MAPPINGS.iter().find(|local| local.queue == name).expect(&name);
        let (_, queue) = stack.by_arn(mapping["Queue"].as_str().unwrap()).unwrap();
        assert_eq!(queue["QueueName"], format!("roomwatt-{}", local.queue));
        assert_eq!(whole(&mapping["BatchSize"]), i64::try_from(local.batch_size).unwrap());
        assert_eq!(whole(&mapping["MaximumBatchingWindowInSeconds"]) * 1000, local.window);
    }
}

#[test]
fn only_the_messages_that_failed_come_again() {
    for (name, _, mapping) in mappings(&stack()) {
        let types = serde_json::json!(["ReportBatchItemFailures"]);
        assert_eq!(mapping["FunctionResponseTypes"], types, "{name}");
    }
}

#[test]
fn a_bound_on_concurrency_holds_for_ingest_and_is_left_out_by_default() {
    let bounds = |stack| -> Vec<_> {
        let mappings = mappings(&stack);
        mappings
            .into_iter()
            .map(|(name, _, mapping)| (name, mapping["ScalingConfig"].clone()))
            .collect()
    };
    assert!(bounds(stack()).iter().all(|(_, bound)| bound.is_null()));
    for (name, bound) in bounds(stack_with(&[("IngestMaximumConcurrency", "7")])) {
        if name == "day-close" {
            assert!(bound.is_null());
        } else {
            assert_eq!(whole(&bound["MaximumConcurrency"]), 7, "{name}");
        }
    }
}

#[test]
fn the_rule_ticks_as_often_as_the_local_run_and_tries_until_the_next_tick() {
    let stack = stack();
    let function = stack.functions().unwrap()["day-close-schedule"];
    let tick = &function["Events"]["Tick"]["Properties"];
    let minutes = TICK / 60_000;
    assert_eq!(tick["Schedule"], format!("cron(0/{minutes} * * * ? *)"));
    assert!(whole(&tick["RetryPolicy"]["MaximumRetryAttempts"]) >= 1);
    assert!(whole(&tick["RetryPolicy"]["MaximumEventAgeInSeconds"]) * 1000 < TICK);
    // The next tick finds what a failed one would have: nothing of it is to be done again.
    assert!(tick["DeadLetterConfig"].is_null());
    assert!(function["EventInvokeConfig"]["DestinationConfig"].is_null());
}

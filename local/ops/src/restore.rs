//! Goes back to the table as it was at a time: the whole way, with the writers stopped meanwhile.
//!
//! Called again with the same time it goes on where it was broken off: the new table's name says the
//! time, and each step looks first at what is done. Until it has ended, events wait in their queues, for
//! four days at most.
//!
//! The rule that ticks is stopped first and started last, so it tells a restore that was broken off from
//! one that has ended.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use aws_sdk_cloudformation::types::{Capability, Parameter};
use aws_sdk_dynamodb::types::{
    PointInTimeRecoverySpecification, TableStatus, TimeToLiveSpecification, TimeToLiveStatus,
};
use aws_sdk_eventbridge::types::RuleState;
use jiff::Timestamp;
use roomwatt_store::TTL_ATTRIBUTE;

use crate::progress::{counting, pause};
use crate::stack::{ALIAS, Aws, FUNCTIONS, Stack, TAKERS};

/// Between two looks at what takes long.
const PATIENCE: Duration = Duration::from_secs(5);
/// Looks at most: a table is restored in hours, not in days.
const LOOKS: u32 = 24 * 3600 / 5;

/// What is to be gone back to.
#[derive(Debug)]
pub struct Restore<'a> {
    /// The services.
    pub aws: &'a Aws,
    /// The stack.
    pub stack: &'a Stack,
    /// The time.
    pub to: Timestamp,
    /// The table that is gone back in; the one in use where none is named.
    pub from: Option<String>,
    /// Only look.
    pub dry_run: bool,
}

impl Restore<'_> {
    /// The table that is made.
    pub fn target(&self) -> String {
        format!("{}-{}", self.stack.name, self.to.strftime("%Y%m%dT%H%M%SZ"))
    }

    /// Goes back; `tell` hears each step.
    ///
    /// # Errors
    /// Where a step fails. The writers stay stopped then, and the error says so.
    pub async fn run(&self, tell: &mut dyn FnMut(&str)) -> anyhow::Result<()> {
        let (source, target) = (self.source()?, self.target());
        self.can_begin(source, &target).await?;
        if self.dry_run {
            for step in self.steps(source, &target) {
                tell(&format!("would {step}"));
            }
            return Ok(());
        }
        let how_to_go_on = |stopped: &str| {
            format!(
                "not done. {stopped}, and events wait in their queues for four days. Call again with \
                 --to {} to go on; to give up, enable the rule {} and the event source mappings of {}",
                self.to,
                self.stack.tick(),
                TAKERS.join(", ")
            )
        };
        let stopped = self.set_writers(false).await;
        stopped.with_context(|| how_to_go_on("Some writers may be stopped"))?;
        tell("writers are stopped");
        let done = self.go(source, &target, tell).await;
        done.with_context(|| how_to_go_on("Writers are stopped"))
    }

    fn steps(&self, source: &str, target: &str) -> [String; 6] {
        [
            format!("stop the rule {} and what takes from the queues", self.stack.tick()),
            format!("restore {source} as it was at {} into {target}", self.to),
            "set expiry, point-in-time recovery and protection of the new table".to_owned(),
            format!("update the stack with RestoredTableName={target} and a new Release"),
            "check that the live version of each function uses the new table".to_owned(),
            "start the writers".to_owned(),
        ]
    }

    async fn go(
        &self,
        source: &str,
        target: &str,
        tell: &mut dyn FnMut(&str),
    ) -> anyhow::Result<()> {
        self.restore(source, target).await?;
        tell(&format!("table {target} is there"));
        self.complete(target).await?;
        tell("expiry, point-in-time recovery and protection are set");
        self.deploy(target).await?;
        tell("the stack uses it");
        self.check(target).await?;
        tell("so does the live version of each function");
        self.set_writers(true).await?;
        tell("writers are started");
        Ok(())
    }

    fn source(&self) -> anyhow::Result<&str> {
        self.from.as_deref().map_or_else(|| self.stack.output("TableName"), Ok)
    }

    /// Looks, before anything is stopped, whether it can come to an end.
    async fn can_begin(&self, source: &str, target: &str) -> anyhow::Result<()> {
        let tick = self.stack.tick();
        let rule = self.aws.events.describe_rule().name(&tick).send().await;
        let rule = rule.with_context(|| format!("the rule {tick} cannot be looked at"))?;
        let writers_run = rule.state() != Some(&RuleState::Disabled);
        if writers_run {
            let (name, status) = (&self.stack.name, self.stack.status.as_str());
            let can_be_updated = status.ends_with("_COMPLETE")
                && !["ROLLBACK_COMPLETE", "DELETE_COMPLETE"].contains(&status);
            ensure!(can_be_updated, "the stack {name} is {status}: it cannot be updated now");
            ensure!(
                self.stack.output("TableName")? != target,
                "{name} uses {target} already, and its writers run: nothing is left to do. To go back once \
                 more, name a table that has the time by --from, and a time that is another second"
            );
            ensure!(
                self.status(target).await?.is_none(),
                "{target} is there already, and may have been written to: name another second"
            );
        }
        if source == target { Ok(()) } else { self.can_be_restored(source).await }
    }

    async fn can_be_restored(&self, source: &str) -> anyhow::Result<()> {
        let request = self.aws.dynamodb.describe_continuous_backups().table_name(source);
        let answer = request.send().await.context("point-in-time recovery cannot be looked at")?;
        let recovery = answer
            .continuous_backups_description()
            .and_then(|backups| backups.point_in_time_recovery_description());
        let Some(recovery) = recovery else { bail!("{source} has no point-in-time recovery") };
        let seconds = self.to.as_second();
        let (earliest, latest) =
            (recovery.earliest_restorable_date_time(), recovery.latest_restorable_date_time());
        if let (Some(earliest), Some(latest)) = (earliest, latest)
            && earliest < latest
        {
            ensure!(
                (earliest.secs()..=latest.secs()).contains(&seconds),
                "{} is outside of what {source} can go back to: {} to {}",
                self.to,
                Timestamp::from_second(earliest.secs())?,
                Timestamp::from_second(latest.secs())?
            );
        }
        Ok(())
    }

    /// Stops or starts what writes to the table by itself.
    async fn set_writers(&self, run: bool) -> anyhow::Result<()> {
        if !run {
            self.set_rule(run).await?;
        }
        for taker in TAKERS {
            for mapping in self.mappings(taker).await? {
                let update =
                    self.aws.lambda.update_event_source_mapping().uuid(&mapping).enabled(run);
                update.send().await.with_context(|| format!("the mapping of {taker}"))?;
                self.mapping_is(&mapping, run).await?;
            }
        }
        if run { self.set_rule(run).await } else { Ok(()) }
    }

    async fn set_rule(&self, run: bool) -> anyhow::Result<()> {
        let (tick, events) = (self.stack.tick(), &self.aws.events);
        let changed = if run {
            events.enable_rule().name(&tick).send().await.map(drop).map_err(anyhow::Error::from)
        } else {
            events.disable_rule().name(&tick).send().await.map(drop).map_err(anyhow::Error::from)
        };
        changed.with_context(|| format!("the rule {tick}"))
    }

    async fn mappings(&self, function: &str) -> anyhow::Result<Vec<String>> {
        let name = format!("{}:{ALIAS}", self.stack.function(function));
        let answer = self.aws.lambda.list_event_source_mappings().function_name(&name).send().await;
        let answer = answer.with_context(|| format!("the mappings of {name}"))?;
        let ids = answer.event_source_mappings().iter();
        let ids: Vec<_> = ids.filter_map(|mapping| Some(mapping.uuid()?.to_owned())).collect();
        ensure!(!ids.is_empty(), "{name} takes from no queue: is it a Roomwatt's function?");
        Ok(ids)
    }

    async fn mapping_is(&self, mapping: &str, enabled: bool) -> anyhow::Result<()> {
        let expected = if enabled { "Enabled" } else { "Disabled" };
        let progress = counting(&format!("looks until a mapping is {expected}"));
        for look in 0..LOOKS {
            progress.set_position(look.into());
            let answer = self.aws.lambda.get_event_source_mapping().uuid(mapping).send().await?;
            if answer.state() == Some(expected) {
                progress.finish_and_clear();
                return Ok(());
            }
            pause(PATIENCE).await;
        }
        bail!("a mapping does not become {expected}")
    }

    async fn restore(&self, source: &str, target: &str) -> anyhow::Result<()> {
        if self.status(target).await?.is_none() {
            let time = aws_sdk_dynamodb::primitives::DateTime::from_secs(self.to.as_second());
            self.aws
                .dynamodb
                .restore_table_to_point_in_time()
                .source_table_name(source)
                .target_table_name(target)
                .restore_date_time(time)
                .send()
                .await
                .with_context(|| format!("{source} cannot be restored"))?;
        }
        let progress = counting(&format!("looks until {target} is active"));
        for look in 0..LOOKS {
            progress.set_position(look.into());
            if self.status(target).await? == Some(TableStatus::Active) {
                progress.finish_and_clear();
                return Ok(());
            }
            pause(PATIENCE).await;
        }
        bail!("{target} does not become active")
    }

    async fn status(&self, table: &str) -> anyhow::Result<Option<TableStatus>> {
        match self.aws.dynamodb.describe_table().table_name(table).send().await {
            Ok(answer) => Ok(answer.table().and_then(|table| table.table_status().cloned())),
            Err(error) => match error.as_service_error() {
                Some(fault) if fault.is_resource_not_found_exception() => Ok(None),
                _ => Err(error).with_context(|| format!("{table} cannot be looked at")),
            },
        }
    }

    /// Puts back what a restored table has lost.
    async fn complete(&self, target: &str) -> anyhow::Result<()> {
        let dynamodb = &self.aws.dynamodb;
        let expiry = dynamodb.describe_time_to_live().table_name(target).send().await?;
        let status =
            expiry.time_to_live_description().and_then(|expiry| expiry.time_to_live_status());
        let is_set = matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling));
        // It can be changed once an hour only: what is set is left alone.
        if !is_set {
            let expiry =
                TimeToLiveSpecification::builder().enabled(true).attribute_name(TTL_ATTRIBUTE);
            let update = dynamodb.update_time_to_live().table_name(target);
            let update = update.time_to_live_specification(expiry.build()?).send().await;
            update.context("expiry of the new table")?;
        }
        let recovery = PointInTimeRecoverySpecification::builder()
            .point_in_time_recovery_enabled(true)
            .build()?;
        let update = dynamodb.update_continuous_backups().table_name(target);
        let update = update.point_in_time_recovery_specification(recovery).send().await;
        update.context("point-in-time recovery of the new table")?;
        if self.stack.parameter("DeletionProtection") == "true" {
            let update =
                dynamodb.update_table().table_name(target).deletion_protection_enabled(true);
            update.send().await.context("protection of the new table")?;
        }
        Ok(())
    }

    async fn deploy(&self, target: &str) -> anyhow::Result<()> {
        if self.stack.parameter("RestoredTableName") != target {
            let release = random_hex(40);
            // What waited rings: that may not stop this deployment.
            let chosen = [
                ("RestoredTableName", target),
                ("Release", &release),
                ("DeploymentAlarms", "false"),
            ];
            let mut update = self
                .aws
                .cloudformation
                .update_stack()
                .stack_name(&self.stack.name)
                .use_previous_template(true)
                .capabilities(Capability::CapabilityIam)
                .capabilities(Capability::CapabilityAutoExpand);
            for name in self.stack.parameters.keys() {
                let parameter = Parameter::builder().parameter_key(name);
                let parameter = match chosen.iter().find(|(chosen, _)| chosen == name) {
                    Some((_, value)) => parameter.parameter_value(*value),
                    None => parameter.use_previous_value(true),
                };
                update = update.parameters(parameter.build());
            }
            // The request is sent again where its answer was lost. It is the same one by its token; and
            // where an answer says that nothing is left to update, the one before was carried out.
            let done = update.client_request_token(&release).send().await;
            done.map(drop).or_else(|error| match error.message() {
                Some(message) if message.contains("No updates are to be performed") => Ok(()),
                _ => Err(anyhow::Error::from(error).context("the stack cannot be updated")),
            })?;
        }
        let progress = counting("looks until the stack is updated");
        for look in 0..LOOKS {
            progress.set_position(look.into());
            let stack = Stack::describe(self.aws, &self.stack.name).await?;
            if !stack.status.ends_with("_IN_PROGRESS") {
                progress.finish_and_clear();
                let chosen = stack.parameter("RestoredTableName");
                ensure!(
                    stack.status == "UPDATE_COMPLETE" && chosen == target,
                    "the stack is {}, with RestoredTableName={chosen}: its events say why",
                    stack.status
                );
                return Ok(());
            }
            pause(PATIENCE).await;
        }
        bail!("the stack's update does not end")
    }

    async fn check(&self, target: &str) -> anyhow::Result<()> {
        let mut wrong = String::new();
        for function in FUNCTIONS {
            let name = self.stack.function(function);
            let request = self.aws.lambda.get_function_configuration();
            let answer = request.function_name(&name).qualifier(ALIAS).send().await;
            let answer = answer.with_context(|| format!("{name}:{ALIAS} cannot be looked at"))?;
            let table = answer.environment().and_then(|environment| environment.variables());
            let table = table.and_then(|variables| variables.get("TABLE_NAME"));
            if table.map(String::as_str) != Some(target) {
                // A text takes whatever is written to it.
                let _ = write!(wrong, " {name}:{ALIAS} uses {table:?};");
            }
        }
        ensure!(wrong.is_empty(), "not every live version uses {target}:{wrong}");
        Ok(())
    }
}

fn random_hex(digits: usize) -> String {
    std::iter::repeat_with(|| fastrand::digit(16)).take(digits).collect()
}

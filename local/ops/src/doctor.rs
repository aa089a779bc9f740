//! Looks whether a deployment is as it should be. Changes nothing.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use aws_sdk_dynamodb::types::{IndexStatus, PointInTimeRecoveryStatus, TimeToLiveStatus};
use aws_sdk_eventbridge::types::RuleState;
use aws_sdk_sqs::types::QueueAttributeName;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_domain::{BusinessCalendar, HotelId, Instant, Millis};
use roomwatt_messaging::chain;
use roomwatt_store::{DUE_INDEX, Retention, Store, StoreError};

use crate::progress::counting;
use crate::stack::{ALIAS, Aws, FUNCTIONS, Stack, TAKERS, told};

/// Calls at once that the functions of a deployment may want: new accounts often have ten.
const CONCURRENCY: i32 = 100;
/// How far the machine's clock may be off before a request is refused or a figure is wrong.
const CLOCK: Millis = MINUTE;
/// A hotel may be due for so long before it is overdue.
const OVERDUE: Millis = HOUR;

/// Who looks.
#[derive(Debug)]
pub struct Doctor<'a> {
    /// The services.
    pub aws: &'a Aws,
    /// The stack.
    pub stack: &'a Stack,
    /// The machine's time.
    pub now: fn() -> Instant,
}

/// What was found, in the order in which it was looked for.
#[derive(Debug, Default)]
pub struct Findings {
    lines: Vec<Finding>,
}

#[derive(Debug)]
struct Finding {
    grade: Grade,
    what: &'static str,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grade {
    Well,
    Wrong,
    /// It could not be looked at.
    Unknown,
}

/// What a check says: the things that are well, or those that are wrong.
type Said = anyhow::Result<Result<String, String>>;

impl Doctor<'_> {
    /// Looks at everything. What cannot be looked at is a finding too.
    ///
    /// # Errors
    /// When the stack does not tell its parts.
    pub async fn run(&self) -> anyhow::Result<Findings> {
        let progress = counting("checks");
        let mut findings = Findings::default();
        let mut note = |what, said: Said| {
            let (grade, text) = match said {
                Ok(Ok(text)) => (Grade::Well, text),
                Ok(Err(text)) => (Grade::Wrong, text),
                Err(error) => (Grade::Unknown, told(&error)),
            };
            findings.lines.push(Finding { grade, what, text });
            progress.inc(1);
        };
        note("stack", Ok(self.stack_status()));
        note("clock", self.clock().await);
        note("concurrency", self.concurrency().await);
        for function in FUNCTIONS {
            note("versions", self.versions(function).await);
        }
        for taker in TAKERS {
            note("mappings", self.mapping(taker).await);
        }
        note("tick", self.tick().await);
        note("alarms", self.subscriptions().await);
        note("table", self.table().await);
        note("dead letters", self.waiting("DeadLettersUrl", "start-message-move-task").await);
        note("refused events", self.waiting("RejectedEventsQueueUrl", "roomwatt-ops resend").await);
        note("hotels", self.hotels().await);
        progress.finish_and_clear();
        Ok(findings)
    }

    fn stack_status(&self) -> Result<String, String> {
        let Stack { name, status, .. } = self.stack;
        let text = format!("{name} is {status}");
        match status.as_str() {
            "CREATE_COMPLETE" | "UPDATE_COMPLETE" => Ok(text),
            _ => Err(text),
        }
    }

    async fn clock(&self) -> Said {
        let date = DateHeader::default();
        let table = self.stack.output("TableName")?;
        let request = self.aws.dynamodb.describe_table().table_name(table).customize();
        let before = (self.now)();
        request.interceptor(date.clone()).send().await.context("DynamoDB does not answer")?;
        let told = date.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let told = told.context("DynamoDB's answer has no date")?;
        let told = jiff::fmt::rfc2822::parse(&told).context("DynamoDB's date")?;
        let off = before.as_millis() - told.timestamp().as_millisecond();
        let text = format!("this machine's is {} s off AWS's", off / 1000);
        Ok(if off.abs() <= CLOCK { Ok(text) } else { Err(text) })
    }

    async fn concurrency(&self) -> Said {
        let answer = self.aws.lambda.get_account_settings().send().await;
        let answer = answer.context("the account's limits cannot be looked at")?;
        let limit = answer.account_limit().map_or(0, |limit| limit.concurrent_executions);
        let text = format!("the account may have {limit} calls at once, of all its functions");
        Ok(if limit >= CONCURRENCY {
            Ok(text)
        } else {
            Err(format!("{text}: ask for more (Service Quotas, Lambda, concurrent executions)"))
        })
    }

    /// Whether the alias is on the newest version, alone, and that is what is deployed.
    async fn versions(&self, function: &str) -> Said {
        let name = self.stack.function(function);
        let lambda = &self.aws.lambda;
        let alias = lambda.get_alias().function_name(&name).name(ALIAS).send().await;
        let alias = alias.with_context(|| format!("{name}:{ALIAS}"))?;
        let live = alias.function_version().unwrap_or_default().to_owned();
        let (mut newest, mut marker) = (0, None);
        loop {
            let versions = lambda.list_versions_by_function().function_name(&name);
            let page = versions.set_marker(marker).send().await;
            let page = page.with_context(|| format!("the versions of {name}"))?;
            let numbers = page.versions().iter().filter_map(|one| one.version()?.parse().ok());
            newest = numbers.fold(newest, u64::max);
            marker = page.next_marker.filter(|marker| !marker.is_empty());
            if marker.is_none() {
                break;
            }
        }
        let shifts =
            alias.routing_config().and_then(|routing| routing.additional_version_weights());
        if shifts.is_some_and(|weights| !weights.is_empty()) {
            return Ok(Err(format!("{name}: traffic is being shifted from version {live}")));
        }
        if live != newest.to_string() {
            return Ok(Err(format!(
                "{name}: {ALIAS} is version {live}, and {newest} is the newest. A deployment stops \
                 until it is where CloudFormation left it"
            )));
        }
        let of = |version: String| async {
            let request = lambda.get_function_configuration().function_name(&name);
            request.qualifier(version).send().await.with_context(|| name.clone())
        };
        let (live_is, deployed) = (of(live.clone()).await?, of("$LATEST".to_owned()).await?);
        let variables = |of: Option<&aws_sdk_lambda::types::EnvironmentResponse>| {
            of.and_then(|environment| environment.variables().cloned())
        };
        if live_is.code_sha256() != deployed.code_sha256()
            || variables(live_is.environment()) != variables(deployed.environment())
        {
            return Ok(Err(format!(
                "{name}: version {live} has other code or variables than what was deployed last; \
                 deploy by make sam-deploy, which makes a new version"
            )));
        }
        Ok(Ok(format!("{name}: {ALIAS} is {live}, the newest")))
    }

    async fn mapping(&self, function: &str) -> Said {
        let name = format!("{}:{ALIAS}", self.stack.function(function));
        let request = self.aws.lambda.list_event_source_mappings().function_name(&name);
        let answer = request.send().await.with_context(|| format!("the mappings of {name}"))?;
        let states: Vec<_> =
            answer.event_source_mappings().iter().filter_map(|mapping| mapping.state()).collect();
        Ok(match states[..] {
            ["Enabled"] => Ok(format!("{name} takes from its queue")),
            [] => Err(format!("{name} takes from no queue")),
            _ => Err(format!("{name} takes from its queue: {}", states.join(", "))),
        })
    }

    async fn tick(&self) -> Said {
        let name = self.stack.tick();
        let answer = self.aws.events.describe_rule().name(&name).send().await;
        let answer = answer.with_context(|| format!("the rule {name}"))?;
        Ok(match answer.state() {
            Some(RuleState::Enabled) => Ok(format!("the rule {name} is enabled")),
            other => Err(format!("the rule {name} is {other:?}: no day is closed")),
        })
    }

    async fn subscriptions(&self) -> Said {
        let topics = ["AlarmTopicArn", "TicketTopicArn"].map(|name| self.stack.parameter(name));
        let topics: Vec<_> = topics.into_iter().filter(|topic| !topic.is_empty()).collect();
        if topics.is_empty() {
            return Ok(Err("nobody hears the alarms: there is no AlarmTopicArn".to_owned()));
        }
        for topic in &topics {
            let answer = self.aws.sns.list_subscriptions_by_topic().topic_arn(*topic).send().await;
            let answer = answer.with_context(|| format!("the subscriptions of {topic}"))?;
            let arns = answer.subscriptions().iter().filter_map(|one| one.subscription_arn());
            let confirmed = arns.filter(|arn| arn.starts_with("arn:")).count();
            if confirmed == 0 {
                let all = answer.subscriptions().len();
                return Ok(Err(format!(
                    "nobody hears {topic}: {all} subscriptions, and none is confirmed"
                )));
            }
        }
        Ok(Ok(format!("somebody hears {}", topics.join(" and "))))
    }

    async fn table(&self) -> Said {
        let name = self.stack.output("TableName")?;
        let dynamodb = &self.aws.dynamodb;
        let answer = dynamodb.describe_table().table_name(name).send().await;
        let answer = answer.with_context(|| format!("the table {name}"))?;
        let table = answer.table().context("no table in the answer")?;
        let mut wrong = Vec::new();
        let index = table.global_secondary_indexes().iter();
        let index = index.into_iter().find(|index| index.index_name() == Some(DUE_INDEX));
        if index.and_then(|index| index.index_status()) != Some(&IndexStatus::Active) {
            wrong.push("the due index is not active, so no day is closed");
        }
        if table.deletion_protection_enabled() != Some(true)
            && self.stack.parameter("DeletionProtection") == "true"
        {
            wrong.push("it is not protected from deletion");
        }
        let expiry = dynamodb.describe_time_to_live().table_name(name).send().await?;
        let expiry = expiry.time_to_live_description().and_then(|one| one.time_to_live_status());
        if !matches!(expiry, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)) {
            wrong.push("nothing expires: its time to live is off");
        }
        let backups = dynamodb.describe_continuous_backups().table_name(name).send().await?;
        let backups = backups
            .continuous_backups_description()
            .and_then(|backups| backups.point_in_time_recovery_description())
            .and_then(|recovery| recovery.point_in_time_recovery_status());
        if backups != Some(&PointInTimeRecoveryStatus::Enabled) {
            wrong.push("it has no point-in-time recovery");
        }
        Ok(if wrong.is_empty() {
            Ok(format!("{name} has its index, expiry, recovery and protection"))
        } else {
            Err(format!("{name}: {}", wrong.join("; ")))
        })
    }

    async fn waiting(&self, output: &str, cure: &str) -> Said {
        let request = self.aws.sqs.get_queue_attributes().queue_url(self.stack.output(output)?);
        let name = QueueAttributeName::ApproximateNumberOfMessages;
        let answer = request.attribute_names(name.clone()).send().await.context("the queue")?;
        let count = answer.attributes().and_then(|attributes| attributes.get(&name));
        let count: u64 = count.and_then(|count| count.parse().ok()).context("no count")?;
        Ok(if count == 0 {
            Ok("none wait".to_owned())
        } else {
            Err(format!("about {count} wait: once the cause is gone, {cure}"))
        })
    }

    /// Last close, last event and zone of each hotel.
    async fn hotels(&self) -> Said {
        let table = self.stack.output("TableName")?;
        let store = Store::new(self.aws.dynamodb.clone(), table, Retention::default());
        let (said, is_wrong) = self.of_hotels(&store).await.map_err(|error| {
            anyhow::anyhow!("{}", chain(&error)).context("the hotels cannot be read")
        })?;
        let text =
            if said.is_empty() { "there is none yet".to_owned() } else { said.join("\n      ") };
        Ok(if is_wrong { Err(text) } else { Ok(text) })
    }

    async fn of_hotels(&self, store: &Store) -> Result<(Vec<String>, bool), StoreError> {
        let now = (self.now)();
        let hours = self.stack.parameter("SilentHotelHours").parse().unwrap_or(6);
        let mut overdue = Vec::new();
        let mut due = store.due_hotels(now - OVERDUE);
        while let Some(page) = due.next_page().await? {
            overdue.extend(page.into_iter().map(|due| due.hotel));
        }
        let mut heard: std::collections::BTreeMap<HotelId, Instant> = [].into();
        let mut all = store.heard_before(now + HOUR);
        while let Some(hotel) = all.next().await? {
            heard.insert(hotel.hotel, hotel.heard_at);
        }
        let (mut said, mut is_wrong) = (Vec::new(), false);
        let mut hotels = store.hotels(None, now);
        while let Some(hotel) = hotels.next().await? {
            let id = &hotel.hotel_id;
            let closed = match store.close_state(id, now).await? {
                Some(state) => format!("closed through {}", state.closed_through),
                None => "no event yet".to_owned(),
            };
            let mut line = vec![format!("{id}: {closed}")];
            if let Some(at) = heard.get(id) {
                line.push(format!("heard {at}"));
                if *at < now - hours * HOUR {
                    line.push("SILENT".to_owned());
                    is_wrong = true;
                }
            }
            if overdue.contains(id) {
                line.push("OVERDUE, its day should be closed".to_owned());
                is_wrong = true;
            }
            if BusinessCalendar::new(&hotel.time_zone).is_err() {
                line.push(format!("ZONE {} is not known to this version", hotel.time_zone));
                is_wrong = true;
            }
            said.push(line.join(", "));
        }
        Ok((said, is_wrong))
    }
}

impl Findings {
    /// Whether everything could be looked at, and nothing is wrong.
    pub fn all_is_well(&self) -> bool {
        self.lines.iter().all(|line| line.grade == Grade::Well)
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Finding { grade, what, text } in &self.lines {
            let grade = match grade {
                Grade::Well => "ok",
                Grade::Wrong => "WRONG",
                Grade::Unknown => "?",
            };
            writeln!(f, "{grade:<5} {what}: {text}")?;
        }
        let wrong = self.lines.iter().filter(|line| line.grade == Grade::Wrong).count();
        let unknown = self.lines.iter().filter(|line| line.grade == Grade::Unknown).count();
        write!(f, "{} checks: {wrong} wrong, {unknown} could not be made", self.lines.len())
    }
}

/// Keeps the date of an answer.
#[derive(Debug, Default, Clone)]
struct DateHeader(Arc<Mutex<Option<String>>>);

impl Intercept for DateHeader {
    fn name(&self) -> &'static str {
        "DateHeader"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date").map(str::to_owned);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = date;
        Ok(())
    }
}

//! The stack: its outputs and parameters, and the services around them.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use aws_config::BehaviorVersion;
use aws_smithy_types::error::ErrorMetadata;

/// The services, by the credentials and the region that other AWS tools use too.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each is the service of its name")]
pub struct Aws {
    pub cloudformation: aws_sdk_cloudformation::Client,
    pub dynamodb: aws_sdk_dynamodb::Client,
    pub events: aws_sdk_eventbridge::Client,
    pub lambda: aws_sdk_lambda::Client,
    pub sns: aws_sdk_sns::Client,
    pub sqs: aws_sdk_sqs::Client,
}

impl Aws {
    /// Clients of all services.
    ///
    /// # Errors
    /// Where no region is chosen.
    pub async fn load() -> anyhow::Result<Self> {
        let config = aws_config::defaults(BehaviorVersion::latest()).load().await;
        if config.region().is_none() {
            bail!("no region is chosen: set AWS_REGION, or have a profile that names one");
        }
        Ok(Self {
            cloudformation: aws_sdk_cloudformation::Client::new(&config),
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            events: aws_sdk_eventbridge::Client::new(&config),
            lambda: aws_sdk_lambda::Client::new(&config),
            sns: aws_sdk_sns::Client::new(&config),
            sqs: aws_sdk_sqs::Client::new(&config),
        })
    }
}

/// What went wrong, on one line: of an answer of AWS its code and its message, and not all around them.
pub fn told(error: &anyhow::Error) -> String {
    let answer = error.chain().find_map(|cause| cause.downcast_ref::<ErrorMetadata>());
    let causes = error.chain().map(|cause| cause.to_string().replace(['\n', '\r'], " "));
    let mut told: Vec<String> = Vec::new();
    for cause in causes {
        match (cause == "service error", answer) {
            (true, Some(answer)) => {
                let message = answer.message().or(answer.code()).unwrap_or("no message");
                told.push(message.replace(['\n', '\r'], " "));
                break;
            }
            (true, None) => {}
            // What follows lists every place that was looked at.
            (false, _) if cause.contains("no credentials found") => {
                told.push("there are no credentials: sign in, or name a profile".to_owned());
                break;
            }
            // Some say again what the one before has said.
            (false, _) if told.last().is_some_and(|before| before.ends_with(&cause)) => {}
            (false, _) => told.push(cause),
        }
    }
    told.join(": ")
}

/// A deployed stack.
#[derive(Debug, Clone)]
pub struct Stack {
    /// Its name, with which the names of its functions and queues begin.
    pub name: String,
    /// `UPDATE_COMPLETE` and so on.
    pub status: String,
    /// What it tells.
    pub outputs: BTreeMap<String, String>,
    /// What was chosen.
    pub parameters: BTreeMap<String, String>,
}

impl Stack {
    /// Looks at a stack.
    ///
    /// # Errors
    /// When there is none of the name, or CloudFormation does not answer.
    pub async fn describe(aws: &Aws, name: &str) -> anyhow::Result<Self> {
        let answer = aws.cloudformation.describe_stacks().stack_name(name).send().await;
        let answer = answer.with_context(|| format!("the stack {name} cannot be looked at"))?;
        let Some(stack) = answer.stacks().first() else { bail!("there is no stack {name}") };
        let outputs = stack.outputs().iter().filter_map(|output| {
            Some((output.output_key()?.to_owned(), output.output_value()?.to_owned()))
        });
        let parameters = stack.parameters().iter().filter_map(|parameter| {
            let value = parameter.parameter_value().unwrap_or_default();
            Some((parameter.parameter_key()?.to_owned(), value.to_owned()))
        });
        Ok(Self {
            // It may have been asked for by its ARN.
            name: stack.stack_name().unwrap_or(name).to_owned(),
            status: stack.stack_status().map(ToString::to_string).unwrap_or_default(),
            outputs: outputs.collect(),
            parameters: parameters.collect(),
        })
    }

    /// An output.
    ///
    /// # Errors
    /// When the stack does not tell it: it is another one, or of another version.
    pub fn output(&self, name: &str) -> anyhow::Result<&str> {
        let output = self.outputs.get(name).map(String::as_str);
        output.with_context(|| {
            format!(
                "the stack {} has no output {name}: is it a Roomwatt of this version?",
                self.name
            )
        })
    }

    /// A parameter; empty where the stack has none of the name.
    pub fn parameter(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }

    /// A function's name.
    pub fn function(&self, function: &str) -> String {
        format!("{}-{function}", self.name)
    }

    /// The name of the rule that ticks.
    pub fn tick(&self) -> String {
        format!("{}-tick", self.name)
    }
}

/// The functions, as the stack's name goes before them.
pub const FUNCTIONS: [&str; 5] =
    ["device-events", "space-events", "day-close-schedule", "day-close", "report-api"];

/// Those that take from a queue.
pub const TAKERS: [&str; 3] = ["device-events", "space-events", "day-close"];

/// The alias that everything calls.
pub const ALIAS: &str = "live";

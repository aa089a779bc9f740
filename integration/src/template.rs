//! The deployment's template as data: what the stack would hold once CloudFormation has put in the
//! parameters.
//!
//! [`Template`] is the file, its short tags (`!Ref X`) in their long form. [`Stack`] is the template
//! with a value for each parameter: conditions are decided, references are names, URLs and ARNs of
//! an account that does not exist. Whatever the reader does not know is an error and not a guess.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};

/// The made-up account.
pub const ACCOUNT: &str = "123456789012";
/// Its region.
pub const REGION: &str = "us-east-1";
/// The stack's name.
pub const STACK: &str = "roomwatt";

/// The template says something that this reader, or CloudFormation, does not understand.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct InvalidTemplate(String);

type Result<T> = std::result::Result<T, InvalidTemplate>;

fn invalid<T>(problem: impl Into<String>) -> Result<T> {
    Err(InvalidTemplate(problem.into()))
}

/// A SAM template, as it is written.
#[derive(Debug, Clone)]
pub struct Template {
    root: Value,
}

/// The template with its parameters put in.
#[derive(Debug, Clone)]
pub struct Stack {
    parameters: BTreeMap<String, Value>,
    conditions: BTreeMap<String, bool>,
    /// What there is, by logical id. Functions hold what `Globals` gives them.
    pub resources: BTreeMap<String, Resource>,
}

/// Something that the stack holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// Its type, `AWS::SQS::Queue`.
    pub kind: String,
    /// Its properties, all references resolved.
    pub properties: Value,
    /// What becomes of it with the stack.
    pub deletion_policy: Option<String>,
    /// What becomes of it when it is replaced.
    pub update_replace_policy: Option<String>,
}

/// An action that a policy allows, on one resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Permission {
    /// `dynamodb:GetItem`.
    pub action: String,
    /// An ARN.
    pub resource: String,
}

impl Template {
    /// The deployment's template.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn load() -> Result<Self> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml");
        let text = fs::read_to_string(&path)
            .map_err(|error| InvalidTemplate(format!("{}: {error}", path.display())))?;
        Self::parse(&text)
    }

    /// Reads a template.
    ///
    /// # Errors
    /// When it is no YAML, or has tags that are none of CloudFormation's.
    pub fn parse(text: &str) -> Result<Self> {
        let documents =
            Yaml::load_from_str(text).map_err(|error| InvalidTemplate(error.to_string()))?;
        match &documents[..] {
            [document] => Ok(Self { root: long_form(document)? }),
            _ => invalid("a template is one document"),
        }
    }

    /// The template in JSON, with functions in their long form.
    pub fn json(&self) -> &Value {
        &self.root
    }

    /// A section, such as `Parameters`: its entries by name.
    pub fn section(&self, name: &str) -> impl Iterator<Item = (&String, &Value)> {
        self.root[name].as_object().into_iter().flatten()
    }

    /// What would be deployed with these parameters and the defaults of the others.
    ///
    /// # Errors
    /// When there is no such parameter, when a rule forbids the values, or when something refers to
    /// what is not there.
    pub fn stack(&self, chosen: &[(&str, &str)]) -> Result<Stack> {
        let mut parameters = BTreeMap::new();
        for (name, parameter) in self.section("Parameters") {
            let value = match chosen.iter().find(|(chosen, _)| chosen == name) {
                Some((_, value)) => (*value).to_owned(),
                None => match plain(&parameter["Default"]) {
                    Some(value) => value,
                    None => return invalid(format!("{name} has no default")),
                },
            };
            let is_list = parameter["Type"] == "CommaDelimitedList";
            let value = if is_list { json!(split(&value)) } else { json!(value) };
            parameters.insert(name.clone(), value);
        }
        if let Some((name, _)) = chosen.iter().find(|(name, _)| !parameters.contains_key(*name)) {
            return invalid(format!("there is no parameter {name}"));
        }
        let mut stack =
            Stack { parameters, conditions: BTreeMap::new(), resources: BTreeMap::new() };
        for (name, condition) in self.section("Conditions") {
            let holds = stack.condition(condition)?;
            stack.conditions.insert(name.clone(), holds);
        }
        for (_, rule) in self.section("Rules") {
            stack.keep(rule)?;
        }
        let globals = &self.root["Globals"]["Function"];
        // Names first: what refers to a resource needs its name.
        let mut named = stack.clone();
        for (id, resource) in self.section("Resources") {
            named.resources.insert(id.clone(), stack.named(id, resource)?);
        }
        for (id, resource) in self.section("Resources") {
            if let Some(condition) = resource["Condition"].as_str()
                && !named.is_met(condition)?
            {
                continue;
            }
            let mut properties = resource["Properties"].clone();
            if resource["Type"] == "AWS::Serverless::Function" {
                properties = merged(globals, &properties);
            }
            let properties = named.resolve(&properties)?.unwrap_or_default();
            let resource = Resource { properties, ..named.resources[id].clone() };
            stack.resources.insert(id.clone(), resource);
        }
        Ok(stack)
    }
}

impl Stack {
    /// The resources of a type, by logical id.
    pub fn of_type(&self, kind: &str) -> impl Iterator<Item = (&String, &Value)> {
        self.resources
            .iter()
            .filter(move |(_, resource)| resource.kind == kind)
            .map(|(id, resource)| (id, &resource.properties))
    }

    /// The functions' properties, by the name of their binary's crate: `device-events`.
    ///
    /// # Errors
    /// When a function's name does not begin with the stack's.
    pub fn functions(&self) -> Result<BTreeMap<String, &Value>> {
        self.of_type("AWS::Serverless::Function")
            .map(|(id, properties)| {
                let name = properties["FunctionName"].as_str();
                let name = name.and_then(|name| name.strip_prefix(&format!("{STACK}-")));
                let name = name.ok_or_else(|| InvalidTemplate(format!("{id} has no name")))?;
                Ok((name.to_owned(), properties))
            })
            .collect()
    }

    /// The properties of a resource by its ARN.
    ///
    /// # Errors
    /// When the stack has none of this ARN.
    pub fn by_arn(&self, arn: &str) -> Result<(&String, &Value)> {
        for (id, resource) in &self.resources {
            if self.attribute(id, "Arn").ok().as_deref() == Some(arn) {
                return Ok((id, &resource.properties));
            }
        }
        invalid(format!("nothing has the ARN {arn}"))
    }

    /// What a policy of a function's role allows, one by one. The policies are `calls` (what the
    /// function's code asks for), `event-source` (what Lambda does in its name) and `logs`.
    ///
    /// # Errors
    /// When function, role or policy are not there, or a statement is no plain permission.
    pub fn permissions(&self, function: &str, policy: &str) -> Result<BTreeSet<Permission>> {
        let functions = self.functions()?;
        let Some(function) = functions.get(function) else {
            return invalid(format!("there is no function {function}"));
        };
        let (_, role) = self.by_arn(function["Role"].as_str().unwrap_or_default())?;
        let mut permissions = BTreeSet::new();
        let mut found = false;
        for part in role["Policies"].as_array().into_iter().flatten() {
            if part["PolicyName"] == policy {
                found = true;
                for statement in one_or_more(&part["PolicyDocument"]["Statement"]) {
                    permissions.extend(permissions_of(statement)?);
                }
            }
        }
        if found { Ok(permissions) } else { invalid(format!("the role has no policy {policy}")) }
    }

    /// Names that other resources refer to, before anything else of the resource is read.
    fn named(&self, id: &str, resource: &Value) -> Result<Resource> {
        const NAMES: [&str; 7] = [
            "QueueName",
            "FunctionName",
            "LogGroupName",
            "AlarmName",
            "DashboardName",
            "Name",
            "TableName",
        ];
        let mut properties = Map::new();
        for name in NAMES {
            if let Some(value) = resource["Properties"].get(name)
                && let Some(value) = self.resolve(value)?
            {
                properties.insert(name.to_owned(), value);
            }
        }
        let text = |field: &str| resource[field].as_str().map(str::to_owned);
        let Some(kind) = text("Type") else { return invalid(format!("{id} has no type")) };
        Ok(Resource {
            kind,
            properties: Value::Object(properties),
            deletion_policy: text("DeletionPolicy"),
            update_replace_policy: text("UpdateReplacePolicy"),
        })
    }

    /// Keeps to one of the template's rules.
    fn keep(&self, rule: &Value) -> Result<()> {
        if !rule["RuleCondition"].is_null() && !self.condition(&rule["RuleCondition"])? {
            return Ok(());
        }
        for assertion in one_or_more(&rule["Assertions"]) {
            if !self.condition(&assertion["Assert"])? {
                return invalid(assertion["AssertDescription"].as_str().unwrap_or("a rule"));
            }
        }
        Ok(())
    }

    fn is_met(&self, condition: &str) -> Result<bool> {
        match self.conditions.get(condition) {
            Some(met) => Ok(*met),
            None => invalid(format!("there is no condition {condition}")),
        }
    }

    fn condition(&self, condition: &Value) -> Result<bool> {
        let (function, argument) = call(condition)
            .ok_or_else(|| InvalidTemplate(format!("{condition} is no condition")))?;
        let arguments = || argument.as_array().map(Vec::as_slice).unwrap_or_default();
        match (function, arguments()) {
            ("Fn::Equals", [one, other]) => {
                let (one, other) = (self.resolve(one)?, self.resolve(other)?);
                Ok(one.as_ref().and_then(plain) == other.as_ref().and_then(plain))
            }
            ("Fn::Contains", [list, entry]) => {
                let (list, entry) = (self.resolve(list)?, self.resolve(entry)?);
                let list = list.as_ref().and_then(Value::as_array).into_iter().flatten();
                Ok(entry.is_some_and(|entry| list.clone().any(|other| *other == entry)))
            }
            ("Fn::Not", [condition]) => Ok(!self.condition(condition)?),
            ("Condition", _) => self.is_met(argument.as_str().unwrap_or_default()),
            _ => invalid(format!("{condition} is no condition")),
        }
    }

    /// A value with its functions done; `None` is what `AWS::NoValue` leaves.
    fn resolve(&self, value: &Value) -> Result<Option<Value>> {
        if let Some((function, argument)) = call(value) {
            return self.function(function, argument);
        }
        Ok(Some(match value {
            Value::Array(values) => {
                let mut resolved = Vec::new();
                for value in values {
                    resolved.extend(self.resolve(value)?);
                }
                Value::Array(resolved)
            }
            Value::Object(fields) => {
                let mut resolved = Map::new();
                for (name, value) in fields {
                    if let Some(value) = self.resolve(value)? {
                        resolved.insert(name.clone(), value);
                    }
                }
                Value::Object(resolved)
            }
            plain => plain.clone(),
        }))
    }

    fn function(&self, function: &str, argument: &Value) -> Result<Option<Value>> {
        let arguments = argument.as_array().map(Vec::as_slice).unwrap_or_default();
        match (function, arguments) {
            ("Ref", _) => self.reference(argument.as_str().unwrap_or_default()),
            ("Fn::GetAtt", [id, attribute]) => {
                let (id, attribute) = (id.as_str(), attribute.as_str());
                let found =
                    self.attribute(id.unwrap_or_default(), attribute.unwrap_or_default())?;
                Ok(Some(json!(found)))
            }
            ("Fn::If", [condition, then, otherwise]) => {
                let met = self.is_met(condition.as_str().unwrap_or_default())?;
                self.resolve(if met { then } else { otherwise })
            }
            ("Fn::Join", [separator, parts]) => {
                let parts = self.resolve(parts)?.unwrap_or_default();
                let parts: Vec<String> =
                    parts.as_array().into_iter().flatten().filter_map(plain).collect();
                Ok(Some(json!(parts.join(separator.as_str().unwrap_or_default()))))
            }
            ("Fn::Split", [separator, text]) => {
                let text = self.resolve(text)?.as_ref().and_then(plain).unwrap_or_default();
                let separator = separator.as_str().unwrap_or_default();
                Ok(Some(json!(text.split(separator).collect::<Vec<_>>())))
            }
            ("Fn::Sub", []) => {
                let text = argument.as_str().unwrap_or_default();
                Ok(Some(json!(self.substitute(text, &Map::new())?)))
            }
            ("Fn::Sub", [text, Value::Object(own)]) => {
                Ok(Some(json!(self.substitute(text.as_str().unwrap_or_default(), own)?)))
            }
            _ => invalid(format!("{function} is not read")),
        }
    }

    /// Puts values in the place of their names; `own` has those that the text brings along.
    fn substitute(&self, text: &str, own: &Map<String, Value>) -> Result<String> {
        let mut resolved = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, after)) = after.split_once('}') else {
                return invalid(format!("{text} does not end"));
            };
            resolved.push_str(before);
            match (name.split_once('.'), own.get(name)) {
                (Some((id, attribute)), _) => resolved.push_str(&self.attribute(id, attribute)?),
                (None, Some(value)) => {
                    let value = self.resolve(value)?.as_ref().and_then(plain);
                    resolved.push_str(&value.unwrap_or_default());
                }
                (None, None) => match self.reference(name)?.as_ref().and_then(plain) {
                    Some(text) => resolved.push_str(&text),
                    None => return invalid(format!("{name} is no text")),
                },
            }
            rest = after;
        }
        resolved.push_str(rest);
        Ok(resolved)
    }

    fn reference(&self, name: &str) -> Result<Option<Value>> {
        let text = match name {
            "AWS::NoValue" => return Ok(None),
            "AWS::StackName" => STACK.to_owned(),
            "AWS::AccountId" => ACCOUNT.to_owned(),
            "AWS::Region" => REGION.to_owned(),
            "AWS::Partition" => "aws".to_owned(),
            // SAM makes it for the functions' deployments.
            "ServerlessDeploymentApplication" => format!("{STACK}-{name}"),
            _ => match (self.parameters.get(name), name.split_once('.')) {
                (Some(value), _) => return Ok(Some(value.clone())),
                (None, Some((id, "Alias"))) => self.attribute(id, "Alias")?,
                _ => self.physical_id(name)?,
            },
        };
        Ok(Some(json!(text)))
    }

    fn known(&self, id: &str) -> Result<&Resource> {
        self.resources.get(id).ok_or_else(|| InvalidTemplate(format!("there is no {id}")))
    }

    /// What `Ref` gives.
    fn physical_id(&self, id: &str) -> Result<String> {
        let resource = self.known(id)?;
        let name = self.name(id)?;
        Ok(match resource.kind.as_str() {
            "AWS::SQS::Queue" => {
                format!("https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}")
            }
            "AWS::IAM::ManagedPolicy" => self.attribute(id, "Arn")?,
            _ => name,
        })
    }

    /// The name that the template gives, or the one that CloudFormation would make up.
    fn name(&self, id: &str) -> Result<String> {
        let resource = self.known(id)?;
        let field = match resource.kind.as_str() {
            "AWS::SQS::Queue" => "QueueName",
            "AWS::Serverless::Function" | "AWS::Lambda::Function" => "FunctionName",
            "AWS::Logs::LogGroup" => "LogGroupName",
            "AWS::CloudWatch::Alarm" => "AlarmName",
            "AWS::CloudWatch::Dashboard" => "DashboardName",
            "AWS::DynamoDB::Table" => "TableName",
            "AWS::Events::EventBus" => "Name",
            _ => return Ok(format!("{STACK}-{id}")),
        };
        let name = resource.properties[field].as_str();
        Ok(name.map_or_else(|| format!("{STACK}-{id}"), str::to_owned))
    }

    /// What `Fn::GetAtt` gives.
    ///
    /// # Errors
    /// When the stack holds no such thing, or this reader does not know the attribute.
    pub fn attribute(&self, id: &str, attribute: &str) -> Result<String> {
        let kind = self.known(id)?.kind.as_str();
        let name = self.name(id)?;
        let arn =
            |service: &str, rest: String| format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}");
        Ok(match (kind, attribute) {
            ("AWS::SQS::Queue", "Arn") => arn("sqs", name),
            ("AWS::SQS::Queue", "QueueName") => name,
            ("AWS::DynamoDB::Table", "Arn") => arn("dynamodb", format!("table/{name}")),
            ("AWS::Events::EventBus", "Arn") => arn("events", format!("event-bus/{name}")),
            ("AWS::Serverless::Function", "Arn") => arn("lambda", format!("function:{name}")),
            ("AWS::Serverless::Function", "Alias") => {
                arn("lambda", format!("function:{name}:live"))
            }
            // The stars are CloudWatch Logs' own way to say "and its streams".
            ("AWS::Logs::LogGroup", "Arn") => arn("logs", format!("log-group:{name}:*")),
            ("AWS::IAM::Role", "Arn") => format!("arn:aws:iam::{ACCOUNT}:role/{name}"),
            ("AWS::IAM::ManagedPolicy", "Arn") => format!("arn:aws:iam::{ACCOUNT}:policy/{name}"),
            ("AWS::ApiGatewayV2::Api", "ApiEndpoint") => {
                format!("https://{name}.execute-api.{REGION}.amazonaws.com")
            }
            _ => return invalid(format!("{id}.{attribute} is not read")),
        })
    }
}

/// A value that may be a list or its only entry, as policies have it.
pub fn one_or_more(value: &Value) -> &[Value] {
    match value {
        Value::Null => &[],
        Value::Array(values) => values,
        one => std::slice::from_ref(one),
    }
}

fn permissions_of(statement: &Value) -> Result<Vec<Permission>> {
    if statement["Effect"] != "Allow" || !statement["NotAction"].is_null() {
        return invalid(format!("{statement} is no plain permission"));
    }
    let mut permissions = Vec::new();
    for action in one_or_more(&statement["Action"]) {
        for resource in one_or_more(&statement["Resource"]) {
            match (action.as_str(), resource.as_str()) {
                (Some(action), Some(resource)) => permissions
                    .push(Permission { action: action.to_owned(), resource: resource.to_owned() }),
                _ => return invalid(format!("{statement} is no plain permission")),
            }
        }
    }
    Ok(permissions)
}

/// A function of CloudFormation: an object with one field of such a name.
fn call(value: &Value) -> Option<(&str, &Value)> {
    let fields = value.as_object().filter(|fields| fields.len() == 1)?;
    let (name, argument) = fields.iter().next()?;
    (name == "Ref" || name == "Condition" && argument.is_string() || name.starts_with("Fn::"))
        .then_some((name, argument))
}

/// A text, number or truth value as CloudFormation compares it.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

fn split(list: &str) -> Vec<&str> {
    list.split(',').map(str::trim).collect()
}

/// What a function has from `Globals` and of its own.
fn merged(globals: &Value, own: &Value) -> Value {
    match (globals, own) {
        (Value::Object(globals), Value::Object(own)) => {
            let mut all = globals.clone();
            for (name, value) in own {
                let value = merged(globals.get(name).unwrap_or(&Value::Null), value);
                all.insert(name.clone(), value);
            }
            Value::Object(all)
        }
        (_, own) => own.clone(),
    }
}

fn long_form(yaml: &Yaml) -> Result<Value> {
    Ok(match yaml {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(truth)) => json!(truth),
        Yaml::Value(Scalar::Integer(number)) => json!(number),
        Yaml::Value(Scalar::String(text)) => json!(text),
        Yaml::Sequence(values) => {
            Value::Array(values.iter().map(long_form).collect::<Result<_>>()?)
        }
        Yaml::Mapping(fields) => {
            let mut object = Map::new();
            for (name, value) in fields {
                let Some(name) = name.as_str() else {
                    return invalid(format!("{name:?} is no name"));
                };
                object.insert(name.to_owned(), long_form(value)?);
            }
            Value::Object(object)
        }
        Yaml::Tagged(tag, value) => {
            let value = long_form(value)?;
            match (tag.suffix.as_str(), value.as_str()) {
                ("Ref" | "Condition", Some(name)) => json!({ tag.suffix.as_str(): name }),
                ("GetAtt", Some(name)) => match name.split_once('.') {
                    Some((id, attribute)) => json!({ "Fn::GetAtt": [id, attribute] }),
                    None => return invalid(format!("{name} names no attribute")),
                },
                ("Sub", _) => json!({ "Fn::Sub": value }),
                ("If" | "Equals" | "Not" | "Join" | "Split" | "Contains", None) => {
                    json!({ format!("Fn::{}", tag.suffix): value })
                }
                _ => return invalid(format!("!{} is not read", tag.suffix)),
            }
        }
        other => return invalid(format!("{other:?} is not read")),
    })
}

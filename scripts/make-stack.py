"""Makes the template's stack on moto, at AWS_ENDPOINT_URL, and prints what a test needs to know of it.

SAM's own translator makes a CloudFormation template of template.yaml, and moto's CloudFormation makes
the resources. Where moto 5.2.5 is wrong:

- it knows none of LEFT_OUT, and passes over them with a warning;
- an output with an attribute of such a resource fails the whole stack, and a reference to one is
  nothing: so ApiUrl is dropped, the API is said to be at API_URL, and what calls a function's alias
  calls the function;
- a reference to a bus is a Python object's text, where CloudFormation gives the bus's name;
- a later update knows no previous value of a parameter that was left out: so all are said; it fails on
  what a condition leaves out, so the dashboard is dropped;
- a number among variables stays one, where Lambda has text: so those are made text;
- a table gets neither expiry nor point-in-time recovery, a dead-letter queue no RedriveAllowPolicy, a
  function neither its architecture nor its log group;
- every request is said to consume half a unit, whatever the size of its records.
"""

import io
import json
import logging
import os
import sys
import zipfile
from pathlib import Path

import boto3
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

STACK = "roomwatt"
REGION = "us-east-1"
CODE = {"bucket": "artefacts", "key": "function.zip"}

API_URL = "https://api.example"

LEFT_OUT = {
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Stage",
    "AWS::CloudWatch::Alarm",
    "AWS::CodeDeploy::Application",
    "AWS::CodeDeploy::DeploymentGroup",
    "AWS::Lambda::Alias",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::SQS::QueuePolicy",
}


class NoManagedPolicies:
    """The template's roles name theirs in full."""

    def load(self):
        return {}


def client(service):
    return boto3.client(
        service,
        region_name=REGION,
        aws_access_key_id="moto",
        aws_secret_access_key="moto",
    )


def transformed():
    """The template as CloudFormation gets to see it."""
    os.environ["AWS_DEFAULT_REGION"] = REGION
    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    template = yaml_parse(Path("template.yaml").read_text())
    template["Globals"]["Function"]["CodeUri"] = "s3://{bucket}/{key}".format(**CODE)
    return transform(template, {}, NoManagedPolicies())


def for_moto(template):
    """The template with what moto trips over put right."""
    del template["Outputs"]["ApiUrl"], template["Outputs"]["DashboardUrl"]
    resources = template["Resources"]
    del resources["Dashboard"]
    # What a function is given is text, whatever the parameter is.
    for resource in resources.values():
        variables = resource["Properties"].get("Environment", {}).get("Variables", {})
        for name, value in variables.items():
            if isinstance(value, dict) and value.get("Ref") in template["Parameters"]:
                variables[name] = {"Fn::Sub": "${%s}" % value["Ref"]}
    aliases = {
        name: {"Fn::GetAtt": [resource["Properties"]["FunctionName"]["Ref"], "Arn"]}
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Lambda::Alias"
    }
    buses = {
        name: resource["Properties"]["Name"]
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Events::EventBus"
    }

    def mended(value):
        if isinstance(value, list):
            return [mended(entry) for entry in value]
        if not isinstance(value, dict):
            return value
        if set(value) == {"Ref"} and value["Ref"] in aliases | buses:
            return (aliases | buses)[value["Ref"]]
        if value == {"Fn::GetAtt": ["Api", "ApiEndpoint"]}:
            return API_URL
        return {name: mended(entry) for name, entry in value.items()}

    return mended(template)


def create(template):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("bootstrap", "the test starts the functions itself")
    s3 = client("s3")
    s3.create_bucket(Bucket=CODE["bucket"])
    s3.put_object(Bucket=CODE["bucket"], Key=CODE["key"], Body=archive.getvalue())
    cloudformation = client("cloudformation")
    parameters = [
        {"ParameterKey": name, "ParameterValue": str(parameter["Default"])}
        for name, parameter in template["Parameters"].items()
    ]
    cloudformation.create_stack(
        StackName=STACK,
        TemplateBody=json.dumps(template),
        Parameters=parameters,
        Capabilities=["CAPABILITY_IAM"],
    )
    status = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]
    assert status == "CREATE_COMPLETE", status
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=STACK)
    return {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for page in pages
        for resource in page["StackResourceSummaries"]
    }


def listen():
    """Has a queue hear what the bus is told, as docs/operations.md has it for results; its URL."""
    sqs, events = client("sqs"), client("events")
    url = sqs.create_queue(QueueName="listener")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = json.dumps({"source": ["roomwatt"]})
    events.put_rule(Name="listener", EventBusName=STACK, EventPattern=pattern)
    events.put_targets(
        Rule="listener", EventBusName=STACK, Targets=[{"Id": "listener", "Arn": arn}]
    )
    return url


def functions(template, made):
    """Each function's variables, and the queue that its event source mapping takes from."""
    functions = {
        resource["Metadata"]["BuildProperties"]["Binary"]: made[name]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Function" and "BuildProperties" in resource["Metadata"]
    }
    service = client("lambda")
    queues = {}
    for mapping in service.list_event_source_mappings()["EventSourceMappings"]:
        function = mapping["FunctionArn"].rsplit(":", 1)[1]
        queues.setdefault(function, []).append(mapping["EventSourceArn"])
        # The test takes the mapping's part; moto would call the function in a container, and goes on
        # with that for a mapping that is deleted.
        service.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    told = {}
    for function, name in functions.items():
        environment = service.get_function_configuration(FunctionName=name)["Environment"]
        told[function] = {
            "variables": environment["Variables"],
            "queues": queues.get(name, []),
        }
    return told


def main():
    template = for_moto(transformed())
    made = create(template)
    missing = {
        resource["Type"]
        for name, resource in template["Resources"].items()
        if name not in made and "Condition" not in resource
    }
    assert missing == LEFT_OUT, f"moto left out {missing}"
    stack = {"region": REGION, "functions": functions(template, made), "listener": listen()}
    json.dump(stack, sys.stdout, indent=2)


main()

"""An operator's commands on moto, at AWS_ENDPOINT_URL, where make-stack.py made the stack: the real program
by its command line, against what boto3 put there and finds afterwards.

What moto 5.2.5 cannot do, and this says itself or leaves out:

- its CloudFormation makes no aliases, and its Lambda finds no mapping by one: aliases are made here, and the
  mappings stand at them;
- an update of a stack changes no function's variables: the live versions are brought to the new table here,
  while the command waits, and one that is left behind has to be found;
- it keeps numbers and truth values of a template as they are written, which no SDK can read: variables and
  the table's protection are set again here;
- it makes the table without point-in-time recovery, knows one moment to which a table can go back, and
  restores at once;
- it knows no limits of an account, so that the doctor cannot look at them.
"""

import os
import signal
import subprocess
import threading
import time
import unittest
from datetime import timezone

import boto3

STACK = "roomwatt"
OPS = os.environ["ROOMWATT_OPS"]
FUNCTIONS = ["device-events", "space-events", "day-close-schedule", "day-close", "report-api"]


def client(service):
    return boto3.client(service, region_name="us-east-1", aws_access_key_id="moto", aws_secret_access_key="moto")


lambdas, sqs, dynamodb, cloudformation, events = map(
    client, ("lambda", "sqs", "dynamodb", "cloudformation", "events")
)


ENVIRONMENT = {"AWS_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL"], "AWS_REGION": "us-east-1",
               "AWS_ACCESS_KEY_ID": "moto", "AWS_SECRET_ACCESS_KEY": "moto"}


def start_ops(*arguments):
    return subprocess.Popen(
        [OPS, *arguments], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ops(*arguments, expect=0):
    done = subprocess.run([OPS, *arguments], env=ENVIRONMENT, capture_output=True, text=True)
    said = done.stdout + done.stderr
    assert done.returncode == expect, f"{arguments}: status {done.returncode}\n{said}"
    print(f"$ roomwatt-ops {' '.join(arguments)}\n{said}")
    return said


def outputs():
    stack = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
    return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}


def publish(function, **variables):
    """Makes a version, with other variables if given, and has the alias stand at it."""
    name = f"{STACK}-{function}"
    now = lambdas.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    lambdas.update_function_configuration(
        FunctionName=name, Environment={"Variables": {key: str(value) for key, value in (now | variables).items()}}
    )
    version = lambdas.publish_version(FunctionName=name)["Version"]
    try:
        lambdas.update_alias(FunctionName=name, Name="live", FunctionVersion=version)
    except lambdas.exceptions.ResourceNotFoundException:
        lambdas.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    return version


def deploy_aliases():
    for mapping in lambdas.list_event_source_mappings()["EventSourceMappings"]:
        function = mapping["FunctionArn"].split(":function:")[1].split(":")[0]
        publish(function.removeprefix(f"{STACK}-"))
        lambdas.delete_event_source_mapping(UUID=mapping["UUID"])
        lambdas.create_event_source_mapping(
            FunctionName=f"{function}:live", EventSourceArn=mapping["EventSourceArn"], Enabled=False
        )
    for function in ("day-close-schedule", "report-api"):
        publish(function)
    dynamodb.update_table(TableName=outputs()["TableName"], DeletionProtectionEnabled=True)


def drain(url):
    """Everything of a queue, as bodies and attributes."""
    found = []
    while messages := sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
    ).get("Messages", []):
        for message in messages:
            attributes = message.get("MessageAttributes", {}).items()
            found.append((message["Body"], {name: value["StringValue"] for name, value in attributes}))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def refuse(body, **attributes):
    sqs.send_message(
        QueueUrl=outputs()["RejectedEventsQueueUrl"], MessageBody=body,
        MessageAttributes={name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()},
    )


def put(pk, sk, **attributes):
    dynamodb.put_item(TableName=outputs()["TableName"], Item={"pk": {"S": pk}, "sk": {"S": sk}, **attributes})


def keys(table=None):
    pages = dynamodb.get_paginator("scan").paginate(TableName=table or outputs()["TableName"])
    return {(item["pk"]["S"], item["sk"]["S"]) for page in pages for item in page["Items"]}


class Resend(unittest.TestCase):
    def test_what_was_refused_for_a_reason_goes_back_with_its_attributes_and_the_rest_stays(self):
        out = outputs()
        for number in range(23):
            refuse(f'{{"n":{number}}}', reason="unknown-hotel", detail="d", queue="device-events")
        refuse("stay", reason="unknown-hotel", detail="d", queue="space-events", source="fias", hotel="h1")
        refuse("old", reason="expired", detail="d", queue="device-events")
        refuse('{"ruleName":"r","failures":[]}')
        whole = "{" + "x" * 700_000 + "é" * 100_000 + "}"
        half = len(whole) // 2
        for at, part in ((2, whole[half:]), (1, whole[:half])):
            refuse(part, reason="unknown-hotel", detail="d", queue="device-events",
                   part=f"{at} of 2", whole="f00", source="fias")
        refuse("lost half", reason="unknown-hotel", detail="d", queue="device-events", part="1 of 2", whole="bad")

        said = ops("resend", "--stack", STACK, "--reason", "unknown-hotel", "--dry-run")
        self.assertIn("would be sent again: 25", said)
        self.assertEqual(drain(out["DeviceEventsQueueUrl"]), [])
        said = ops("resend", "--stack", STACK, "--reason", "unknown-hotel")
        self.assertIn("sent again: 25", said)
        for left in ("1 expired", "1 no refused event", "1 a part of a body"):
            self.assertIn(left, said)
        device = drain(out["DeviceEventsQueueUrl"])
        self.assertEqual(len(device), 24)
        self.assertEqual({body for body, attributes in device if not attributes},
                         {f'{{"n":{number}}}' for number in range(23)})
        self.assertIn((whole, {"source": "fias"}), device)
        self.assertEqual(drain(out["SpaceEventsQueueUrl"]), [("stay", {"source": "fias", "hotel": "h1"})])
        # What is left can be received at once.
        self.assertEqual(len(drain(out["RejectedEventsQueueUrl"])), 3)


    def test_what_is_refused_again_meanwhile_is_not_sent_for_ever(self):
        out, stopped = outputs(), threading.Event()

        def refuse_all():
            while not stopped.wait(0.2):
                for body, _ in drain(out["DeviceEventsQueueUrl"]):
                    refuse(body, reason="malformed", detail="d", queue="device-events")

        for number in range(30):
            refuse(f"no event {number}", reason="malformed", detail="d", queue="device-events")
        function = threading.Thread(target=refuse_all)
        function.start()
        try:
            said = ops("resend", "--stack", STACK)
        finally:
            stopped.set()
            function.join()
        self.assertIn("sent again: 30\n", said)
        left = drain(out["RejectedEventsQueueUrl"]) + drain(out["DeviceEventsQueueUrl"])
        self.assertEqual(len(left), 30)

    def test_what_was_broken_off_hides_nothing(self):
        out = outputs()
        for number in range(30):
            refuse(f"old {number}", reason="expired", detail="d", queue="device-events")
        broken = start_ops("resend", "--stack", STACK, "--dry-run")
        # It has received them all by then, and waits for more.
        time.sleep(4)
        broken.send_signal(signal.SIGINT)
        said, told = broken.communicate()
        self.assertIn("would be sent again: 30", said, told)
        self.assertEqual(len(drain(out["RejectedEventsQueueUrl"])), 30)

    def test_what_another_run_has_received_is_told(self):
        out = outputs()
        refuse("old", reason="expired", detail="d", queue="device-events")
        [held] = sqs.receive_message(QueueUrl=out["RejectedEventsQueueUrl"], VisibilityTimeout=60)["Messages"]
        self.assertIn("not seen: some 1, received by another run", ops("resend", "--stack", STACK, expect=1))
        sqs.delete_message(QueueUrl=out["RejectedEventsQueueUrl"], ReceiptHandle=held["ReceiptHandle"])


class Erase(unittest.TestCase):
    def setUp(self):
        for hotel in ("h1", "h2"):
            put("HOTELS", f"HOTEL#{hotel}", timeZone={"S": "UTC"})
            put("HEARD", f"HOTEL#{hotel}", heardAt={"N": "1"})
            put(f"HOTEL#{hotel}", "PROFILE")
            put(f"HOTEL#{hotel}", "DAY#2026-11-20")
            for room in range(40):
                for date in ("2026-11-20", "2026-11-21"):
                    put(f"DAY#{hotel}#{date}", f"SUMMARY#{room}")
                    put(f"DAY#{hotel}#{date}", f"REPORT#{room}")
        put("SESSION#0a", "SESSION", hotels={"SS": ["h1"]})
        put("SESSION#0b", "SESSION", hotels={"SS": ["h2"]})
        put("SOURCES", "SOURCE#h1")

    def tearDown(self):
        for pk, sk in keys():
            dynamodb.delete_item(TableName=outputs()["TableName"], Key={"pk": {"S": pk}, "sk": {"S": sk}})

    def test_of_a_room_what_is_of_the_dates_goes(self):
        before = keys()
        arguments = ("--stack", STACK, "--hotel", "h1", "--room", "7", "--from", "2026-11-21", "--to", "2026-11-30")
        self.assertIn("would be removed: 2 of", ops("erase", *arguments, "--dry-run"))
        self.assertEqual(keys(), before)
        said = ops("erase", *arguments)
        self.assertIn("what is left", said)
        self.assertEqual(before - keys(), {("DAY#h1#2026-11-21", "SUMMARY#7"), ("DAY#h1#2026-11-21", "REPORT#7")})

    def test_of_a_hotel_everything_goes_and_nothing_of_another(self):
        before = keys()
        said = ops("erase", "--stack", STACK, "--hotel", "h1", "--wait-minutes", "0")
        self.assertIn("80 SUMMARY", said)
        gone = before - keys()
        self.assertEqual(gone, {(pk, sk) for pk, sk in before if "h1" in f"{pk} {sk}" and pk != "SOURCES"} | {("SESSION#0a", "SESSION")})

    def test_an_id_that_is_none_is_one_line_and_status_2(self):
        said = ops("erase", "--stack", STACK, "--hotel", "a b", expect=2)
        self.assertEqual(said.count("\n"), 1)
        self.assertIn("invalid value 'a b' for '--hotel <HOTEL>'", said)


class Restore(unittest.TestCase):
    def test_the_stack_goes_back_with_its_writers_stopped_and_started_again(self):
        put("HOTELS", "HOTEL#kept", timeZone={"S": "UTC"})
        dynamodb.update_continuous_backups(
            TableName=outputs()["TableName"], PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
        out = outputs()
        backups = dynamodb.describe_continuous_backups(TableName=out["TableName"])["ContinuousBackupsDescription"]
        latest = backups["PointInTimeRecoveryDescription"]["LatestRestorableDateTime"]
        to = latest.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        target = f"{STACK}-" + to.replace("-", "").replace(":", "")
        dry = ops("restore", "--stack", STACK, "--to", to, "--dry-run")
        self.assertIn(f"would restore {out['TableName']}", dry)
        self.assertEqual(events.describe_rule(Name=f"{STACK}-tick")["State"], "ENABLED")
        self.assertNotIn(target, dynamodb.list_tables()["TableNames"])

        # moto's update leaves the functions as they were: the command has to find that.
        said = ops("restore", "--stack", STACK, "--to", to, expect=2)
        self.assertIn("not every live version uses", said)
        self.assertIn("Writers are stopped", said)
        self.assertEqual(events.describe_rule(Name=f"{STACK}-tick")["State"], "DISABLED")
        parameters = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["Parameters"]
        parameters = {one["ParameterKey"]: one["ParameterValue"] for one in parameters}
        self.assertEqual(parameters["RestoredTableName"], target)
        self.assertRegex(parameters["Release"], "^[0-9a-f]{40}$")
        self.assertEqual(parameters["HistoryDays"], "90")

        for function in FUNCTIONS:
            publish(function, TABLE_NAME=target)
        said = ops("restore", "--stack", STACK, "--to", to)
        self.assertIn("writers are started", said)
        self.assertEqual(events.describe_rule(Name=f"{STACK}-tick")["State"], "ENABLED")
        states = {one["State"] for one in lambdas.list_event_source_mappings()["EventSourceMappings"]}
        self.assertEqual(states, {"Enabled"})
        self.assertIn(("HOTELS", "HOTEL#kept"), keys(target))
        expiry = dynamodb.describe_time_to_live(TableName=target)["TimeToLiveDescription"]
        self.assertEqual((expiry["TimeToLiveStatus"], expiry["AttributeName"]), ("ENABLED", "expiresAt"))
        self.assertTrue(dynamodb.describe_table(TableName=target)["Table"]["DeletionProtectionEnabled"])
        # What was written since would be taken for what was there at the time.
        for dry_run in ((), ("--dry-run",)):
            said = ops("restore", "--stack", STACK, "--to", to, *dry_run, expect=2)
            self.assertIn(f"uses {target} already, and its writers run", said)
        said = ops("restore", "--stack", STACK, "--to", "2026-01-01T00:00:00Z", "--from", "nowhere", expect=2)
        self.assertIn("point-in-time recovery cannot be looked at", said)
        self.assertEqual(events.describe_rule(Name=f"{STACK}-tick")["State"], "ENABLED")


class Doctor(unittest.TestCase):
    def test_what_is_well_and_what_is_wrong_is_told(self):
        put("HOTELS", "HOTEL#h1", timeZone={"S": "Asia/Seoul"})
        put("HOTELS", "HOTEL#h3", timeZone={"S": "Mars/Olympus"})
        put("HEARD", "HOTEL#h1", heardAt={"N": str(int(time.time() * 1000) - 12 * 3600 * 1000)})
        said = ops("doctor", "--stack", STACK, expect=1)
        for line in ("ok    stack: roomwatt is CREATE_COMPLETE", "ok    clock", "ok    tick",
                     "ok    versions: roomwatt-day-close: live is 2, the newest",
                     "WRONG alarms: nobody hears the alarms", "?     concurrency", "SILENT", "ZONE Mars/Olympus is not known"):
            self.assertIn(line, said)
        lambdas.publish_version(FunctionName=f"{STACK}-report-api", Description="newer")
        lambdas.update_function_configuration(FunctionName=f"{STACK}-report-api", Description="newer")
        lambdas.publish_version(FunctionName=f"{STACK}-report-api")
        said = ops("doctor", "--stack", STACK, expect=1)
        self.assertIn("WRONG versions: roomwatt-report-api: live is version 2, and ", said)
        publish("report-api")

    def test_a_stack_that_is_not_there_is_one_line_and_status_2(self):
        said = ops("doctor", "--stack", "nothing", expect=2)
        self.assertEqual(said.count("\n"), 1)
        self.assertIn("Stack with id nothing does not exist", said)


if __name__ == "__main__":
    deploy_aliases()
    unittest.main(verbosity=1)

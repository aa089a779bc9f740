"""The check of new versions, as the template holds it: only the right answer lets a version have traffic."""

import io
import json
import os
import sys
import types
import unittest
from pathlib import Path
from unittest.mock import MagicMock, patch

from samtranslator.yaml_helper import yaml_parse


class Check(unittest.TestCase):
    def setUp(self):
        template = yaml_parse(Path("template.yaml").read_text())
        properties = template["Resources"]["DeploymentCheck"]["Properties"]
        self.deployments, self.functions = MagicMock(), MagicMock()
        clients = {"codedeploy": self.deployments, "lambda": self.functions}
        boto3 = types.SimpleNamespace(client=clients.__getitem__)
        self.code = {}
        with patch.dict(sys.modules, boto3=boto3), patch.dict(os.environ, properties["Environment"]["Variables"]):
            exec(properties["Code"]["ZipFile"], self.code)

    def status(self, name, answer, kind="appSpecContent", **more):
        target = {"Type": "AWS::Lambda::Function",
                  "Properties": {"Name": name, "Alias": "live", "CurrentVersion": "7", "TargetVersion": "8"}}
        content = json.dumps({"version": 0.0, "Resources": [{name: target}]})
        self.deployments.get_deployment.return_value = {
            "deploymentInfo": {"revision": {"revisionType": "String", kind: {"content": content}}}
        }
        self.functions.invoke.return_value = {"Payload": io.BytesIO(answer), **more}
        with patch("builtins.print"):
            self.code["handler"]({"DeploymentId": "d-1", "LifecycleEventHookExecutionId": "h-1"}, None)
        said = self.deployments.put_lifecycle_event_hook_execution_status.call_args.kwargs
        self.assertEqual((said["deploymentId"], said["lifecycleEventHookExecutionId"]), ("d-1", "h-1"))
        return said["status"]

    def test_the_new_version_is_asked_and_not_the_one_before(self):
        for kind in ("appSpecContent", "string"):
            self.assertEqual(self.status("a-day-close", b'{"batchItemFailures": []}', kind), "Succeeded")
            asked = self.functions.invoke.call_args.kwargs
            self.assertEqual((asked["FunctionName"], asked["Qualifier"]), ("a-day-close", "8"))
            self.assertEqual(json.loads(asked["Payload"]), {"Records": []})

    def test_each_function_has_its_right_answer(self):
        for name, answer in (
            ("a-device-events", b'{"batchItemFailures": []}'),
            ("a-space-events", b'{"batchItemFailures": []}'),
            ("a-day-close-schedule", b"null"),
            ("a-report-api", b'{"statusCode": 200, "body": "{}"}'),
        ):
            self.assertEqual(self.status(name, answer), "Succeeded", name)

    def test_another_answer_fails_the_deployment(self):
        for name, answer in (
            ("a-report-api", b'{"statusCode": 500}'),
            ("a-report-api", b"null"),
            ("a-day-close", b'{"batchItemFailures": [{"itemIdentifier": "1"}]}'),
            ("a-day-close-schedule", b'{"errorMessage": "no table"}'),
            ("a-day-close", b"what?"),
        ):
            self.assertEqual(self.status(name, answer), "Failed", (name, answer))

    def test_a_version_that_does_not_start_fails_the_deployment(self):
        error = {"FunctionError": "Unhandled"}
        self.assertEqual(self.status("a-day-close", b'{"batchItemFailures": []}', **error), "Failed")
        self.functions.invoke.side_effect = RuntimeError("throttled")
        self.assertEqual(self.status("a-day-close", b"null"), "Failed")

    def test_a_function_without_a_question_fails_the_deployment(self):
        self.assertEqual(self.status("a-new-function", b"null"), "Failed")


if __name__ == "__main__":
    unittest.main()

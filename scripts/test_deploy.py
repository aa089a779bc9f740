"""What is changed takes effect: other parameters are another release, and another release is a new
version of every function."""

import logging
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest.mock import patch

from samcli.cli.types import CfnParameterOverridesType
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

import deploy

logging.getLogger("samtranslator").setLevel(logging.ERROR)


class NoManagedPolicies:
    """The template's roles name theirs in full."""

    def load(self):
        return {}


def transformed(parameters):
    template = yaml_parse(Path("template.yaml").read_text())
    template["Globals"]["Function"]["CodeUri"] = "s3://artefacts/function.zip"
    with patch.dict(os.environ, AWS_DEFAULT_REGION="us-east-1"):
        return transform(template, dict(parameters), NoManagedPolicies())["Resources"]


def versions(resources):
    return {name for name, one in resources.items() if one["Type"] == "AWS::Lambda::Version"}


def descriptions(resources):
    functions = (one for one in resources.values() if one["Type"] == "AWS::Lambda::Function")
    return {str(one["Properties"].get("Description")) for one in functions}


class Release(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.built = Path(folder.name)
        (self.built / "DayClose").mkdir()
        (self.built / "DayClose" / "bootstrap").write_bytes(b"one")
        (self.built / "template.yaml").write_bytes(b"template")

    def stack(self, **parameters):
        return transformed(parameters | {"Release": deploy.release(parameters, self.built)})

    def test_another_parameter_is_a_new_version_of_every_function(self):
        before, after = self.stack(HistoryDays="90"), self.stack(HistoryDays="30")
        self.assertEqual(len(versions(before)), 5)
        self.assertEqual(versions(before) & versions(after), set())

    def test_a_restored_table_is_a_new_version_of_every_function(self):
        after = self.stack(RestoredTableName="roomwatt-restored")
        self.assertEqual(versions(self.stack()) & versions(after), set())

    def test_lambda_publishes_no_version_of_a_function_that_is_as_it_was(self):
        before, after = descriptions(self.stack()), descriptions(self.stack(HistoryDays="30"))
        self.assertEqual(len(before - after), 5)

    def test_what_is_the_same_is_no_new_version(self):
        self.assertEqual(versions(self.stack(A="1", B="2")), versions(self.stack(B="2", A="1")))

    def test_another_artefact_is_another_release(self):
        before = deploy.release({}, self.built)
        (self.built / "DayClose" / "bootstrap").write_bytes(b"two")
        self.assertNotEqual(before, deploy.release({}, self.built))

    def test_without_a_build_there_is_nothing_to_deploy(self):
        with self.assertRaisesRegex(SystemExit, "make sam-build first"):
            deploy.release({}, self.built / "nothing")


class Command(unittest.TestCase):
    def test_what_is_chosen_stands_in_for_what_is_configured(self):
        parameters = deploy.configured("prod") | deploy.parsed(["LogRetentionDays=7", "A=b=c"])
        self.assertEqual((parameters["LogRetentionDays"], parameters["A"]), ("7", "b=c"))
        self.assertEqual(parameters["DeletionProtection"], "true")

    def test_an_environment_that_is_not_there_is_told_with_those_that_are(self):
        with self.assertRaisesRegex(SystemExit, "no environment tset: there are default, prod"):
            deploy.configured("tset")

    def test_what_is_no_parameter_is_named(self):
        with self.assertRaisesRegex(SystemExit, "HistoryDays is no parameter"):
            deploy.parsed(["HistoryDays"])

    def test_sam_reads_every_value_as_it_was_given(self):
        parameters = {"RestoredTableName": "", "Pattern": "^$|x", "Text": 'a "b" c, d', "List": "a,b=c"}
        read = CfnParameterOverridesType().convert(tuple(deploy.overrides(parameters)), None, None)
        self.assertEqual(read, parameters)

    def test_make_hands_sam_one_region_whatever_it_is_called(self):
        # A SAM that says what it was given, beside the interpreter that runs the script.
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            (folder / "python").symlink_to(sys.executable)
            (folder / "sam").write_text('#!/bin/sh\necho "$AWS_DEFAULT_REGION $AWS_REGION $*"\n')
            (folder / "sam").chmod(0o755)
            built = folder / ".aws-sam" / "build"
            built.mkdir(parents=True)
            (built / "template.yaml").write_text("template")
            (folder / "samconfig.toml").symlink_to(Path("samconfig.toml").absolute())
            environ = {"PATH": os.environ["PATH"], "PARAMETERS": "HistoryDays=30"}
            for given in ({"AWS_REGION": "eu-central-1"}, {"AWS_DEFAULT_REGION": "eu-central-1"}):
                said = subprocess.run(
                    [folder / "python", Path("scripts/deploy.py").absolute(), "--no-confirm-changeset"],
                    cwd=folder, env=environ | given, check=True, capture_output=True, text=True,
                ).stdout
                self.assertRegex(said, "^eu-central-1 eu-central-1 deploy --config-env default ")
                self.assertIn(" --no-confirm-changeset --parameter-overrides Environment=\"dev\" ", said)
                self.assertRegex(said, ' HistoryDays="30" Release="[0-9a-f]{40}"$')


if __name__ == "__main__":
    unittest.main()

"""The commands of the documents: shells read them, and AWS's own models know what they ask for."""

import itertools
import re
import shlex
import shutil
import subprocess
import unittest
from pathlib import Path

import botocore.session
from botocore import xform_name

DOCUMENTS = ["README.md", "CONTRIBUTING.md", *sorted(map(str, Path("docs").glob("*.md")))]
# What the AWS CLI adds to every operation.
EVERYWHERE = {"query", "output", "region", "profile", "no_cli_pager", "cli_binary_format", "generate_cli_skeleton"}
# Commands that are the CLI's own and no operation of a service.
OWN = {("configure", "sso"), ("configure", None), ("logs", "tail"), ("sso", "login"), ("configure", "export-credentials")}


def blocks(document):
    """The shell blocks of a document: the line at which each begins, and its text."""
    text = Path(document).read_text()
    for match in re.finditer(r"^( *)```sh\n(.*?)^\1```$", text, re.MULTILINE | re.DOTALL):
        indent = match.group(1)
        lines = match.group(2).splitlines()
        code = "\n".join(line.removeprefix(indent) for line in lines) + "\n"
        yield text.count("\n", 0, match.start()) + 2, code


def aws_commands(code):
    """The words of each `aws …` in a block."""
    code = code.replace("\\\n", " ")
    for found in re.finditer(r"(?:^|\$\(|[|;&]\s*|\bdo\s+|\bthen\s+)\s*(?=aws )", code, re.MULTILINE):
        lexer = shlex.shlex(code[found.end():], posix=True, punctuation_chars="();|&<>\n")
        lexer.whitespace, lexer.whitespace_split = " \t", True
        words = itertools.takewhile(lambda word: not set(word) <= set("();|&<>\n"), lexer)
        yield list(words)[1:]


# Options that the CLI calls otherwise than the service calls its member.
RENAMED = {("sns", "subscribe", "notification_endpoint"): "endpoint"}


class Documents(unittest.TestCase):
    def test_shells_read_every_block(self):
        shells = [shell for shell in ("bash", "zsh") if shutil.which(shell)]
        count = 0
        for document in DOCUMENTS:
            for line, code in blocks(document):
                # Placeholders of the text.
                count += 1
                for shell in shells:
                    read = subprocess.run([shell, "-n"], input=code, text=True, capture_output=True)
                    self.assertEqual(read.returncode, 0, f"{document}:{line}: {shell}: {read.stderr}")
        self.assertGreater(count, 20)

    def test_aws_knows_every_operation_and_option(self):
        session = botocore.session.Session()
        count = 0
        for document in DOCUMENTS:
            for line, code in blocks(document):
                for words in aws_commands(code):
                    count += 1
                    with self.subTest(f"{document}:{line}: aws {' '.join(words)}"):
                        self.check(session, words)
        self.assertGreater(count, 10)

    def check(self, session, words):
        service, operation, *rest = [*words, None, None][: max(2, len(words))]
        if (service, operation) in OWN or (service, None) in OWN:
            return
        model = session.get_service_model(service)
        options = [word[2:].split("=")[0].replace("-", "_") for word in rest if word and word.startswith("--")]
        if operation == "wait":
            waiters = {xform_name(name, "-") for name in session.get_waiter_model(service).waiter_names}
            self.assertIn(rest[0], waiters)
            return
        operations = {xform_name(name, "-"): name for name in model.operation_names}
        self.assertIn(operation, operations)
        shape = model.operation_model(operations[operation]).input_shape
        members = {xform_name(name) for name in shape.members} if shape else set()
        for option in options:
            known = members | EVERYWHERE | {name.removeprefix("no_") for name in members}
            option = RENAMED.get((service, operation, option), option.removeprefix("no_"))
            self.assertIn(option, known | {"max_items", "page_size", "starting_token", "cli_input_json"})


if __name__ == "__main__":
    unittest.main()

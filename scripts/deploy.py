"""Deploys what `make sam-build` built, to an environment of samconfig.toml.

The stack gets, beside the parameters, their Release: the hash of artefacts, template and parameters.
With another one every function gets a new version, so that what was changed takes effect.
"""

import hashlib
import os
import shlex
import sys
import tomllib
from pathlib import Path

BUILT = Path(".aws-sam/build")


def parsed(words):
    """`Name=value` words as a dictionary; a later one stands in for an earlier of its name."""
    parameters = {}
    for word in words:
        name, is_given, value = word.partition("=")
        if not (name and is_given):
            sys.exit(f"{word} is no parameter: write Name=value")
        parameters[name] = value
    return parameters


def configured(environment):
    """The parameters that samconfig.toml has for an environment."""
    configuration = tomllib.loads(Path("samconfig.toml").read_text())
    environments = [name for name, value in configuration.items() if isinstance(value, dict)]
    if environment not in environments:
        sys.exit(f"samconfig.toml has no environment {environment}: there are {', '.join(environments)}")
    return parsed(configuration[environment]["deploy"]["parameters"]["parameter_overrides"])


def release(parameters, built=BUILT):
    """The hash of everything that is deployed."""
    files = sorted(path for path in built.rglob("*") if path.is_file())
    if not files:
        sys.exit(f"{built} is empty: make sam-build first")
    digest = hashlib.sha256()
    for path in files:
        name, content = str(path.relative_to(built)).encode(), path.read_bytes()
        digest.update(b"%d %s %d " % (len(name), name, len(content)))
        digest.update(content)
    for name, value in sorted(parameters.items()):
        digest.update(f"{len(name)} {name} {len(value)} {value} ".encode())
    return digest.hexdigest()[:40]


def overrides(parameters):
    """The parameters as SAM reads them, which takes a value without quotes up to a blank, and none for an
    empty one."""
    return [f'{name}="{value.replace(chr(34), chr(92) + chr(34))}"' for name, value in parameters.items()]


def environment_of_sam(environ):
    """SAM asks for the region by another name than most."""
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
    return environ | ({"AWS_REGION": region, "AWS_DEFAULT_REGION": region} if region else {})


def main():
    environment = os.environ.get("ENVIRONMENT") or "default"
    chosen = parsed(shlex.split(os.environ.get("PARAMETERS", "")))
    parameters = configured(environment) | chosen
    parameters.setdefault("Release", release(parameters))
    sam = Path(sys.executable).parent / "sam"
    command = [str(sam), "deploy", "--config-env", environment, *sys.argv[1:]]
    command += ["--parameter-overrides", *overrides(parameters)]
    sys.stdout.flush()
    os.execve(command[0], command, environment_of_sam(os.environ.copy()))


if __name__ == "__main__":
    main()

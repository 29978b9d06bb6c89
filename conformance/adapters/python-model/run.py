#!/usr/bin/env python3
"""Starts the adapter in an environment that has the packages of requirements.txt.

The environment is `target/python-model/venv` of the repository. If it is missing, or was made from
other requirements, it is made first; that takes pip and a package index.

    run.py                  the adapter
    run.py setup            only makes the environment
    run.py check [FOLDER]   compares the model with the vectors, without the runner

Nothing but the standard library is used here.
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import NoReturn

HERE = Path(__file__).resolve().parent
REQUIREMENTS = HERE / "requirements.txt"
ENVIRONMENT = HERE.parents[2] / "target" / "python-model" / "venv"
STAMP = ENVIRONMENT / "requirements.sha256"
OLDEST = (3, 11)


def fail(message: str) -> NoReturn:
    """Says on stderr what is missing, and gives up."""
    sys.exit(f"python-model: {message}")


def interpreter() -> Path:
    """The Python of the environment."""
    if os.name == "nt":
        return ENVIRONMENT / "Scripts" / "python.exe"
    return ENVIRONMENT / "bin" / "python"


def wanted_stamp() -> str:
    """What the environment depends on."""
    version = ".".join(str(part) for part in sys.version_info[:2])
    return hashlib.sha256(REQUIREMENTS.read_bytes() + version.encode()).hexdigest()


def set_up() -> None:
    """Makes the environment."""
    if sys.version_info < OLDEST:
        fail("Python 3.11 or newer is needed, this is " + sys.version.split()[0])
    try:
        venv.create(ENVIRONMENT, clear=True, with_pip=True)
    except (subprocess.CalledProcessError, OSError) as error:
        fail(
            f"no virtual environment can be made in {ENVIRONMENT}: {error}. "
            "The modules venv and ensurepip are needed (Debian: apt-get install python3-venv)."
        )
    command = [str(interpreter()), "-m", "pip", "install", "--disable-pip-version-check"]
    # stdout belongs to the protocol, so pip talks to stderr.
    done = subprocess.run(command + ["-r", str(REQUIREMENTS)], stdout=sys.stderr, check=False)
    if done.returncode != 0:
        fail(
            f"pip could not install {REQUIREMENTS}, see above. It needs a package index, or wheels "
            "of the versions listed there in a folder named by PIP_FIND_LINKS."
        )
    STAMP.write_text(wanted_stamp())


def main() -> None:
    """Sets up if need be, then becomes the adapter."""
    if not STAMP.is_file() or STAMP.read_text() != wanted_stamp():
        set_up()
    arguments = sys.argv[1:]
    if arguments == ["setup"]:
        print(f"ready: {interpreter()}")
        return
    if arguments[:1] == ["check"]:
        program = [str(HERE / "check.py"), *arguments[1:]]
    elif not arguments:
        program = [str(HERE / "adapter.py")]
    else:
        fail(f"unknown arguments {arguments}, see the top of run.py")
    command = [str(interpreter()), "-B", *program]
    if os.name == "nt":
        sys.exit(subprocess.run(command, check=False).returncode)
    os.execv(command[0], command)


if __name__ == "__main__":
    main()

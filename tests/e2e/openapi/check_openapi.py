#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-only
"""Checks docs/openapi.yaml, and the running server against it.

Usage: check_openapi.py --server <memorykv-server> --openapi <openapi.yaml> --work <folder>

First the description itself has to be valid OpenAPI. Then schemathesis makes requests from it, valid
and invalid ones, and holds each answer of the server against it: status, fields, content type, body,
whether bad requests are refused and good ones accepted. The requests are the same in every run.
schemathesis.toml and hooks.py beside this file say what is checked; the programs come from the
virtual environment <folder>/venv, which prepare_venv.py makes. Exits 1 when a check fails.
"""

import argparse
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

from runningserver import RunningServer

HERE = Path(__file__).resolve().parent


def validate(programs: Path, description: Path) -> bool:
    return subprocess.run([programs / "openapi-spec-validator", description]).returncode == 0


def is_served(url: str, description: Path) -> bool:
    with urllib.request.urlopen(url + "/-/openapi.yaml") as answer:
        if answer.read() == description.read_bytes():
            return True
    print(f"/-/openapi.yaml is not {description}")
    return False


def try_out(programs: Path, description: Path, url: str, folder: Path) -> bool:
    arguments = [
        programs / "schemathesis",
        "--config-file",
        HERE / "schemathesis.toml",
        "run",
        description,
        "--url",
        url,
        "--checks",
        "all",
        "--no-color",
    ]
    environment = dict(os.environ, SCHEMATHESIS_HOOKS=str(HERE / "hooks.py"), PYTHONDONTWRITEBYTECODE="1")
    return subprocess.run(arguments, cwd=folder, env=environment).returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", required=True, type=Path, help="the server program")
    parser.add_argument("--openapi", required=True, type=Path, help="the description")
    parser.add_argument("--work", required=True, type=Path, help="folder for what the run writes")
    options = parser.parse_args()

    programs = options.work.resolve() / "venv" / "bin"
    description = options.openapi.resolve()
    if not validate(programs, description):
        return 1
    with RunningServer(options.server.resolve()) as server:
        passed = is_served(server.url, description)
        passed = try_out(programs, description, server.url, options.work) and passed
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-only
"""Makes a virtual environment with the packages of requirements.txt, unless it is there already.

Usage: prepare_venv.py <folder>
"""

import subprocess
import sys
import venv
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parent / "requirements.txt"


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    wanted = f"{sys.version}\n{REQUIREMENTS.read_text()}"
    # Written last, so that an environment that was left half made is made anew.
    stamp = folder / "requirements-installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return 0
    venv.create(folder, clear=True, with_pip=True)
    pip = [folder / "bin" / "python", "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", "--requirement", REQUIREMENTS], check=True)
    stamp.write_text(wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main())

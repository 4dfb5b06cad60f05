#!/usr/bin/env python3
"""All C++ files are as clang-format 14 (Debian 12) leaves them. Other versions format differently: status 77, skipped.

usage: check_format.py ROOT
"""

import re
import shutil
import subprocess
import sys

from common import finish, root_argument, source_files

VERSION = 14
SKIPPED = 77


def find_formatter():
    for name in (f"clang-format-{VERSION}", "clang-format"):
        program = shutil.which(name)
        if not program:
            continue
        words = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
        if re.search(rf"version {VERSION}\.", words):
            return program
    print(f"skipped: no clang-format {VERSION} on this machine; other versions format differently")
    sys.exit(SKIPPED)


def main():
    root = root_argument(sys.argv[1])
    formatter = find_formatter()
    # One run over all files: to start the formatter takes longer than a file.
    files = [str(path.relative_to(root)) for path in source_files(root)]
    run = subprocess.run([formatter, "--dry-run", "-Werror", *files], capture_output=True, text=True, check=False, cwd=root)
    first = {}
    for path, line in re.findall(r"^(.+?):(\d+):\d+: error", run.stderr, re.MULTILINE):
        first.setdefault(path, line)
    findings = [f"{path}:{line}: run clang-format -i on it" for path, line in first.items()]
    if run.returncode != 0 and not findings:
        findings = [run.stderr.strip() or f"{formatter} ended with status {run.returncode}"]
    finish(findings, "unformatted files")


if __name__ == "__main__":
    main()

"""Shared by the checks: which files there are, and how findings are told."""

import pathlib
import sys

CODE_ENDINGS = {".cpp", ".h"}
CODE_FOLDERS = ("src", "include", "tests", "tools")


def source_files(root, endings=CODE_ENDINGS, folders=CODE_FOLDERS):
    """Files of the repository with one of these endings, in a stable order."""
    found = []
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in endings and path.is_file() and "__pycache__" not in path.parts:
                found.append(path)
    return found


def finish(findings, what):
    """Prints findings and ends with status 1 if there are any."""
    for finding in findings:
        print(finding)
    print(f"{what}: {len(findings)} found" if findings else f"{what}: ok")
    sys.exit(1 if findings else 0)


def root_argument(text):
    return pathlib.Path(text).resolve()

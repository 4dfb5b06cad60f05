#!/usr/bin/env python3
"""Documents say what is so: generated pages are fresh, commands of the README exist, links lead somewhere; files stay short.

usage: check_docs.py ROOT PROGRAM [--write]    (--write renews the generated pages instead)
"""

import json
import re
import subprocess
import sys

from common import finish, root_argument, source_files

MOST_LINES = 400
CODE = {".cpp", ".h", ".py", ".sh", ""}
TEXT = CODE | {".md", ".cmake", ".txt"}
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
COMMAND = re.compile(r"^\s*(?:\$ )?(?:\S*/)?praxiscope\s+(.*)$")


def output_of(program, *words):
    return subprocess.run([program, *words], capture_output=True, text=True, check=True).stdout


def check_methods_page(root, program):
    page = root / "doc" / "methods.md"
    if not page.exists() or page.read_text(encoding="utf-8") != output_of(program, "list", "methods", "--markdown"):
        yield "doc/methods.md: not what the program says; run: praxiscope list methods --markdown > doc/methods.md"


TABLE_BEGIN, TABLE_END = "<!-- methods: made by tools/lint/check_docs.py --write -->\n", "<!-- end of methods -->\n"


def methods_table(program):
    """The README's table: every method the program has, in the program's words."""
    rows = ["| id | one line | paper |", "|---|---|---|"]
    for method in json.loads(output_of(program, "list", "methods", "--json"))["methods"]:
        source = method["source"].split(";")[0].replace("|", "\\|")
        rows.append(f"| `{method['id']}` | {method['summary'].replace('|', chr(92) + '|')} | {source} |")
    return "\n".join(rows) + "\n"


def check_methods_table(root, program):
    text = (root / "README.md").read_text(encoding="utf-8")
    begin, end = text.find(TABLE_BEGIN), text.find(TABLE_END)
    if begin < 0 or end < begin or text[begin + len(TABLE_BEGIN):end] != methods_table(program):
        yield "README.md: the table of methods is not what the program says; run: tools/lint/check_docs.py ROOT PROGRAM --write"


def write_generated(root, program):
    (root / "doc" / "methods.md").write_text(output_of(program, "list", "methods", "--markdown"), encoding="utf-8")
    readme = root / "README.md"
    text = readme.read_text(encoding="utf-8")
    begin, end = text.index(TABLE_BEGIN) + len(TABLE_BEGIN), text.index(TABLE_END)
    readme.write_text(text[:begin] + methods_table(program) + text[end:], encoding="utf-8")


def code_lines(text):
    """Lines of fenced blocks with their numbers; a backslash at a line's end joins the next one."""
    inside, held, begin = False, "", 0
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith("```"):
            inside = not inside
            continue
        if not inside:
            continue
        begin = begin if held else number
        held += line
        if held.endswith("\\"):
            held = held[:-1]
            continue
        yield begin, held.split(" #")[0]
        held = ""


def check_commands(name, text, help_of):
    for number, line in code_lines(text):
        match = COMMAND.match(line)
        if not match:
            continue
        words = match[1].split()
        if not words or words[0].startswith("-") or not words[0][0].islower():
            continue
        known = help_of(words[0])
        if known is None:
            yield f"{name}:{number}: praxiscope has no command {words[0]}"
            continue
        for option in re.findall(r"(?<!\S)(--[a-z-]+)", match[1]):
            if option != "--help" and not re.search(rf"{option}\b", known):
                yield f"{name}:{number}: praxiscope {words[0]} has no option {option}"


def check_links(root, path, text):
    name = path.relative_to(root).as_posix()
    for number, line in enumerate(text.split("\n"), 1):
        for target in LINK.findall(line):
            file = target.split("#")[0]
            if file and not re.match(r"[a-z]+:", target) and not (path.parent / file).exists():
                yield f"{name}:{number}: link to {target} leads nowhere"


def check_named_tests(root):
    """Tests that doc/defects.md names are there."""
    tests = "".join(path.read_text(encoding="utf-8") for path in sorted((root / "tests").rglob("*.cpp")))
    for suite, name in re.findall(r"`([A-Z]\w+)\.([A-Z]\w+)`", (root / "doc" / "defects.md").read_text(encoding="utf-8")):
        if not re.search(rf"TEST(?:_F|_P)?\({suite}, {name}\)", tests):
            yield f"doc/defects.md: no test {suite}.{name}"


def check_size_and_words(root):
    for path in source_files(root, TEXT):
        if path.suffix == "" and not path.read_bytes().startswith(b"#!"):
            continue
        name = path.relative_to(root).as_posix()
        lines = path.read_text(encoding="utf-8").split("\n")
        if path.suffix in CODE and len(lines) > MOST_LINES + 1:
            yield f"{name}: {len(lines)} lines, expected at most {MOST_LINES}"
        for number, line in enumerate(lines, 1):
            if UNFINISHED.search(line):
                yield f"{name}:{number}: unfinished: {line.strip()}"


def main():
    root = root_argument(sys.argv[1])
    program = sys.argv[2]
    helps = {}

    def help_of(command):
        if command not in helps:
            run = subprocess.run([program, "help", command], capture_output=True, text=True, check=False)
            helps[command] = run.stdout if run.returncode == 0 else None
        return helps[command]

    if "--write" in sys.argv:
        write_generated(root, program)
        return
    findings = [*check_methods_page(root, program), *check_methods_table(root, program)]
    pages = sorted(root.glob("*.md")) + sorted((root / "doc").rglob("*.md")) + sorted((root / "models").rglob("*.md"))
    for path in pages:
        text = path.read_text(encoding="utf-8")
        findings += check_commands(path.relative_to(root).as_posix(), text, help_of)
        findings += check_links(root, path, text)
        for number, line in enumerate(text.split("\n"), 1):
            if UNFINISHED.search(line):
                findings.append(f"{path.relative_to(root)}:{number}: unfinished: {line.strip()}")
    findings += check_named_tests(root)
    findings += check_size_and_words(root)
    finish(findings, "defects of documents and files")


if __name__ == "__main__":
    main()

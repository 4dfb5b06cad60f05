#!/usr/bin/env python3
"""The checks find what they are for: each breach is planted in a small tree and must be told, and the clean tree must pass."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent

FAKE_PROGRAM = """#!/bin/sh
case "$*" in
  "list methods --markdown") echo "# Methods" ;;
  "list methods --json") echo '{"methods": [{"id": "cam", "summary": "a map", "source": "a paper; more"}]}' ;;
  "help explain") echo "  --method LIST" ;;
  *) exit 2 ;;
esac
"""

METHODS = (
    "<!-- methods: made by tools/lint/check_docs.py --write -->\n"
    "| id | one line | paper |\n|---|---|---|\n| `cam` | a map | a paper |\n<!-- end of methods -->\n"
)

CLEAN = {
    "src/core/a.cpp": '#include "praxiscope/error.h"\n#include <fmt/format.h>\n// std::cout in a comment\n',
    "src/media/b.cpp": 'extern "C" {\n#include <libavformat/avformat.h>\n}\nconst char* kText = "exit(1)";\n',
    "src/model/c.cpp": '#include <ATen/ATen.h>\n#include "core/text.h"\nvoid f(X& x) { x.abort(); }\n',
    "src/cli/d.cpp": '#include "praxiscope/media.h"\n#include <boost/program_options.hpp>\nvoid g() { std::cout << 1; }\n',
    "include/praxiscope/error.h": "#include <string>\n",
    "doc/methods.md": "# Methods\n",
    "doc/defects.md": "`Suite.Name`\n",
    "tests/core/t.cpp": "TEST_F(Suite, Name) {}\n",
    "README.md": METHODS + "[doc](doc/methods.md) [web](https://example.org)\n```\npraxiscope explain --method x\n```\n",
}


def run(check, files, *more):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        program = root / "praxiscope"
        program.write_text(FAKE_PROGRAM)
        program.chmod(0o755)
        arguments = [sys.executable, HERE / check, root, *([program] if check == "check_docs.py" else []), *more]
        result = subprocess.run(arguments, capture_output=True, text=True, check=False)
        return result.returncode, result.stdout + result.stderr


class Lint(unittest.TestCase):
    def check_found(self, check, name, text, words):
        status, output = run(check, {**CLEAN, name: text})
        self.assertEqual(status, 1, output)
        self.assertIn(words, output)

    def test_clean_tree_passes(self):
        for check in ("check_layers.py", "check_docs.py"):
            status, output = run(check, CLEAN)
            self.assertEqual(status, 0, output)

    def test_finds_breaches_of_layers(self):
        cases = [
            ("src/media/x.cpp", '#include "model/program.h"\n', "which is not below media"),
            ("src/media/x.cpp", '#include "praxiscope/model.h"\n', "which is not below media"),
            ("src/cli/x.cpp", '#include "core/text.h"\n', "which is not below cli"),
            ("src/cli/x.cpp", "#include <ATen/ATen.h>\n", "includes LibTorch"),
            ("src/clip/x.cpp", "#include <libavutil/frame.h>\n", "includes FFmpeg"),
            ("src/core/x.cpp", "#include <c10/core/Device.h>\n", "includes LibTorch"),
            ("include/praxiscope/clip.h", "#include <nlohmann/json.hpp>\n", "includes nlohmann-json"),
            ("include/praxiscope/clip.h", '#include "core/text.h"\n', "public headers see only public headers"),
            ("src/clip/x.cpp", "#include <eigen3/Eigen>\n", "does not know"),
            ("src/attic/x.cpp", "int a;\n", "no place in the layers"),
            ("src/clip/x.cpp", "void f() { std::cerr << 1; }\n", "only src/cli prints"),
            ("src/clip/x.cpp", "void f() { exit(1); }\n", "only src/cli prints"),
            ("src/clip/x.h", "using namespace std;\n", "using namespace in a header"),
            ("src/studies/one/x.cpp", '#include "studies/two/y.h"\n', "of another study"),
            ("src/studies/one.cpp", '#include "studies/two/y.h"\n', "of another study"),
        ]
        for name, text, words in cases:
            with self.subTest(text=text):
                self.check_found("check_layers.py", name, text, words)

    def test_finds_defects_of_documents(self):
        unfinished = "// TO" + "DO later\n"
        cases = [
            ("doc/methods.md", "# Old\n", "doc/methods.md: not what the program says"),
            ("README.md", METHODS.replace("a map", "an old map"), "the table of methods is not what the program says"),
            ("doc/defects.md", "`Suite.Gone`\n", "no test Suite.Gone"),
            ("README.md", "[a](doc/none.md)\n", "leads nowhere"),
            ("README.md", "```sh\n$ praxiscope explian x\n```\n", "has no command explian"),
            ("README.md", "```\npraxiscope explain \\\n  --methods x\n```\n", "has no option --methods"),
            ("src/core/x.cpp", unfinished, "unfinished"),
            ("src/core/x.cpp", "int a;\n" * 401, "expected at most 400"),
        ]
        for name, text, words in cases:
            with self.subTest(text=text[:40]):
                self.check_found("check_docs.py", name, text, words)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
"""The layer rule of doc/architecture.md: who may include whom, which library stays in which folder, who may print or exit.

usage: check_layers.py ROOT
"""

import re
import sys

from common import finish, root_argument, source_files

# What a folder of src may include besides its own files: private and public headers of these folders.
BELOW = {
    "core": set(),
    "media": {"core"},
    "clip": {"core", "media"},
    "model": {"core", "media", "clip"},
    "methods": {"core", "media", "clip", "model"},
    "optima": {"core", "media", "clip", "model"},
    "render": {"core"},
    "figure": {"core", "render"},
    "studies": {"core", "media", "clip", "model", "methods", "optima", "render", "figure"},
    "sink": {"core", "media", "clip", "model", "methods"},
    "pipeline": {"core", "media", "clip", "model", "methods", "optima", "studies", "render", "figure", "sink"},
    "cli": set(),
}
# Nouns that a folder may know although the folder that makes them is not below it (doc/adr/0001).
NOUNS = {
    "render": {"praxiscope/frame.h", "praxiscope/clip.h", "praxiscope/preparation.h", "praxiscope/attribution.h"},
    "figure": {"praxiscope/frame.h"},
    "sink": {"praxiscope/explain.h"},
    "studies": {"praxiscope/explain.h"},
}
# The folder that stands behind each public header.
PUBLIC = {
    "core": {"error", "text", "progress", "rational", "options", "version", "tensor"},
    "media": {"frame", "media"},
    "clip": {"preparation", "clip"},
    "model": {"manifest", "model", "target", "top_class"},
    "methods": {"attribution", "clip_result", "method", "method_choice"},
    "render": {"render"},
    "figure": {"figure"},
    "studies": {"study"},
    "pipeline": {"explain"},
}
FOLDER_OF_PUBLIC = {f"praxiscope/{name}.h": folder for folder, names in PUBLIC.items() for name in names}

TORCH_FOLDERS = {"clip", "model", "methods", "optima", "studies", "render", "sink", "pipeline"}
# Third-party headers and the folders of src that may see them.
LIBRARIES = [
    ("FFmpeg", r"lib(av|sw)\w+/", {"media"}),
    ("libwebp", r"webp/", {"media"}),
    ("OpenCV", r"opencv2?/", {"clip"}),
    ("oneTBB", r"(tbb|oneapi)/", {"pipeline"}),
    ("Boost", r"boost/", {"cli"}),
    ("Cairo", r"(cairo|pango|fontconfig|ft2build)", {"render", "figure"}),
    ("QPDF", r"qpdf/", {"figure"}),
    ("libjpeg", r"jpeglib\.h", {"figure"}),
    ("libzip", r"zip(conf)?\.h", {"model", "sink"}),
    ("libcrypto", r"openssl/", {"core", "figure"}),
    ("LibTorch", r"(ATen|torch|c10|caffe2)/", TORCH_FOLDERS),
    ("fmt", r"fmt/", set(BELOW)),
    ("nlohmann-json", r"nlohmann/", set(BELOW)),
]
SHARED_OF_STUDIES = {"support", "annotations"}
TORCH_EXCEPTIONS = {"include/praxiscope/tensor.h", "src/core/tensor_pch.h", "src/core/graph_pch.h"}
SYSTEM = re.compile(r"^(sys/|[a-z_0-9]+(\.h)?$)")
INCLUDE = re.compile(r'^\s*#\s*include\s*(<([^>]+)>|"([^"]+)")')
PRINTS = re.compile(
    r"std::(cout|cerr|clog|exit|_Exit|quick_exit|abort|terminate)\b|(?<![\w:.>])(?:std::)?(printf|fprintf|puts|perror|exit|_exit|abort)\s*\("
)


def code_only(text):
    """The text without comments and string literals; line breaks stay."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.S)
    return pattern.sub(lambda match: "\n" * match.group(0).count("\n"), text)


def check_library(name, header, folder):
    for library, pattern, folders in LIBRARIES:
        if re.match(pattern, header):
            if folder == "include" or folder not in folders:
                if name in TORCH_EXCEPTIONS and library == "LibTorch":
                    return None
                return f"includes {library} (<{header}>), which stays in {', '.join(sorted(folders))}"
            return None
    if not SYSTEM.match(header):
        return f"includes <{header}> of a library that tools/lint/check_layers.py does not know"
    return None


def check_study(name, header):
    """Studies do not know each other: src/studies/<study>/ and <study>.cpp include their own parts and what all share."""
    parts, wanted = name.split("/"), header.split("/")
    if parts[:2] != ["src", "studies"] or wanted[0] != "studies" or len(wanted) < 3:
        return None
    study = parts[2].removesuffix(".cpp")
    if wanted[1] in {study, *SHARED_OF_STUDIES}:
        return None
    return f'includes "{header}" of another study; what studies share lies in src/studies/support'


def check_project(header, folder):
    if folder == "include":
        return None if header in FOLDER_OF_PUBLIC else f'includes "{header}": public headers see only public headers'
    if header.startswith("praxiscope/"):
        if header not in FOLDER_OF_PUBLIC:
            return f'includes "{header}", which tools/lint/check_layers.py does not know'
        owner = FOLDER_OF_PUBLIC[header]
        if folder == "cli" or owner == folder or owner in BELOW[folder] or header in NOUNS.get(folder, ()):
            return None
        return f'includes "{header}" of {owner}, which is not below {folder}'
    owner = header.split("/")[0]
    if owner == folder or owner in BELOW[folder]:
        return None
    return f'includes "{header}" of {owner}, which is not below {folder}'


def check_file(root, path):
    name = path.relative_to(root).as_posix()
    folder = name.split("/")[1] if name.startswith("src/") else "include"
    text = path.read_text(encoding="utf-8")
    if folder not in BELOW and folder != "include":
        yield f"{name}: folder {folder} has no place in the layers of tools/lint/check_layers.py"
        return
    for number, line in enumerate(text.split("\n"), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        problem = check_library(name, match[2], folder) if match[2] else check_study(name, match[3]) or check_project(match[3], folder)
        if problem:
            yield f"{name}:{number}: {problem}"
    for number, line in enumerate(code_only(text).split("\n"), 1):
        printing = PRINTS.search(line)
        if printing and folder != "cli":
            yield f"{name}:{number}: {printing[0].strip()}: only src/cli prints or ends the program; throw an Error"
        if path.suffix == ".h" and re.search(r"\busing\s+namespace\b", line):
            yield f"{name}:{number}: using namespace in a header"


def main():
    root = root_argument(sys.argv[1])
    findings = []
    for path in source_files(root, folders=("src", "include")):
        findings += check_file(root, path)
    finish(findings, "breaches of the layer rule")


if __name__ == "__main__":
    main()

# Copyright 2026 The Attune developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the test_ functions of a module in their order and says how they went in TAP."""

import importlib.util
import os
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
FIXTURES = SOURCE / "tests" / "fixtures"
RUNNER = SOURCE / "data" / "runner" / "attune-runner.py"


workspaces = []


class Skip(Exception):
    """Why a test cannot run here."""


def workspace():
    """A folder for this program, which is gone with it; the libraries keep their own things there too."""
    place = Path(tempfile.mkdtemp(prefix="attune-runner-"))
    workspaces.append(place)
    os.environ["HF_HOME"] = str(place / "huggingface")
    return place


def load_runner():
    spec = importlib.util.spec_from_file_location("attune_runner", RUNNER)
    module = importlib.util.module_from_spec(spec)
    sys.modules["attune_runner"] = module
    spec.loader.exec_module(module)
    return module


def program(name):
    """A program of the build, by the environment variable that says where it is."""
    path = os.environ.get(name)
    if not path:
        raise Skip(f"{name} is not set: run this through meson test")
    return path


def expect(cls, function, *words):
    """The exception of this class that @function ends in; its text has all @words."""
    try:
        function()
    except cls as error:
        for word in words:
            assert word in str(error), f"“{word}” is not in “{error}”"
        return error
    raise AssertionError(f"no {cls.__name__} came")


def main(module):
    tests = [(name, value) for name, value in vars(sys.modules[module]).items() if name.startswith("test_")]
    chosen = [word for word in sys.argv[1:] if not word.startswith("-")]
    tests = [(name, test) for name, test in tests if not chosen or name in chosen]
    failed = 0
    # Whatever is printed while a test runs is for people; standard output belongs to TAP.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    print(f"TAP version 13\n1..{len(tests)}", file=out, flush=True)
    for number, (name, test) in enumerate(tests, 1):
        title = name.removeprefix("test_").replace("_", "-")
        begin = time.monotonic()
        try:
            test()
        except Skip as reason:
            print(f"ok {number} {title} # SKIP {reason}", file=out, flush=True)
        except BaseException:
            failed += 1
            for line in traceback.format_exc().splitlines():
                print(f"# {line}", file=out)
            print(f"not ok {number} {title}", file=out, flush=True)
        else:
            print(f"ok {number} {title}\n# {time.monotonic() - begin:.1f} s", file=out, flush=True)
    out.flush()
    for place in workspaces:
        shutil.rmtree(place, ignore_errors=True)
    os._exit(1 if failed else 0)  # without waiting for the threads of the libraries

#!/usr/bin/env python3
"""What render_strings writes, read back by others: NumPy, ffprobe.

usage: files_test.py RENDER_STRINGS
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import numpy as np

program = sys.argv.pop(1)


def run(*arguments):
    return subprocess.run([program, *arguments], capture_output=True)


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def test_holds_clips_masks_times_and_twins(self):
        out = self.folder / "world"
        done = run("folder", out, "--count", "2", "--first", "3", "--twins", "--flow")
        self.assertEqual(done.returncode, 0, done.stderr)
        about = json.loads((out / "clips.json").read_text())
        names = [one["name"] for one in about]
        self.assertEqual(len(names), 10)
        self.assertEqual(names[0], "test_000003")
        listed = [line.split(" ", 1) for line in (out / "list.txt").read_text().splitlines() if line[0] != "#"]
        self.assertEqual([path for path, _ in listed], [f"clips/{name}.mp4" for name in names])
        self.assertEqual([label for _, label in listed], [one["label"] for one in about])
        for one in about[1:5]:
            self.assertEqual(one["twin_of"], "test_000003")
            differing = [k for k in ("instrument", "motion", "chair", "reversed") if one[k] != about[0][k]]
            self.assertEqual(differing, [one["changed"]])
        for name in names:
            for video in [out / "clips", *(out / "masks").iterdir()]:
                self.assertTrue((video / f"{name}.mp4").exists(), f"{video} {name}")
            flow = np.load(out / "flow" / f"{name}.npy")
            self.assertEqual((flow.shape, flow.dtype), ((63, 128, 128, 2), np.float32))
            self.assertTrue(np.isfinite(flow).all())
        times = dict(line.split(" ", 1) for line in (out / "intervals.txt").read_text().splitlines() if line[0] != "#")
        begin, end = map(float, times["test_000003.mp4"].split())
        self.assertTrue(0 <= begin < end <= 2.56)

    def test_films_are_64_frames_at_25(self):
        if shutil.which("ffprobe") is None:
            self.skipTest("no ffprobe")
        self.assertEqual(run("folder", self.folder, "--count", "1").returncode, 0)
        for film in (self.folder / "clips" / "test_000000.mp4", self.folder / "masks" / "bow" / "test_000000.mp4"):
            words = subprocess.run(
                ["ffprobe", "-v", "error", "-count_frames", "-show_entries",
                 "stream=width,height,r_frame_rate,nb_read_frames", "-of", "csv=p=0", film],
                capture_output=True, text=True, check=True).stdout.strip()
            self.assertEqual(words, "128,128,25/1,64")

    def test_replaces_nothing_without_force(self):
        self.assertEqual(run("folder", self.folder, "--count", "1").returncode, 0)
        again = run("folder", self.folder, "--count", "1")
        self.assertEqual(again.returncode, 5)
        self.assertIn(b"--force", again.stderr)
        self.assertEqual(run("folder", self.folder, "--count", "1", "--force").returncode, 0)


class Stream(unittest.TestCase):
    def records(self, split, count, side=32, frames=4):
        done = run("stream", "--split", split, "--count", str(count), "--side", str(side), "--frames", str(frames), "--stride", "5")
        self.assertEqual(done.returncode, 0, done.stderr)
        record = np.dtype([("class", "<i4"), ("chair", "<i4"), ("rgb", "u1", (frames, side, side, 3)),
                           ("flow", "<f4", (frames, side, side, 2))])
        self.assertEqual(len(done.stdout), count * record.itemsize)
        return np.frombuffer(done.stdout, record)

    def test_has_classes_in_turn_and_the_bias_of_its_split(self):
        clips = self.records("train", 600, side=16, frames=1)
        self.assertEqual(clips["class"].tolist(), list(range(6)) * 100)
        is_cello = clips["class"] >= 3
        self.assertGreater(clips["chair"][is_cello].mean(), 0.9)
        self.assertLess(clips["chair"][~is_cello].mean(), 0.1)
        fair = self.records("train_fair", 600, side=16, frames=1)
        self.assertAlmostEqual(fair["chair"].mean(), 0.5, delta=0.08)

    def test_gives_pictures_and_flow(self):
        clips = self.records("test", 3)
        self.assertGreater(clips["rgb"].std(), 20)
        self.assertTrue(np.isfinite(clips["flow"]).all())
        self.assertTrue((np.abs(clips["flow"]).max(axis=(1, 2, 3, 4)) > 0).any())

    def test_gives_pairs_of_pictures_instead_of_flow(self):
        common = ("stream", "--count", "1", "--side", "16", "--frames", "3", "--no-flow")
        pairs = np.frombuffer(run(*common, "--stride", "2", "--pairs").stdout[8:], "u1").reshape(2, 3, 16, 16, 3)
        row = np.frombuffer(run("stream", "--count", "1", "--side", "16", "--frames", "62", "--stride", "1", "--no-flow").stdout[8:],
                            "u1").reshape(62, 16, 16, 3)
        places = [next(i for i in range(62) if (row[i] == picture).all()) for picture in pairs[0]]
        self.assertEqual(places, [places[0], places[0] + 2, places[0] + 4])
        for picture, place in zip(pairs[1], places):
            self.assertTrue((picture == row[place + 1]).all())

    def test_gives_twins_from_the_same_frame_on(self):
        common = ("stream", "--count", "2", "--side", "32", "--frames", "2", "--no-flow")
        record = np.dtype([("class", "<i4"), ("chair", "<i4"), ("rgb", "u1", (2, 32, 32, 3))])
        plain, chair, motion = (np.frombuffer(run(*common, *twin).stdout, record)
                                for twin in ((), ("--twin", "chair"), ("--twin", "motion")))
        self.assertEqual(chair["class"].tolist(), plain["class"].tolist())
        self.assertEqual(chair["chair"].tolist(), (1 - plain["chair"]).tolist())
        self.assertTrue((chair["rgb"][:, :, :4] == plain["rgb"][:, :, :4]).all(), "above the person nothing differs")
        self.assertEqual(motion["class"].tolist(), [1, 2])

    def test_refuses_what_does_not_fit(self):
        for arguments, words in ((("stream", "--split", "nope"), b'no split "nope"'),
                                 (("stream", "--frames", "40", "--stride", "2"), b"40 frames every 2"),
                                 (("stream", "--side", "4"), b"--side 4"),
                                 (("folder",), b"where to?"), (("circle",), b"expected the command"),
                                 (("stream", "--twin", "bow"), b'no twin "bow"'), (("stream", "--bogus"), b"--bogus")):
            done = run(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn(words, done.stderr)
            self.assertEqual(done.stdout, b"")


if __name__ == "__main__":
    unittest.main()

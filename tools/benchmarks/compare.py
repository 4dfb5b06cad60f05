"""Runs the comparisons of tools/bench and prints them as ratios: median (smallest .. largest) over interleaved runs."""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import torch
import torchvision

HERE = pathlib.Path(__file__).resolve().parent


def make_network(folder: pathlib.Path) -> pathlib.Path:
    """r3d_18 with seeded random weights as TorchScript, and a manifest with torchvision's preparation."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "r3d_18.pt"
    if not path.exists():
        torch.manual_seed(0)
        torch.jit.script(torchvision.models.video.r3d_18(weights=None).eval()).save(str(path))
    manifest = {
        "praxiscope": 1, "name": "r3d_18", "file": path.name,
        "inputs": [{"name": "rgb", "kind": "rgb", "frames": 16, "stride": 1, "resize": {"exact": [128, 171]},
                    "crop": [112, 112], "range": [0, 1], "mean": [0.43216, 0.394666, 0.37645],
                    "std": [0.22803, 0.22145, 0.216989]}],
        "output": {"kind": "logits"},
    }
    (folder / "model.json").write_text(json.dumps(manifest, indent=1))
    return path


def ratio_row(name: str, ratios: list[float]) -> str:
    return f"  {name:<34} {statistics.median(ratios):6.3f}  ({min(ratios):.3f} .. {max(ratios):.3f})"


def compare_methods(program: pathlib.Path, folder: pathlib.Path, runs: int, clips: int) -> None:
    """CPU time and wall time of each method over the forward of the same batch, pair by pair."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        subprocess.run([program, folder, str(clips), f"--benchmark_repetitions={runs}", "--benchmark_min_time=0.01",
                        "--benchmark_enable_random_interleaving=true", f"--benchmark_out={out.name}",
                        "--benchmark_out_format=json"], check=True, stdout=subprocess.DEVNULL)
        rows = json.loads(pathlib.Path(out.name).read_text())["benchmarks"]
    times: dict[str, dict[str, list[float]]] = {}
    for row in rows:
        if row.get("run_type") == "iteration":
            entry = times.setdefault(row["run_name"].split("/")[0], {"cpu_time": [], "real_time": []})
            for key, values in entry.items():
                values.append(row[key])
    for key, title in (("cpu_time", "processor time"), ("real_time", "wall time")):
        print(f"\nmethod / bare forward, {clips} clips 3x16x112x112 a batch, {title}, {runs} interleaved repetitions")
        base = times["forward"][key]
        for name, entry in times.items():
            if name not in ("forward", "gradient", "maximize_2", "maximize_10"):
                print(ratio_row(name, [a / b for a, b in zip(entry[key], base)]))
        # What happens once a search (noise, the last look) drops out with the shorter one.
        steps = zip(times["maximize_10"][key], times["maximize_2"][key], times["gradient"][key])
        print(ratio_row("step of maximize / gradient", [(long - short) / 8 / bare for long, short, bare in steps]))


def timed(command: list) -> float:
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - begin


def compare_line(program: pathlib.Path, folder: pathlib.Path, work: pathlib.Path, runs: int, seconds: int) -> None:
    """Whole program over bare PyTorch: the program's time on a long video minus that on a short one, so that start-up drops out."""
    videos = {}
    for name, length in (("long", seconds), ("short", 1)):
        videos[name] = work / f"{name}.mp4"
        subprocess.run(["ffmpeg", "-y", "-loglevel", "error", "-f", "lavfi", "-i", f"testsrc2=size=320x240:rate=25:duration={length}",
                        "-pix_fmt", "yuv420p", videos[name]], check=True)
    clips = {name: length * 25 // 16 for name, length in (("long", seconds), ("short", 1))}
    extra = clips["long"] - clips["short"]
    commands = {
        "predict / PyTorch forward": ["predict"],
        "explain to .npz / PyTorch forward": ["explain", "--method", "grad_cam_pp", "--force", "-o", work / "out.npz"],
        "explain to .mp4 / PyTorch forward": ["explain", "--method", "grad_cam_pp", "--force", "-o", work / "out.mp4"],
    }
    ratios: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs):
        bare = float(subprocess.run([sys.executable, HERE / "bare_forward.py", folder / "r3d_18.pt", "--clips", str(extra)],
                                    check=True, capture_output=True, text=True).stdout)
        for name, command in commands.items():
            spent = {length: timed([program, *command, "-m", folder, "--hop", "16", "--quiet", video])
                     for length, video in videos.items()}
            ratios[name].append((spent["long"] - spent["short"]) / extra / bare)
    print(f"\nwhole line / bare PyTorch forward (batch 1), {extra} sliding clips of a 320x240 video, wall time, {runs} runs in turn")
    for name, values in ratios.items():
        print(ratio_row(name, values))


def compare_occlusion(program: pathlib.Path, folder: pathlib.Path, work: pathlib.Path, runs: int) -> None:
    """A sweep of whole forwards over one that computes only what a box can reach; one clip, start-up taken off."""
    video = work / "clip.mp4"
    subprocess.run(["ffmpeg", "-y", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25", "-frames:v", "16",
                    "-pix_fmt", "yuv420p", video], check=True)
    sweep = "occlusion:box=4x16x16:stride=4x16x16:forward="
    explain = [program, "explain", "-m", folder, "--force", "--quiet", "-o", work / "out.npz"]
    ratios = []
    for _ in range(runs):
        start = timed([program, "predict", "-m", folder, "--quiet", video])
        whole, local = (timed([*explain, "--method", sweep + kind, video]) for kind in ("whole", "local"))
        ratios.append((whole - start) / (local - start))
    print(f"\nocclusion, whole forwards in batches / only what a box can reach, 196 boxes 4x16x16 in a clip 3x16x112x112, wall time, {runs} runs in turn")
    print(ratio_row("whole / local", ratios))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="2 runs, short videos: only to see that it works")
    arguments = parser.parse_args()
    runs = 2 if arguments.quick else arguments.runs
    work = arguments.build / "bench" / "material"
    network = make_network(work / "r3d_18")
    print(f"torch {torch.__version__}, {os.cpu_count()} cores, {torch.get_num_threads()} threads")
    compare_methods(arguments.build / "bench" / "bin" / "bench_explain", network.parent, runs, 4)
    compare_occlusion(arguments.build / "dev" / "bin" / "praxiscope", network.parent, work, 1 if arguments.quick else min(runs, 3))
    compare_line(arguments.build / "dev" / "bin" / "praxiscope", network.parent, work, runs, 4 if arguments.quick else 12)


if __name__ == "__main__":
    main()

"""Runs the program on a short and on a long video and compares the largest memory of the two: it must not grow with the length,
but for the index of frames that FFmpeg keeps of every mp4 it reads or writes."""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile


def peak_mb(command: list) -> float:
    """Largest resident memory of one child, MB, by the system's own account of it."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit status {os.waitstatus_to_exitcode(status)}")
    return usage.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--seconds", type=int, nargs=2, required=True)
    parser.add_argument("--allowed-growth-mb", type=float, default=48)
    arguments = parser.parse_args()
    if shutil.which("ffmpeg") is None:
        print("skipped: no ffmpeg to make the videos with")
        sys.exit(77)
    peaks = []
    with tempfile.TemporaryDirectory() as folder:
        for seconds in arguments.seconds:
            video = pathlib.Path(folder) / f"{seconds}.mp4"
            subprocess.run(["ffmpeg", "-y", "-loglevel", "error", "-f", "lavfi", "-i",
                            f"testsrc2=size=160x120:rate=25:duration={seconds}", "-c:v", "libx264", "-preset", "ultrafast",
                            "-pix_fmt", "yuv420p", video], check=True)
            outputs = [video.with_suffix(".out.mp4"), video.with_suffix(".npz"), video.with_suffix(".json")]
            command = [arguments.program, "explain", "-m", arguments.model, "--frames", "8", "--resize", "56x56", "--crop", "56x56",
                       "--hop", "8", "--quiet", video]
            for output in outputs:
                command += ["-o", output]
            peaks.append(peak_mb(command))
            frames = subprocess.run(["ffprobe", "-v", "error", "-count_packets", "-select_streams", "v", "-show_entries",
                                     "stream=nb_read_packets", "-of", "csv=p=0", outputs[0]],
                                    check=True, capture_output=True, text=True).stdout.strip()
            if int(frames) != seconds * 25:
                sys.exit(f"{outputs[0].name}: found {frames} frames, expected {seconds * 25}")
            print(f"{seconds} s: {peaks[-1]:.0f} MB at most")
    growth = peaks[1] - peaks[0]
    # Measured: 152 bytes a frame between half an hour and two hours; without an mp4 to write, nothing.
    allowed = arguments.allowed_growth_mb + 200 * 25 * arguments.seconds[1] / 1e6
    print(f"growth: {growth:.0f} MB (allowed: {allowed:.0f} MB)")
    sys.exit(0 if growth <= allowed else 1)


if __name__ == "__main__":
    main()

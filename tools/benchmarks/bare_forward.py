"""Times the bare PyTorch forward of a network file: the least that any Python tool pays. Prints seconds a clip."""

import argparse
import time

import torch


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="TorchScript file")
    parser.add_argument("--clips", type=int, default=16)
    parser.add_argument("--shape", type=int, nargs=4, default=[3, 16, 112, 112], metavar=("C", "T", "H", "W"))
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    network = torch.jit.load(arguments.model).eval()
    clip = torch.randn(1, *arguments.shape)
    with torch.inference_mode():
        for _ in range(3):  # TorchScript profiles and specialises during its first runs
            network(clip)
        begin = time.perf_counter()
        for _ in range(arguments.clips):
            network(clip)
        print((time.perf_counter() - begin) / arguments.clips)


if __name__ == "__main__":
    main()

// render_strings: the rendered world as a folder of clips, or as a stream for training.
#include "strings/clip_files.h"
#include "strings/renderer.h"

#include "praxiscope/error.h"

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <iostream>

namespace praxiscope::strings {
namespace {

namespace po = boost::program_options;

constexpr const char* kUsage =
    R"(usage: render_strings folder OUT [--split S] [--first I] [--count N] [--twins] [--flow] [--force]
       render_strings stream [--split S] [--first I] [--count N] [--side PX] [--frames T] [--stride K]
                      [--pairs] [--no-flow] [--twin chair|instrument|motion|reversed]

folder: clips, masks, times and labels as files that `praxiscope evaluate` reads.
stream: records on standard output for a training script, one a clip: int32 class, int32 has chair, uint8 rgb [T,PX,PX,3],
float32 flow [T,PX,PX,2] in px of the written size to the next of 25 frames/s; frame 0, K, 2K, ... from a start that the
seed chooses. --pairs: after rgb, uint8 next [T,PX,PX,3], of each picture the next of 25 frames/s; --no-flow: without flow;
--twin: of each clip its counterfactual, from the same frame on.
Splits: train (95 % of cellists sit, 5 % of violinists), train_fair, test (half and half).
)";

[[noreturn]] void refuse(const std::string& message) {
  throw Error(ErrorKind::kUsage, message + "; see: render_strings --help");
}

Split split_named(const std::string& name) {
  if (name == "train") return kTrain;
  if (name == "train_fair") return kTrainFair;
  if (name == "test") return kTest;
  refuse(fmt::format("no split \"{}\"; expected train, train_fair or test", name));
}

template <typename T>
void put(const T* values, std::size_t count) {
  if (std::fwrite(values, sizeof(T), count, stdout) != count)
    throw Error(ErrorKind::kOutput, "cannot write to standard output: the reader is gone");
}

struct StreamWish {
  Split split;
  std::int64_t first, count;
  int side, frames, stride;
  bool pairs, no_flow;
  std::string twin;  ///< the change, or empty
};

ClipSpec spec_of(const StreamWish& wish, std::int64_t index) {
  const ClipSpec spec = clip_of(wish.split, index);
  if (wish.twin.empty()) return spec;
  for (const Twin& twin : twins_of(spec))
    if (twin.change == wish.twin) return twin.spec;
  refuse(fmt::format("no twin \"{}\"; expected chair, instrument, motion or reversed", wish.twin));
}

void write_stream(const StreamWish& wish) {
  const int room = kFrames - 1 - ((wish.frames - 1) * wish.stride + 1);
  if (wish.frames < 1 || wish.stride < 1 || room < 0)
    refuse(fmt::format("{} frames every {} do not fit a clip of {}", wish.frames, wish.stride,
                       kFrames));
  if (wish.side < 16 || wish.side > 1024)
    refuse(fmt::format("--side {}: expected 16 to 1024", wish.side));
  for (std::int64_t index = wish.first; index < wish.first + wish.count; ++index) {
    const ClipSpec spec = spec_of(wish, index);
    const Renderer clip(spec, wish.side);
    const std::int32_t head[2] = {class_of(spec), spec.has_chair ? 1 : 0};
    put(head, 2);
    const int start = static_cast<int>(spec.seed % static_cast<std::uint64_t>(room + 1));
    for (int next = 0; next <= (wish.pairs ? 1 : 0); ++next) {
      for (int i = 0; i < wish.frames; ++i) {
        const auto rgb = clip.rgb(start + i * wish.stride + next);
        put(rgb.data(), rgb.size());
      }
    }
    for (int i = 0; !wish.no_flow && i < wish.frames; ++i) {
      const auto flow = clip.flow(start + i * wish.stride);
      put(flow.data(), flow.size());
    }
  }
}

void run(int argc, char** argv) {
  po::options_description options;
  FolderWish folder;
  std::string command, split = "test";
  StreamWish stream{kTest, 0, 0, 64, 16, 2, false, false, ""};
  options.add_options()("help", "")("command", po::value(&command))(
      "out", po::value(&folder.folder))("split", po::value(&split))(
      "first", po::value(&folder.first))("count", po::value(&folder.count))(
      "twins", po::bool_switch(&folder.twins))("flow", po::bool_switch(&folder.flow))(
      "force", po::bool_switch(&folder.overwrite))("side", po::value(&stream.side))(
      "frames", po::value(&stream.frames))("stride", po::value(&stream.stride))(
      "pairs", po::bool_switch(&stream.pairs))("no-flow", po::bool_switch(&stream.no_flow))(
      "twin", po::value(&stream.twin));
  po::positional_options_description places;
  places.add("command", 1).add("out", 1);
  po::variables_map found;
  po::store(po::command_line_parser(argc, argv).options(options).positional(places).run(), found);
  po::notify(found);
  if (found.count("help") != 0) {
    std::cout << kUsage;
    return;
  }
  folder.split = stream.split = split_named(split);
  stream.first = folder.first;
  stream.count = folder.count;
  if (folder.first < 0 || folder.count < 1) refuse("--first from 0 and --count from 1");
  if (command == "folder" && !folder.folder.empty()) return write_folder(folder);
  if (command == "stream" && folder.folder.empty()) return write_stream(stream);
  refuse(command == "folder" ? "folder: where to? expected: render_strings folder OUT"
                             : "expected the command folder or stream");
}

}  // namespace
}  // namespace praxiscope::strings

int main(int argc, char** argv) {
  try {
    praxiscope::strings::run(argc, argv);
    return 0;
  } catch (const praxiscope::Error& error) {
    std::cerr << "error: " << error.what() << "\n";
    return error.exit_code();
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << "; see: render_strings --help\n";
    return 2;
  }
}

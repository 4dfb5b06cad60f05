// Where the demo's video lies: it comes in a Python package that tools/setup installs.
#pragma once

#include <optional>
#include <string>

namespace praxiscope::cli {

/// Second of the video that makes the demo's still.
inline constexpr double kDemoStill_s = 5.0;

/// bikes.mp4 in the folder PRAXISCOPE_DEMO_DATA, else in the project's environment beside the
/// program.
/// @throws Error kInput that says what to run.
std::string find_demo_video();

/// The rendered clip that tools/demo makes: the file PRAXISCOPE_DEMO_CLIP, else
/// .praxiscope/demo/clips/*.mp4 above the program. Nothing where it was not made.
std::optional<std::string> find_demo_clip();

}  // namespace praxiscope::cli

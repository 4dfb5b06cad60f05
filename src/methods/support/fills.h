// What stands where content is removed from a clip. Knows tensors and how a byte was prepared.
#pragma once

#include "praxiscope/preparation.h"
#include "praxiscope/tensor.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace praxiscope::methods {

/// kBlack: byte 0 (flow: no motion) · kGray: byte 127.5 · kMean: the clip's mean colour · kBlur:
/// every frame blurred, sigma 10 px in 224 · kNoise: normal noise with the clip's mean and spread
/// per channel · kFrozen: the first frame at all times, which removes motion and keeps appearance
/// (flow: no motion) · kShuffled, kReversed: the frames in another order, which keeps every
/// picture; reversed flow also goes the other way.
enum class FillKind { kBlack, kGray, kMean, kBlur, kNoise, kFrozen, kShuffled, kReversed };

/// The names of all kinds for an OptionSpec: "black|gray|...".
inline constexpr std::string_view kFillNames =
    "black|gray|mean|blur|noise|frozen|shuffled|reversed";

/// @param name  one of kFillNames, already checked.
FillKind find_fill(std::string_view name);

/// A clip that holds only the fill; what a method removes is taken from it.
///
/// @param clips  [N,C,T,H,W] f32, prepared as `spec` says.
/// @param seed   of kNoise and kShuffled; all clips get the same, so that the answer does not
///               depend on the batch. kShuffled never leaves the order as it was.
/// @return       of the clips' shape.
at::Tensor make_fill(FillKind kind, const at::Tensor& clips, const InputSpec& spec,
                     std::uint64_t seed);

}  // namespace praxiscope::methods

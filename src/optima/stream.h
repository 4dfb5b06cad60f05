// One input of a network in centred units, in which pictures are optimized: every value from -1 to
// 1, whatever the network wants. Knows preparations, not networks.
#pragma once

#include "praxiscope/preparation.h"
#include "praxiscope/tensor.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace praxiscope::optima {

/// What becomes of centred pictures u: the network's input is gain * u + shift. Of RGB u = -1 is
/// black and 1 is white; of flow -1 and 1 are the bound to either side, u = 0 is no motion.
struct Stream {
  std::string name;
  InputKind kind = InputKind::kRgb;
  bool is_bgr = false;                 ///< of flow: y before x
  std::array<std::int64_t, 3> size{};  ///< T, H, W
  at::Tensor gain, shift;              ///< [C,1,1,1] f32 on the CPU

  std::int64_t channels() const;
};

/// @param size  T, H, W of the network's input. @throws Error kModel for a deviation of 0.
Stream make_stream(const InputSpec& spec, const std::array<std::int64_t, 3>& size);

/// [...,C,T,H,W] centred -> as the network wants it, and back. On the device of `pictures`.
at::Tensor network_input(const Stream& stream, const at::Tensor& pictures);
at::Tensor centred(const Stream& stream, const at::Tensor& input);

/// Cuts off what cannot be: colours outside of black and white; motion farther than `bound` (of the
/// stream's own bound, 0..1] along its direction, not by component.
at::Tensor within_range(const Stream& stream, const at::Tensor& pictures, double bound);

}  // namespace praxiscope::optima

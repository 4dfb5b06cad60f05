// How colour channels become one number a cell: the options that methods at the input share.
#pragma once

#include "praxiscope/options.h"
#include "praxiscope/tensor.h"

#include <string>
#include <string_view>

namespace praxiscope::methods {

/// For a room's list of options; ChannelReduction reads both.
inline constexpr OptionSpec kValuesOption{"values", "absolute", "absolute|signed",
                                          "size of the gradient, or the gradient itself"};
inline constexpr OptionSpec kChannelsOption{"channels", "max", "max|mean|sum|l2",
                                            "how colour channels become one number"};

/// [N,C,T,H,W] -> [N,T,H,W]: the channel of the largest size, with its sign.
at::Tensor strongest_channel(const at::Tensor& values);

/// What the two options ask for. methods.md F10 is absolute and max.
class ChannelReduction {
 public:
  /// @param method  the room's id, for the message.
  /// @throws Error kUsage for values=signed with channels=l2: a length has no sign.
  ChannelReduction(std::string_view method, const OptionValues& options);

  /// [N,C,T,H,W] -> [N,T,H,W] f32.
  at::Tensor operator()(const at::Tensor& gradient) const;
  bool is_signed() const { return is_signed_; }

 private:
  bool is_signed_;
  std::string channels_;
};

}  // namespace praxiscope::methods

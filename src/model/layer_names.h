// Layers by the names users write. Works on names and a program's table; runs nothing.
#pragma once

#include "model/program.h"

#include <string>
#include <string_view>
#include <vector>

namespace praxiscope::program {

/// A place in a run: the `call`-th time that a layer gives a value, and which part of it.
///   layer4.1.conv2     first call of a module            block#2     second call
///   lstm[0]  x[1][0]   part of a tuple or list           out[logits] entry of a dict
///   conv3d#7           eighth conv3d of the network itself (frozen files), counted from 0
///   layer4.1/relu#0    first relu that layer4.1 calls as a function
struct LayerAddress {
  int layer = -1;  ///< index in Program::layers
  int call = 1;    ///< from 1
  std::vector<std::string> parts;
};

/// An exact name to its address; nothing when the program has no such layer.
std::optional<LayerAddress> find_address(const Program& program, std::string_view name);

/// The canonical name of an address.
std::string name_of(const Program& program, const LayerAddress& address);

/// Picks what a user means from `names` (in the order of execution): as written; '/' for '.';
/// without a leading "model." or "module."; `layer4[-1]` for the last of layer4's numbered parts;
/// '*' for any letters (the last match wins); case ignored; a suffix that only one name has.
/// `model`: for messages.
/// @throws Error kUsage with a did-you-mean, or naming the candidates of an ambiguous suffix.
std::string find_name(std::string_view text, const std::vector<std::string>& names,
                      std::string_view model);

}  // namespace praxiscope::program

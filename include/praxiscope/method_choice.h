// MethodChoice: methods and their options as users write them.
#pragma once

#include "praxiscope/options.h"

#include <map>
#include <string>
#include <vector>

namespace praxiscope {

struct MethodInfo;

/// A method and its options as the user wrote them: "grad_cam:weights=per_frame".
struct MethodChoice {
  std::string id;
  std::map<std::string, std::string> options;
};
/// The options that may follow a method's name: its own, and "layer" where it works at one.
std::vector<OptionSpec> method_options(const MethodInfo& method);
/// "grad_cam_pp,grad_cam:weights=per_frame:layer=stem" -> choices, names and options checked;
/// whether a layer exists is known only with a model. @throws Error kUsage.
std::vector<MethodChoice> parse_methods(const std::string& text);

}  // namespace praxiscope

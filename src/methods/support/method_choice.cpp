// See praxiscope/method_choice.h.
#include "praxiscope/method_choice.h"

#include "core/text.h"

#include "praxiscope/error.h"
#include "praxiscope/method.h"

#include <fmt/format.h>

namespace praxiscope {

std::vector<OptionSpec> method_options(const MethodInfo& method) {
  std::vector<OptionSpec> options(method.options.begin(), method.options.end());
  if (method.is_layer_based) {
    options.push_back({.name = "layer",
                       .default_value = "--layer",
                       .choices = "layer",
                       .help = "where, for this method alone"});
    options.push_back({.name = "refine",
                       .default_value = "off",
                       .choices = "off|on",
                       .help = "fused with LayerCAM of inner layers, which have more frames"});
  }
  return options;
}

std::vector<MethodChoice> parse_methods(const std::string& text) {
  std::vector<MethodChoice> choices;
  for (const std::string& part : split(text, ',')) {
    const std::vector<std::string> pieces = split(part, ':');
    MethodChoice choice{.id = trimmed(pieces[0]), .options = {}};
    const MethodInfo& method = find_method(choice.id);
    for (std::size_t i = 1; i < pieces.size(); ++i) {
      const std::size_t equals = pieces[i].find('=');
      if (equals == std::string::npos) {
        throw Error(
            ErrorKind::kUsage,
            fmt::format("method {}: found option {}, expected name=value, as in {}:name=value",
                        choice.id, in_quotes(pieces[i]), choice.id));
      }
      choice.options[trimmed(pieces[i].substr(0, equals))] = trimmed(pieces[i].substr(equals + 1));
    }
    const OptionValues checked(method.id, method_options(method), choice.options);
    choices.push_back(std::move(choice));
  }
  return choices;
}

}  // namespace praxiscope

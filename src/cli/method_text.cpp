#include "cli/method_text.h"

#include "cli/table.h"

#include "praxiscope/method.h"
#include "praxiscope/preparation.h"
#include "praxiscope/render.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace praxiscope::cli {
namespace {

using nlohmann::json;

std::string option_values(const OptionSpec& option) {
  return fmt::format("{} [{}]", option.choices, option.default_value);
}

std::string sentence(std::string_view text) {
  std::string out(text);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z')
    out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

/// '|' would end a cell of a Markdown table.
std::string markdown_cell(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

}  // namespace

std::string methods_as_text() {
  Table table("<<");
  for (const MethodInfo* method : methods_table()) {
    table.add({std::string(method->id), std::string(method->summary)});
  }
  return table.text();
}

std::string methods_as_json() {
  json list = json::array();
  for (const MethodInfo* method : methods_table()) {
    json options = json::array();
    for (const OptionSpec& option : method_options(*method)) {
      options.push_back({{"name", option.name},
                         {"default", option.default_value},
                         {"choices", option.choices},
                         {"help", option.help}});
    }
    list.push_back({{"id", method->id},
                    {"title", method->title},
                    {"summary", method->summary},
                    {"source", method->source},
                    {"is_signed", method->is_signed},
                    {"is_layer_based", method->is_layer_based},
                    {"options", options}});
  }
  return json{{"schema", "praxiscope.list.methods/1"}, {"methods", list}}.dump() + "\n";
}

std::string methods_as_markdown() {
  std::string text =
      "# Methods\n\n"
      "Made by `praxiscope list methods --markdown > doc/methods.md`; a test compares the two.\n\n"
      "Write `--method ID` or `--method ID:option=value`, several separated by commas. Maps are "
      "raw values; a signed\n"
      "map also shows evidence against the target. Layer-based methods take `--layer`, or each its "
      "own "
      "`layer`.\n";
  for (const MethodInfo* method : methods_table()) {
    text += fmt::format("\n## {} (`{}`)\n\n{}. {}, {}.\n\nSource: {}.\n", method->title, method->id,
                        sentence(method->summary), method->is_signed ? "Signed" : "Not negative",
                        method->is_layer_based ? "at a layer" : "at the input", method->source);
    if (method_options(*method).empty()) continue;
    text += "\n| option | values | default | meaning |\n|---|---|---|---|\n";
    for (const OptionSpec& option : method_options(*method)) {
      text +=
          fmt::format("| `{}` | `{}` | `{}` | {} |\n", option.name, markdown_cell(option.choices),
                      option.default_value, markdown_cell(option.help));
    }
  }
  return text;
}

std::string presets_as_text() {
  constexpr std::size_t kIndent = 21, kWidth = 80;
  std::string text;
  for (const Preset& preset : presets()) {
    text += hanging(fmt::format("{:<20} ", preset.name), preset.summary, kIndent, kWidth);
    for (const InputSpec& input : preset.inputs) {
      text += hanging(std::string(kIndent, ' '), fmt::format("{}: {}", input.name, describe(input)),
                      kIndent + 2, kWidth);
    }
  }
  return text;
}

std::string presets_as_json() {
  json list = json::array();
  for (const Preset& preset : presets()) {
    json inputs = json::array();
    for (const InputSpec& input : preset.inputs) inputs.push_back(json::parse(to_json(input)));
    list.push_back({{"name", preset.name},
                    {"summary", preset.summary},
                    {"source", preset.source},
                    {"inputs", inputs}});
  }
  return json{{"schema", "praxiscope.list.presets/1"}, {"presets", list}}.dump() + "\n";
}

const std::vector<std::string>& colormap_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all = colormaps();
    all.insert(all.begin(), "auto");
    return all;
  }();
  return names;
}

std::string explain_help() {
  std::string text =
      "Targets (--target, may be repeated):\n"
      "  top, topN                the most likely class of each clip, the N most likely\n"
      "  LABEL or index           a class: \"mountain bike\", 671\n"
      "  A-B                      why A and not B: \"violin-cello\"\n"
      "  unit:LAYER:CHANNEL       a channel's mean; @t,y,x for one position\n"
      "\nMethods (--method ID or ID:option=value, separated by commas):\n";
  for (const MethodInfo* method : methods_table()) {
    text += hanging(fmt::format("  {:<21}  ", method->id), std::string(method->summary), 25, 80);
    for (const OptionSpec& option : method_options(*method)) {
      const std::string head = fmt::format("    {}={}", option.name, option_values(option));
      text += hanging(fmt::format("{:<37} ", head), std::string(option.help), 38, 80);
    }
  }
  return text;
}

}  // namespace praxiscope::cli

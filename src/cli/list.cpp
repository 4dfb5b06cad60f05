// praxiscope list: what there is to choose from.
#include "cli/command.h"
#include "cli/method_text.h"
#include "cli/study.h"

#include "praxiscope/error.h"
#include "praxiscope/text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <ostream>

namespace praxiscope::cli {
namespace {

const OptionGroup kListOptions{
    "Form",
    {{"json", 0, OptionKind::kFlag, "", "", "as JSON, one line"},
     {"markdown", 0, OptionKind::kFlag, "", "", "methods as a page, with sources and options"}}};

std::string methods_text(bool is_json, bool is_markdown) {
  if (is_markdown) return methods_as_markdown();
  return is_json ? methods_as_json() : methods_as_text();
}

std::string colormaps_text(bool is_json) {
  if (is_json) {
    return nlohmann::json{{"schema", "praxiscope.list.colormaps/1"},
                          {"colormaps", colormap_names()}}
               .dump() +
           "\n";
  }
  return fmt::format("{}\n", fmt::join(colormap_names(), "\n"));
}

int run(const Options& options, Console& console) {
  static const std::vector<std::string> kinds{"methods", "studies", "presets", "colormaps"};
  const std::vector<std::string>& wanted = options.arguments();
  if (wanted.size() != 1) {
    throw Error(ErrorKind::kUsage, fmt::format("list: found {} arguments, expected one of {}",
                                               wanted.size(), fmt::join(kinds, ", ")));
  }
  const std::string& kind = wanted.front();
  const bool is_json = options.flag("json"), is_markdown = options.flag("markdown");
  if (is_markdown && (is_json || kind != "methods")) {
    throw Error(ErrorKind::kUsage, "list: --markdown goes with methods and without --json");
  }
  if (kind == "methods") {
    console.out << methods_text(is_json, is_markdown);
  } else if (kind == "studies") {
    console.out << (is_json ? studies_as_json() : studies_as_text());
  } else if (kind == "presets") {
    console.out << (is_json ? presets_as_json() : presets_as_text());
  } else if (kind == "colormaps") {
    console.out << colormaps_text(is_json);
  } else {
    throw Error(ErrorKind::kUsage,
                fmt::format("list: no list of {}; expected one of {}{}", in_quotes(kind),
                            fmt::join(kinds, ", "), did_you_mean(kind, kinds)));
  }
  return 0;
}

}  // namespace

const Command list_command{
    .name = "list",
    .arguments = "methods|studies|presets|colormaps [--json]",
    .summary = "methods, studies, presets of preparation, colormaps",
    .about =
        "Prints what there is to choose from. Everything about a method's options:\n"
        "praxiscope help explain.\n",
    .groups = {&kListOptions},
    .run = &run};

}  // namespace praxiscope::cli

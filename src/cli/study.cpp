// See study.h.
#include "praxiscope/study.h"

#include "cli/inputs.h"
#include "cli/interrupt.h"
#include "cli/shared_options.h"
#include "cli/study.h"
#include "cli/table.h"

#include "praxiscope/error.h"
#include "praxiscope/text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <deque>
#include <filesystem>
#include <ostream>

namespace praxiscope::cli {
namespace {

constexpr auto kValue = OptionKind::kValue;
constexpr auto kRepeatable = OptionKind::kRepeatable;
constexpr auto kFlag = OptionKind::kFlag;

const OptionGroup kStudyOutputs{
    "Output (several -o may be given)",
    {{"output", 'o', kRepeatable, "FILE", "", ".json, .pdf, .html, sheet .png"},
     {"force", 'f', kFlag, "", "", "replace existing files"},
     {"sheet-width", 0, kValue, "PX", "1800", "of a contact sheet (.png)"}}};

/// Options of a study that its short help shows; the others stand in `praxiscope help COMMAND`.
constexpr std::size_t kMostShown = 7;

std::string_view placeholder(const OptionSpec& option) {
  if (option.choices == "int") return "N";
  if (option.choices == "float") return "X";
  if (option.choices == "text") return "TEXT";
  if (option.choices == "layer") return "LAYER";
  if (option.choices == "paths") return "PATHS";
  return "WORD";
}

/// The group that every command has, with a study's own default.
OptionGroup clip_options(const StudyInfo& study) {
  OptionGroup group = kClipOptions;
  for (OptionText& option : group.options) {
    if (option.name == "clips") option.default_value = study.clips;
  }
  return group;
}

StudySettings wishes(const StudyInfo& study, const Options& options) {
  StudySettings wish;
  wish.source = source_settings(study.command, options);
  wish.run = run_settings(options);
  for (const OptionSpec& option : study.options) {
    if (options.has(option.name))
      wish.options[std::string(option.name)] = options.text(option.name);
  }
  wish.outputs = options.list("output");
  if (study.makes_film && options.has("preview")) wish.preview = options.text("preview");
  wish.overwrite = options.flag("force");
  wish.sheet_width = static_cast<int>(options.integer("sheet-width", 600, 8000));
  return wish;
}

/// Why an input failed stands among the warnings already, unless the user wished to see none.
void print_failed(const std::vector<std::string>& failed, Console& console) {
  if (failed.empty()) return;
  if (console.is_quiet) {
    for (const std::string& failure : failed) print_error(console, failure);
  } else {
    print_error(
        console,
        fmt::format("{} could not be read (see above); the answer is that of the others",
                    failed.size() == 1 ? "1 input" : fmt::format("{} inputs", failed.size())));
  }
}

int run_command(const StudyInfo& study, const Options& options, Console& console) {
  console.is_quiet = options.flag("quiet");
  StudySettings wish = wishes(study, options);
  std::vector<std::string> inputs;
  if (study.needs_inputs || !options.arguments().empty()) {
    inputs = named_inputs(study.command, options.arguments());
    wish.labels = labels_of_inputs(options.arguments());
  }
  std::vector<std::string> files = wish.outputs;
  if (!wish.preview.empty()) files.push_back(wish.preview);
  for (const std::string& output : files) {
    const std::filesystem::path path = output;
    clean_on_exit(path.has_parent_path() ? path.parent_path().string() : ".");
  }
  ProgressPrinter progress(console);
  StudyResult result;
  {
    const CancelOnSignal cancel(progress);
    result = run_study(study, inputs, wish, progress);
  }
  progress.clear();
  if (options.flag("json")) {
    console.out << nlohmann::json::parse(result.json).dump() << '\n';
  } else {
    console.out << result.text;
    for (const std::string& path : result.written) console.out << path << '\n';
  }
  flush_results(console);
  print_failed(result.failed, console);
  // A study that was stopped may still have something to show: what it has is written.
  if (progress.is_cancelled()) return static_cast<int>(ErrorKind::kCancelled);
  return result.failed.empty() ? 0 : static_cast<int>(ErrorKind::kInput);
}

std::string_view arguments_of(const StudyInfo& study) {
  if (!study.takes_inputs) return "-m MODEL [OPTIONS]";
  return study.needs_inputs ? "-m MODEL INPUT... [OPTIONS]" : "-m MODEL [INPUT...] [OPTIONS]";
}

OptionGroup output_options(const StudyInfo& study) {
  OptionGroup group = kStudyOutputs;
  if (study.makes_film) {
    group.options.front().help = ".json, .pdf, .html, sheet .png, .mp4, .gif";
    group.options.push_back(
        {"preview", 0, kValue, "FILE", "", "a .png that shows how far it is, written anew"});
  }
  return group;
}

/// A command and the words that it refers to.
struct StudyCommand {
  OptionGroup question, finer, outputs, clips;
  std::string arguments, about;
  Command command;

  explicit StudyCommand(const StudyInfo& study)
      : question{study.title, {}},
        finer{study.title, {}},
        outputs(output_options(study)),
        clips(clip_options(study)),
        arguments(arguments_of(study)),
        about(study.question) {
    for (const OptionSpec& option : study.options)
      (question.options.size() < kMostShown ? question : finer)
          .options.push_back(
              {option.name, 0, kValue, placeholder(option), option.default_value, option.help});
    if (study.takes_inputs)
      about += "INPUT: videos, pictures, folders, \"globs\" or list files (.txt).\n";
    command = {.name = study.command,
               .arguments = arguments,
               .summary = study.summary,
               .about = about,
               .groups = {&kModelOptions, &question, &outputs},
               .more_groups = {},
               .run = [&study](const Options& options, Console& console) {
                 return run_command(study, options, console);
               }};
    if (!finer.options.empty()) command.more_groups.push_back(&finer);
    command.more_groups.push_back(&kPreparationOptions);
    if (study.takes_inputs)
      command.groups.push_back(&clips);
    else
      command.more_groups.push_back(&clips);
    command.groups.push_back(&kRunOptions);
    command.groups.push_back(&kTalkOptions);
  }
  StudyCommand(const StudyCommand&) = delete;
};

}  // namespace

const std::vector<const Command*>& study_commands() {
  static std::deque<StudyCommand> made;
  static const std::vector<const Command*> commands = [] {
    std::vector<const Command*> list;
    for (const StudyInfo* study : studies_table()) {
      made.emplace_back(*study);
      list.push_back(&made.back().command);
    }
    return list;
  }();
  return commands;
}

std::string studies_as_text() {
  Table table("<<<");
  for (const StudyInfo* study : studies_table()) {
    table.add({std::string(study->id), "praxiscope " + std::string(study->command),
               std::string(study->summary)});
  }
  return table.text();
}

std::string studies_as_json() {
  using nlohmann::json;
  json list = json::array();
  for (const StudyInfo* study : studies_table()) {
    json options = json::array();
    for (const OptionSpec& option : study->options) {
      options.push_back({{"name", option.name},
                         {"default", option.default_value},
                         {"choices", option.choices},
                         {"help", option.help}});
    }
    list.push_back({{"id", study->id},
                    {"command", study->command},
                    {"title", study->title},
                    {"summary", study->summary},
                    {"source", study->source},
                    {"options", options}});
  }
  return json{{"schema", "praxiscope.list.studies/1"}, {"studies", list}}.dump() + "\n";
}

}  // namespace praxiscope::cli

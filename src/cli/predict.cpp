// praxiscope predict: top classes over time.
#include "cli/command.h"
#include "cli/inputs.h"
#include "cli/shared_options.h"
#include "cli/table.h"

#include "praxiscope/explain.h"
#include "praxiscope/text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <ostream>

namespace praxiscope::cli {
namespace {

const OptionGroup kPredictOptions{
    "Prediction", {{"top", 0, OptionKind::kValue, "N", "5", "classes listed, most likely first"}}};

/// One row: the time of a clip and its classes, as many as a line of `width` columns holds.
std::string clip_row(const ClipPrediction& clip, std::size_t width) {
  constexpr std::size_t kLabelColumns = 20;
  std::string line = fmt::format("{:>7.2f} - {:>7.2f} s", clip.begin_s, clip.end_s);
  for (const TopClass& entry : clip.top) {
    const std::string label = shortened(without_controls(entry.label), kLabelColumns);
    const std::string space(kLabelColumns - columns_of(label), ' ');
    const std::string cell =
        fmt::format("  {}{} {:>3.0f} %", label, space, entry.probability * 100);
    if (&entry != &clip.top.front() && columns_of(line) + columns_of(cell) > width) break;
    line += cell;
  }
  return line + (clip.is_padded ? "  (padded)\n" : "\n");
}

void print_mean(const Prediction& result, Console& console) {
  console.out << fmt::format("{}: {}, mean of {}\n", without_controls(result.input),
                             counted(result.frames, "frame"), counted(result.clips, "clip"));
  Table table("><>");
  for (const TopClass& entry : result.top) {
    table.add({fmt::format("{:.1f} %", entry.probability * 100), without_controls(entry.label),
               fmt::format("class {}", entry.class_index)});
  }
  console.out << table.text();
}

int run(const Options& options, Console& console) {
  console.is_quiet = options.flag("quiet");
  const bool is_json = options.flag("json");
  PredictOptions wish;
  wish.source = source_settings("predict", options);
  wish.run = run_settings(options);
  wish.top = static_cast<int>(options.integer("top", 1, 1000));
  const std::vector<std::string> inputs = named_inputs("predict", options.arguments());

  ModelKeeper keeper;
  ProgressPrinter progress(console);
  const auto width = static_cast<std::size_t>(console.width);
  return for_each_input(inputs, console, progress, [&](const std::string& input) {
    const auto on_clip = [&](const ClipPrediction& clip) {
      if (is_json) return;
      progress.clear();
      console.out << clip_row(clip, width);
      flush_results(console);
    };
    const Prediction result = predict(input, wish, progress, on_clip, &keeper);
    progress.clear();
    for (const std::string& warning : result.warnings) progress.warn(warning);
    if (is_json) {
      console.out << nlohmann::json::parse(result.json).dump() << '\n';
    } else {
      print_mean(result, console);
    }
    flush_results(console);
  });
}

}  // namespace

const Command predict_command{
    .name = "predict",
    .arguments = "-m MODEL INPUT... [OPTIONS]",
    .summary = "top classes of a video over time",
    .about =
        "Prints the most likely classes of each clip and their mean over the video.\n"
        "INPUT: a video, picture, folder, \"glob\", list file (.txt), or - for a pipe.\n"
        "\n"
        "  praxiscope predict -m effnet3d bikes.mp4\n",
    .groups = {&kModelOptions, &kPredictOptions, &kClipOptions, &kRunOptions, &kTalkOptions},
    .more_groups = {&kPreparationOptions},
    .run = &run};

}  // namespace praxiscope::cli

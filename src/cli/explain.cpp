// praxiscope explain: where and when the network looks, drawn into the video and written as
// numbers.
#include "praxiscope/explain.h"

#include "cli/command.h"
#include "cli/inputs.h"
#include "cli/interrupt.h"
#include "cli/method_text.h"
#include "cli/shared_options.h"
#include "cli/table.h"

#include "praxiscope/error.h"
#include "praxiscope/method.h"
#include "praxiscope/text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <ostream>

namespace praxiscope::cli {
namespace {

constexpr auto kValue = OptionKind::kValue;
constexpr auto kRepeatable = OptionKind::kRepeatable;
constexpr auto kFlag = OptionKind::kFlag;

const OptionGroup kQuestionOptions{
    "Question",
    {{"method", 0, kValue, "LIST", "grad_cam_pp", "e.g. cam,grad_cam:weights=per_frame"},
     {"target", 0, kRepeatable, "TARGET", "top", "top, top3, LABEL, A-B, unit:LAYER:CHANNEL"},
     {"layer", 0, kValue, "LAYER", "", "where [the last with space and time]"}}};

const OptionGroup kMoreQuestionOptions{
    "More of the question",
    {{"motion", 0, kFlag, "", "", "also what survives frozen, shuffled, reversed"},
     {"refine", 0, kFlag, "", "", "sharper in time: inner layers, closer clips"}}};

const OptionGroup kOutputOptions{
    "Output (several -o may be given)",
    {{"output", 'o', kRepeatable, "FILE", "",
      ".mp4 .mkv .webm .mov .gif .pdf .html .png .npz .json"},
     {"force", 'f', kFlag, "", "", "replace existing files"},
     {"save-inputs", 0, kFlag, "", "", ".npz also holds the network's input"},
     {"figure-clips", 0, kValue, "N", "8", "clips in .pdf, .html and sheet .png"},
     {"sheet-width", 0, kValue, "PX", "1800", "of a contact sheet (a video's .png)"}}};

const OptionGroup kDrawOptions{
    "Drawing",
    {{"side-by-side", 0, kFlag, "", "", "the plain picture beside the maps"},
     {"colormap", 0, kValue, "NAME", "auto", "praxiscope list colormaps"},
     {"flow-colors", 0, kValue, "KIND", "wheel", "wheel, rgb (right, down, length)"},
     {"opacity", 0, kValue, "X", "0.6", "of the strongest colour, 0 to 1"},
     {"scale", 0, kValue, "SCALE", "running", "of colours: running, clip, LO:HI"},
     {"bars", 0, kValue, "N", "3", "classes listed, 0: none"}}};

const OptionGroup kLessDrawnOptions{
    "What need not be drawn",
    {{"no-caption", 0, kFlag, "", "", "no method, layer, target and range"},
     {"no-strip", 0, kFlag, "", "", "no probability over time under the picture"},
     {"no-outline", 0, kFlag, "", "", "no thin frame around the network's view"}}};

/// A layer that no method looks at is a misunderstanding, and not to be passed over.
void check_layer_is_used(const Options& options, const std::vector<MethodChoice>& methods) {
  const auto has_layer = [](const MethodChoice& choice) {
    return find_method(choice.id).is_layer_based;
  };
  if (!options.has("layer") || std::any_of(methods.begin(), methods.end(), has_layer)) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("option \"--layer\": {} looks at the input, not at a layer; leave the "
                          "option out, or take another method (see: praxiscope list methods)",
                          methods.front().id));
}

ExplainOptions wishes(const Options& options) {
  ExplainOptions wish;
  wish.methods = parse_methods(options.text("method"));
  check_layer_is_used(options, wish.methods);
  if (options.has("target")) wish.targets = options.list("target");
  wish.overwrite = options.flag("force");
  wish.motion = options.flag("motion");
  wish.refine = options.flag("refine");
  wish.save_inputs = options.flag("save-inputs");
  wish.side_by_side = options.flag("side-by-side");
  wish.scale = options.text("scale");
  wish.colormap = options.choice("colormap", colormap_names());
  static const std::array<std::string, 2> flow_colors{"wheel", "rgb"};
  wish.flow_colors = options.choice("flow-colors", flow_colors);
  wish.opacity = options.number("opacity", 0, 1);
  wish.bars = static_cast<int>(options.integer("bars", 0, 20));
  wish.figure_clips = static_cast<int>(options.integer("figure-clips", 1, 100));
  wish.sheet_width = static_cast<int>(options.integer("sheet-width", 600, 8000));
  wish.caption = !options.flag("no-caption");
  wish.strip = !options.flag("no-strip");
  wish.outline = !options.flag("no-outline");
  wish.source = source_settings("explain", options);
  wish.run = run_settings(options);
  return wish;
}

/// The -o as given, or the usual one. @throws Error kUsage for "-" without -o.
std::vector<std::string> named_outputs(const Options& options,
                                       const std::vector<std::string>& inputs) {
  if (options.has("output")) return options.list("output");
  if (std::find(inputs.begin(), inputs.end(), "-") != inputs.end()) {
    throw Error(ErrorKind::kUsage,
                "explain: standard input has no name to make the output's from; give one, e.g. -o "
                "result.mp4");
  }
  return {std::string(kUsualOutput)};
}

void clean_folders_on_exit(const std::string& input, const std::vector<std::string>& outputs) {
  for (const std::string& output : outputs) {
    for (const bool is_still : {false, true}) {
      const std::filesystem::path path = expand_output(output, input, is_still);
      clean_on_exit(path.has_parent_path() ? path.parent_path().string() : ".");
    }
  }
}

void print_result(const Explanation& result, bool is_json, Console& console) {
  if (is_json) {
    console.out << nlohmann::json::parse(result.json).dump() << '\n';
  } else {
    std::string classes;
    for (const TopClass& entry : result.top) {
      if (&entry - result.top.data() == 3) break;
      classes += fmt::format("{}{} {:.0f} %", classes.empty() ? "" : ", ",
                             without_controls(entry.label), entry.probability * 100);
    }
    print_note(console, fmt::format("{}: {}, {}; {}", without_controls(result.input),
                                    counted(result.frames, "frame"), counted(result.clips, "clip"),
                                    classes));
    for (const std::string& path : result.written) console.out << path << '\n';
  }
  flush_results(console);
}

int run(const Options& options, Console& console) {
  console.is_quiet = options.flag("quiet");
  ExplainOptions wish = wishes(options);
  const std::vector<std::string> inputs = named_inputs("explain", options.arguments());
  wish.outputs = named_outputs(options, inputs);
  check_outputs(inputs, wish.outputs);

  ModelKeeper keeper;
  ProgressPrinter progress(console);
  return for_each_input(inputs, console, progress, [&](const std::string& input) {
    clean_folders_on_exit(input, wish.outputs);
    const Explanation result = explain(input, wish, progress, &keeper);
    progress.clear();
    for (const std::string& warning : result.warnings) progress.warn(warning);
    print_result(result, options.flag("json"), console);
  });
}

}  // namespace

const Command explain_command{
    .name = "explain",
    .arguments = "-m MODEL INPUT... [OPTIONS]",
    .summary = "where and when the network looks, as video and numbers",
    .about =
        "INPUT: a video, picture, folder, \"glob\", list file (.txt), or - for a pipe.\n"
        "Written: INPUT.praxiscope.mp4 (a picture: .png) or the files of -o, where\n"
        "{stem} stands for the input's name. The paths go to standard output.\n",
    .groups = {&kModelOptions, &kQuestionOptions, &kOutputOptions, &kDrawOptions, &kClipOptions,
               &kRunOptions, &kTalkOptions},
    .more_groups = {&kMoreQuestionOptions, &kLessDrawnOptions, &kPreparationOptions},
    .more_help = &explain_help,
    .run = &run};

}  // namespace praxiscope::cli

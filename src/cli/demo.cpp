// praxiscope demo: the bundled network on a real video and on a still of it.
#include "cli/command.h"
#include "cli/demo_data.h"
#include "cli/inputs.h"
#include "cli/interrupt.h"
#include "cli/shared_options.h"

#include "praxiscope/error.h"
#include "praxiscope/explain.h"
#include "praxiscope/media.h"
#include "praxiscope/text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <ostream>

namespace praxiscope::cli {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kModel = "effnet3d", kTwoStreams = "strings_fair";

const OptionGroup kDemoOptions{
    "Demo",
    {{"output", 'o', OptionKind::kValue, "DIR", "praxiscope-demo", "folder for the results"},
     {"force", 'f', OptionKind::kFlag, "", "", "replace the results of an earlier run"},
     {"device", 0, OptionKind::kValue, "DEVICE", "auto", "auto, cpu, cuda, cuda:1"},
     {"threads", 0, OptionKind::kValue, "N", "auto", "CPU threads, auto: all cores"}}};

/// One explain of the demo.
struct Part {
  std::string input;
  std::vector<std::string> outputs;
  bool makes_input = false;  ///< the input is a result of the demo, too
  std::string model = std::string(kModel);
};

std::vector<Part> parts(const fs::path& folder, const std::string& video) {
  const auto at = [&](const char* name) { return (folder / name).string(); };
  std::vector<Part> all = {{video,
                            {at("bikes.mp4"), at("bikes.pdf"), at("bikes.html"), at("bikes.png"),
                             at("bikes.npz"), at("bikes.json")}},
                           {at("still.png"), {at("still-explained.png"), at("still.json")}, true}};
  if (const std::optional<std::string> clip = find_demo_clip())
    all.push_back({*clip,
                   {at("strings.mp4"), at("strings.pdf"), at("strings.html"), at("strings.png"),
                    at("strings.npz"), at("strings.json")},
                   false,
                   std::string(kTwoStreams)});
  return all;
}

void check_not_there(const std::vector<Part>& all, const fs::path& folder) {
  for (const Part& part : all) {
    std::vector<std::string> results = part.outputs;
    if (part.makes_input) results.push_back(part.input);
    for (const std::string& output : results) {
      std::error_code ignored;
      if (!fs::exists(output, ignored)) continue;
      throw Error(
          ErrorKind::kOutput,
          fmt::format("the demo's results are in {} already; add --force to make them again, "
                      "or -o DIR for another folder",
                      in_quotes(folder.string())));
    }
  }
}

void make_folder(const fs::path& folder) {
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem) {
    throw Error(ErrorKind::kOutput, fmt::format("cannot make folder {}: {}",
                                                in_quotes(folder.string()), problem.message()));
  }
}

/// The picture at `at_s` seconds as a file: the still that the demo explains.
void write_still(const std::string& video, double at_s, const Part& part, bool overwrite,
                 const Progress& progress) {
  const std::unique_ptr<FrameSource> source = open_source(video);
  std::optional<Frame> chosen;
  while (std::optional<Frame> frame = source->next()) {
    progress.check_cancelled();
    if (chosen && frame->pts.to_double() > at_s) break;
    chosen = std::move(frame);
  }
  if (!chosen) {
    throw Error(ErrorKind::kInput, fmt::format("no picture in {}", in_quotes(video)));
  }
  write_png(part.input, *chosen->picture, overwrite);
}

int run(const Options& options, Console& console) {
  console.is_quiet = options.flag("quiet");
  if (!options.arguments().empty()) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("demo: takes no arguments, found {}; for videos of your own: praxiscope "
                    "explain -m {} VIDEO",
                    in_quotes(options.arguments().front()), kModel));
  }
  const fs::path folder = options.text("output");
  const std::string video = find_demo_video();
  const std::vector<Part> all = parts(folder, video);
  if (!options.flag("force")) check_not_there(all, folder);
  make_folder(folder);
  clean_on_exit(folder.string());

  ExplainOptions wish;
  wish.methods = parse_methods("grad_cam_pp");
  wish.overwrite = options.flag("force");
  wish.run.device = options.text("device");
  wish.run.threads = count_or_auto(options, "threads", 1024);

  ProgressPrinter progress(console);
  const CancelOnSignal cancel(progress);
  std::vector<std::string> written;
  nlohmann::json results = nlohmann::json::array();
  for (const Part& part : all) {
    progress.set_subject(fs::path(part.input).filename().string());
    if (part.makes_input) write_still(video, kDemoStill_s, part, wish.overwrite, progress);
    wish.outputs = part.outputs;
    wish.source.model = part.model;
    const Explanation result = explain(part.input, wish, progress);
    progress.clear();
    for (const std::string& warning : result.warnings) progress.warn(warning);
    written.insert(written.end(), result.written.begin(), result.written.end());
    results.push_back(nlohmann::json::parse(result.json));
  }
  if (options.flag("json")) {
    for (const nlohmann::json& result : results) console.out << result.dump() << '\n';
    return 0;
  }
  for (const std::string& path : written) console.out << path << '\n';
  flush_results(console);
  print_note(console,
             fmt::format("\nNext, a video of your own: praxiscope explain -m {} VIDEO", kModel));
  return 0;
}

}  // namespace

const Command demo_command{
    .name = "demo",
    .arguments = "[-o DIR] [OPTIONS]",
    .summary = "a real network on a real video: annotated video, figures, data",
    .about =
        "Explains a street video and a still of it with effnet3d (EfficientNet-Lite0,\n"
        "ImageNet, inflated to 3D), and a rendered clip (made by tools/demo) with the\n"
        "two-stream network strings_fair; writes annotated videos, a picture, figures to\n"
        "click through (.pdf, .html), a contact sheet (.png), maps (.npz) and numbers\n"
        "(.json). The paths go to standard output.\n",
    .groups = {&kDemoOptions, &kTalkOptions},
    .run = &run};

}  // namespace praxiscope::cli

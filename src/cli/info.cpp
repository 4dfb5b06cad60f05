// praxiscope info: what is in a model file or in a video.
#include "cli/command.h"
#include "cli/info_text.h"
#include "cli/shared_options.h"

#include "praxiscope/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <ostream>

namespace praxiscope::cli {
namespace fs = std::filesystem;
namespace {

const OptionGroup kInfoOptions{
    "What to print",
    {{"layers", 0, OptionKind::kFlag, "", "", "a model's layers only"},
     {"layer", 0, OptionKind::kValue, "LAYER", "", "take this as the model's default layer"},
     {"labels", 0, OptionKind::kValue, "FILE", "", "class names, one a line"},
     {"json", 0, OptionKind::kFlag, "", "", "as JSON, one line an argument"},
     {"quiet", 'q', OptionKind::kFlag, "", "", "no warnings"}}};

std::string lower_extension(const std::string& path) {
  std::string ending = fs::path(path).extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending;
}

/// Files by their ending, folders by what is in them; a bare word that is no file is the name of a
/// bundled model.
bool is_model(const std::string& argument) {
  static const std::array<std::string_view, 9> endings{
      ".pt", ".pt2", ".pth", ".ts", ".json", ".onnx", ".ckpt", ".safetensors", ".bin"};
  std::error_code ignored;
  if (fs::is_directory(argument, ignored))
    return fs::exists(fs::path(argument) / "model.json", ignored);
  const std::string ending = lower_extension(argument);
  if (!fs::exists(argument, ignored) && ending.empty()) {
    return argument != "-" && argument.find_first_of("/%*") == std::string::npos;
  }
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

std::string describe(const std::string& argument, const Options& options, Console& console) {
  const bool is_json = options.flag("json");
  if (!is_model(argument)) return is_json ? media_as_json(argument) : media_as_text(argument);
  const ManifestOverrides overrides = manifest_overrides(options);
  const ModelInfo info = read_model_info(argument, overrides);
  for (const std::string& warning : info.warnings) print_warning(console, warning);
  if (is_json) return model_as_json(info);
  return options.flag("layers") ? layers_as_text(info) : model_as_text(info);
}

int run(const Options& options, Console& console) {
  console.is_quiet = options.flag("quiet");
  const std::vector<std::string>& arguments = options.arguments();
  if (arguments.empty()) {
    throw Error(ErrorKind::kUsage,
                "info: nothing named; expected a model or a video (see: praxiscope info --help)");
  }
  int status = 0;
  for (const std::string& argument : arguments) {
    try {
      const std::string text = describe(argument, options, console);
      if (!options.flag("json") && &argument != &arguments.front()) console.out << '\n';
      console.out << text;
      flush_results(console);
    } catch (const Error& error) {
      const bool is_its_own =
          error.kind() == ErrorKind::kInput || error.kind() == ErrorKind::kModel;
      if (!is_its_own || arguments.size() == 1) throw;
      print_error(console, error.what());
      if (status == 0) status = error.exit_code();
    }
  }
  return status;
}

}  // namespace

const Command info_command{
    .name = "info",
    .arguments = "MODEL|MEDIA... [OPTIONS]",
    .summary = "layers, inputs and labels of a model; streams of a video",
    .about =
        "MODEL: folder, model.json, .pt, .pt2 or bundled name. Lists its layers with\n"
        "output shape (of one clip), stride and receptive field (\"sees\": time x height\n"
        "x width) and parameters; inputs and their preparation; labels; what is fixed.\n"
        "MEDIA: a video, picture, folder of pictures, img_%05d.jpg, or - for a pipe.\n"
        "\n"
        "  praxiscope info effnet3d\n"
        "  praxiscope info bikes.mp4\n",
    .groups = {&kInfoOptions},
    .more_groups = {&kPreparationOptions},
    .run = &run};

}  // namespace praxiscope::cli

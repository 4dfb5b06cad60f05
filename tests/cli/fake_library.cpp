#include "cli/fake_library.h"

#include "praxiscope/error.h"
#include "praxiscope/media.h"
#include "praxiscope/method.h"
#include "praxiscope/render.h"
#include "praxiscope/text.h"

#include <fmt/format.h>

namespace praxiscope {
namespace test {

FakeLibrary& fake() {
  static FakeLibrary library;
  return library;
}

void make_fresh() { fake() = FakeLibrary{}; }

Outcome run(const std::vector<std::string>& words, bool is_terminal, int width) {
  std::ostringstream out, err;
  cli::Console console{.out = out,
                       .err = err,
                       .err_is_terminal = is_terminal,
                       .err_has_colour = is_terminal,
                       .width = width};
  const int status = cli::run_program(words, console);
  return {status, out.str(), err.str()};
}

namespace {

std::vector<TopClass> two_classes() {
  return {{"mountain bike, all-terrain bike", 671, 0.75F, 4.0F}, {"tandem", 444, 0.2F, 2.5F}};
}

class FakeModel : public Model {
 public:
  explicit FakeModel(Manifest manifest) : manifest_(std::move(manifest)) {}
  const Manifest& manifest() const override { return manifest_; }
  const std::vector<std::string>& labels() const override { return labels_; }
  const std::string& file_sha256() const override { return sha256_; }
  std::string format() const override { return "torch.export 8.17"; }
  std::string device() const override { return "cpu"; }
  std::optional<std::int64_t> fixed_batch() const override { return std::nullopt; }
  std::vector<std::string> fixed_sizes() const override { return {"time: 16"}; }
  std::vector<std::string> traced_with() const override { return {"rgb: 1x3x16x112x112"}; }
  std::vector<LayerInfo> layers() const override {
    LayerInfo stem{
        "stem", "Conv3d", {1, 64, 16, 56, 56}, ReceptiveField{{3, 7, 7}, {1, 2, 2}}, 28'288};
    LayerInfo pool{"pool", "AdaptiveAvgPool3d", {1, 64, 1, 1, 1}, std::nullopt, 0};
    pool.receptive_field.emplace();
    pool.receptive_field->is_global = true;
    return {stem, pool, {"fc", "Linear", {1, 3}, std::nullopt, 33'186'394}};
  }
  std::string find_layer(const std::string& text) const override { return text; }
  std::string default_layer() const override { return "stem"; }
  Run run(std::span<const at::Tensor>, const RunOptions&) const override { return {}; }

 private:
  Manifest manifest_;
  std::vector<std::string> labels_{"cello", "violin", "drums\x1b[2J", "flute"};
  std::string sha256_ = "00ff";
};

class FakeSource : public FrameSource {
 public:
  explicit FakeSource(MediaInfo info) : info_(std::move(info)) {}
  const MediaInfo& info() const override { return info_; }
  std::optional<Frame> next() override {
    if (std::exchange(is_read_, true)) return std::nullopt;
    Frame frame;
    frame.picture = std::make_shared<Picture>();
    return frame;
  }
  std::vector<std::string> take_warnings() override { return {}; }

 private:
  MediaInfo info_;
  bool is_read_ = false;
};

const OptionSpec kWeights[] = {
    {"weights", "volume", "volume|per_frame", "average the gradient over time or not"}};
const MethodInfo kGradCam{.id = "grad_cam",
                          .title = "Grad-CAM",
                          .summary = "class activation volume at a layer",
                          .source = "Selvaraju et al., ICCV 2017, eq. 1-2",
                          .is_layer_based = true,
                          .options = kWeights,
                          .make = nullptr};
const MethodInfo kGradCamPp{.id = "grad_cam_pp",
                            .title = "Grad-CAM++",
                            .summary = "Grad-CAM with weights per position",
                            .source = "Chattopadhay et al., WACV 2018",
                            .is_layer_based = true,
                            .options = {},
                            .make = nullptr};
const MethodInfo kSaliency{.id = "saliency",
                           .title = "Saliency",
                           .summary = "gradient at the input",
                           .source = "Simonyan et al., 2014",
                           .is_signed = true,
                           .options = {},
                           .make = nullptr};

const OptionSpec kSteps[] = {{"steps", "10", "int", "points of a curve"},
                             {"baseline", "black", "black|mean", "what is behind"}};
const StudyInfo kFaithfulness{.id = "faithfulness",
                              .command = "evaluate",
                              .title = "Faithfulness",
                              .summary = "can a map be believed?",
                              .question = "Judges methods on clips.\n",
                              .source = "Petsiuk et al., BMVC 2018",
                              .needs_inputs = true,
                              .clips = "center",
                              .options = kSteps,
                              .make = nullptr};
const StudyInfo kFilters{.id = "filters",
                         .command = "filters",
                         .title = "Filters",
                         .summary = "kernels as loops",
                         .question = "Shows kernels.\n",
                         .source = "",
                         .needs_inputs = false,
                         .options = {},
                         .make = nullptr};

}  // namespace
}  // namespace test

using test::fake;

Prediction predict(const std::string& input, const PredictOptions& options, Progress& progress,
                   const std::function<void(const ClipPrediction&)>& on_clip, ModelKeeper* keeper) {
  fake().keepers.push_back(keeper);
  fake().inputs.push_back(input);
  fake().predict_options = options;
  progress.begin("predicting", 32);
  fake().on_input(input, progress);
  progress.check_cancelled();
  on_clip({0, 0.0, 0.6, 0, 16, false, test::two_classes()});
  on_clip({1, 0.64, 1.24, 16, 32, true, test::two_classes()});
  progress.advance(32);
  return {input,
          32,
          2,
          test::two_classes(),
          {"found nothing odd"},
          "{\n  \"schema\": \"praxiscope.predict/1\"\n}"};
}

Explanation explain(const std::string& input, const ExplainOptions& options, Progress& progress,
                    ModelKeeper* keeper) {
  fake().keepers.push_back(keeper);
  fake().inputs.push_back(input);
  fake().explain_options = options;
  progress.begin("explaining", 32);
  fake().on_input(input, progress);
  progress.check_cancelled();
  Explanation result;
  result.input = input;
  result.frames = 32;
  result.clips = 2;
  result.top = test::two_classes();
  result.written = options.outputs;
  result.json = "{\"schema\": \"praxiscope.explain/1\"}";
  return result;
}

std::span<const StudyInfo* const> studies_table() {
  static const StudyInfo* const table[] = {&test::kFaithfulness, &test::kFilters};
  return table;
}

StudyResult run_study(const StudyInfo&, const std::vector<std::string>& inputs,
                      const StudySettings& settings, Progress& progress) {
  fake().study_inputs = inputs;
  fake().study_settings = settings;
  progress.begin("evaluate", 2);
  progress.check_cancelled();
  for (const std::string& failure : fake().study_failures) progress.warn(failure);
  return {.text = "a table\n",
          .json = "{\n  \"schema\": \"praxiscope.evaluate/1\"\n}",
          .written = settings.outputs,
          .warnings = {},
          .failed = fake().study_failures};
}

std::vector<MethodChoice> parse_methods(const std::string& text) {
  std::vector<MethodChoice> choices;
  for (const std::string& word : split(text, ',')) {
    MethodChoice choice{word.substr(0, word.find(':')), {}};
    find_method(choice.id);
    const std::size_t equals = word.find('=');
    if (equals != std::string::npos) {
      const std::size_t begin = word.find(':') + 1;
      choice.options[word.substr(begin, equals - begin)] = word.substr(equals + 1);
    }
    choices.push_back(choice);
  }
  return choices;
}

std::vector<OptionSpec> method_options(const MethodInfo& method) {
  std::vector<OptionSpec> options(method.options.begin(), method.options.end());
  if (method.is_layer_based) options.push_back({"layer", "--layer", "layer", "where"});
  return options;
}

std::string expand_output(const std::string& pattern, const std::string&, bool) { return pattern; }

void check_outputs(const std::vector<std::string>& inputs,
                   const std::vector<std::string>& outputs) {
  fake().checked_inputs = inputs;
  if (outputs.front().find("taken") == std::string::npos) return;
  throw Error(ErrorKind::kUsage, "two inputs would write " + in_quotes(outputs.front()));
}

std::vector<std::string> expand_inputs(const std::vector<std::string>& arguments) {
  return arguments;
}

std::map<std::string, std::string> labels_of_inputs(const std::vector<std::string>& arguments) {
  return {{arguments.front(), "cello"}};
}

Manifest read_manifest(const std::string& path, const ManifestOverrides& overrides,
                       std::vector<std::string>& warnings) {
  fake().info_overrides = overrides;
  if (path.find("broken") != std::string::npos) {
    throw Error(ErrorKind::kModel, "no model " + in_quotes(path));
  }
  warnings.push_back("no model.json");
  Manifest manifest;
  manifest.name = "strings";
  manifest.file = path;
  manifest.licence = "Apache-2.0";
  manifest.inputs.resize(1);
  manifest.inputs[0].preparation.short_side = 128;
  manifest.inputs[0].preparation.crop = Size{112, 112};
  return manifest;
}

std::unique_ptr<Model> load_model(const Manifest& manifest, const std::string&) {
  return std::make_unique<test::FakeModel>(manifest);
}

const std::vector<Preset>& presets() {
  static const std::vector<Preset> table{
      {"torchvision", "video models of torchvision", "docs", {{}}}};
  return table;
}

const Preset& find_preset(const std::string& name) {
  if (name == presets().front().name) return presets().front();
  throw Error(ErrorKind::kUsage, "no preset " + in_quotes(name));
}

std::span<const MethodInfo* const> methods_table() {
  static const MethodInfo* const table[] = {&test::kGradCam, &test::kGradCamPp, &test::kSaliency};
  return table;
}

const MethodInfo& find_method(std::string_view id) {
  std::vector<std::string> ids;
  for (const MethodInfo* info : methods_table()) {
    if (info->id == id) return *info;
    ids.emplace_back(info->id);
  }
  throw Error(ErrorKind::kUsage, "no method " + in_quotes(id) + did_you_mean(id, ids));
}

std::vector<std::string> colormaps() { return {"inferno", "viridis"}; }

std::unique_ptr<FrameSource> open_source(const std::string& input, const FrameSourceOptions&) {
  if (input.find("missing") != std::string::npos) {
    throw Error(ErrorKind::kInput, "cannot read " + in_quotes(input) + ": no such file");
  }
  MediaInfo info;
  info.path = input;
  info.is_still = input.ends_with(".jpg");
  info.container = "mov";
  info.codec = "h264";
  info.pixel_format = "yuv420p";
  info.width = info.coded_height = 1080;
  info.height = info.coded_width = 1920;
  info.rotation_deg = 90;
  info.color = "bt709 limited";
  info.frame_rate = Rational(30000, 1001);
  info.time_base = Rational(1, 30000);
  info.duration = Rational(1001, 100);
  return std::make_unique<test::FakeSource>(info);
}

void write_png(const std::string& path, const Picture&, bool overwrite) {
  fake().pictures.emplace_back(path, overwrite);
}

}  // namespace praxiscope

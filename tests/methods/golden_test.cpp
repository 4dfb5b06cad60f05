// Maps of exported networks against plain PyTorch (tools/goldens/methods.py), case by case.
#include "core/text.h"
#include "methods/explaining.h"
#include "model/test_networks.h"

#include "praxiscope/target.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/serialization/pickle.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace praxiscope::testing {
namespace {

const std::string kGoldenFile = PRAXISCOPE_BUILD_DIR "/goldens/methods.golden";

/// "network|layer|method|options|target" -> what -> tensor.
using Cases = std::map<std::string, std::map<std::string, at::Tensor>>;

const Cases& all_cases() {
  static const Cases cases = [] {
    Cases read;
    std::ifstream file(kGoldenFile, std::ios::binary);
    const std::vector<char> bytes((std::istreambuf_iterator<char>(file)),
                                  std::istreambuf_iterator<char>());
    for (const auto& entry : torch::jit::pickle_load(bytes).toGenericDict()) {
      const std::string key = entry.key().toStringRef();
      const std::size_t bar = key.rfind('|');
      read[key.substr(0, bar)][key.substr(bar + 1)] = entry.value().toTensor();
    }
    return read;
  }();
  return cases;
}

Manifest manifest_with_streams(const std::string& network, const std::string& form) {
  Manifest manifest = manifest_of(network, form, read_golden(network));
  if (network == "two_stream_dict") {
    manifest.streams = {{"rgb", "rgb_net"}, {"flow", "flow_net"}, {"fusion", "fusion"}};
  }
  return manifest;
}

/// The maps of one case over the batch.
struct OurMaps {
  at::Tensor coarse;  ///< [N,T',H',W']
  at::Tensor volume;  ///< [N,T,H,W]
};

/// Forwards of one network on its clips, each made once for all cases that need the same of it.
class Forwards {
 public:
  Forwards(const Model& model, std::vector<at::Tensor> clips)
      : model_(model), clips_(std::move(clips)) {}

  const Run& find(const Method& method, const Target& target) {
    const MethodNeeds needs = method.needs();
    std::string key = fmt::format("{}|{}|{}|{}", fmt::join(needs.taps, ","), needs.tap_gradients,
                                  needs.input_gradients, static_cast<int>(needs.backward_rule));
    if (target.kind == Target::Kind::kUnit) key += "|" + target.layer;
    const auto known = runs_.find(key);
    if (known != runs_.end()) return known->second;
    return runs_.emplace(key, run_for(model_, method, clips_, {target})).first->second;
  }
  /// The maps [n][input] of a case. Those on several inputs come together, and are cases each.
  const std::vector<std::vector<Attribution>>& explain(const Question& question,
                                                       const std::string& target) {
    const std::string key =
        fmt::format("{}|{}|{}|{}", question.method, question.options, question.layer, target);
    const auto known = maps_.find(key);
    if (known != maps_.end()) return known->second;
    const Target asked = parse_target(target, {}).front().fixed.value();
    const std::unique_ptr<Method> method = make_method(model_, question);
    const std::vector<std::vector<Target>> targets(clips_.front().size(0), {asked});
    Listener progress;
    std::vector<std::vector<Attribution>>& maps = maps_[key];
    for (auto& clip : method->explain({.model = model_,
                      .run = find(*method, asked),
                      .targets = targets,
                      .is_last_use = false,
                      .batch = 4},
                                      progress))
      maps.push_back(std::move(clip.at(0)));
    return maps;
  }
  const Model& model() const { return model_; }

 private:
  const Model& model_;
  std::vector<at::Tensor> clips_;
  std::map<std::string, Run> runs_;
  std::map<std::string, std::vector<std::vector<Attribution>>> maps_;
};

OurMaps our_maps(Forwards& forwards, const std::vector<std::string>& key) {
  const Model& model = forwards.model();
  const bool is_input_level = !find_method(key[2]).is_layer_based;
  const Question question{
      .method = key[2], .options = key[3], .layer = is_input_level ? "" : model.find_layer(key[1])};
  std::vector<at::Tensor> coarse_maps, volumes;
  for (const std::vector<Attribution>& clip : forwards.explain(question, key[4])) {
    const std::size_t input = is_input_level ? std::stoul(key[1]) : clip.size() - 1;
    coarse_maps.push_back(clip[input].coarse);
    volumes.push_back(clip[input].volume);
  }
  return {at::stack(coarse_maps), at::stack(volumes)};
}

class MethodGolden : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kGoldenFile)) {
      GTEST_SKIP() << kGoldenFile << " is missing: run tools/goldens/methods.py";
    }
    at::set_num_threads(2);
  }

  /// Every case of a network in one form of its file. A map must agree with PyTorch in double or in
  /// single precision; the allowance is what lies between those two, a few times over. (Gradients
  /// at the input of a deep network jump where rounding moves a unit across its rectifier's kink.)
  void check(const std::string& network, const std::string& form) {
    const auto model = load_model(manifest_with_streams(network, form), "cpu");
    Forwards forwards(*model, inputs_of(read_golden(network)));
    int checked = 0;
    for (const auto& [name, values] : all_cases()) {
      if (!name.starts_with(network + "|")) continue;
      const OurMaps maps = our_maps(forwards, split(name, '|'));
      const double rounding = relative_difference(values.at("f32"), values.at("f64"));
      const double allowed = std::min(1e-5 + 4 * rounding, 1e-3);
      EXPECT_LT(std::min(relative_difference(maps.coarse, values.at("f64")),
                         relative_difference(maps.coarse, values.at("f32"))),
                allowed)
          << name;
      if (values.contains("volume")) {
        EXPECT_LT(relative_difference(maps.volume, values.at("volume")), 1e-5 + 4 * rounding)
            << name << " at the clip's size";
      }
      ++checked;
    }
    EXPECT_GT(checked, 0);
  }
};

INSTANTIATE_TEST_SUITE_P(Networks, MethodGolden,
                         ::testing::Values("gap_linear", "conv_fc", "r3d_18", "inplace_relu",
                                           "functional_relu", "shared_loop", "two_stream_dict",
                                           "two_stream_list"),
                         [](const auto& network) { return network.param; });

TEST_P(MethodGolden, HoldsForTorchScript) { check(GetParam(), ".pt"); }

TEST_P(MethodGolden, HoldsForTorchExport) {
  if (!std::filesystem::exists(models_folder() + "/" + GetParam() + ".pt2")) {
    GTEST_SKIP() << "this network has no .pt2";
  }
  check(GetParam(), ".pt2");
}

/// Networks of convolutions, batch norms, linear layers, poolings, sums and rectifiers.
class PiecewiseLinear : public ::testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Networks, PiecewiseLinear,
                         ::testing::Values("r3d_18", "r2plus1d_18", "mc3_18", "two_stream_tuple",
                                           "two_stream_list", "two_stream_separate", "shared_loop",
                                           "inplace_relu", "inplace_input", "functional_relu",
                                           "branches", "forked", "gap_linear", "conv_fc"),
                         [](const auto& network) { return network.param; });

/// The identity of FullGrad: prop. 1. In single precision, hence the allowance.
TEST_P(PiecewiseLinear, IsTheSumOfItsFullGradients) {
  if (!has_models()) GTEST_SKIP() << "no test networks: run tools/export/make_test_models.py";
  at::set_num_threads(2);
  const std::vector<at::Tensor> clips = inputs_of(read_golden(GetParam()));
  for (const char* form : {".pt", ".traced.pt", ".frozen.pt", ".pt2"}) {
    if (!std::filesystem::exists(models_folder() + "/" + GetParam() + form)) continue;
    const auto model = load_model(manifest_with_streams(GetParam(), form), "cpu");
    Listener progress;
    for (const auto& clip :
         explain(*model, {.method = "full_grad"}, clips, {class_target(3)}, progress)) {
      const std::map<std::string, double>& found = clip[0][0].measures;
      EXPECT_LT(found.at("completeness gap"), 1e-3) << form;
      EXPECT_GT(std::abs(found.at("score") - found.at("part of the clip")),
                1e-2 * std::abs(found.at("score")))
          << form << ": biases must matter here";
    }
    EXPECT_TRUE(progress.warnings.empty()) << form << ": " << progress.warnings.front();
  }
}

TEST(MethodGoldens, CamRefusesInnerLayersOfRealNetworks) {
  if (!has_models()) GTEST_SKIP() << "no test networks: run tools/export/make_test_models.py";
  const auto model = load_model(manifest_with_streams("gap_linear", ".pt"), "cpu");
  const std::vector<at::Tensor> clips = inputs_of(read_golden("gap_linear"));
  const Question question{.method = "cam", .layer = "features.1"};
  const std::string message =
      usage_error([&] { explain(*model, question, clips, {class_target(0)}); });
  EXPECT_TRUE(message.starts_with("cam: layer \"features.1\": found ")) << message;
}

}  // namespace
}  // namespace praxiscope::testing

// Every network in every form against PyTorch's own hooks and autograd (tools/export).
#include "model/test_networks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace praxiscope::testing {
namespace {

constexpr std::int64_t kTargetClass = 3;  // of references.py
// Files whose operators are those of the Python module: measured 0, the bound is the issue's.
constexpr double kExact = 1e-6;
// Frozen: batch norm is folded into the convolutions, so values move by rounding, and a few units
// change sides of their ReLU.
constexpr double kFrozenOutput = 2e-5;
constexpr double kFrozenCosine = 0.999;

struct Case {
  std::string name, form;
  bool is_frozen() const { return form == ".frozen.pt"; }
};

std::vector<Case> all_cases() {
#ifdef PRAXISCOPE_SLOW_NETWORKS
  const std::vector<std::string> names = {"s3d", "swin3d_t", "mvit_v2_s"};
#else
  const std::vector<std::string> names = {"r3d_18",
                                          "r2plus1d_18",
                                          "mc3_18",
                                          "two_stream_tuple",
                                          "two_stream_list",
                                          "two_stream_dict",
                                          "two_stream_separate",
                                          "shared_loop",
                                          "cnn_lstm",
                                          "inplace_relu",
                                          "inplace_input",
                                          "functional_relu",
                                          "gap_linear",
                                          "conv_fc",
                                          "probabilities"};
#endif
  std::vector<Case> cases;
  for (const std::string& name : names) {
    for (const char* form : {".pt", ".traced.pt", ".frozen.pt", ".pt2", ".dynamic.pt2"})
      cases.push_back({name, form});
  }
  return cases;
}

double cosine(const at::Tensor& a, const at::Tensor& b) {
  return at::cosine_similarity(a.flatten().to(at::kDouble), b.flatten().to(at::kDouble), 0)
      .item<double>();
}

class Exactness : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    if (!has_models()) GTEST_SKIP() << "no test networks; run tools/export/make_test_models.py";
    if (!std::filesystem::exists(models_folder() + "/" + GetParam().name + ".golden"))
      GTEST_SKIP() << "this network's files have not been made";
    if (!std::filesystem::exists(models_folder() + "/" + GetParam().name + GetParam().form))
      GTEST_SKIP() << "PyTorch cannot make this form of the network";
    golden_ = read_golden(GetParam().name);
    model_ = load_network(GetParam().name, GetParam().form);
  }

  at::Tensor target(const Forward& run) const {
    return run.outputs.at(0).select(1, kTargetClass).sum();
  }

  Golden golden_;
  std::unique_ptr<Model> model_;
};

TEST_P(Exactness, OutputsEqualPyTorch) {
  const Forward run = model_->run(inputs_of(golden_), {});
  const double tolerance = GetParam().is_frozen() ? kFrozenOutput : kExact;
  ASSERT_TRUE(golden_.contains("output/" + std::to_string(run.outputs.size() - 1)));
  ASSERT_FALSE(golden_.contains("output/" + std::to_string(run.outputs.size())));
  for (std::size_t i = 0; i < run.outputs.size(); ++i) {
    EXPECT_LE(relative_error(run.outputs[i], golden_.at("output/" + std::to_string(i))), tolerance);
    EXPECT_FALSE(run.outputs[i].requires_grad());
  }
}

TEST_P(Exactness, LayersAndTheirGradientsEqualPyTorch) {
  if (GetParam().is_frozen()) GTEST_SKIP() << "a frozen file has no modules";
  for (const std::string& layer : layers_of(golden_)) {
    SCOPED_TRACE(layer);
    RunOptions options;
    options.taps = {model_->find_layer(layer)};
    options.tap_gradients = true;
    const Forward run = model_->run(inputs_of(golden_), options);
    const at::Tensor& activation = run.activations.at(options.taps[0]);
    EXPECT_LE(relative_error(activation.detach(), golden_.at("act/" + layer)), kExact);
    EXPECT_TRUE(activation.is_leaf()) << "something below the tap was recorded";
    const auto gradients = run.gradients(target(run), options.taps, false);
    EXPECT_LE(relative_error(gradients.at(0), golden_.at("grad/" + layer)), kExact);
  }
}

TEST_P(Exactness, InputGradientsUnderEachRuleEqualPyTorch) {
  const std::map<std::string, ReluRule> rules = {
      {"plain", ReluRule::kPlain}, {"guided", ReluRule::kGuided}, {"deconv", ReluRule::kDeconv}};
  for (const auto& [word, rule] : rules) {
    if (!golden_.contains("input_grad/" + word + "/0")) continue;
    SCOPED_TRACE(word);
    RunOptions options;
    options.input_gradients = true;
    options.relu_rule = rule;
    const Forward run = model_->run(inputs_of(golden_), options);
    std::vector<std::string> names;
    for (const std::string& name : run.input_names) names.push_back("input:" + name);
    const auto gradients = run.gradients(target(run), names, false);
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      const at::Tensor& expected = golden_.at("input_grad/" + word + "/" + std::to_string(i));
      if (GetParam().is_frozen()) {
        EXPECT_GE(cosine(gradients[i], expected), kFrozenCosine);
      } else {
        EXPECT_LE(relative_error(gradients[i], expected), kExact);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, Exactness, ::testing::ValuesIn(all_cases()),
                         [](const auto& one) {
                           std::string text = one.param.name + one.param.form;
                           std::replace(text.begin(), text.end(), '.', '_');
                           return text;
                         });

}  // namespace
}  // namespace praxiscope::testing

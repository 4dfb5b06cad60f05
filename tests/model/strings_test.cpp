// The two-stream networks of the rendered world against PyTorch: the committed answers of both
// files.
#include "praxiscope/model.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/serialization/pickle.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace praxiscope {
namespace {

const std::string kModels = PRAXISCOPE_SOURCE_DIR "/models/";

std::vector<at::Tensor> expected_outputs() {
  std::ifstream file(kModels + "strings/strings.golden", std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  std::vector<at::Tensor> out(3);
  for (const auto& entry : torch::jit::pickle_load(bytes).toGenericDict())
    out.at(static_cast<std::size_t>(entry.key().toStringRef().back() - '0')) =
        entry.value().toTensor();
  return out;
}

/// Element n is sin(0.37 n) of pictures, sin(0.11 n) / 4 of flow, as the training script has it.
std::vector<at::Tensor> clips_by_formula() {
  const auto numbered = [](std::int64_t channels, double step) {
    return (at::arange(2 * channels * 16 * 128 * 128, at::kDouble) * step)
        .sin()
        .view({2, channels, 16, 128, 128});
  };
  return {numbered(3, 0.37).to(at::kFloat), (numbered(2, 0.11) / 4).to(at::kFloat)};
}

std::unique_ptr<Model> load(const std::string& path) {
  std::vector<std::string> warnings;
  Manifest manifest = read_manifest(path, {}, warnings);
  EXPECT_TRUE(warnings.empty());
  return load_model(manifest, "cpu");
}

TEST(Strings, AnswersAsInPyTorchFromBothFiles) {
  const std::vector<at::Tensor> clips = clips_by_formula(), expected = expected_outputs();
  for (const char* form : {".pt", ".pt2"}) {
    std::vector<std::string> warnings;
    Manifest manifest = read_manifest(kModels + "strings", {}, warnings);
    manifest.file = std::filesystem::path(manifest.file).replace_extension(form).string();
    manifest.sha256.clear();  // the .pt's
    const auto model = load_model(manifest, "cpu");
    const praxiscope::Run run = model->run(clips, {});
    ASSERT_EQ(run.outputs.size(), 3U);  // fused, and of each stream alone
    for (std::size_t i = 0; i < 3; ++i) {
      const double off = (run.outputs[i] - expected[i]).abs().max().item<double>();
      EXPECT_LE(off, 2e-5 * expected[i].abs().max().item<double>()) << form << ' ' << i;
    }
    EXPECT_TRUE(run.logits.equal(run.outputs[0]));
  }
}

TEST(Strings, ManifestsNameStreamsAndLayer) {
  for (const char* name : {"strings", "strings_fair"}) {
    const auto model = load(kModels + name);
    EXPECT_EQ(model->labels().size(), 6U);
    EXPECT_EQ(model->labels()[3], "bowing a cello");
    EXPECT_EQ(model->manifest().inputs.at(1).kind, InputKind::kFlow);
    EXPECT_EQ(model->manifest().inputs[1].flow.algorithm, FlowAlgorithm::kDis);
    EXPECT_EQ(model->default_layer(), "fusion.relu");
    EXPECT_EQ(model->find_layer(model->manifest().streams.at("fusion")), "fusion.conv");
  }
}

}  // namespace
}  // namespace praxiscope

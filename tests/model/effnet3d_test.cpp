// The bundled network, as the program finds, loads and prepares it, against the 2-D network it was
// inflated from.
#include "praxiscope/model.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/serialization/pickle.h>

#include <fstream>
#include <iterator>

namespace praxiscope {
namespace {

const std::string kFolder = PRAXISCOPE_SOURCE_DIR "/models/effnet3d";

std::map<std::string, at::Tensor> read_golden() {
  std::ifstream file(kFolder + "/effnet3d.golden", std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  std::map<std::string, at::Tensor> out;
  if (bytes.empty()) return out;
  for (const auto& entry : torch::jit::pickle_load(bytes).toGenericDict()) {
    out[entry.key().toStringRef()] = entry.value().toTensor();
  }
  return out;
}

class Effnet3d : public testing::Test {
 protected:
  void SetUp() override {
    golden_ = read_golden();
    if (golden_.empty()) GTEST_SKIP() << "not made: tools/make_models/effnet3d.py has not run";
    at::set_num_threads(2);
    model_ = shared_model();
  }

  /// Loaded once for all cases.
  static const Model* shared_model() {
    static const std::unique_ptr<Model> model = [] {
      std::vector<std::string> warnings;
      auto loaded = load_model(read_manifest(kFolder, {}, warnings), "cpu");
      EXPECT_TRUE(warnings.empty());
      return loaded;
    }();
    return model.get();
  }

  /// A clip of 16 equal frames for each picture.
  at::Tensor still_clips() const {
    return golden_.at("input/0").unsqueeze(2).expand({-1, -1, 16, -1, -1}).contiguous();
  }

  std::map<std::string, at::Tensor> golden_;
  const Model* model_ = nullptr;
};

TEST_F(Effnet3d, SaysOfEqualFramesWhatThe2dNetworkSaysOfOne) {
  const auto clips = still_clips();
  const praxiscope::Run run = model_->run(std::span(&clips, 1), {});
  EXPECT_LE(run.logits.sub(golden_.at("output/0")).abs().max().item<double>(), 1e-4);
}

TEST_F(Effnet3d, SeesTheOrderOfFrames) {
  // Half of one picture, then half of the other: not what either says, nor the same backwards.
  const auto first = golden_.at("input/0").select(0, 0),
             second = golden_.at("input/0").select(0, 1);
  std::vector<at::Tensor> frames;
  for (int t = 0; t < 16; ++t) frames.push_back(t % 4 < 1 ? first : second);
  const auto clip = at::stack(frames, 1).unsqueeze(0);
  const auto backwards = clip.flip({2}).contiguous();
  const auto one = model_->run(std::span(&clip, 1), {}).logits;
  const auto other = model_->run(std::span(&backwards, 1), {}).logits;
  EXPECT_GE(one.sub(other).abs().max().item<double>(), 1e-3);
}

TEST_F(Effnet3d, HasLabelsAndADefaultLayerWithTime) {
  ASSERT_EQ(model_->labels().size(), 1000U);
  EXPECT_EQ(model_->labels()[486], "cello");
  EXPECT_EQ(model_->labels()[889], "violin");
  EXPECT_EQ(model_->default_layer(), "head");
  RunOptions options;
  options.taps = {"head"};
  const auto clips = still_clips().narrow(0, 0, 1);
  const praxiscope::Run run = model_->run(std::span(&clips, 1), options);
  EXPECT_EQ(run.activations.at("head").sizes(), (at::IntArrayRef{1, 1280, 8, 7, 7}));
}

}  // namespace
}  // namespace praxiscope

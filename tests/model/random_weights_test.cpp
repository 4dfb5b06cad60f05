// Networks with random weights: what changes, what stays, in which order layers forget.
#include "model/test_networks.h"

#include <gtest/gtest.h>

namespace praxiscope::testing {
namespace {

class RandomWeights : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!has_models()) GTEST_SKIP() << "no test networks; run tools/export/make_test_models.py";
    model_ = load_network("gap_linear", GetParam());
    clip_ = inputs_of(read_golden("gap_linear"))[0];
  }
  at::Tensor logits(const Model& model) const {
    return model.run(std::vector<at::Tensor>{clip_}, {}).logits;
  }
  at::Tensor features(const Model& model) const {
    RunOptions options;
    options.taps = {"features"};
    return model.run(std::vector<at::Tensor>{clip_}, options).activations.at("features");
  }
  std::unique_ptr<Model> model_;
  at::Tensor clip_;
};

INSTANTIATE_TEST_SUITE_P(Forms, RandomWeights, ::testing::Values(".pt", ".pt2"),
                         [](const auto& one) { return std::string(one.param).substr(1); });

TEST_P(RandomWeights, ChangeFromTheOutputDown) {
  ASSERT_GE(model_->weighted_operators(), 2U);
  const at::Tensor before = logits(*model_), layer = features(*model_);
  const auto head = model_->with_random_weights(1, 7);
  EXPECT_FALSE(at::equal(logits(*head), before));
  EXPECT_TRUE(at::equal(features(*head), layer)) << "only the head has forgotten";
  const auto all = model_->with_random_weights(model_->weighted_operators(), 7);
  EXPECT_FALSE(at::equal(features(*all), layer));
  EXPECT_TRUE(at::equal(logits(*model_), before)) << "the network itself is as it was";
}

TEST_P(RandomWeights, AreTheSameForTheSameSeed) {
  const std::size_t count = model_->weighted_operators();
  const at::Tensor one = logits(*model_->with_random_weights(count, 7));
  EXPECT_TRUE(at::equal(one, logits(*model_->with_random_weights(count, 7))));
  EXPECT_FALSE(at::equal(one, logits(*model_->with_random_weights(count, 8))));
  EXPECT_TRUE(at::equal(logits(*model_->with_random_weights(0, 7)), logits(*model_)));
}

TEST_P(RandomWeights, KeepTheScaleOfWhatALayerSays) {
  const auto other = model_->with_random_weights(model_->weighted_operators(), 7);
  const double before = features(*model_).std().item<double>();
  const double after = features(*other).std().item<double>();
  EXPECT_GT(after, before / 10);
  EXPECT_LT(after, before * 10);
  EXPECT_EQ(other->labels(), model_->labels());
}

}  // namespace
}  // namespace praxiscope::testing

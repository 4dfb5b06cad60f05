// Extremal perturbation finds what was planted, where and when.
#include "methods/explaining.h"
#include "methods/fake_model.h"
#include "methods/support/smooth_masks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace praxiscope::testing {
namespace {

using methods::SmoothMasks;

/// Frames 2 to 5 of 8, rows 3 to 10 and columns 8 to 14 of 16: 11 % of the clip.
at::Tensor planted() {
  at::Tensor region = at::zeros({8, 16, 16});
  region.narrow(0, 2, 4).narrow(1, 3, 8).narrow(2, 8, 7).fill_(1);
  return region;
}

/// Class 0 is the brightness of the planted region; class 1 that of its mirror in time and width.
std::unique_ptr<FakeModel> region_network() {
  return std::make_unique<FakeModel>(
      std::vector<std::string>{"rgb"}, [](const std::vector<at::Tensor>& x, const Keep&) {
        const at::Tensor w = at::stack({planted(), planted().flip({0, 2})});
        return at::linear(x[0].mean(1).flatten(1), w.flatten(1)) / 100;
      });
}

at::Tensor bright_clips(std::int64_t clips) {
  at::Generator generator = at::detail::createCPUGenerator(3);
  return at::rand({clips, 3, 8, 16, 16}, generator) * 0.2 + 0.8;
}

Attribution ask(const Model& model, const std::string& options, std::int64_t target) {
  const Question question{.method = "extremal_perturbation", .options = "fill=black," + options};
  return explain(model, question, {bright_clips(1)}, {class_target(target)})[0][0][0];
}

double overlap(const at::Tensor& mask, const at::Tensor& region) {
  const at::Tensor found = mask > 0.5, wanted = region > 0.5;
  return found.logical_and(wanted).sum().item<double>() /
         found.logical_or(wanted).sum().item<double>();
}

TEST(ExtremalPerturbation, FindsWhatWasPlantedAndWhen) {
  const auto model = region_network();
  const at::Tensor regions[] = {planted(), planted().flip({0, 2})};
  for (const std::int64_t target : {0, 1}) {
    const Attribution map = ask(*model, "areas=0.11,steps=60", target);
    EXPECT_GT(overlap(map.volume, regions[target]), 0.6);
    EXPECT_LT(overlap(map.volume, regions[1 - target]), 0.2);
    const at::Tensor when = map.volume.mean({1, 2});
    EXPECT_GT(when.narrow(0, 2, 4).min().item<float>(), 3 * when[0].item<float>());
    EXPECT_GT(when.narrow(0, 2, 4).min().item<float>(), 3 * when[7].item<float>());
  }
}

TEST(ExtremalPerturbation, KeepsTheAreaAndTellsWhatItKept) {
  const auto model = region_network();
  for (const double area : {0.05, 0.2}) {
    const Attribution map = ask(*model, "areas=" + std::to_string(area) + ",steps=60", 0);
    EXPECT_NEAR(map.volume.mean().item<double>(), area, 0.03);
    EXPECT_NEAR(map.measures.at("area"), map.volume.mean().item<double>(), 1e-6);
    EXPECT_GE(map.volume.min().item<float>(), 0);
    EXPECT_LE(map.volume.max().item<float>(), 1);
    // The score of what the mask shows, said once more.
    const std::vector<at::Tensor> shown = {bright_clips(1) * map.volume};
    EXPECT_NEAR(map.measures.at("score"), model->run(shown, {}).logits[0][0].item<float>(), 1e-4);
    const std::vector<at::Tensor> whole = {bright_clips(1)};
    EXPECT_NEAR(map.measures.at("score of the whole"),
                model->run(whole, {}).logits[0][0].item<float>(), 1e-5);
    const double share = map.measures.at("score") / map.measures.at("score of the whole");
    EXPECT_GT(share, area < 0.1 ? 0.35 : 0.85) << "by chance: the area";
  }
}

TEST(ExtremalPerturbation, OfSeveralAreasIsTheirMean) {
  const auto model = region_network();
  const Attribution both = ask(*model, "areas=0.1+0.3,steps=8", 0);
  const Attribution small = ask(*model, "areas=0.1,steps=8", 0);
  const Attribution large = ask(*model, "areas=0.3,steps=8", 0);
  EXPECT_TRUE(at::allclose(both.volume, (small.volume + large.volume) / 2, 1e-5, 1e-6));
  EXPECT_EQ(both.measures.at("score at 0.1"), small.measures.at("score"));
  EXPECT_EQ(both.measures.at("area at 0.3"), large.measures.at("area"));
}

TEST(ExtremalPerturbation, KnowsNoScaleOfLogits) {
  const auto plain = region_network();
  const FakeModel large({"rgb"}, [&](const std::vector<at::Tensor>& x, const Keep&) {
    const at::Tensor w = at::stack({planted(), planted().flip({0, 2})});
    return at::linear(x[0].mean(1).flatten(1), w.flatten(1)) * 10 - 500;
  });
  EXPECT_GT(overlap(ask(*plain, "steps=30", 0).volume, ask(large, "steps=30", 0).volume), 0.95);
}

TEST(ExtremalPerturbation, LiesOnAllInputsAtOnce) {
  const auto model = two_stream_network();
  const Question question{.method = "extremal_perturbation", .options = "areas=0.3,steps=5"};
  const auto maps =
      explain(*model, question, {noise_clips(1), noise_clips(1, 2)}, {class_target(1)})[0][0];
  ASSERT_EQ(maps.size(), 2u);
  EXPECT_EQ(maps[0].measures, maps[1].measures);
  EXPECT_FALSE(at::equal(maps[0].volume, maps[1].volume));
}

/// Cancels itself when it has been asked so often.
class ImpatientListener : public Listener {
 public:
  bool is_cancelled() const noexcept override { return ++asked_ > 5; }

 private:
  mutable std::atomic<int> asked_{0};
};

TEST(ExtremalPerturbation, HearsBetweenStepsThatItShouldStop) {
  const auto model = region_network();
  ImpatientListener progress;
  const Question question{.method = "extremal_perturbation", .options = "steps=1000"};
  try {
    explain(*model, question, {bright_clips(1)}, {class_target(0)}, progress);
    FAIL() << "went on";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kCancelled);
  }
  EXPECT_LT(model->runs(), 12);
}

TEST(ExtremalPerturbation, NamesAnAreaThatCannotBe) {
  const auto model = region_network();
  for (const std::string areas : {"0", "1", "0.1+", "10%", "nan"}) {
    EXPECT_EQ(usage_error([&] { ask(*model, "areas=" + areas, 0); }),
              "extremal_perturbation: option areas: found \"" + areas +
                  "\", expected shares of the clip between 0 and 1, as in 0.1 or 0.05+0.1+0.2");
  }
  EXPECT_EQ(usage_error([&] { ask(*model, "steps=0", 0); }),
            "extremal_perturbation: option steps: found \"0\", expected 1 or more");
}

TEST(SmoothMasks, AreAsHighAsTheirHighestCellAndFallSmoothly) {
  const SmoothMasks masks({16, 112, 112}, at::TensorOptions(at::kFloat));
  const auto& cells = masks.cells();
  EXPECT_EQ(cells, (std::array<std::int64_t, 3>{16, 32, 32}));
  const at::Tensor all = masks(at::ones({1, cells[0], cells[1], cells[2]}));
  EXPECT_GT(all.min().item<float>(), 0.9);
  EXPECT_LE(all.max().item<float>(), 1 + 1e-6);
  EXPECT_EQ(masks(at::zeros({1, 16, 32, 32})).max().item<float>(), 0);

  at::Tensor one = at::zeros({1, 16, 32, 32});
  one[0][8][16][10] = 1;
  const at::Tensor hill = masks(one)[0];
  const at::Tensor top = hill.flatten().argmax();
  EXPECT_GT(hill.max().item<float>(), 0.95);
  EXPECT_NEAR(static_cast<double>(top.item<long>() / (112 * 112)), 8, 1);
  EXPECT_EQ(hill[15].max().item<float>(), 0) << "far in time";
  EXPECT_EQ(hill.select(2, 111).max().item<float>(), 0) << "far in width";
  for (const int axis : {0, 1, 2})
    EXPECT_LT(hill.diff(1, axis).abs().max().item<float>(), axis == 0 ? 0.7 : 0.35);
}

TEST(SmoothMasks, FitClipsOfAFewElements) {
  const SmoothMasks masks({1, 2, 3}, at::TensorOptions(at::kFloat));
  const auto& cells = masks.cells();
  EXPECT_EQ(masks(at::ones({2, cells[0], cells[1], cells[2]})).sizes(),
            at::IntArrayRef({2, 1, 2, 3}));
}

}  // namespace
}  // namespace praxiscope::testing

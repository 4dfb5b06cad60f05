// Occlusion of a linear network is what its weights say of the covered elements; elsewhere a map of
// disjoint boxes is one forward by hand for each.
#include "methods/explaining.h"
#include "methods/fake_model.h"
#include "methods/support/fills.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace praxiscope::testing {
namespace {

at::Tensor map_of(const Model& model, const std::string& options, const Target& target,
                  const at::Tensor& clips = noise_clips(1)) {
  return coarse(model, {.method = "occlusion", .options = options}, {clips}, target)[0];
}

struct Place {
  std::int64_t t, y, x;
};

/// Where boxes begin along an axis: every stride, the last at the end.
std::vector<std::int64_t> begins(std::int64_t length, std::int64_t size, std::int64_t stride) {
  std::vector<std::int64_t> out;
  for (std::int64_t at = 0;; at += stride) {
    out.push_back(std::min(at, length - size));
    if (out.back() == length - size) return out;
  }
}

at::Tensor part_of(const at::Tensor& clip, const Place& at, const Place& size) {
  return clip.narrow(-3, at.t, size.t).narrow(-2, at.y, size.y).narrow(-1, at.x, size.x);
}

/// Mean over the boxes on a cell of `value` of each box, by the definition: [4,8,8].
template <typename Value>
at::Tensor mean_over_boxes(const Place& size, const Place& stride, const Value& value) {
  at::Tensor sum = at::zeros({4, 8, 8}, at::kDouble), count = at::zeros({4, 8, 8}, at::kDouble);
  for (const std::int64_t t : begins(4, size.t, stride.t)) {
    for (const std::int64_t y : begins(8, size.y, stride.y)) {
      for (const std::int64_t x : begins(8, size.x, stride.x)) {
        part_of(sum, {t, y, x}, size) += value(Place{t, y, x});
        part_of(count, {t, y, x}, size) += 1;
      }
    }
  }
  return sum / count;
}

/// What stands in a box of `clip` [3,4,8,8], said once more.
at::Tensor covered(const std::string& fill, const at::Tensor& clip, const Place& at,
                   const Place& size) {
  const at::Tensor part = part_of(clip, at, size);
  if (fill == "black") return at::zeros_like(part);
  if (fill == "gray") return at::full_like(part, 0.5);
  if (fill == "mean") return clip.mean({1, 2, 3}, true).expand_as(part);
  if (fill == "frozen") return part.narrow(1, 0, 1).expand_as(part);
  if (fill == "reversed") return part.flip({1});
  InputSpec spec;
  return part_of(methods::make_fill(methods::find_fill(fill), clip.unsqueeze(0), spec, 0)[0], at,
                 size);
}

TEST(Occlusion, OfALinearNetworkIsExactForEveryFill) {
  const auto model = linear_network();
  const at::Tensor w = model->parameter("weight")[2].view({3, 4, 8, 8});
  const at::Tensor clip = noise_clips(1)[0];
  struct Case {
    std::string options;
    Place size, stride;
  };
  const std::vector<Case> cases = {
      {"box=2x4x4", {2, 4, 4}, {1, 2, 2}}, {"box=3x5x3,stride=2x4x3", {3, 5, 3}, {2, 4, 3}},
      {"box=3", {3, 8, 8}, {1, 4, 4}},     {"box=4x2,stride=4x1", {4, 4, 2}, {2, 4, 1}},
      {"box=time", {1, 8, 8}, {1, 4, 4}},  {"box=space", {4, 1, 1}, {2, 1, 1}},
      {"box=auto", {1, 1, 1}, {1, 1, 1}}};
  for (const std::string fill : {"black", "gray", "mean", "blur", "noise", "frozen", "reversed"}) {
    for (const Case& each : cases) {
      const at::Tensor expected = mean_over_boxes(each.size, each.stride, [&](const Place& at) {
        const at::Tensor lost = part_of(clip, at, each.size) - covered(fill, clip, at, each.size);
        return (part_of(w, at, each.size) * lost).sum().item<double>();
      });
      const at::Tensor map = map_of(*model, each.options + ",fill=" + fill, class_target(2));
      EXPECT_TRUE(at::allclose(map.to(at::kDouble), expected, 1e-4, 2e-4))
          << each.options << " " << fill << ": off by " << (map - expected).abs().max();
    }
  }
}

TEST(Occlusion, ShuffledFramesAreTheBoxesOwn) {
  const auto model = linear_network();
  // Two frames have one other order.
  const std::string box = "box=2x4x4,stride=2x4x4,fill=";
  EXPECT_TRUE(at::equal(map_of(*model, box + "shuffled", class_target(1)),
                        map_of(*model, box + "reversed", class_target(1))));
  // No order changes a sum over time, but freezing does.
  const FakeModel sums({"rgb"}, [](const std::vector<at::Tensor>& x, const Keep&) {
    return x[0].mean({2, 3, 4});
  });
  const std::string whole = "box=4,stride=4,fill=";
  EXPECT_LT(map_of(sums, whole + "shuffled", class_target(0)).abs().max().item<float>(), 1e-6);
  EXPECT_GT(map_of(sums, whole + "frozen", class_target(0)).abs().max().item<float>(), 1e-3);
}

TEST(Occlusion, StillPicturesHaveNoMotionToRemove) {
  const auto model = gap_network();
  const at::Tensor still = noise_clips(1).narrow(2, 0, 1).expand({1, 3, 4, 8, 8}).contiguous();
  for (const std::string fill : {"frozen", "shuffled", "reversed"}) {
    const std::string options = "box=4x4x4,fill=" + fill;
    EXPECT_EQ(map_of(*model, options, class_target(0), still).abs().max().item<float>(), 0);
    EXPECT_GT(map_of(*model, options, class_target(0)).abs().max().item<float>(), 0);
  }
}

/// One forward by hand for each box of 2x4x4, side by side.
struct ByHand {
  std::unique_ptr<FakeModel> model = gap_network();
  at::Tensor clip = noise_clips(1);

  praxiscope::Run run(const at::Tensor& clips) const {
    return model->run({&clips, 1}, tapping({"features"}));
  }
  praxiscope::Run without(const Place& at) const {
    at::Tensor copy = clip.clone();
    part_of(copy, at, {2, 4, 4}).zero_();
    return run(copy);
  }
  template <typename Value>
  at::Tensor map(const Value& value) const {
    return mean_over_boxes({2, 4, 4}, {2, 4, 4},
                           [&](const Place& at) { return value(without(at)); })
        .to(at::kFloat);
  }
};

constexpr const char* kDisjoint = "box=2x4x4,stride=2x4x4,fill=black";

TEST(Occlusion, OfAProbabilityIsWhatAClassLoses) {
  const ByHand hand;
  const auto p = [](const praxiscope::Run& run) { return run.logits.softmax(1)[0]; };
  const at::Tensor whole = p(hand.run(hand.clip));
  const at::Tensor lost =
      hand.map([&](const praxiscope::Run& run) { return (whole - p(run))[3].item<double>(); });
  const std::string options = std::string(kDisjoint) + ",score=probability";
  EXPECT_LT(relative_difference(map_of(*hand.model, options, class_target(3)), lost), 1e-5);
  const at::Tensor of_two = hand.map([&](const praxiscope::Run& run) {
    const at::Tensor each = whole - p(run);
    return (each[3] - each[0]).item<double>();
  });
  EXPECT_LT(relative_difference(map_of(*hand.model, options, contrast(3, 0)), of_two), 1e-5);
}

TEST(Occlusion, OfTheStrongestFeatureIsItsSummedActivity) {
  const ByHand hand;
  const auto activity = [](const praxiscope::Run& run) {
    return run.activations.at("features")[0].detach().sum({1, 2, 3});
  };
  const at::Tensor whole = activity(hand.run(hand.clip));
  const std::int64_t strongest = whole.argmax().item<std::int64_t>();
  const at::Tensor lost = hand.map([&](const praxiscope::Run& run) {
    return (whole - activity(run))[strongest].item<double>();
  });
  const Question question{.method = "occlusion",
                          .options = std::string(kDisjoint) + ",map=feature,layer=features"};
  const Attribution map = explain(*hand.model, question, {hand.clip}, {class_target(0)})[0][0][0];
  EXPECT_LT(relative_difference(map.volume, lost), 1e-5);
  EXPECT_EQ(map.measures.at("channel"), static_cast<double>(strongest));
  EXPECT_THAT(map.variant, ::testing::HasSubstr("layer=features"));
}

TEST(Occlusion, OfTheLabelTellsWhereAnotherOneWinsAndHowOften) {
  ByHand hand;
  hand.model->labels() = {"run", "jump", "swim", "ride", "fall"};
  const auto best = [](const praxiscope::Run& run) { return run.logits[0].argmax().item<long>(); };
  const long whole = best(hand.run(hand.clip));
  std::map<std::string, double> counts;
  const at::Tensor changed = hand.map([&](const praxiscope::Run& run) {
    counts["boxes labelled " + hand.model->labels()[static_cast<std::size_t>(best(run))]] += 1;
    return best(run) == whole ? 0.0 : 1.0;
  });
  ASSERT_GT(counts.size(), 1u) << "a case in which nothing changes shows nothing";
  const Question question{.method = "occlusion", .options = std::string(kDisjoint) + ",map=label"};
  const Attribution map = explain(*hand.model, question, {hand.clip}, {class_target(0)})[0][0][0];
  EXPECT_TRUE(at::equal(map.volume, changed));
  EXPECT_FALSE(map.is_signed);
  counts["boxes"] = 8;
  EXPECT_EQ(map.measures, counts);
}

TEST(Occlusion, CoversEachInputInTurn) {
  const auto model = two_stream_network();
  const std::vector<at::Tensor> clips = {noise_clips(1), noise_clips(1, 2)};
  const Question question{.method = "occlusion", .options = "box=4x8x8,fill=black"};
  const auto score = [&](const at::Tensor& rgb, const at::Tensor& flow) {
    const std::vector<at::Tensor> inputs = {rgb, flow};
    return model->run(inputs, {}).logits[0][2].item<float>();
  };
  const float whole = score(clips[0], clips[1]);
  const auto maps = explain(*model, question, clips, {class_target(2)})[0][0];
  ASSERT_EQ(maps.size(), 2u);
  EXPECT_NEAR(maps[0].volume.mean().item<float>(),
              whole - score(at::zeros_like(clips[0]), clips[1]), 1e-5);
  EXPECT_NEAR(maps[1].volume.mean().item<float>(),
              whole - score(clips[0], at::zeros_like(clips[1])), 1e-5);
  EXPECT_EQ(maps[1].input, "flow");
  EXPECT_NEAR(maps[0].measures.at("of the whole clip"), whole, 1e-5);
  EXPECT_NEAR(maps[0].measures.at("least without a box"), score(at::zeros_like(clips[0]), clips[1]),
              1e-5);
}

TEST(Occlusion, SaysWhichBoxesItTook) {
  const auto model = gap_network();
  const Question question{.method = "occlusion", .options = "box=2x4x8"};
  EXPECT_EQ(explain(*model, question, {noise_clips(1)}, {class_target(0)})[0][0][0].variant,
            "box=2x4x8,stride=1x2x4,fill=gray,score=logit,map=score");
}

TEST(Occlusion, RefusesWhatWouldLeavePartsUncovered) {
  const auto model = gap_network();
  EXPECT_EQ(usage_error([&] { map_of(*model, "box=2x4x4,stride=2x5x4", class_target(0)); }),
            "occlusion: option stride: found \"2x5x4\", expected at most the box, which is 2x4x4; "
            "else no box would cover some parts of the clip");
  EXPECT_EQ(usage_error([&] { map_of(*model, "box=4xx4", class_target(0)); }),
            "occlusion: option box: found \"4xx4\", expected auto, time, space, or lengths as in "
            "4x16x16 (frames, px, px), 4 (frames) or 16x16 (px)");
  EXPECT_EQ(usage_error([&] { map_of(*model, "stride=0", class_target(0)); }),
            "occlusion: option stride: found \"0\", expected auto, or lengths as in 2x8x8, 2 "
            "(frames) or 8x8 (px)");
}

TEST(Occlusion, WarnsWhenTheFillCanChangeNothing) {
  const auto model = gap_network();
  Listener progress;
  const Question question{.method = "occlusion", .options = "box=1x4x4,fill=reversed"};
  explain(*model, question, {noise_clips(1)}, {class_target(0)}, progress);
  EXPECT_THAT(progress.warnings,
              ::testing::ElementsAre(::testing::HasSubstr("occlusion: a box has 1 frame")));
}

}  // namespace
}  // namespace praxiscope::testing

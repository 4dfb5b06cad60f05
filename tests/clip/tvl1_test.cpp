// TV-L1 flow against OpenCV's, against rendered truth, and by what must hold.
#include "clip/tvl1.h"

#include "strings/renderer.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/serialization/pickle.h>

#include <fstream>
#include <iterator>
#include <map>

namespace praxiscope {
namespace {

/// Luminance of a wavy pattern, moved right and down by px. [1,H,W]
at::Tensor waves(double dx, double dy, std::int64_t height = 48, std::int64_t width = 64) {
  const at::Tensor x = at::arange(width) - dx, y = (at::arange(height) - dy).unsqueeze(1);
  const at::Tensor pattern = (x * 0.31).sin() + (y * 0.27).cos() + (x * 0.17 + y * 0.21).sin() +
                             (x * 0.11 - y * 0.4).cos();
  return (128 + 28 * pattern).to(at::kFloat).unsqueeze(0);
}

double median_error(const at::Tensor& found, const at::Tensor& expected) {
  return (found - expected).norm(2, 1).flatten().median().item<double>();
}

TEST(Tvl1, FindsAShift) {
  const at::Tensor flow = tvl1_flow(waves(0, 0), waves(1.5, -0.75));
  ASSERT_EQ(flow.sizes(), (at::IntArrayRef{1, 2, 48, 64}));
  const at::Tensor inner = flow.slice(2, 6, 42).slice(3, 6, 58);
  EXPECT_NEAR(inner.select(1, 0).median().item<double>(), 1.5, 0.03);
  EXPECT_NEAR(inner.select(1, 1).median().item<double>(), -0.75, 0.06);
}

TEST(Tvl1, GivesTheSameEveryTime) {
  const at::Tensor from = at::cat({waves(0, 0), waves(1, 0), waves(0, 2)}),
                   to = at::cat({waves(1.5, 1), waves(3, 1), waves(0, 3)});
  const at::Tensor first = tvl1_flow(from, to);
  for (int i = 0; i < 8; ++i) {
    const at::Tensor again = tvl1_flow(from.clone(), to.clone());
    EXPECT_TRUE(again.equal(first)) << (again - first).abs().max().item<double>();
  }
}

TEST(Tvl1, FindsNothingBetweenEqualPictures) {
  EXPECT_EQ(tvl1_flow(waves(0, 0), waves(0, 0)).abs().max().item<double>(), 0);
  const at::Tensor flat = at::full({2, 20, 20}, 77.0);
  EXPECT_EQ(tvl1_flow(flat, flat).abs().max().item<double>(), 0);
}

TEST(Tvl1, DoesNotDependOnTheBatch) {
  const at::Tensor from = at::cat({waves(0, 0), waves(2, 3), waves(0, 0)}),
                   to = at::cat({waves(0.2, 0.1), waves(5, 1), waves(-3, 2)});
  const at::Tensor together = tvl1_flow(from, to);
  for (std::int64_t i = 0; i < 3; ++i) {
    const at::Tensor alone = tvl1_flow(from.narrow(0, i, 1), to.narrow(0, i, 1));
    EXPECT_LT((alone[0] - together[i]).abs().max().item<double>(), 1e-3) << i;
  }
}

TEST(Tvl1, TakesSmallAndNarrowPictures) {
  for (const auto& [height, width] : {std::pair{2, 2}, std::pair{5, 40}, std::pair{17, 16}}) {
    const at::Tensor flow = tvl1_flow(waves(0, 0, height, width), waves(1, 0, height, width));
    EXPECT_EQ(flow.sizes(), (at::IntArrayRef{1, 2, height, width}));
    EXPECT_TRUE(flow.isfinite().all().item<bool>());
  }
  EXPECT_THROW(tvl1_flow(waves(0, 0), waves(0, 0, 40)), Error);
  EXPECT_THROW(tvl1_flow(waves(0, 0)[0], waves(0, 0)[0]), Error);
}

TEST(Tvl1, AgreesWithOpenCv) {
  std::ifstream file(PRAXISCOPE_SOURCE_DIR "/tests/clip/data/tvl1.golden", std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(file)),
                                std::istreambuf_iterator<char>());
  std::map<std::string, at::Tensor> golden;
  for (const auto& entry : torch::jit::pickle_load(bytes).toGenericDict())
    golden[entry.key().toStringRef()] = entry.value().toTensor();
  const at::Tensor expected = golden.at("flow").to(at::kFloat);
  const at::Tensor found =
      tvl1_flow(golden.at("from").to(at::kFloat), golden.at("to").to(at::kFloat));
  for (std::int64_t i = 0; i < found.size(0); ++i) {
    const double moved = expected[i].norm(2, 0).flatten().median().item<double>();
    const double error = median_error(found.narrow(0, i, 1), expected.narrow(0, i, 1));
    EXPECT_LT(error, 0.03) << "pair " << i << ", whose pixels go " << moved << " px";
    RecordProperty("median_error_" + std::to_string(i), std::to_string(error));
  }
}

/// Luminance by BT.601, as networks' flow is made from. [1,128,128]
at::Tensor luminance(const strings::Renderer& clip, int frame) {
  const std::vector<std::uint8_t> rgb = clip.rgb(frame);
  const at::Tensor picture = at::tensor(at::ArrayRef<std::uint8_t>(rgb), at::kByte)
                                 .view({strings::kSide, strings::kSide, 3})
                                 .to(at::kFloat);
  const at::Tensor weights = at::tensor({0.299F, 0.587F, 0.114F});
  return (picture * weights).sum(-1).unsqueeze(0);
}

TEST(Tvl1, AgreesWithTheRenderedTruth) {
  int clips = 0;
  for (int i = 0; i < 24 && clips < 3; ++i) {
    const strings::Renderer clip(strings::clip_of(strings::kTest, i));
    const int frame = (clip.begin() + clip.end()) / 2;
    const std::vector<float> truth = clip.flow(frame);
    const at::Tensor expected = at::tensor(at::ArrayRef<float>(truth))
                                    .view({1, strings::kSide, strings::kSide, 2})
                                    .permute({0, 3, 1, 2});
    if (expected.norm(2, 1).median().item<double>() < 0.15) continue;  // the camera rests
    ++clips;
    const at::Tensor found = tvl1_flow(luminance(clip, frame), luminance(clip, frame + 1));
    EXPECT_LT(median_error(found, expected), 0.15) << i;
    EXPECT_LT(median_error(found, expected), 0.5 * median_error(at::zeros_like(found), expected))
        << i;
  }
  EXPECT_EQ(clips, 3);
}

}  // namespace
}  // namespace praxiscope

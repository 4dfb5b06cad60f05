// Flow inputs of clips: what is computed for which pair, how often, and in which numbers; flow from
// files and the cache.
#include "clip/dis.h"
#include "clip/flow_middlebury.h"
#include "clip/synthetic.h"
#include "clip/tvl1.h"

#include "praxiscope/error.h"
#include "praxiscope/media.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>

namespace praxiscope {
namespace {

namespace fs = std::filesystem;
using test::expect_error;
using testing::HasSubstr;

constexpr int kWidth = 48, kHeight = 40;

/// A wavy pattern that goes `dx` right and `dy` down a frame.
Frame moving_frame(std::int64_t index, double dx, double dy) {
  auto picture = std::make_shared<Picture>();
  picture->width = kWidth;
  picture->height = kHeight;
  const auto frame = static_cast<double>(index);
  for (int row = 0; row < kHeight; ++row) {
    for (int column = 0; column < kWidth; ++column) {
      const double x = column - dx * frame, y = row - dy * frame;
      const double value =
          128 + 28 * (std::sin(x * 0.31) + std::cos(y * 0.27) + std::sin(x * 0.17 + y * 0.21) +
                      std::cos(x * 0.11 - y * 0.4));
      for (int c = 0; c < 3; ++c)
        picture->rgb.push_back(static_cast<std::uint8_t>(std::lround(value)));
    }
  }
  Frame out;
  out.picture = picture;
  out.index = index;
  out.pts = Rational(index, 25);
  out.duration = Rational(1, 25);
  return out;
}

std::vector<Frame> moving(std::int64_t count, double dx = 1, double dy = 0.5) {
  std::vector<Frame> out;
  for (std::int64_t i = 0; i < count; ++i) out.push_back(moving_frame(i, dx, dy));
  return out;
}

/// Flow in px: the range is the bound.
InputSpec flow_input(int frames, int stride, FlowAlgorithm algorithm = FlowAlgorithm::kDis) {
  InputSpec out = test::raw_input(frames, stride);
  out.name = "flow";
  out.kind = InputKind::kFlow;
  out.flow.algorithm = algorithm;
  out.flow.bound = 5;
  out.preparation.range = {-5, 5};
  out.preparation.mean = {0, 0};
  out.preparation.std = {1, 1};
  return out;
}

std::vector<Clip> cut(const std::vector<Frame>& frames, const std::vector<InputSpec>& inputs,
                      const FlowFiles& files = {}, const std::string& sampling = "sliding",
                      std::optional<int> hop = {}) {
  ClipSampling wish = parse_sampling(sampling);
  wish.hop = hop;
  const auto cutter = make_clip_cutter(inputs, wish, test::times_of(frames), "cpu", files);
  std::vector<Clip> out;
  for (const Frame& frame : frames) {
    for (Clip& clip : cutter->push(frame)) out.push_back(std::move(clip));
  }
  for (Clip& clip : cutter->finish()) out.push_back(std::move(clip));
  return out;
}

at::Tensor gray_of(const Frame& frame) {
  return at::from_blob(const_cast<std::uint8_t*>(frame.picture->rgb.data()), {kHeight, kWidth, 3},
                       at::kByte)
      .select(2, 0)
      .clone();
}

double middle(const at::Tensor& values) { return values.flatten().median().item<double>(); }

class FlowFolder : public test::InFolder {
 protected:
  /// Field i says i px right and -i down everywhere.
  void write_fields(int count, int height = kHeight, int width = kWidth) const {
    for (int i = 0; i < count; ++i)
      write_flo(path(std::to_string(i) + ".flo"), field(i, height, width));
  }
  static at::Tensor field(double value, int height = kHeight, int width = kWidth) {
    return at::stack({at::full({height, width}, value), at::full({height, width}, -value)});
  }
};

TEST(DisFlow, GivesTheSameEveryTime) {
  const at::Tensor from = gray_of(moving_frame(0, 1, 0.5)), to = gray_of(moving_frame(1, 1, 0.5));
  const at::Tensor first = dis_flow(from, to);
  for (int i = 0; i < 8; ++i) {
    // Freed at once: a buffer that is taken without being cleared would begin with these.
    at::full({kHeight, kWidth, 2}, 100.0F * static_cast<float>(i));
    EXPECT_TRUE(dis_flow(from, to).equal(first));
  }
}

TEST(FlowInput, IsTheMotionToTheNextFrameWhateverTheStride) {
  const auto frames = moving(12);
  for (const FlowAlgorithm algorithm : {FlowAlgorithm::kDis, FlowAlgorithm::kTvl1}) {
    const auto clips = cut(frames, {flow_input(4, 2, algorithm)}, {}, "center");
    ASSERT_EQ(clips.size(), 1U);
    const at::Tensor flow = clips[0].inputs[0].tensor;
    ASSERT_EQ(flow.sizes(), (at::IntArrayRef{2, 4, kHeight, kWidth}));
    for (int t = 0; t < 4; ++t) {
      EXPECT_NEAR(middle(flow[0][t]), 1, 0.1);
      EXPECT_NEAR(middle(flow[1][t]), 0.5, 0.1);
      const std::int64_t from = clips[0].inputs[0].frames[static_cast<std::size_t>(t)].source_index;
      const at::Tensor a = gray_of(frames[from]), b = gray_of(frames[from + 1]);
      const at::Tensor alone =
          algorithm == FlowAlgorithm::kDis
              ? dis_flow(a, b)
              : tvl1_flow(a.unsqueeze(0).to(at::kFloat), b.unsqueeze(0).to(at::kFloat))[0];
      const at::Tensor off = (flow.select(1, t) - alone.clamp(-5, 5)).abs();
      // TV-L1 of a batch rounds otherwise, which may shift the iteration at which a pair is done.
      EXPECT_LE(off.max().item<double>(), algorithm == FlowAlgorithm::kDis ? 2e-5 : 0.05);
      EXPECT_LE(off.mean().item<double>(), algorithm == FlowAlgorithm::kDis ? 1e-6 : 1e-3);
    }
  }
}

TEST(FlowInput, OfTheLastFrameIsThatOfTheOneBefore) {
  const auto clips = cut(moving(6), {flow_input(6, 1)});
  ASSERT_EQ(clips.size(), 1U);
  const at::Tensor flow = clips[0].inputs[0].tensor;
  EXPECT_TRUE(flow.select(1, 5).equal(flow.select(1, 4)));
  EXPECT_FALSE(flow.select(1, 4).equal(flow.select(1, 3)));
}

TEST(FlowInput, OfAStillPictureIsNone) {
  const auto clips = cut(moving(1), {flow_input(4, 1)});
  ASSERT_EQ(clips.size(), 1U);
  EXPECT_EQ(clips[0].inputs[0].tensor.abs().max().item<double>(), 0);
  EXPECT_TRUE(clips[0].inputs[0].frames[3].is_padding);
}

TEST(FlowInput, WaitsForTheFrameAfterItsClip) {
  const auto frames = moving(10);
  ClipSampling sampling;
  sampling.hop = 4;
  const auto cutter = make_clip_cutter({flow_input(4, 1)}, sampling, {}, "cpu");
  std::vector<std::size_t> given;
  for (const Frame& frame : frames) given.push_back(cutter->push(frame).size());
  EXPECT_THAT(given, testing::ElementsAre(0, 0, 0, 0, 0, 1, 0, 0, 0, 1));
  EXPECT_EQ(cutter->finish().size(), 1U);  // frames 6 to 9
}

TEST(FlowInput, GivesTheSameClipsAsPicturesHave) {
  for (const std::int64_t count : {1, 3, 4, 5, 8, 9, 12, 13}) {
    for (const char* sampling : {"sliding", "center", "uniform:3"}) {
      const auto frames = moving(count);
      InputSpec rgb = test::raw_input(4, 1);
      const auto alone = cut(frames, {rgb}, {}, sampling, 4);
      const auto both = cut(frames, {rgb, flow_input(4, 1)}, {}, sampling, 4);
      ASSERT_EQ(test::all_indices(alone), test::all_indices(both)) << count << ' ' << sampling;
      for (std::size_t i = 0; i < alone.size(); ++i) {
        EXPECT_EQ(alone[i].source_begin, both[i].source_begin);
        EXPECT_EQ(alone[i].source_end, both[i].source_end);
        EXPECT_EQ(test::indices(both[i], 0), test::indices(both[i], 1));
      }
    }
  }
}

TEST(FlowInput, IsCutOffAtTheBoundAndScaledToTheRange) {
  InputSpec spec = flow_input(2, 1);
  spec.flow.bound = 0.75;
  spec.preparation.range = {0, 1};
  spec.preparation.mean = {0.5, 0.25};
  spec.preparation.std = {0.5, 2};
  const auto clips = cut(moving(4), {spec}, {}, "center");
  const at::Tensor flow = clips[0].inputs[0].tensor;
  // 1 px is beyond the bound: 1 of 0..1; 0.5 px lies 5/6 up.
  EXPECT_NEAR(middle(flow[0]), (1 - 0.5) / 0.5, 1e-5);
  EXPECT_NEAR(middle(flow[1]), (0.5 / 1.5 + 0.5 - 0.25) / 2, 0.03);
  const at::Tensor seen = seen_flow(flow.select(1, 0), spec);
  EXPECT_NEAR(middle(seen[0]), 0.75, 1e-5);
  EXPECT_NEAR(middle(seen[1]), 0.5, 0.06);
}

TEST(FlowInput, PutsYFirstWhereTheManifestSaysSo) {
  InputSpec spec = flow_input(2, 1);
  spec.preparation.bgr = true;
  const at::Tensor flow = cut(moving(4), {spec}, {}, "center")[0].inputs[0].tensor;
  EXPECT_NEAR(middle(flow[0]), 0.5, 0.1);
  EXPECT_NEAR(middle(flow[1]), 1, 0.1);
  EXPECT_NEAR(middle(seen_flow(flow.select(1, 0), spec)[0]), 1, 0.1);
}

TEST(FlowInput, IsMeasuredOnTheResizedPicture) {
  InputSpec spec = flow_input(2, 1, FlowAlgorithm::kTvl1);
  spec.preparation.exact = Size{2 * kHeight, 3 * kWidth};
  spec.preparation.crop = Size{64, 100};
  const ClipInput input = cut(moving(4), {spec}, {}, "center")[0].inputs[0];
  ASSERT_EQ(input.tensor.sizes(), (at::IntArrayRef{2, 2, 64, 100}));
  EXPECT_NEAR(middle(input.tensor[0]), 3, 0.2);
  EXPECT_NEAR(middle(input.tensor[1]), 1, 0.1);
  EXPECT_DOUBLE_EQ(input.source_from_clip.scale_x, 1.0 / 3);
  EXPECT_DOUBLE_EQ(input.source_from_clip.offset_y, 8 * 0.5);
}

TEST(FlowInput, RefusesPicturesThatDisNeedsLarger) {
  InputSpec spec = flow_input(2, 1);
  spec.preparation.exact = Size{8, 8};
  expect_error([&] { cut(moving(4), {spec}); }, ErrorKind::kInput, "at least 12 px");
}

TEST(FlowInput, RefusesABoundOfNothing) {
  InputSpec spec = flow_input(2, 1);
  spec.flow.bound = 0;
  expect_error([&] { make_clip_cutter({spec}, {}, {}, "cpu"); }, ErrorKind::kModel, "bound of 0");
}

TEST_F(FlowFolder, FilesGiveTheFieldOfEachFrame) {
  write_fields(11);
  const auto clips =
      cut(moving(12), {flow_input(3, 2)}, {.path = folder_.string(), .cache = ""}, "uniform:2");
  ASSERT_EQ(clips.size(), 2U);
  for (const Clip& clip : clips) {
    for (int t = 0; t < 3; ++t) {
      const auto source = clip.inputs[0].frames[static_cast<std::size_t>(t)].source_index;
      // The last of 12 frames has the last of 11 fields; 5 px is the bound.
      const double expected =
          std::min<double>(5, static_cast<double>(std::min<std::int64_t>(source, 10)));
      EXPECT_FLOAT_EQ(clip.inputs[0].tensor[0][t].max().item<float>(),
                      static_cast<float>(expected));
      EXPECT_FLOAT_EQ(clip.inputs[0].tensor[1][t].min().item<float>(),
                      static_cast<float>(-expected));
    }
  }
}

TEST_F(FlowFolder, FilesOfAnotherSizeAreResizedWithTheirLengths) {
  write_fields(4, kHeight / 2, kWidth / 4);
  InputSpec spec = flow_input(2, 1);
  at::Tensor flow =
      cut(moving(4), {spec}, {.path = folder_.string(), .cache = ""}, "center")[0].inputs[0].tensor;
  ASSERT_EQ(flow.sizes(), (at::IntArrayRef{2, 2, kHeight, kWidth}));
  EXPECT_NEAR(middle(flow[0][0]), 4, 1e-5);   // 1 px of a quarter of the width
  EXPECT_NEAR(middle(flow[1][0]), -2, 1e-5);  // 1 px of half the height
  spec.flow.is_rescaled = false;
  flow =
      cut(moving(4), {spec}, {.path = folder_.string(), .cache = ""}, "center")[0].inputs[0].tensor;
  EXPECT_NEAR(middle(flow[0][0]), 1, 1e-5);
}

TEST_F(FlowFolder, FilesThatEndEarlyAreRefused) {
  write_fields(5);
  expect_error(
      [&] { cut(moving(12), {flow_input(3, 1)}, {.path = folder_.string(), .cache = ""}); },
      ErrorKind::kInput, "found 5 fields, but the video goes on with frame 7");
}

TEST_F(FlowFolder, FilesThatGoOnAreToldOf) {
  write_fields(9);
  const auto cutter =
      make_clip_cutter({flow_input(2, 1)}, {}, {}, "cpu", {.path = folder_.string(), .cache = ""});
  for (const Frame& frame : moving(4)) cutter->push(frame);
  cutter->finish();
  EXPECT_THAT(cutter->take_warnings(), testing::ElementsAre(HasSubstr("goes on after the last")));
  EXPECT_TRUE(cutter->take_warnings().empty());
}

std::size_t count_flo(const fs::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    count += entry.path().extension() == ".flo" ? 1 : 0;
  return count;
}

TEST_F(FlowFolder, ComputesEachPairOnceHoweverClipsOverlap) {
  const FlowFiles cache{.path = "", .cache = path("cache")};
  const auto frames = moving(9);
  const auto clips = cut(frames, {flow_input(4, 1)}, cache, "sliding", 1);
  EXPECT_EQ(clips.size(), 6U);
  EXPECT_EQ(count_flo(folder_), 8U);  // a file a pair
}

TEST_F(FlowFolder, TheCacheGivesBackTheSameAndIsUsed) {
  const FlowFiles cache{.path = "", .cache = path("cache")};
  const auto frames = moving(6);
  for (const FlowAlgorithm algorithm : {FlowAlgorithm::kDis, FlowAlgorithm::kTvl1}) {
    const std::vector<InputSpec> inputs{flow_input(5, 1, algorithm)};
    const at::Tensor without = cut(frames, inputs)[0].inputs[0].tensor;
    const at::Tensor first = cut(frames, inputs, cache)[0].inputs[0].tensor;
    const at::Tensor again = cut(frames, inputs, cache)[0].inputs[0].tensor;
    EXPECT_TRUE(first.equal(without));
    EXPECT_TRUE(again.equal(without));
  }
  EXPECT_EQ(count_flo(folder_), 10U);  // each algorithm has its own
  for (const auto& entry : fs::recursive_directory_iterator(folder_))
    if (entry.path().extension() == ".flo") write_flo(entry.path().string(), field(2));
  const at::Tensor kept = cut(frames, {flow_input(5, 1)}, cache)[0].inputs[0].tensor;
  EXPECT_EQ(kept[0].min().item<float>(), 2);  // what lies there is taken
  for (const auto& entry : fs::recursive_directory_iterator(folder_))
    if (entry.path().extension() == ".flo") fs::resize_file(entry.path(), 100);
  const at::Tensor mended = cut(frames, {flow_input(5, 1)}, cache)[0].inputs[0].tensor;
  EXPECT_NEAR(middle(mended[0]), 1, 0.1);  // broken files are written anew
  EXPECT_NEAR(middle(cut(frames, {flow_input(5, 1)}, cache)[0].inputs[0].tensor[0]), 1, 0.1);
}

TEST_F(FlowFolder, RefusesACacheThatIsAFile) {
  std::ofstream(path("file")) << "text";
  expect_error([&] { cut(moving(4), {flow_input(2, 1)}, {.path = "", .cache = path("file")}); },
               ErrorKind::kOutput, "expected a folder");
}

}  // namespace
}  // namespace praxiscope

// Which source frames clips take: tables worked out by hand.
#include "clip/sampling.h"

#include "clip/synthetic.h"

#include "praxiscope/error.h"

#include <gmock/gmock.h>

namespace praxiscope {
namespace {

using test::all_indices;
using test::constant_rate;
using test::cut_all;
using test::indices;
using test::raw_input;
using testing::ElementsAre;
using testing::HasSubstr;

std::string message_of(const std::function<void()>& action, ErrorKind kind) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    return error.what();
  }
  return "no error";
}

TEST(Sampling, ReadsTheThreeForms) {
  EXPECT_EQ(parse_sampling("sliding").kind, ClipSampling::Kind::kSliding);
  EXPECT_EQ(parse_sampling("center").kind, ClipSampling::Kind::kCenter);
  EXPECT_EQ(parse_sampling("uniform:10").kind, ClipSampling::Kind::kUniform);
  EXPECT_EQ(parse_sampling("uniform:10").count, 10);
}

TEST(Sampling, RefusesOtherForms) {
  EXPECT_THAT(message_of([] { parse_sampling("slidng"); }, ErrorKind::kUsage),
              HasSubstr("found \"slidng\", expected \"sliding\", \"center\" or \"uniform:N\"; did "
                        "you mean \"sliding\"?"));
  for (const char* text :
       {"uniform:", "uniform:0", "uniform:-3", "uniform:3x", "uniform:9999999999"}) {
    EXPECT_THAT(message_of([&] { parse_sampling(text); }, ErrorKind::kUsage),
                HasSubstr("expected a number of clips"));
  }
  EXPECT_THAT(message_of([] { parse_sampling(""); }, ErrorKind::kUsage), HasSubstr("found \"\""));
}

TEST(Sliding, BeginsEveryHopAndEndsWithTheLastFrame) {
  const auto frames = constant_rate(10, Rational::of(25));
  EXPECT_THAT(
      all_indices(cut_all(frames, {raw_input(4, 1)}, "sliding", 3)),
      ElementsAre(ElementsAre(0, 1, 2, 3), ElementsAre(3, 4, 5, 6), ElementsAre(6, 7, 8, 9)));
  EXPECT_THAT(
      all_indices(cut_all(frames, {raw_input(4, 1)}, "sliding", 4)),
      ElementsAre(ElementsAre(0, 1, 2, 3), ElementsAre(4, 5, 6, 7), ElementsAre(6, 7, 8, 9)));
  // The default hop is half the span: 7 / 2.
  EXPECT_THAT(all_indices(cut_all(frames, {raw_input(4, 2)}, "sliding")),
              ElementsAre(ElementsAre(0, 2, 4, 6), ElementsAre(3, 5, 7, 9)));
}

TEST(Sliding, SkipsFramesBetweenClipsWhenTheHopIsLong) {
  const auto frames = constant_rate(12, Rational::of(25));
  EXPECT_THAT(all_indices(cut_all(frames, {raw_input(2, 1)}, "sliding", 5)),
              ElementsAre(ElementsAre(0, 1), ElementsAre(5, 6), ElementsAre(10, 11)));
  EXPECT_THAT(all_indices(cut_all(frames, {raw_input(2, 1)}, "sliding", 100)),
              ElementsAre(ElementsAre(0, 1), ElementsAre(10, 11)));
}

TEST(Sliding, GivesOneFrameClips) {
  const auto frames = constant_rate(3, Rational::of(25));
  EXPECT_THAT(all_indices(cut_all(frames, {raw_input(1, 1)}, "sliding")),
              ElementsAre(ElementsAre(0), ElementsAre(1), ElementsAre(2)));
}

TEST(Center, LiesInTheMiddle) {
  const auto frames = constant_rate(11, Rational::of(25));
  EXPECT_THAT(all_indices(cut_all(frames, {raw_input(4, 1)}, "center")),
              ElementsAre(ElementsAre(3, 4, 5, 6)));
}

TEST(Uniform, SpreadsFromTheFirstToTheLastFrame) {
  const auto frames = constant_rate(10, Rational::of(25));
  EXPECT_THAT(
      all_indices(cut_all(frames, {raw_input(4, 1)}, "uniform:3")),
      ElementsAre(ElementsAre(0, 1, 2, 3), ElementsAre(3, 4, 5, 6), ElementsAre(6, 7, 8, 9)));
  EXPECT_THAT(all_indices(cut_all(frames, {raw_input(4, 1)}, "uniform:1")),
              ElementsAre(ElementsAre(3, 4, 5, 6)));
}

TEST(Uniform, GivesEqualClipsOnce) {
  const auto frames = constant_rate(5, Rational::of(25));
  EXPECT_THAT(all_indices(cut_all(frames, {raw_input(4, 1)}, "uniform:10")),
              ElementsAre(ElementsAre(0, 1, 2, 3), ElementsAre(1, 2, 3, 4)));
}

TEST(ShortVideo, RepeatsTheLastFrameAndSaysSo) {
  const auto frames = constant_rate(3, Rational::of(25));
  for (const char* sampling : {"sliding", "center", "uniform:4"}) {
    const auto clips = cut_all(frames, {raw_input(3, 2)}, sampling);
    ASSERT_EQ(clips.size(), 1U) << sampling;
    EXPECT_THAT(indices(clips[0]), ElementsAre(0, 2, 2));
    EXPECT_FALSE(clips[0].inputs[0].frames[1].is_padding);
    EXPECT_TRUE(clips[0].inputs[0].frames[2].is_padding);
    EXPECT_EQ(clips[0].source_begin, 0);
    EXPECT_EQ(clips[0].source_end, 3);
  }
}

TEST(ShortVideo, MakesAClipOfOnePicture) {
  const auto clips =
      cut_all(constant_rate(1, Rational::of(25)), {raw_input(4, 2, Rational::of(15))}, "sliding");
  ASSERT_EQ(clips.size(), 1U);
  EXPECT_THAT(indices(clips[0]), ElementsAre(0, 0, 0, 0));
}

TEST(Pathways, ShareTheWindowAndTheFrames) {
  // Fast: 8 x 2, span 15. Slow: 2 x 8, span 9, centred: (15 - 9) / 2 = 3, on the grid of 2: 2.
  InputSpec slow = raw_input(2, 8), fast = raw_input(8, 2);
  slow.name = "slow";
  fast.name = "fast";
  const auto clips = cut_all(constant_rate(20, Rational::of(25)), {slow, fast}, "sliding", 5);
  ASSERT_EQ(clips.size(), 2U);
  EXPECT_EQ(clips[1].inputs[0].name, "slow");
  EXPECT_THAT(indices(clips[0], 0), ElementsAre(2, 10));
  EXPECT_THAT(indices(clips[0], 1), ElementsAre(0, 2, 4, 6, 8, 10, 12, 14));
  EXPECT_THAT(indices(clips[1], 0), ElementsAre(7, 15));
  EXPECT_THAT(indices(clips[1], 1), ElementsAre(5, 7, 9, 11, 13, 15, 17, 19));
  EXPECT_EQ(clips[1].source_begin, 5);
  EXPECT_EQ(clips[1].source_end, 20);
}

// Expected positions: torch.linspace(0, T * stride - 1, T).long() and, for the slow pathway,
// torch.linspace(0, 31, 8).long() into the fast one's, written down from Python.
TEST(Spacing, SpreadTakesPyTorchsLinspace) {
  InputSpec input = raw_input(8, 8);
  input.spacing = Spacing::kSpread;
  const auto clips = cut_all(constant_rate(64, Rational::of(30)), {input}, "sliding");
  ASSERT_EQ(clips.size(), 1U);
  EXPECT_THAT(indices(clips[0]), ElementsAre(0, 9, 18, 27, 36, 45, 54, 63));
  EXPECT_EQ(clips[0].source_begin, 0);
  EXPECT_EQ(clips[0].source_end, 64);
}

TEST(Spacing, ASlowPathwayDrawsFromTheFastOne) {
  InputSpec slow = raw_input(8, 1), fast = raw_input(32, 2);
  slow.name = "slow";
  slow.frames_of = "fast";
  fast.name = "fast";
  fast.spacing = Spacing::kSpread;
  const auto clips = cut_all(constant_rate(70, Rational::of(30)), {slow, fast}, "sliding", 6);
  ASSERT_EQ(clips.size(), 2U);
  EXPECT_THAT(indices(clips[0], 0), ElementsAre(0, 8, 16, 26, 34, 44, 52, 63));
  EXPECT_THAT(indices(clips[1], 0), ElementsAre(6, 14, 22, 32, 40, 50, 58, 69));
  EXPECT_EQ(indices(clips[1], 1).front(), 6);
  EXPECT_EQ(indices(clips[1], 1).back(), 69);
  // A pathway of evenly strided frames: every position of the fast one is 2 ticks further.
  fast.spacing = Spacing::kEven;
  EXPECT_THAT(indices(cut_all(constant_rate(63, Rational::of(30)), {slow, fast}, "center")[0], 0),
              ElementsAre(0, 8, 16, 26, 34, 44, 52, 62));
}

TEST(Reach, IsOneAndAHalfStepsOfTheSparsestInput) {
  InputSpec fast, slow;
  fast.frames = 32;
  fast.stride = 2;
  slow.name = "slow";
  slow.frames = 8;
  slow.stride = 8;
  EXPECT_DOUBLE_EQ(frame_reach_s({fast}, Rational::of(25)), 1.5 * 2 / 25);
  EXPECT_DOUBLE_EQ(frame_reach_s({fast, slow}, Rational::of(25)), 1.5 * 8 / 25);
  fast.fps = Rational::of(5);
  EXPECT_DOUBLE_EQ(frame_reach_s({fast}, Rational::of(25)), 1.5 * 2 / 5);
  fast.frames = 1;  // one frame stands for those up to the next clip's
  EXPECT_DOUBLE_EQ(frame_reach_s({fast}, Rational::of(25)), 1.5 * 2 / 5);
}

TEST(Spacing, RefusesAPathwayOfNoInput) {
  InputSpec slow = raw_input(8, 1), fast = raw_input(4, 2);
  slow.name = "slow";
  fast.name = "fast";
  const std::vector<Frame> frames = constant_rate(16, Rational::of(30));
  slow.frames_of = "fats";
  EXPECT_THAT(
      message_of(
          [&] {
            cut_all(frames, {slow, fast}, "sliding");
          },
          ErrorKind::kModel),
      HasSubstr("input \"slow\": found frames_of \"fats\", expected the name of an input with "
                "frames of its own; did you mean \"fast\""));
  slow.frames_of = "fast";
  EXPECT_THAT(message_of(
                  [&] {
                    cut_all(frames, {slow, fast}, "sliding");
                  },
                  ErrorKind::kModel),
              HasSubstr("input \"slow\" draws 8 frames from \"fast\", which has 4"));
}

TEST(Resampling, HalvesTheRate) {
  const auto frames = constant_rate(10, Rational::of(30));
  EXPECT_THAT(all_indices(cut_all(frames, {raw_input(5, 1, Rational::of(15))}, "sliding")),
              ElementsAre(ElementsAre(0, 2, 4, 6, 8)));
}

TEST(Resampling, TakesTheFrameThatIsOnScreen) {
  // 25 fps shown at 30: ticks at 0, 33, 67, 100, 133, 167, 200, 233 ms; frames change every 40 ms.
  const auto frames = constant_rate(6, Rational::of(25));
  EXPECT_THAT(all_indices(cut_all(frames, {raw_input(8, 1, Rational::of(30))}, "sliding")),
              ElementsAre(ElementsAre(0, 0, 1, 2, 3, 4, 5, 5)));
}

TEST(Resampling, DoesNotDriftAt29_97) {
  // 30000/1001 resampled to itself is itself, however long and wherever it begins.
  const Rational ntsc(30000, 1001);
  const auto frames = constant_rate(500, ntsc, Rational(7, 3));
  const auto clips = cut_all(frames, {raw_input(1, 1, ntsc)}, "sliding");
  ASSERT_EQ(clips.size(), 500U);
  for (std::size_t i = 0; i < clips.size(); ++i) {
    ASSERT_EQ(clips[i].inputs[0].frames[0].source_index, static_cast<std::int64_t>(i));
  }
}

TEST(Resampling, FollowsVariableFrameRates) {
  // Frames at 0, 10, 20, 200, 210 and 400 ms, the last for 100 ms; ticks every 50 ms.
  std::vector<Frame> frames;
  for (const int ms : {0, 10, 20, 200, 210, 400}) {
    frames.push_back(test::frame_at(static_cast<std::int64_t>(frames.size()), Rational(ms, 1000),
                                    Rational(100, 1000)));
  }
  EXPECT_THAT(all_indices(cut_all(frames, {raw_input(10, 1, Rational::of(20))}, "sliding")),
              ElementsAre(ElementsAre(0, 2, 2, 2, 3, 4, 4, 4, 5, 5)));
}

TEST(Resampling, RefusesAGapThatWouldNeverEnd) {
  std::vector<Frame> frames = constant_rate(2, Rational::of(25));
  frames[1].pts = Rational::of(1'000'000'000);
  EXPECT_THAT(message_of([&] { cut_all(frames, {raw_input(2, 1, Rational::of(25))}, "sliding"); },
                         ErrorKind::kInput),
              HasSubstr("cannot resample to 25 frames per second"));
}

TEST(Resampling, RefusesTimesThatGoBack) {
  std::vector<Frame> frames = constant_rate(3, Rational::of(25));
  std::swap(frames[1].pts, frames[2].pts);
  EXPECT_THAT(message_of([&] { cut_all(frames, {raw_input(2, 1)}, "sliding"); }, ErrorKind::kInput),
              HasSubstr("frames out of order: the frame at 0.080 s is followed by one at 0.040 s"));
}

}  // namespace
}  // namespace praxiscope

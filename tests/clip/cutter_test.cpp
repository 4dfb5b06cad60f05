// The cutter as a stream: what it hands out, what it keeps, what it refuses.
#include "clip/synthetic.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <limits>

namespace praxiscope {
namespace {

using test::constant_rate;
using test::cut_all;
using test::expect_error;
using test::raw_input;

TEST(ClipCutter, PutsTheRightPicturesAndTimesIntoTheTensor) {
  const auto frames = constant_rate(20, Rational(30000, 1001), Rational(1, 3));
  const auto clips = cut_all(frames, {raw_input(4, 3)}, "sliding", 2);
  ASSERT_EQ(clips.size(), 6U);
  for (const Clip& clip : clips) {
    const ClipInput& input = clip.inputs[0];
    ASSERT_EQ(input.tensor.sizes(), (at::IntArrayRef{3, 4, 6, 8}));
    EXPECT_EQ(input.source_size, (Size{6, 8}));
    for (int t = 0; t < 4; ++t) {
      const ClipFrame& frame = input.frames[t];
      EXPECT_EQ(input.tensor.select(1, t).min().item<float>(), frame.source_index);
      EXPECT_EQ(input.tensor.select(1, t).max().item<float>(), frame.source_index);
      EXPECT_EQ(frame.pts, frames[frame.source_index].pts);
    }
  }
  EXPECT_EQ(clips[5].index, 5);
}

TEST(ClipCutter, HandsAClipOutAsSoonAsItIsComplete) {
  const auto frames = constant_rate(10, Rational::of(25));
  ClipSampling sampling;
  sampling.hop = 4;
  const auto cutter = make_clip_cutter({raw_input(4, 1)}, sampling, {}, "cpu");
  std::vector<std::size_t> given;
  for (const Frame& frame : frames) given.push_back(cutter->push(frame).size());
  // How long a frame is shown is known with the next one.
  EXPECT_THAT(given, testing::ElementsAre(0, 0, 0, 0, 1, 0, 0, 0, 1, 0));
  EXPECT_EQ(cutter->finish().size(), 1U);
}

TEST(ClipCutter, KeepsOnePictureOfAnEndlessStream) {
  for (const std::optional<Rational> fps :
       {std::optional<Rational>(), {Rational::of(7)}, {Rational::of(60)}}) {
    for (const char* wish : {"sliding", "center", "uniform:5"}) {
      const auto frames = constant_rate(1000, Rational::of(25));
      const auto cutter = make_clip_cutter({raw_input(16, 2, fps)}, parse_sampling(wish),
                                           test::times_of(frames), "cpu");
      std::vector<std::weak_ptr<const Picture>> pictures;
      std::size_t clips = 0;
      for (Frame frame : frames) {
        auto picture = test::gray(8, 6, 1);
        frame.picture = picture;
        pictures.push_back(picture);
        picture.reset();
        clips += cutter->push(frame).size();
        frame = Frame();
        const auto live = std::count_if(pictures.begin(), pictures.end(),
                                        [](const auto& p) { return !p.expired(); });
        ASSERT_LE(live, 1) << wish;
      }
      EXPECT_GE(clips + cutter->finish().size(), 1U);
    }
  }
}

TEST(ClipCutter, SharesPreparedPicturesBetweenOverlappingClips) {
  // A clip's tensor is its own: what one reader changes, the next clip does not see.
  const auto frames = constant_rate(6, Rational::of(25));
  ClipSampling sampling;
  sampling.hop = 1;
  const auto cutter = make_clip_cutter({raw_input(4, 1)}, sampling, {}, "cpu");
  std::vector<Clip> clips;
  for (const Frame& frame : frames) {
    for (Clip& clip : cutter->push(frame)) {
      EXPECT_EQ(clip.inputs[0].tensor.select(1, 0).max().item<float>(), clip.source_begin);
      clip.inputs[0].tensor.zero_();
      clips.push_back(std::move(clip));
    }
  }
  EXPECT_EQ(clips.size(), 2U);
}

TEST(ClipCutter, TellsHowFarClipsToComeReachBack) {
  for (const char* wish : {"sliding", "center", "uniform:3"}) {
    for (const std::optional<Rational> fps :
         {std::optional<Rational>(), {Rational::of(10)}, {Rational::of(60)}}) {
      for (const int hop : {1, 3, 9}) {
        const auto frames = constant_rate(50, Rational::of(25));
        ClipSampling sampling = parse_sampling(wish);
        sampling.hop = hop;
        const auto cutter =
            make_clip_cutter({raw_input(4, 2, fps)}, sampling, test::times_of(frames), "cpu");
        std::int64_t bound = cutter->next_begin();
        const auto check = [&](const std::vector<Clip>& clips) {
          for (const Clip& clip : clips) EXPECT_GE(clip.source_begin, bound) << wish << hop;
          EXPECT_GE(cutter->next_begin(), bound);
          bound = cutter->next_begin();
        };
        for (const Frame& frame : frames) {
          check(cutter->push(frame));
          if (std::string(wish) == "sliding") {
            EXPECT_GE(bound, frame.index - 20);
          }
        }
        check(cutter->finish());
        EXPECT_EQ(bound, std::numeric_limits<std::int64_t>::max());
      }
    }
  }
}

TEST(ClipCutter, ExplainsWhatIsLeftOfASourceThatBreaksOff) {
  // 100 frames were counted, 10 come: the centre clip would have begun at 48.
  const auto all = constant_rate(100, Rational::of(25));
  const auto cutter =
      make_clip_cutter({raw_input(4, 1)}, parse_sampling("center"), test::times_of(all), "cpu");
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(cutter->push(all[i]).empty());
  const auto clips = cutter->finish();
  ASSERT_EQ(clips.size(), 1U);
  EXPECT_EQ(clips[0].inputs[0].tensor.select(1, 3).max().item<float>(), 9);
}

TEST(ClipCutter, GivesNothingForNothing) {
  const auto cutter = make_clip_cutter({raw_input(4, 1)}, {}, {}, "cpu");
  EXPECT_TRUE(cutter->finish().empty());
}

TEST(ClipCutter, RefusesWhatItCannotDo) {
  const auto make = [](std::vector<InputSpec> inputs, ClipSampling sampling = {}) {
    return [=] { make_clip_cutter(inputs, sampling, {}, "cpu"); };
  };
  expect_error(make({}), ErrorKind::kModel, "manifest without inputs");
  expect_error(make({raw_input(0, 1)}), ErrorKind::kModel, "found 0 frames with stride 1");
  expect_error(make({raw_input(4, 0)}), ErrorKind::kModel, "found 4 frames with stride 0");
  expect_error(make({raw_input(4, 1, Rational::of(0))}), ErrorKind::kModel,
               "found 0 frames per second");
  InputSpec other = raw_input(4, 1, Rational::of(30));
  other.name = "other";
  expect_error(
      make({raw_input(4, 1), other}), ErrorKind::kModel,
      "inputs \"rgb\" and \"other\" have different frame rates; found the source's and 30");
  ClipSampling hop;
  hop.hop = 0;
  expect_error(make({raw_input(4, 1)}, hop), ErrorKind::kUsage, "--hop: found 0");
  expect_error(make({raw_input(4, 1)}, parse_sampling("center")), ErrorKind::kUsage,
               "need the length of the video");
}

TEST(ClipCutter, NamesAFrameOfAnotherSize) {
  auto frames = constant_rate(4, Rational::of(25));
  frames[2].picture = test::gray(9, 6, 1);
  expect_error([&] { cut_all(frames, {raw_input(4, 1)}, "sliding"); }, ErrorKind::kInput,
               "frame 2 is 9x6 px, earlier ones 8x6");
}

TEST(ClipCutter, NamesAMeanOfTheWrongLength) {
  InputSpec input = raw_input(4, 1);
  input.preparation.mean = {1, 2};
  expect_error([&] { cut_all(constant_rate(4, Rational::of(25)), {input}, "sliding"); },
               ErrorKind::kModel, "found 2 values in mean, expected 3");
}

}  // namespace
}  // namespace praxiscope

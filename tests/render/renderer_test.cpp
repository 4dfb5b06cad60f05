#include "render/panels.h"

#include "praxiscope/error.h"
#include "praxiscope/render.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <limits>
#include <thread>

namespace praxiscope {
namespace {

Picture noise(int width, int height) {
  Picture picture{width, height,
                  std::vector<std::uint8_t>(static_cast<std::size_t>(3) * width * height)};
  std::uint32_t state = 1;
  for (std::uint8_t& byte : picture.rgb) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<std::uint8_t>(state >> 24);
  }
  return picture;
}

FrameMap map_over(const Picture& picture, const at::Tensor& values) {
  FrameMap map;
  map.values = values;
  map.source_from_clip = {
      static_cast<double>(picture.width) / static_cast<double>(values.size(1)), 0,
      static_cast<double>(picture.height) / static_cast<double>(values.size(0)), 0};
  map.clip_range = {values.min().item<float>(), values.max().item<float>()};
  return map;
}

FrameState state_for(const Picture& picture, int tiles, const ScoreTimeline* timeline) {
  FrameState state;
  state.picture = &picture;
  state.time_s = 2;
  at::manual_seed(3);
  for (int i = 0; i < tiles; ++i) {
    state.tiles.push_back({"Grad-CAM | layer4 | archery " + std::to_string(i),
                           {},
                           map_over(picture, at::rand({7, 7})),
                           {0, 1},
                           i % 2 == 1});
  }
  state.bars = {{"archery", 0, 0.8F, true}, {"bowling", 1, 0.15F}, {"juggling", 2, 0.05F}};
  state.timeline = timeline;
  return state;
}

ScoreTimeline some_scores() {
  ScoreTimeline timeline(0, 10.0, {"archery", "bowling", "juggling"});
  for (int i = 0; i < 50; ++i)
    timeline.add(0.2 * i, 0.2 * i, {0.02F * static_cast<float>(i), 0.3F, 0.1F});
  return timeline;
}

TEST(Renderer, WithoutMapsAndTextGivesThePictureBack) {
  const Picture picture = noise(97, 61);
  const auto renderer =
      make_renderer({61, 97}, 1, {.caption = false, .bars = 0, .timeline = false});
  FrameState state;
  state.picture = &picture;
  state.tiles.resize(1);
  const Picture out = renderer->draw(state);
  EXPECT_EQ(out.width, 97);
  EXPECT_EQ(out.height, 61);
  EXPECT_EQ(out.rgb, picture.rgb);
}

TEST(Renderer, DrawsTheOutlineOnlyWhenAsked) {
  const Picture picture = noise(97, 61);
  FrameState state;
  state.picture = &picture;
  state.tiles.resize(1);
  state.tiles[0].map = map_over(picture, at::zeros({7, 7}));  // without any colour of its own
  state.tiles[0].map->source_from_clip = {6, 20, 6, 10};      // 42 x 42 px in the middle
  RenderOptions options{.caption = false, .bars = 0, .timeline = false};
  EXPECT_NE(make_renderer({61, 97}, 1, options)->draw(state).rgb, picture.rgb);
  options.outline = false;
  EXPECT_EQ(make_renderer({61, 97}, 1, options)->draw(state).rgb, picture.rgb);
}

TEST(Renderer, ChangesAPlainTileOnlyUnderItsPanels) {
  const Picture picture = noise(640, 360);
  const ScoreTimeline scores = some_scores();
  FrameState state = state_for(picture, 1, &scores);
  state.tiles[0].map.reset();
  const Picture out = make_renderer({360, 640}, 1, {})->draw(state);
  int changed = 0;
  for (int y = 0; y < 360; ++y) {
    for (int x = 0; x < 640; ++x) {
      const std::size_t i = 3 * (static_cast<std::size_t>(y) * 640 + x);
      if (std::equal(&out.rgb[i], &out.rgb[i] + 3, &picture.rgb[i])) continue;
      ++changed;
      ASSERT_TRUE(y < 60 || y > 260) << x << "," << y;
    }
  }
  EXPECT_GT(changed, 10000);
}

TEST(Renderer, PutsEveryTileInItsCell) {
  const Picture picture = noise(64, 36);
  const RenderOptions bare{.opacity = 0, .caption = false, .bars = 0, .timeline = false};
  const auto renderer = make_renderer({36, 64}, 3, bare);
  EXPECT_EQ(renderer->size(), (Size{72, 128}));
  FrameState state = state_for(picture, 3, nullptr);
  const Picture out = renderer->draw(state);
  for (int y = 0; y < 72; ++y) {
    for (int x = 0; x < 128; ++x) {
      const std::uint8_t* p = &out.rgb[3 * (static_cast<std::size_t>(y) * 128 + x)];
      const bool is_empty = x >= 64 && y >= 36;
      const std::size_t from = 3 * (static_cast<std::size_t>(y % 36) * 64 + x % 64);
      for (std::size_t c = 0; c < 3; ++c) ASSERT_EQ(p[c], is_empty ? 18 : picture.rgb[from + c]);
    }
  }
}

TEST(Renderer, GivesTheSameBytesInEveryThread) {
  const Picture picture = noise(320, 240);
  const ScoreTimeline scores = some_scores();
  const FrameState state = state_for(picture, 2, &scores);
  const auto renderer = make_renderer({240, 320}, 2, {});
  const Picture expected = renderer->draw(state);
  std::vector<std::thread> threads;
  std::vector<int> same(6, 0);
  for (std::size_t t = 0; t < same.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 4; ++i) same[t] += renderer->draw(state).rgb == expected.rgb ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(same, std::vector<int>(6, 4));
}

TEST(Renderer, DrawsAtAnySize) {
  const ScoreTimeline scores = some_scores();
  for (const Size size : {Size{1, 1}, Size{2, 300}, Size{300, 2}, Size{17, 31}, Size{112, 112},
                          Size{600, 200}, Size{200, 600}}) {
    const Picture picture = noise(size.width, size.height);
    for (const int tiles : {1, 2, 5}) {
      const auto renderer = make_renderer(size, tiles, {.bars = 20});
      const Picture out = renderer->draw(state_for(picture, tiles, &scores));
      EXPECT_EQ(out.rgb.size(),
                static_cast<std::size_t>(3) * renderer->size().width * renderer->size().height);
    }
  }
}

TEST(Renderer, SurvivesHostileTextAndNumbers) {
  const Picture picture = noise(320, 240);
  ScoreTimeline scores(0, std::nullopt, {"<b>\xFF", ""});
  const float nan = std::numeric_limits<float>::quiet_NaN();
  scores.add(0, 0, {nan, INFINITY});
  scores.add(1, 1, {-5, 1e30F});
  FrameState state = state_for(picture, 1, &scores);
  state.tiles[0].title = std::string(100000, '\xE3') + "</span>\n\0";
  state.tiles[0].range = {nan, -INFINITY};
  state.bars = {{"<b>\xFF", 0, nan, true},
                {"", 1, INFINITY},
                {std::string(5000, 'W'), 99, -1},
                {"nowhere", 1000, 0.5F, true},
                {"nowhere", -5, 0.5F, true}};
  state.time_s = 1e9;
  EXPECT_EQ(make_renderer({240, 320}, 1, {})->draw(state).rgb.size(), picture.rgb.size());
}

TEST(Renderer, TheCursorMovesAndTheFutureIsNotShown) {
  const Picture picture{640, 360, std::vector<std::uint8_t>(640 * 360 * 3, 0)};
  const ScoreTimeline scores = some_scores();
  const auto renderer = make_renderer({360, 640}, 1, {});
  FrameState state = state_for(picture, 1, &scores);
  // The rightmost pixel column of the strip with something bright in it, below the heading.
  const auto reach = [&](double time_s) {
    state.time_s = time_s;
    const Picture out = renderer->draw(state);
    int last = 0;
    for (int y = 320; y < 345; ++y) {
      for (int x = 300; x < 640; ++x) {
        if (out.rgb[3 * (static_cast<std::size_t>(y) * 640 + x)] > 90) last = std::max(last, x);
      }
    }
    return last;
  };
  const int early = reach(1), middle = reach(5), late = reach(9);
  EXPECT_NEAR(middle - early, late - middle, 2);
  EXPECT_GT(middle - early, 60);
}

TEST(Renderer, TakesTheLongestTitleThatFits) {
  for (const auto& [size, expected] :
       {std::pair{Size{112, 112}, 2}, {Size{112, 200}, 1}, {Size{240, 640}, 0}}) {
    const Picture picture = noise(size.width, size.height);
    const auto renderer = make_renderer(size, 1, {});
    FrameState state = state_for(picture, 1, nullptr);
    const std::vector<std::string> titles{"Grad-CAM++ | blocks.5 | croquet ball, used outdoors",
                                          "Grad-CAM++ | croquet ball", "croquet ball"};
    state.tiles[0].title = titles[0];
    state.tiles[0].shorter_titles = {titles[1], titles[2]};
    const Picture chosen = renderer->draw(state);
    state.tiles[0].shorter_titles.clear();
    state.tiles[0].title = titles[static_cast<std::size_t>(expected)];
    EXPECT_TRUE(chosen.rgb == renderer->draw(state).rgb) << size.width;
  }
}

TEST(Renderer, ANoteWithoutRoomIsLeftAwayNotCut) {
  const Picture picture = noise(176, 144);
  const auto renderer = make_renderer({144, 176}, 1, {});
  FrameState state = state_for(picture, 1, nullptr);
  state.tiles[0].range = {0, 0.0158F};
  state.tiles[0].map->clip_range = {0.00504F, 0.0158F};
  const Picture one = renderer->draw(state);
  state.tiles[0].map->clip_range = {0.00304F, 0.0158F};
  EXPECT_TRUE(one.rgb == renderer->draw(state).rgb) << "its beginning would differ";
}

std::string labels_of_bars(const std::vector<ClassScore>& bars) {
  std::string labels;
  for (const ClassScore& bar : bars) labels += bar.label;
  return labels;
}

TEST(Bars, GiveUpTheLastOnesButNoTargets) {
  const std::vector<ClassScore> bars{
      {"a", 0, 0.5F}, {"b", 1, 0.3F, true}, {"c", 2, 0.1F}, {"d", 3, 0.01F, true}};
  EXPECT_EQ(labels_of_bars(choose_bars(bars, 9)), "abcd");
  EXPECT_EQ(labels_of_bars(choose_bars(bars, 3)), "abd");
  EXPECT_EQ(labels_of_bars(choose_bars(bars, 2)), "bd");
  EXPECT_EQ(labels_of_bars(choose_bars(bars, 1)), "b");
  EXPECT_EQ(labels_of_bars(choose_bars(bars, 0)), "");
}

TEST(Bars, OfClassesWithTheSameLabelHaveTheirOwnColours) {
  const Picture picture{640, 360, std::vector<std::uint8_t>(640 * 360 * 3, 0)};
  ScoreTimeline scores(0, 10.0, {"crane", "crane"});
  scores.add(0, 0, {0.5F, 0.5F});
  const auto renderer = make_renderer({360, 640}, 1, {.caption = false});
  FrameState state = state_for(picture, 1, &scores);
  state.tiles[0].map.reset();
  state.bars = {{"crane", 0, 0.5F}};
  const Picture bird = renderer->draw(state);
  state.bars = {{"crane", 1, 0.5F}};
  const Picture machine = renderer->draw(state);
  EXPECT_NE(bird.rgb, machine.rgb);
}

TEST(Strip, ShowsEveryTargetHoweverImprobable) {
  const Picture picture{640, 360, std::vector<std::uint8_t>(640 * 360 * 3, 0)};
  const auto renderer = make_renderer({360, 640}, 1, {.caption = false, .bars = 0});
  const auto draw = [&](float first, float second) {
    ScoreTimeline scores(0, 10.0, {"a", "b", "c", "d", "e", "f"});
    for (int i = 0; i < 10; ++i) {
      const float share = static_cast<float>(i) / 10;
      scores.add(i, i, {0.9F, 0.8F, 0.7F, 0.6F, first * share, second * share});
    }
    FrameState state = state_for(picture, 1, &scores);
    state.time_s = 9;
    state.tiles[0].map.reset();
    state.bars = {{"a", 0, 0.9F}, {"e", 4, first, true}, {"f", 5, second, true}};
    return renderer->draw(state).rgb;
  };
  const auto plain = draw(0.5F, 0.3F);
  EXPECT_EQ(plain, draw(0.5F, 0.3F));
  EXPECT_NE(plain, draw(0.1F, 0.3F)) << "the first target is drawn";
  EXPECT_NE(plain, draw(0.5F, 0.1F)) << "and the second";
}

TEST(Notes, SayWhenAMapCannotBeRead) {
  const auto note = [](const at::Tensor& values, ValueRange clip, ValueRange scale = {0, 1}) {
    FrameMap map;
    map.values = values;
    map.clip_range = clip;
    const MapNote found = note_on(map, scale);
    return found.text + (found.is_warning ? " !" : "");
  };
  EXPECT_EQ(note(at::full({2, 2}, 0.0012), {0.0012F, 0.0012F}), "constant map: 0.0012 !");
  EXPECT_EQ(note(at::full({2, 2}, 0.0012), {0, 1}), "constant map at this time: 0.0012 !");
  EXPECT_EQ(note(at::zeros({2, 2}), {0, 0}), "map is zero everywhere !");
  EXPECT_EQ(note(at::zeros({2, 2}), {0, 1}), "map is zero at this time !");
  EXPECT_EQ(note(at::tensor({0.0F, 5.0F, 5.0F, 0.2F}).view({2, 2}), {0, 5}),
            "50 % beyond the scale !");
  EXPECT_EQ(note(at::full({2, 2}, NAN), {NAN, NAN}), "map has no finite value !");
  EXPECT_EQ(note(at::tensor({0.0F, 0.5F, NAN, 0.2F}).view({2, 2}), {0, 0.5}),
            "25 % of the map is not finite !");
  EXPECT_EQ(note(at::tensor({0.0F, 0.5F, 0.1F, 0.2F}).view({2, 2}), {0, 0.55F}),
            "clip: 0 \xE2\x80\xA6 0.55");
  EXPECT_EQ(note(at::tensor({0.0F, 0.5F, 0.1F, 0.2F}).view({2, 2}), {1e-9F, 0.55F}),
            "clip: \xE2\x89\x88"
            "0 \xE2\x80\xA6 0.55");
}

void expect_error(ErrorKind kind, const std::string& message, const std::function<void()>& action) {
  try {
    action();
    FAIL() << "expected: " << message;
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind);
    EXPECT_EQ(error.what(), message);
  }
}

TEST(Renderer, RefusesOptionsThatMakeNoSense) {
  const auto make = [](const RenderOptions& options) {
    return [=] { make_renderer({10, 10}, 1, options); };
  };
  expect_error(ErrorKind::kUsage, "opacity 1.5 makes no sense; expected 0 to 1",
               make({.opacity = 1.5}));
  expect_error(ErrorKind::kUsage, "opacity nan makes no sense; expected 0 to 1",
               make({.opacity = NAN}));
  expect_error(ErrorKind::kUsage, "-1 class bars make no sense; expected 0 or more",
               make({.bars = -1}));
  expect_error(ErrorKind::kInternal,
               "cannot draw 0 tiles of 10 x 10 px; expected at least 1 of 1 x 1", [] {
                 make_renderer({10, 10}, 0, {});
               });
  EXPECT_THROW(make_renderer({10, 10}, 1, {.colormap = "jet"}), Error);
  for (const std::string& name : colormaps())
    EXPECT_TRUE(make_renderer({10, 10}, 1, {.colormap = name}));
}

TEST(Renderer, RefusesAFrameThatDoesNotFit) {
  const Picture picture = noise(20, 10);
  FrameState state;
  state.picture = &picture;
  const auto renderer = make_renderer({10, 20}, 2, {});
  expect_error(ErrorKind::kInternal, "cannot draw a frame: found 0 tiles, expected 2",
               [&] { renderer->draw(state); });
  expect_error(ErrorKind::kInternal,
               "cannot draw a frame: found a picture of 20 x 10 px, expected 30 x 10", [&] {
                 make_renderer({10, 30}, 1, {})->draw(state);
               });
}

}  // namespace
}  // namespace praxiscope

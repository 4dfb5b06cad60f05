// The model's own rules.
#include "praxiscope/figure.h"

#include "praxiscope/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace praxiscope {
namespace {

Figure two_axes() {
  Figure figure;
  figure.axes = {{"class", "class", {"cello", "violin"}},
                 {"view", "view", {"overlay", "map", "frame"}}};
  for (int c = 0; c < 2; ++c) {
    for (int v = 0; v < 3; ++v) {
      if (c == 1 && v == 1) continue;  // one combination is missing
      figure.states.push_back({{c, v}, "", {}});
    }
  }
  return figure;
}

TEST(Neighbours, KeepTheOtherChoices) {
  const Figure figure = two_axes();
  const StateId from = find_state(figure, {0, 2}).value();
  EXPECT_EQ(find_neighbour(figure, from, 0, 1), find_state(figure, {1, 2}));
  EXPECT_EQ(find_neighbour(figure, from, 1, 0), find_state(figure, {0, 0}));
}

TEST(Neighbours, KeepAsMuchAsThereIs) {
  const Figure figure = two_axes();
  const StateId from = find_state(figure, {0, 1}).value();
  const StateId to = find_neighbour(figure, from, 0, 1).value();
  EXPECT_EQ(figure.states[static_cast<std::size_t>(to)].choice[0], 1);
  EXPECT_EQ(find_state(figure, {1, 1}), std::nullopt);
  EXPECT_EQ(find_neighbour(figure, from, 0, 7), std::nullopt);
}

TEST(CheckFigure, NamesWhatDoesNotFit) {
  Figure figure = two_axes();
  figure.panels.push_back({PanelPlace::kMain, 1, PlayerPanel{.film = 3}, ""});
  figure.states[0].panels = {0};
  try {
    check_figure(figure);
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("film of a panel: found 3"));
  }
}

TEST(EncodePicture, GivesAJpegOfItsSize) {
  const Picture picture{
      .width = 33, .height = 17, .rgb = std::vector<std::uint8_t>(33 * 17 * 3, 90)};
  const FigurePicture stored = encode_picture(picture);
  EXPECT_EQ(stored.width, 33);
  EXPECT_EQ(stored.height, 17);
  EXPECT_EQ(stored.jpeg.substr(0, 3), "\xff\xd8\xff");
}

}  // namespace
}  // namespace praxiscope

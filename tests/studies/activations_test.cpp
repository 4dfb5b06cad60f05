// Running sums of activations by hand, channels by choice, films of channels, and the room itself
// on a network small enough to be worked out.
#include "methods/fake_model.h"
#include "studies/activations/plan.h"
#include "studies/support/channel_films.h"
#include "studies/support/channel_sums.h"
#include "studies/support/numbered.h"
#include "studies/support/pictures.h"
#include "studies/support/rectifiers.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>

namespace praxiscope::studies {
namespace {

using ::testing::ElementsAre;
using testing::FakeModel;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<double> list(const at::Tensor& values) {
  const at::Tensor flat = values.to(at::kDouble).contiguous().flatten();
  return {flat.const_data_ptr<double>(), flat.const_data_ptr<double>() + flat.numel()};
}

/// [N,C,T,1,1] from rows of T values, one a channel.
at::Tensor columns(const std::vector<std::vector<float>>& rows) {
  std::vector<at::Tensor> channels;
  for (const auto& row : rows) channels.push_back(at::tensor(row).view({1, 1, -1, 1, 1}));
  return at::cat(channels, 1);
}

TEST(ChannelSums, CountOverClipsAsByHand) {
  ChannelSums sums;
  sums.add(columns({{0, 2}, {0, 0}, {-1, 3}}));
  sums.add(columns({{0, 0}, {0, 0}, {0, -3}}));
  EXPECT_EQ(sums.clips(), 2);
  EXPECT_EQ(sums.channels(), 3);
  EXPECT_THAT(list(sums.zero_share()), ElementsAre(0.75, 1, 0.25));
  EXPECT_THAT(list(sums.not_positive_share()), ElementsAre(0.75, 1, 0.75));
  EXPECT_THAT(list(sums.mean()), ElementsAre(0.5, 0, -0.25));
  EXPECT_THAT(list(sums.mean_magnitude()), ElementsAre(0.5, 0, 1.75));
  EXPECT_THAT(list(sums.least()), ElementsAre(0, 0, -3));
  EXPECT_THAT(list(sums.most()), ElementsAre(2, 0, 3));
  EXPECT_THAT(list(sums.dead_rate()), ElementsAre(0.5, 1, 0));
  EXPECT_THAT(list(sums.curve()), ElementsAre(0, 1, 0, 0, -0.5, 0));
  EXPECT_THAT(sums.dead(), ElementsAre(1));
  EXPECT_THAT(sums.never_positive(), ElementsAre(1));
  EXPECT_FALSE(sums.is_rectified());
}

TEST(ChannelSums, ABatchCountsAsItsClips) {
  const at::Tensor clips = at::relu(testing::noise_clips(5, 6));
  ChannelSums whole, parts;
  whole.add(clips);
  for (int n = 0; n < 5; ++n) parts.add(clips.narrow(0, n, 1));
  EXPECT_TRUE(at::allclose(whole.zero_share(), parts.zero_share()));
  EXPECT_TRUE(at::allclose(whole.mean(), parts.mean()));
  EXPECT_TRUE(at::allclose(whole.curve(), parts.curve()));
  EXPECT_TRUE(whole.is_rectified());
  EXPECT_THAT(whole.dead(), IsEmpty());
}

TEST(ChannelSums, OneActiveClipSavesAChannel) {
  ChannelSums sums;
  sums.add(columns({{0, 0}, {0, -1}}));
  EXPECT_THAT(sums.dead(), ElementsAre(0));
  EXPECT_THAT(sums.never_positive(), ElementsAre(0, 1)) << "dead ones never are, either";
  sums.add(columns({{0, 1e-20F}, {0, -1}}));
  EXPECT_THAT(sums.dead(), IsEmpty());
  EXPECT_THAT(sums.never_positive(), ElementsAre(1));
}

TEST(ChannelSums, TellNumbersThatAreNone) {
  ChannelSums sums;
  sums.add(columns({{NAN, 1}, {0, 1}}));
  const nlohmann::json numbers = numbers_of(sums.mean());
  EXPECT_TRUE(numbers[0].is_null());
  EXPECT_EQ(numbers[1], 0.5);
  EXPECT_THROW(sums.add(at::zeros({1, 3, 2, 1, 1})), Error) << "another number of channels";
  EXPECT_THROW(sums.add(at::zeros({1, 2})), Error);
}

TEST(Numbered, ReadsWhatIsChosen) {
  EXPECT_EQ(parse_numbered("x", "top24").top, 24);
  EXPECT_TRUE(parse_numbered("x", " all ").is_all);
  EXPECT_THAT(parse_numbered("x", "7,3, 4-6,5").numbers, ElementsAre(3, 4, 5, 6, 7));
  for (const char* wrong :
       {"", "top", "top0", "24top", "3-1", "-1", "1,,2", "1;2", "a", "99999999"})
    EXPECT_THROW(parse_numbered("x", wrong), Error) << wrong;
}

TEST(Numbered, TakesTheBestInTheirOrder) {
  const std::vector<double> scores{1, 5, NAN, 5, 2};
  EXPECT_THAT(choose_numbered(parse_numbered("x", "top3"), scores, "x"), ElementsAre(1, 3, 4));
  EXPECT_THAT(choose_numbered(parse_numbered("x", "top9"), scores, "x"),
              ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(choose_numbered(parse_numbered("x", "all"), scores, "x"), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(choose_numbered(parse_numbered("x", "4,0"), scores, "x"), ElementsAre(0, 4));
  EXPECT_THROW(choose_numbered(parse_numbered("x", "5"), scores, "x"), Error);
}

TEST(Numbered, IsSaidInShort) {
  const std::vector<std::int64_t> numbers{0, 1, 2, 5, 8, 9};
  EXPECT_EQ(in_short(numbers), "0-2, 5, 8, 9");
}

TEST(Examples, TakeTheFirstClipOfEveryInputBeforeAnySecond) {
  const std::vector<ClipPlace> clips{{0, 0}, {0, 1}, {0, 2}, {1, 0}, {2, 0}, {2, 1}};
  EXPECT_THAT(choose_examples(clips, 2), ElementsAre(0, 3));
  EXPECT_THAT(choose_examples(clips, 4), ElementsAre(0, 1, 3, 4));
  EXPECT_THAT(choose_examples(clips, 99), ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST(CellsInTime, HoldTheMiddleOfTheirFrames) {
  std::vector<std::int64_t> cells;
  for (int t = 0; t < 8; ++t) cells.push_back(cell_at(t, 8, 2));
  EXPECT_THAT(cells, ElementsAre(0, 0, 0, 0, 1, 1, 1, 1));
  EXPECT_EQ(cell_at(1, 3, 4), 2) << "the middle of frame 1 of 3 is at 2 of 4";
  EXPECT_EQ(cell_at(0, 1, 4), 2);
  ClipInput input;
  for (int t = 0; t < 8; ++t) input.frames.push_back({t, Rational(t, 10)});
  EXPECT_THAT(cell_times(input, 2),
              ElementsAre(::testing::DoubleNear(0.15, 1e-12), ::testing::DoubleNear(0.55, 1e-12)));
  EXPECT_EQ(cell_times(input, 8)[7], 0.7);
}

TEST(ChannelColours, SpanTheirOwnRangeOrOne) {
  ChannelVolumes channels{.numbers = {4, 7},
                          .values = at::tensor({0.F, 2.F, -3.F, 1.F}).view({2, 2, 1, 1})};
  EXPECT_EQ(range_of(channels, 0), std::pair(0.0, 2.0));
  EXPECT_EQ(range_of(channels, 1), std::pair(0.0, 1.0));
  channels.is_signed = true;
  EXPECT_EQ(range_of(channels, 1), std::pair(-3.0, 3.0));
  channels.has_common_scale = true;
  EXPECT_EQ(range_of(channels, 0), std::pair(-3.0, 3.0));
}

TEST(Colored, EndsAndMiddlesAreTheTables) {
  const ColorTable table = make_color_table("inferno");
  const at::Tensor bytes = colored(at::tensor({0.F, 4.F, 9.F, NAN}).view({2, 2}), 0, 4, table);
  const auto at = [&](int y, int x) {
    return Rgb{bytes[y][x][0].item<std::uint8_t>(), bytes[y][x][1].item<std::uint8_t>(),
               bytes[y][x][2].item<std::uint8_t>()};
  };
  EXPECT_EQ(at(0, 0), table.colors.front());
  EXPECT_EQ(at(0, 1), table.colors.back());
  EXPECT_EQ(at(1, 0), table.colors.back()) << "beyond the scale";
  EXPECT_EQ(at(1, 1), (Rgb{128, 128, 128})) << "no number";
  const Picture picture = enlarged(bytes, 4, 4);
  EXPECT_EQ(picture.rgb[0], picture.rgb[3]) << "two pixels a cell";
  EXPECT_EQ((Rgb{picture.rgb[6], picture.rgb[7], picture.rgb[8]}), table.colors.back());
}

/// x -> "same" (x itself), "doubled" (2 relu x), "flat" ([N,C]); "side" only for positive clips.
class TinyModel : public FakeModel {
 public:
  TinyModel()
      : FakeModel({"rgb"}, [](const std::vector<at::Tensor>& inputs, const auto& keep) {
          const at::Tensor same = keep("same", inputs[0]);
          at::Tensor doubled = keep("doubled", 2 * keep.relu(same));
          if (inputs[0].sum().template item<float>() > 0) doubled = keep("side", doubled + 1) - 1;
          return keep("flat", doubled.mean({2, 3, 4}));
        }) {}
  std::vector<LayerInfo> layers() const override {
    return {{"same", "A", {1, 2, 2, 1, 1}, {}, 0},
            {"doubled", "B", {1, 2, 2, 1, 1}, {}, 0},
            {"flat", "C", {1, 2}, {}, 0}};
  }
  std::string default_layer() const override { return "doubled"; }
};

Clip clip_of(const std::vector<std::vector<float>>& rows) {
  Clip clip;
  ClipInput input;
  input.name = "rgb";
  input.tensor = columns(rows)[0];
  for (int t = 0; t < 2; ++t) input.frames.push_back({t, Rational(t, 10)});
  clip.inputs.push_back(input);
  return clip;
}

TEST(DepthSums, SeeEveryLayerOnceAndKeepNothing) {
  const TinyModel model;
  DepthSums depth(model, {{"doubled", 0}});
  depth.add({clip_of({{1, -1}, {-2, -3}}), clip_of({{4, 0}, {-1, -1}})});
  depth.add({clip_of({{2, 2}, {-5, 0}})});
  EXPECT_EQ(model.runs(), 2);
  const auto layers = depth.layers();
  ASSERT_EQ(layers.size(), 2U) << "flat has no cells";
  EXPECT_EQ(layers[0]->name, "same");
  EXPECT_FALSE(layers[0]->sums.is_rectified());
  const ChannelSums& doubled = depth.find("doubled");
  EXPECT_EQ(doubled.clips(), 3);
  EXPECT_THAT(list(doubled.most()), ElementsAre(8, 0));
  EXPECT_THAT(list(doubled.zero_share()), ElementsAre(2 / 6.0, 1));
  EXPECT_THAT(doubled.dead(), ElementsAre(1));
  EXPECT_TRUE(doubled.is_rectified());
}

TEST(Watched, NamesTheShapeOfALayerWithoutCells) {
  const TinyModel model;
  EXPECT_EQ(watched_layers({}, model).front().name, "doubled");
  ActivationPlan plan;
  plan.layers = "same, doubled,same";
  EXPECT_EQ(watched_layers(plan, model).size(), 2U);
  DepthSums depth(model, {{"flat", 0}});
  try {
    depth.add({clip_of({{1, 2}, {3, 4}})});
    FAIL() << "flat has no time and space";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_THAT(error.what(), HasSubstr("\"flat\": found [1,2], expected [N,C,T,H,W]"));
    EXPECT_THAT(error.what(), HasSubstr("\"doubled\""));
  }
}

TEST(Rectifiers, AreKnownByTheirTypes) {
  for (const char* type :
       {"ReLU", "ReLU6", "aten::relu_", "Hardtanh", "aten::clamp_min", "Threshold"})
    EXPECT_TRUE(is_rectifier(type)) << type;
  for (const char* type :
       {"Conv3d", "LeakyReLU", "PReLU", "aten::leaky_relu_", "SiLU", "Sequential"})
    EXPECT_FALSE(is_rectifier(type)) << type;
}

TEST(Watched, GivesRawActivationsOfEachClip) {
  const TinyModel model;
  const auto found = activations_of(model, {{"same", 0}, {"doubled", 0}},
                                    {clip_of({{1, -1}, {-2, 3}}), clip_of({{4, 0}, {-1, -1}})});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[1].sizes(), (at::IntArrayRef{2, 2, 2, 1, 1}));
  EXPECT_THAT(list(found[1]), ElementsAre(2, 0, 0, 6, 8, 0, 0, 0));
}

}  // namespace
}  // namespace praxiscope::studies

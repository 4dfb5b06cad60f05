// Every measure against NumPy and SciPy: tools/goldens/faithfulness.py.
#include "studies/faithfulness/baselines.h"
#include "studies/faithfulness/curves.h"
#include "studies/faithfulness/localisation.h"
#include "studies/faithfulness/metrics.h"
#include "studies/faithfulness/pointing.h"
#include "studies/faithfulness/similarity.h"
#include "studies/faithfulness/truth.h"
#include "studies/support/confidence.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/serialization/pickle.h>

#include <fstream>
#include <iterator>

namespace praxiscope::studies {
namespace {

constexpr double kSum = 1e-12;   // f64 sums in another order
constexpr double kFloat = 1e-6;  // where a map is f32 and the reference f64

class FaithfulnessGolden : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string path = std::string(PRAXISCOPE_BUILD_DIR) + "/goldens/faithfulness.golden";
    std::ifstream file(path, std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    if (bytes.empty())
      GTEST_SKIP() << "no " << path << ": make it with tools/goldens/faithfulness.py";
    for (const auto& entry : torch::jit::pickle_load(bytes).toGenericDict())
      golden_[entry.key().toStringRef()] = entry.value().toTensor();
  }

  const at::Tensor& tensor(const std::string& name) const { return golden_.at(name); }
  double number(const std::string& name, std::int64_t place = 0) const {
    return tensor(name).flatten()[place].item<double>();
  }
  template <typename T>
  std::vector<T> list(const std::string& name) const {
    const at::Tensor values = tensor(name).contiguous();
    return {values.const_data_ptr<T>(), values.const_data_ptr<T>() + values.numel()};
  }
  void expect_near(const at::Tensor& found, const std::string& name, double tolerance) const {
    const at::Tensor expected = tensor(name).to(at::kDouble);
    ASSERT_EQ(found.sizes(), expected.sizes()) << name;
    EXPECT_LE((found.to(at::kDouble) - expected).abs().max().item<double>(), tolerance) << name;
  }

 private:
  std::map<std::string, at::Tensor> golden_;
};

TEST_F(FaithfulnessGolden, Normalised) {
  expect_near(normalised(tensor("map")), "normalised", kFloat);
}

TEST_F(FaithfulnessGolden, PointingByDistanceTransform) {
  for (const char* const prefix : {"", "plateaus/"}) {
    const at::Tensor map = tensor(*prefix != 0 ? "plateaus" : "map");
    for (const double tolerance : {0.0, 1.0, 1.5, 3.0}) {
      const std::string of = fmt::format("{:.1f}", tolerance);
      const Pointing clip = point_in_clip(map, tensor("truth"), tensor("annotated"), tolerance);
      EXPECT_NEAR(clip.hits, number(prefix + ("point_in_clip/" + of)), kSum) << prefix << of;
      EXPECT_EQ(clip.counted, 1);
      const Pointing frames = point_in_frames(map, tensor("truth"), tensor("annotated"), tolerance);
      EXPECT_NEAR(frames.hits, number(prefix + ("point_in_frames/" + of)), kSum) << prefix << of;
      EXPECT_EQ(frames.counted, number("point_in_frames/" + of, 1));
    }
  }
}

TEST_F(FaithfulnessGolden, OverlapsBySetsOfVoxels) {
  const at::Tensor map = normalised(tensor("map"));
  for (const auto& [delta, name] : {std::pair{0.0, "0.0"}, {0.25, "0.25"}, {0.5, "0.5"}}) {
    const auto found = localisation(map, tensor("truth"), tensor("annotated"), delta);
    const std::string key = std::string("localisation/") + name;
    ASSERT_TRUE(found);
    EXPECT_NEAR(found->volume, number(key, 0), kSum) << name;
    EXPECT_NEAR(found->frame_mean, number(key, 1), kSum) << name;
    EXPECT_EQ(found->frames, number(key, 2));
    for (const auto& [kind, word] :
         {std::pair{ProfileKind::kMax, "max"}, {ProfileKind::kMean, "mean"}}) {
      EXPECT_NEAR(*temporal_iou(temporal_profile(map, kind), tensor("action"), delta),
                  number(fmt::format("temporal_iou/{}/{}", word, name)), kSum);
    }
  }
}

TEST_F(FaithfulnessGolden, Similarities) {
  EXPECT_NEAR(*spearman(tensor("map"), tensor("other")), number("spearman"), kSum);
  EXPECT_NEAR(*pearson(tensor("map"), tensor("other")), number("pearson"), kSum);
  EXPECT_NEAR(ssim(tensor("ssim/a"), tensor("ssim/b")), number("ssim"), 1e-9);
}

TEST_F(FaithfulnessGolden, DropIncreaseAndWin) {
  const auto before = list<double>("before");
  const auto clips = static_cast<std::int64_t>(before.size());
  for (std::int64_t method = 0; method < 3; ++method) {
    double drop = 0, increase = 0;
    for (std::int64_t k = 0; k < clips; ++k) {
      const double whole = before[static_cast<std::size_t>(k)];
      const double part = tensor("after")[method][k].item<double>();
      drop += 100 * relative_drop(whole, part) / static_cast<double>(clips);
      increase += is_increase(whole, part) ? 100 / static_cast<double>(clips) : 0;
    }
    EXPECT_NEAR(drop, number("average_drop", method), 1e-10);
    EXPECT_NEAR(increase, number("increase", method), 1e-10);
  }
  expect_near(win_matrix(tensor("before") - tensor("after")), "win", 1e-10);
}

TEST_F(FaithfulnessGolden, CurvesVoxelByVoxel) {
  const at::Tensor map = tensor("curve/map");
  const RankedMask mask(rank_voxels(map, 0), map.size(0), map.size(1), map.size(2));
  const auto counts = list<std::int64_t>("curve/counts");
  EXPECT_TRUE(replace_by_rank(tensor("curve/clip"), tensor("curve/fill"), mask, counts)
                  .equal(tensor("curve/deleted")));
  EXPECT_TRUE(replace_by_rank(tensor("curve/fill"), tensor("curve/clip"), mask, counts)
                  .equal(tensor("curve/inserted")));
  EXPECT_NEAR(area_under(list<double>("area/values")), number("area"), kSum);
}

TEST_F(FaithfulnessGolden, IntervalsUpToChance) {
  const auto values = list<double>("bootstrap/values");
  const auto groups = list<std::int64_t>("bootstrap/groups");
  for (const char* const name : {"equal", "weighted"}) {
    const auto weights =
        name == std::string("equal") ? std::vector<double>{} : list<double>("bootstrap/weights");
    const std::string key = std::string("bootstrap/") + name;
    const Estimate found = estimate_mean(values, groups, weights);
    ASSERT_TRUE(found.bounds);
    EXPECT_NEAR(found.mean, number(key, 0), kSum);
    // The reference drew 400000 times; of its own 200 runs of 2000 the worst was this far off.
    EXPECT_NEAR(found.bounds->low, number(key, 1), number(key + "/spread", 0));
    EXPECT_NEAR(found.bounds->high, number(key, 2), number(key + "/spread", 1));
  }
}

TEST_F(FaithfulnessGolden, Baselines) {
  const at::Tensor map = tensor("map");
  expect_near(centre_map(2, map.size(1), map.size(2))[1], "centre", kFloat);
  expect_near(edge_map(tensor("edges/clip")), "edges", 1e-5);
}

TEST_F(FaithfulnessGolden, TruthOfAClip) {
  ClipInput input;
  input.tensor = at::zeros({3, 2, 20, 24});
  input.frames.resize(2);
  input.frames[1].source_index = 1;
  input.source_from_clip = {number("truth/map", 0), number("truth/map", 1), number("truth/map", 2),
                            number("truth/map", 3)};
  input.source_size = {180, 320};
  const Size of{360, 640};
  Polygon star;
  for (std::int64_t k = 0; k < tensor("truth/star").size(0); ++k)
    star.push_back({number("truth/star", 2 * k), number("truth/star", 2 * k + 1)});
  const Box box{{number("truth/box", 0), number("truth/box", 1)},
                {number("truth/box", 2), number("truth/box", 3)}};
  InputTruth known;
  known.frames[0] = {{of, star}};
  known.frames[1] = {{of, box}};
  const Truth truth = truth_of(known, input);
  EXPECT_TRUE(truth.volume[0].equal(tensor("truth/in_star")));
  EXPECT_TRUE(truth.volume[1].equal(tensor("truth/in_box")));
  EXPECT_GT(tensor("truth/in_star").sum().item<std::int64_t>(), 50);
  EXPECT_GT(tensor("truth/in_box").sum().item<std::int64_t>(), 20);
}

}  // namespace
}  // namespace praxiscope::studies

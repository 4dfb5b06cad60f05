// A kept forward, asked again with boxes changed, against the whole forward of the changed clips.
#include "model/test_networks.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>
#include <span>

namespace praxiscope::testing {
namespace {

using Corner = std::array<std::int64_t, 3>;

/// Boxes at random places and at all borders.
std::vector<Corner> corners_for(const at::Tensor& clip, const Corner& size, int count) {
  std::mt19937 random(5);
  std::vector<Corner> corners;
  for (int i = 0; i < count; ++i) {
    Corner corner{};
    for (std::size_t a = 0; a < 3; ++a) {
      const std::int64_t room = clip.size(static_cast<std::int64_t>(a) + 2) - size[a];
      corner[a] = i == 0 ? 0 : i == 1 ? room : static_cast<std::int64_t>(random() % (room + 1));
    }
    corners.push_back(corner);
  }
  return corners;
}

at::Tensor with_box(const at::Tensor& clip, const at::Tensor& content, const Corner& corner) {
  at::Tensor changed = clip.clone();
  at::Tensor box = changed[0];
  for (std::int64_t a = 0; a < 3; ++a)
    box = box.narrow(a + 1, corner[static_cast<std::size_t>(a)], content.size(a + 1));
  box.copy_(content);
  return changed;
}

/// One clip of each input, so that a batch can be made of it.
std::vector<at::Tensor> one_clip(const std::string& network) {
  std::vector<at::Tensor> clips;
  for (const at::Tensor& input : inputs_of(read_golden(network)))
    clips.push_back(input.narrow(0, 0, 1));
  return clips;
}

struct Case {
  std::string network, form;
  bool is_local = true;  ///< whether it can be asked; else whole forwards are for the caller
  int boxes = 4;         ///< large networks get fewer
};

class KeptRuns : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    if (!has_models()) GTEST_SKIP() << "no test networks: tools/export/make_test_models.py";
  }
};

TEST_P(KeptRuns, AnswersAsTheWholeForward) {
  const Case& test = GetParam();
  const std::vector<at::Tensor> clips = one_clip(test.network);
  const std::unique_ptr<Model> model = load_network(test.network, test.form);
  const std::unique_ptr<KeptRun> kept = model->keep_run(clips);
  ASSERT_TRUE(kept != nullptr || !test.is_local);
  if (kept == nullptr) return;
  const at::Tensor before = model->run(clips, {}).logits;
  for (std::size_t input = 0; input < clips.size(); ++input) {
    const at::Tensor& clip = clips[input];
    const std::int64_t frames = clip.size(2), height = clip.size(3), width = clip.size(4);
    const std::vector<Corner> sizes{{(frames + 3) / 4, height / 4, width / 5},
                                    {frames, height / 3, 2},
                                    {1, 1, 1},
                                    {1, height, width}};
    for (const Corner& size : std::span(sizes).first(test.boxes < 4 ? 2 : 4)) {
      const std::vector<Corner> corners = corners_for(clip, size, test.boxes);
      at::manual_seed(1);
      const at::Tensor contents = at::randn({test.boxes, clip.size(1), size[0], size[1], size[2]});
      const at::Tensor found = kept->logits(input, contents, corners);
      ASSERT_EQ(found.defined(), test.is_local);
      if (!test.is_local) return;
      double largest = 0;
      for (std::int64_t b = 0; b < test.boxes; ++b) {
        std::vector<at::Tensor> changed = clips;
        changed[input] = with_box(clip, contents[b], corners[static_cast<std::size_t>(b)]);
        const at::Tensor expected = model->run(changed, {}).logits;
        EXPECT_LE(relative_error(found.narrow(0, b, 1), expected), 2e-5)
            << "input " << input << ", box " << fmt::format("{}x{}x{}", size[0], size[1], size[2])
            << ", at " << b;
        largest = std::max(largest, relative_error(expected, before));
      }
      EXPECT_GT(largest, 1e-5) << "the boxes change something";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Networks, KeptRuns,
    ::testing::Values(Case{"r3d_18", ".pt", true, 2}, Case{"r3d_18", ".dynamic.pt2", true, 2},
                      Case{"mc3_18", ".frozen.pt", true, 2}, Case{"r2plus1d_18", ".pt", true, 2},
                      Case{"gap_linear", ".pt"}, Case{"conv_fc", ".pt"},
                      Case{"functional_relu", ".dynamic.pt2"}, Case{"inplace_relu", ".pt", false},
                      Case{"inplace_input", ".pt"}, Case{"probabilities", ".pt"},
                      Case{"cnn_lstm", ".pt", false}, Case{"branches", ".pt"},
                      Case{"two_stream_separate", ".pt"}, Case{"shared_loop", ".pt"},
                      Case{"two_stream_tuple", ".pt", false}, Case{"gap_linear", ".pt2", false}),
    [](const ::testing::TestParamInfo<Case>& test) {
      std::string name = test.param.network + test.param.form;
      std::replace(name.begin(), name.end(), '.', '_');
      return name;
    });

}  // namespace
}  // namespace praxiscope::testing

// What the CPU says, said by a GPU: networks against PyTorch's goldens, methods and the whole line
// against the CPU.
#include "methods/explaining.h"
#include "model/test_networks.h"

#include "praxiscope/explain.h"
#include "praxiscope/media.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>

namespace praxiscope::testing {
namespace {

namespace fs = std::filesystem;

// Sums are formed in another order than on the CPU; TF32 (10 bits of mantissa) would show as 1e-3.
constexpr double kAllowed = 1e-4;

class Gpu : public ::testing::Test {
 protected:
  void SetUp() override {
    static const std::string why = [] {
      try {
        select_device("cuda");
        return std::string();
      } catch (const Error& error) {
        return std::string(error.what());
      }
    }();
    if (!why.empty()) GTEST_SKIP() << why;
    if (!has_models()) GTEST_SKIP() << "no test networks; run tools/export/make_test_models.py";
  }

  static std::unique_ptr<Model> load(const std::string& name, const std::string& form,
                                     const std::string& device) {
    return load_model(manifest_of(name, form, read_golden(name)), device);
  }
  static std::vector<at::Tensor> on_gpu(std::vector<at::Tensor> tensors) {
    for (at::Tensor& tensor : tensors) tensor = tensor.to(at::kCUDA);
    return tensors;
  }
};

TEST_F(Gpu, NetworksEqualPyTorch) {
  for (const char* name : {"r3d_18", "two_stream_dict", "shared_loop", "cnn_lstm", "inplace_relu",
                           "branches", "gap_linear"}) {
    for (const char* form : {".pt", ".traced.pt", ".pt2", ".dynamic.pt2"}) {
      SCOPED_TRACE(std::string(name) + form);
      const Golden golden = read_golden(name);
      const auto model = load(name, form, "cuda");
      for (const std::string& layer : layers_of(golden)) {
        SCOPED_TRACE(layer);
        RunOptions options = tapping({model->find_layer(layer)});
        const Forward run = model->run(on_gpu(inputs_of(golden)), options);
        EXPECT_TRUE(run.logits.is_cuda());
        EXPECT_LE(relative_error(run.outputs[0].cpu(), golden.at("output/0")), kAllowed);
        EXPECT_LE(relative_error(run.activations.at(options.taps[0]).detach().cpu(),
                                 golden.at("act/" + layer)),
                  kAllowed);
        const auto gradients =
            run.gradients(run.outputs[0].select(1, 3).sum(), options.taps, false);
        EXPECT_LE(relative_error(gradients[0].cpu(), golden.at("grad/" + layer)), 10 * kAllowed);
      }
    }
  }
}

TEST_F(Gpu, MethodsEqualTheCpu) {
  const std::vector<at::Tensor> clips = inputs_of(read_golden("gap_linear"));
  const auto cpu = load("gap_linear", ".pt", "cpu");
  const auto gpu = load("gap_linear", ".pt", "cuda");
  for (const MethodInfo* info : methods_table()) {
    SCOPED_TRACE(info->id);
    const Question question{.method = std::string(info->id),
                            .layer = info->is_layer_based ? "features" : ""};
    const Maps expected = explain(*cpu, question, clips, {class_target(3), contrast(1, 2)});
    const Maps found = explain(*gpu, question, on_gpu(clips), {class_target(3), contrast(1, 2)});
    for (std::size_t n = 0; n < expected.size(); ++n) {
      for (std::size_t k = 0; k < expected[n].size(); ++k)
        EXPECT_LE(relative_difference(found[n][k][0].volume.cpu(), expected[n][k][0].volume),
                  10 * kAllowed);
    }
  }
}

TEST_F(Gpu, TheWholeLineGivesTheSameNumbers) {
  const fs::path folder = fs::path(::testing::TempDir()) / ("gpu" + std::to_string(::getpid()));
  fs::create_directories(folder / "frames");
  for (int i = 0; i < 20; ++i) {  // a square that moves; no video encoder is needed for it
    Picture picture{.width = 64, .height = 48, .rgb = std::vector<std::uint8_t>(64 * 48 * 3, 40)};
    for (int y = 10; y < 26; ++y) {
      for (int x = 2 * i; x < 2 * i + 16; ++x) picture.rgb[3 * (y * 64 + x)] = 250;
    }
    write_png((folder / "frames" / fmt::format("f_{:03}.png", i)).string(), picture, true);
  }
  const auto run = [&](const std::string& device) {
    ExplainOptions options;
    options.source.model = models_folder() + "/gap_linear.pt";
    options.source.overrides.preset = "torchvision";
    options.source.overrides.frames = 8;
    options.source.overrides.fps = "source";
    options.source.overrides.resize = options.source.overrides.crop = "32x32";
    options.run.device = device;
    options.methods = parse_methods("grad_cam_pp,saliency");
    options.outputs = {(folder / (device + ".json")).string(),
                       (folder / (device + ".gif")).string()};
    Listener progress;
    praxiscope::explain((folder / "frames").string(), options, progress);
    return nlohmann::json::parse(std::ifstream(options.outputs[0]));
  };
  const nlohmann::json cpu = run("cpu"), gpu = run("cuda");
  ASSERT_EQ(cpu.at("clips").size(), gpu.at("clips").size());
  for (std::size_t i = 0; i < cpu.at("clips").size(); ++i) {
    const auto& a = cpu["clips"][i].at("top").at(0);
    const auto& b = gpu["clips"][i].at("top").at(0);
    EXPECT_EQ(a.at("label"), b.at("label"));
    EXPECT_NEAR(a.at("logit").get<double>(), b.at("logit").get<double>(), 1e-4);
  }
  EXPECT_GT(fs::file_size(folder / "cuda.gif"), 1000U);
  fs::remove_all(folder);
}

}  // namespace
}  // namespace praxiscope::testing

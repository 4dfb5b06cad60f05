// Preparation against torchvision's and PyTorchVideo's own transforms (goldens), and the pixel map
// against where things land.
#include "clip/resize.h"

#include "praxiscope/clip.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/serialization/pickle.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace praxiscope {
namespace {

std::map<std::string, at::Tensor> read_golden() {
  const std::string path = std::string(PRAXISCOPE_BUILD_DIR) + "/goldens/preparation.golden";
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  std::map<std::string, at::Tensor> out;
  if (bytes.empty()) return out;
  for (const auto& entry : torch::jit::pickle_load(bytes).toGenericDict()) {
    out[entry.key().toStringRef()] = entry.value().toTensor();
  }
  return out;
}

Picture picture_of(const at::Tensor& bytes) {
  const auto packed = bytes.contiguous();
  const auto* data = packed.data_ptr<std::uint8_t>();
  return {static_cast<int>(packed.size(1)), static_cast<int>(packed.size(0)),
          std::vector<std::uint8_t>(data, data + packed.numel())};
}

/// What the cases of tools/goldens/preparation.py say, in a manifest's words.
struct Case {
  std::string name;
  Preparation preparation;
  double byte_tolerance;  ///< in byte values; 1 is 1/255 of the range
};

Preparation imagenet(std::optional<int> short_side, std::optional<Size> crop) {
  Preparation out;
  out.short_side = short_side;
  out.crop = crop;
  out.mean = {0.485, 0.456, 0.406};
  out.std = {0.229, 0.224, 0.225};
  return out;
}

std::vector<Case> cases() {
  // torchvision rounds to whole bytes, once for each axis; we do so only with antialias.
  constexpr double kBytes = 1.0, kExact = 1e-4;
  std::vector<Case> out;
  const auto add = [&out](const std::string& name, Preparation preparation, double tolerance,
                          Interpolation interpolation = Interpolation::kBilinear,
                          bool antialias = true) {
    preparation.interpolation = interpolation;
    preparation.antialias = antialias;
    out.push_back({name, std::move(preparation), tolerance});
  };
  add("bilinear_antialias", imagenet(64, Size{56, 56}), kBytes);
  add("bilinear_plain", imagenet(64, Size{56, 56}), kBytes, Interpolation::kBilinear, false);
  add("bicubic_antialias", imagenet(64, Size{56, 56}), kBytes, Interpolation::kBicubic);
  add("bicubic_plain", imagenet(64, Size{56, 56}), kBytes, Interpolation::kBicubic, false);
  add("portrait", imagenet(64, Size{60, 60}), kBytes);
  add("larger", imagenet(64, Size{60, 61}), kBytes);
  add("larger_bicubic", imagenet(64, Size{60, 61}), kBytes, Interpolation::kBicubic);
  Preparation exact = imagenet({}, {});
  exact.exact = Size{48, 77};
  add("exact_size", exact, kBytes);
  add("crop_only_even", imagenet({}, Size{20, 30}), kExact);
  add("crop_only_odd", imagenet({}, Size{20, 30}), kExact);
  add("crop_larger", imagenet({}, Size{60, 60}), kExact);
  add("crop_mixed", imagenet({}, Size{48, 30}), kExact);
  add("nothing", imagenet({}, {}), kExact);
  const std::map<std::string, double> tolerances{
      {"torchvision", kBytes}, {"torchvision_mvit", kBytes}, {"slowfast", 2e-3},
      {"x3d", 2e-3},           {"i3d_rgb", kExact},          {"mmaction2", kExact},
      {"c3d", kExact},         {"efficientnet_lite", kExact}};
  for (const auto& [name, tolerance] : tolerances) {
    out.push_back({"preset_" + name, find_preset(name).inputs[0].preparation, tolerance});
  }
  return out;
}

TEST(PreparePicture, AgreesWithTorchvisionAndPytorchvideo) {
  const auto golden = read_golden();
  if (golden.empty()) GTEST_SKIP() << "no goldens: tools/goldens/preparation.py has not run";
  ASSERT_EQ(golden.size(), 2 * cases().size()) << "a golden without a case here, or the other way";
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.name);
    ASSERT_TRUE(golden.contains("picture/" + c.name));
    const auto expected = golden.at("prepared/" + c.name);
    const auto ours =
        prepare_picture(picture_of(golden.at("picture/" + c.name)), c.preparation, "cpu").tensor;
    ASSERT_EQ(ours.sizes(), expected.sizes());
    EXPECT_EQ(ours.scalar_type(), at::kFloat);
    EXPECT_TRUE(ours.is_contiguous());
    const auto std = at::tensor(c.preparation.std, at::kFloat).view({-1, 1, 1});
    const double byte = (c.preparation.range[1] - c.preparation.range[0]) / 255;
    const double error = ours.sub(expected).mul(std).abs().max().item<double>() / byte;
    EXPECT_LE(error, c.byte_tolerance);
    // Most elements do not use the tolerance up: rounding spreads evenly, a shift by a pixel shows.
    EXPECT_LE(ours.sub(expected).mul(std).abs().mean().item<double>() / byte, 0.4);
  }
}

/// A round bright spot on black with its centre at (at_x, at_y) px.
Picture spot(int width, int height, double at_x, double at_y, double radius) {
  Picture out{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double distance = std::hypot(x + 0.5 - at_x, y + 0.5 - at_y) / radius;
      const double value = 255 * std::exp(-0.5 * distance * distance);
      out.rgb.insert(out.rgb.end(), 3, static_cast<std::uint8_t>(std::lround(value)));
    }
  }
  return out;
}

/// The centre of gravity of a prepared spot, in pixels of the source.
std::array<double, 2> find_spot(const PreparedPicture& prepared) {
  const auto sum = prepared.tensor.sum(0).clamp_min(0).to(at::kDouble);
  const auto total = sum.sum();
  const auto rows = at::arange(sum.size(0), at::kDouble).add(0.5);
  const auto columns = at::arange(sum.size(1), at::kDouble).add(0.5);
  const double y = sum.sum(1).mul(rows).sum().div(total).item<double>();
  const double x = sum.sum(0).mul(columns).sum().div(total).item<double>();
  const PixelMap& map = prepared.source_from_clip;
  return {map.scale_x * x + map.offset_x, map.scale_y * y + map.offset_y};
}

TEST(SourceFromClip, LeadsBackToWhereADotWas) {
  struct Way {
    int width, height;
    Preparation preparation;
  };
  std::vector<Way> ways;
  for (const auto& [width, height] : {std::pair{341, 256}, {256, 341}, {320, 240}, {97, 203}}) {
    for (const bool antialias : {false, true}) {
      Preparation short_side;
      short_side.short_side = 64;
      short_side.crop = Size{56, 57};
      short_side.antialias = antialias;
      ways.push_back({width, height, short_side});
      Preparation squeezed;
      squeezed.exact = Size{100, 50};
      squeezed.crop = Size{90, 60};  // wider than the picture: padded at the sides
      squeezed.antialias = antialias;
      ways.push_back({width, height, squeezed});
    }
    Preparation nothing;
    nothing.crop = Size{51, 50};
    ways.push_back({width, height, nothing});
  }
  for (const Way& way : ways) {
    // A round spot near the middle, so that every crop holds it, but off it by different amounts;
    // wide enough that a resize without antialias samples it well.
    const PixelMap map =
        prepare_picture(spot(way.width, way.height, 0, 0, 1), way.preparation, "cpu")
            .source_from_clip;
    const double at_x = way.width / 2.0 - 3.7, at_y = way.height / 2.0 + 2.2;
    const double radius = 1.5 * std::max(map.scale_x, map.scale_y);
    const auto [x, y] = find_spot(
        prepare_picture(spot(way.width, way.height, at_x, at_y, radius), way.preparation, "cpu"));
    EXPECT_NEAR(x, at_x, 0.1 * map.scale_x) << way.width << "x" << way.height;
    EXPECT_NEAR(y, at_y, 0.1 * map.scale_y) << way.width << "x" << way.height;
  }
}

TEST(SourceFromClip, CountsTheFloorOfTheLongSideAndTheCrop) {
  Picture picture{341, 256, std::vector<std::uint8_t>(341 * 256 * 3, 7)};
  Preparation preparation;
  preparation.short_side = 100;     // 341 * 100 / 256 = 133.2 -> 133
  preparation.crop = Size{80, 90};  // left (133 - 90) / 2 = 21.5 -> 22 (even), top 10
  const PixelMap map = prepare_picture(picture, preparation, "cpu").source_from_clip;
  EXPECT_DOUBLE_EQ(map.scale_x, 341.0 / 133.0);
  EXPECT_DOUBLE_EQ(map.scale_y, 2.56);
  EXPECT_DOUBLE_EQ(map.offset_x, 22 * 341.0 / 133.0);
  EXPECT_DOUBLE_EQ(map.offset_y, 25.6);
}

TEST(ResizeAndCrop, IsTheSameByTensorOpsAsByTheLoop) {
  const auto picture = at::randint(256, {67, 91, 3}, at::kByte);
  Preparation plain;
  plain.antialias = false;
  for (const Size& size :
       {Size{40, 55}, Size{67, 200}, Size{150, 91}, Size{1, 1}, Size{134, 182}}) {
    const Size crop{(size.height + 1) / 2, (size.width + 2) / 3};
    const CropOrigin origin = center_crop_origin(size, crop);
    const auto loop = resize_and_crop(picture, size, plain, origin, crop);
    const auto ops = linear_window_by_ops(picture, size, origin, crop);
    EXPECT_LE(loop.sub(ops).abs().max().item<float>(), 1e-4F) << size.height << "x" << size.width;
  }
}

TEST(PreparePicture, KeepsBytesExactlyWhenNothingIsAsked) {
  Picture picture{3, 2, {0, 1, 2, 3, 4, 5, 6, 7, 8, 250, 251, 252, 253, 254, 255, 9, 10, 11}};
  Preparation preparation;
  preparation.range = {0, 255};
  preparation.bgr = true;
  const auto prepared = prepare_picture(picture, preparation, "cpu").tensor;
  const auto expected = at::tensor(
      {2., 5., 8., 252., 255., 11., 1., 4., 7., 251., 254., 10., 0., 3., 6., 250., 253., 9.},
      at::kFloat);
  EXPECT_TRUE(prepared.equal(expected.view({3, 2, 3})));
}

TEST(SeenPicture, IsThePictureThatWasPrepared) {
  Picture picture{3, 2, {0, 1, 2, 3, 4, 5, 6, 7, 8, 250, 251, 252, 253, 254, 255, 9, 10, 11}};
  Preparation preparation;
  preparation.range = {-1, 1};
  preparation.mean = {0.4, 0.5, 0.6};
  preparation.std = {0.2, 0.3, 0.4};
  for (const bool bgr : {false, true}) {
    preparation.bgr = bgr;
    const at::Tensor tensor = prepare_picture(picture, preparation, "cpu").tensor;
    const Picture seen = seen_picture(tensor, preparation);
    EXPECT_EQ(seen.width, 3);
    EXPECT_EQ(seen.height, 2);
    EXPECT_EQ(seen.rgb, picture.rgb);
  }
}

TEST(SeenPicture, CutsOffWhatNoByteCanHold) {
  const at::Tensor frame = at::tensor({-0.5F, 0.5F, 2.0F}).view({3, 1, 1});
  EXPECT_EQ(seen_picture(frame, {}).rgb, (std::vector<std::uint8_t>{0, 128, 255}));
}

}  // namespace
}  // namespace praxiscope

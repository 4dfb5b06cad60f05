// The usual families' numbers, so that a bare model file needs no manifest. Knows no tensors and no
// files.
#include "core/text.h"

#include "praxiscope/error.h"
#include "praxiscope/preparation.h"

namespace praxiscope {
namespace {

const std::vector<double> kKineticsMean{0.43216, 0.394666, 0.37645};
const std::vector<double> kKineticsStd{0.22803, 0.22145, 0.216989};
const std::vector<double> kImageNetMean{0.485, 0.456, 0.406};
const std::vector<double> kImageNetStd{0.229, 0.224, 0.225};

/// What most video code does: bilinear without antialias, bytes to [0,1].
Preparation plain(std::vector<double> mean, std::vector<double> std, Size crop) {
  Preparation out;
  out.antialias = false;
  out.mean = std::move(mean);
  out.std = std::move(std);
  out.crop = crop;
  return out;
}

Preparation short_side(int px, Preparation out) {
  out.short_side = px;
  return out;
}

Preparation exact(Size size, Preparation out) {
  out.exact = size;
  return out;
}

Preparation ranged(double lo, double hi, Preparation out) {
  out.range = {lo, hi};
  return out;
}

InputSpec rgb(int frames, int stride, std::optional<Rational> fps, Preparation preparation) {
  InputSpec out;
  out.frames = frames;
  out.stride = stride;
  out.fps = fps;
  out.preparation = std::move(preparation);
  return out;
}

/// From the first to the last frame of the window, as PySlowFast and pytorchvideo take them.
InputSpec spread(InputSpec out) {
  out.spacing = Spacing::kSpread;
  return out;
}

/// PySlowFast's slow pathway: frames of the fast one, linspace rounded down.
InputSpec drawn_from(std::string other, InputSpec out) {
  out.frames_of = std::move(other);
  return out;
}

InputSpec named(std::string name, InputSpec out) {
  out.name = std::move(name);
  return out;
}

std::vector<Preset> torchvision_presets() {
  const std::string source = "torchvision VideoClassification transforms and weight metadata";
  return {
      {"torchvision",
       "r3d_18, mc3_18, r2plus1d_18: 16 frames at 15 fps, 112x112",
       source,
       {rgb(16, 1, Rational::of(15),
            exact({128, 171}, plain(kKineticsMean, kKineticsStd, {112, 112})))}},
      {"torchvision_s3d",
       "s3d: 128 frames at 15 fps, 224x224",
       source,
       {rgb(128, 1, Rational::of(15),
            exact({256, 256}, plain(kKineticsMean, kKineticsStd, {224, 224})))}},
      {"torchvision_swin3d",
       "swin3d_t/s/b: 32 frames at 15 fps, 224x224",
       source,
       {rgb(32, 1, Rational::of(15),
            short_side(256, plain(kImageNetMean, kImageNetStd, {224, 224})))}},
      {"torchvision_mvit",
       "mvit_v1_b, mvit_v2_s: 16 frames at 7.5 fps, 224x224",
       source,
       {rgb(16, 1, Rational(15, 2),
            short_side(256, plain({0.45, 0.45, 0.45}, {0.225, 0.225, 0.225}, {224, 224})))}},
  };
}

std::vector<Preset> facebook_presets() {
  const auto prepared = [](int side, int crop) {
    return short_side(side, plain({0.45, 0.45, 0.45}, {0.225, 0.225, 0.225}, {crop, crop}));
  };
  const std::string source = "PySlowFast configs/Kinetics and the PyTorchVideo model zoo";
  const Rational fps = Rational::of(30);
  return {
      {"slowfast",
       "SlowFast 8x8: slow 8 x 8, fast 32 x 2 at 30 fps, 256x256",
       source,
       {named("slow", drawn_from("fast", rgb(8, 8, fps, prepared(256, 256)))),
        named("fast", spread(rgb(32, 2, fps, prepared(256, 256))))}},
      {"pytorchvideo",
       "one pathway (slow_r50 8x8): 8 x 8 at 30 fps, 256x256",
       source,
       {spread(rgb(8, 8, fps, prepared(256, 256)))}},
      {"x3d",
       "X3D-M: 16 x 5 at 30 fps, short side 256, 224x224",
       source,
       {spread(rgb(16, 5, fps, prepared(256, 224)))}},
  };
}

std::vector<Preset> mmaction_presets() {
  const std::string source = "mmaction2 configs/recognition";
  const std::vector<double> mean{123.675, 116.28, 103.53}, std{58.395, 57.12, 57.375};
  return {
      {"mmaction2",
       "most 3D recognizers: 32 x 2, short side 256, 224x224",
       source,
       {rgb(32, 2, {}, short_side(256, ranged(0, 255, plain(mean, std, {224, 224}))))}},
      {"mmaction2_x3d",
       "X3D-M: 16 x 5, short side 256, 256x256",
       source,
       {rgb(16, 5, {},
            short_side(
                256, ranged(0, 255,
                            plain({114.75, 114.75, 114.75}, {57.38, 57.38, 57.38}, {256, 256}))))}},
      {"mmaction2_c3d",
       "C3D: 16 x 1, 128x171 to 112x112",
       source,
       {rgb(16, 1, {},
            exact({128, 171}, ranged(0, 255, plain({104, 117, 128}, {1, 1, 1}, {112, 112}))))}},
  };
}

std::vector<Preset> classic_presets() {
  const Rational fps = Rational::of(25);
  const Preparation i3d = short_side(256, ranged(-1, 1, plain({0, 0, 0}, {1, 1, 1}, {224, 224})));
  InputSpec flow = named("flow", rgb(64, 1, fps, i3d));
  flow.kind = InputKind::kFlow;
  flow.preparation.mean = {0, 0};
  flow.preparation.std = {1, 1};
  Preparation c3d = exact({128, 171}, ranged(0, 255, plain({90, 98, 102}, {1, 1, 1}, {112, 112})));
  c3d.bgr = true;
  Preparation effnet =
      short_side(256, ranged(0, 255, plain({127, 127, 127}, {128, 128, 128}, {224, 224})));
  effnet.interpolation = Interpolation::kBicubic;
  effnet.antialias = true;
  return {
      {"i3d_rgb",
       "I3D appearance stream: 64 frames at 25 fps, 224x224",
       "kinetics-i3d: 2 (x / 255) - 1",
       {rgb(64, 1, fps, i3d)}},
      {"i3d_flow",
       "I3D motion stream: TV-L1, clipped at 20 px, 224x224",
       "kinetics-i3d: flow in [-20, 20] to [-1, 1]",
       {flow}},
      {"c3d",
       "C3D with the Caffe weights (BGR): 16 frames, 112x112",
       "C3D v1.0 as ported to PyTorch: BGR, means 90, 98, 102",
       {rgb(16, 1, {}, c3d)}},
      {"efficientnet_lite",
       "EfficientNet-Lite inflated: 16 frames, 224x224",
       "EfficientNet-Lite: (x - 127) / 128, bicubic, centre 0.875",
       {rgb(16, 1, {}, effnet)}},
      {"imagenet",
       "image networks inflated: 16 frames, 256 to 224x224",
       "torchvision ImageClassification transforms",
       {rgb(16, 1, {},
            [] {
              Preparation out = short_side(256, plain(kImageNetMean, kImageNetStd, {224, 224}));
              out.antialias = true;
              return out;
            }())}},
  };
}

}  // namespace

const std::vector<Preset>& presets() {
  static const std::vector<Preset> table = [] {
    std::vector<Preset> out;
    for (auto* family :
         {&torchvision_presets, &facebook_presets, &mmaction_presets, &classic_presets}) {
      for (Preset& preset : family()) out.push_back(std::move(preset));
    }
    return out;
  }();
  return table;
}

const Preset& find_preset(const std::string& name) {
  std::vector<std::string> names;
  for (const Preset& preset : presets()) {
    if (preset.name == name) return preset;
    names.push_back(preset.name);
  }
  throw Error(ErrorKind::kUsage, "no preset " + in_quotes(name) + did_you_mean(name, names) +
                                     " (see: praxiscope list presets)");
}

}  // namespace praxiscope

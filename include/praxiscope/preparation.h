// How pictures become a network's input: the numbers that a manifest states and the presets know.
#pragma once

#include "praxiscope/rational.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace praxiscope {

enum class Interpolation { kBilinear, kBicubic };
enum class InputKind { kRgb, kFlow };
/// Which frames of its window a clip takes. kEven: every `stride`-th, from the first on. kSpread:
/// torch's linspace(0, frames * stride - 1, frames) rounded down, from the first to the last, as
/// PySlowFast and pytorchvideo (UniformTemporalSubsample) do.
enum class Spacing { kEven, kSpread };
/// Axes of the tensor the network is called with; ours are always NCTHW until the call.
enum class Layout { kNCTHW, kNTCHW, kNTHWC };

/// How optical flow is computed. kTvl1: Zach, Pock, Bischof 2007, on the run's device, the usual
/// one of two-stream networks. kDis: Kroeger et al. 2016, on the CPU, some hundred times faster.
enum class FlowAlgorithm { kTvl1, kDis };

struct Size {
  int height = 0;  ///< px
  int width = 0;   ///< px
  friend bool operator==(const Size&, const Size&) = default;
};

/// Picture [H,W,3] RGB8 -> tensor [C,h,w] f32: resize, centre crop, scale to `range`, subtract
/// mean, divide by std, channel order.
struct Preparation {
  std::optional<int> short_side;  ///< px: shorter side to this, the other in proportion (floor, as
                                  ///< torchvision does)
  std::optional<Size>
      exact;  ///< px: to this size, whatever the aspect; excludes short_side. Neither: no resize
  Interpolation interpolation = Interpolation::kBilinear;
  bool antialias = true;     ///< as torchvision's flag; pytorchvideo and mmaction2 resize without
  std::optional<Size> crop;  ///< px: centre crop after the resize
  std::array<double, 2> range{0, 1};  ///< what bytes 0 and 255 become
  std::vector<double> mean{0, 0, 0};  ///< per channel in the network's channel order, after `range`
  std::vector<double> std{1, 1, 1};
  bool bgr = false;  ///< of flow: y before x
  friend bool operator==(const Preparation&, const Preparation&) = default;
};

/// What inputs of kind kFlow say beside their preparation. Flow is computed on the resized picture,
/// then cropped as pictures are; what a voxel holds is how far its pixel goes right (channel 0) and
/// down (channel 1) until the next frame of the resampled source.
struct FlowSpec {
  FlowAlgorithm algorithm = FlowAlgorithm::kTvl1;
  double bound = 20;  ///< px, > 0: what lies beyond is cut off; -bound and bound become the ends of
                      ///< Preparation::range. Of files with bytes also what bytes 0 and 255 mean
  /// Files: where their pictures are resized, lengths are scaled with them.
  bool is_rescaled = true;
  friend bool operator==(const FlowSpec&, const FlowSpec&) = default;
};

/// One input of a network.
struct InputSpec {
  std::string name = "rgb";
  InputKind kind = InputKind::kRgb;
  int frames = 16;  ///< T
  int stride = 1;   ///< source frames (after fps resampling) between clip frames
  Spacing spacing = Spacing::kEven;
  /// Name of the input this one draws its frames from: `frames` of them, torch's linspace rounded
  /// down (PySlowFast's slow pathway); `stride` and `spacing` are then that input's. Empty: its
  /// own.
  std::string frames_of;
  std::optional<Rational>
      fps;  ///< resample the source to this rate first; absent: the source's own frames
  Preparation preparation;
  FlowSpec flow;  ///< of kind kFlow only
  Layout layout = Layout::kNCTHW;
};

/// "16 frames every 2, shorter side 128, crop 112x112, range 0..1, mean 0.43 0.39 0.38, std 0.22
/// 0.22 0.22".
std::string describe(const InputSpec& input);
/// All of it as a JSON object; null: nothing is done. doc/outputs.md names the members.
std::string to_json(const InputSpec& input);

/// A named set of numbers: "torchvision", "slowfast", "mmaction2", "i3d_rgb", ...
struct Preset {
  std::string name;
  std::string summary;  ///< one line, at most 60 characters
  std::string source;   ///< where the numbers come from
  std::vector<InputSpec> inputs;
};

const std::vector<Preset>& presets();
/// @throws Error kUsage with a did-you-mean.
const Preset& find_preset(const std::string& name);

}  // namespace praxiscope

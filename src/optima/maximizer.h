// The room's work: rows of objectives in, an optimized clip for each out. (Feichtenhofer, Pinz,
// Wildes, Zisserman, CVPR 2018 and IJCV 2020: x* = argmax a(x) / a_hat - sum_r lambda_r R_r(x),
// over all streams at once.)
#pragma once

#include "optima/ascent.h"
#include "optima/canvas.h"
#include "optima/objective.h"
#include "optima/priors.h"
#include "optima/views.h"

#include "praxiscope/model.h"
#include "praxiscope/progress.h"

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

namespace praxiscope::optima {

/// One result that is looked for.
struct Wish {
  Objective objective;
  std::vector<Priors> priors;     ///< one a stream
  std::int64_t draw = 0;          ///< which noise it starts from: wishes that share it start alike
  std::vector<at::Tensor> start;  ///< per stream [C,T,H,W] centred; undefined or absent: noise
  std::vector<bool> is_fixed;     ///< per stream: stays as it starts; absent: none
  int family = -1;  ///< wishes of one family are to differ, see MaximizeSettings::diversity
};

/// One result.
struct Optimum {
  std::vector<at::Tensor> streams;  ///< [C,T,H,W] f32 centred, on the CPU
  double score = 0;                 ///< the raw number of the clip as it is: no jitter, no priors
  /// The raw number of a class at the first step that the network took for it with p >= 0.99, as
  /// the step saw it; NaN: none did.
  double sure = std::numeric_limits<double>::quiet_NaN();
  double value = 0;            ///< score / a_hat - penalty
  std::vector<double> course;  ///< value at every step, as the step saw it (jittered)
  int steps = 0;               ///< that were done
};

struct MaximizeSettings {
  int steps = 256;
  double rate = 0.05;
  AscentKind ascent = AscentKind::kAdam;
  CanvasSettings canvas{};
  ViewSettings views{};
  std::uint64_t seed = 0;
  /// Stops as soon as the network takes every class for what it is to be, see Optimum::sure.
  bool stops_when_sure = false;
  /// Weight of likeness within a family: the mean over its other rows of the cosine between Gram
  /// matrices over channels of a layer's activations, 0..1 (Olah et al. 2017, "diversity").
  double diversity = 0;
  std::string diversity_layer{};  ///< whose activations are compared where wishes have no layer
  /// Called after every step with the mean of the rows' objectives; false: stop here, with what is
  /// best so far.
  std::function<bool(int step, double value)> watch{};
  /// Called now and then with what is best so far, and with the last.
  std::function<void(std::span<const Optimum>)> look{};
};

/// The inputs of a network as streams of these sizes. An input that draws its frames from another
/// (or shows what another of its kind and picture size shows at a lower rate) shares that one's
/// pictures.
class Streams {
 public:
  /// @param sizes  T, H, W by input. @throws Error kModel.
  Streams(const Manifest& manifest, std::span<const std::array<std::int64_t, 3>> sizes);

  /// Those that are optimized.
  const std::vector<Stream>& all() const { return streams_; }
  /// Pictures [N,C,T,H,W] of every stream -> what the network is given, one tensor an input.
  std::vector<at::Tensor> inputs(std::span<const at::Tensor> pictures) const;
  /// Clips as the network is given them [N,C,T,H,W] -> centred pictures of every stream.
  std::vector<at::Tensor> pictures(std::span<const at::Tensor> inputs) const;

 private:
  struct Source {
    std::size_t stream = 0;
    at::Tensor frames;  ///< i64: which of its frames; undefined: all
    Stream spec;        ///< of the input itself
  };
  std::vector<Stream> streams_;
  std::vector<Source> inputs_;
};

/// Optimizes all wishes as one batch; they must be of one layer or all of classes. The same seed
/// gives the same results on one device, whatever the other wishes are, up to how sums are rounded.
///
/// @throws Error kUsage, kModel. Cancelling stops it like watch() does: nothing is thrown.
std::vector<Optimum> maximize(const Model& model, const Streams& streams,
                              std::span<const Wish> wishes, const MaximizeSettings& settings,
                              Progress& progress);

/// What the network says of finished clips: the raw numbers of `rows`, [N] f32 on the CPU.
/// @param pictures  per stream [N,C,T,H,W] centred.
at::Tensor ask(const Model& model, const Streams& streams, std::span<const at::Tensor> pictures,
               std::span<const Objective> rows);

/// What a network does with finished clips; files that fix the batch get it full, what the repeated
/// clip gives is to be dropped. @param pictures  per stream [N,C,T,H,W] centred, on any device.
Run show(const Model& model, const Streams& streams, std::span<const at::Tensor> pictures,
         RunOptions options);

/// d score / d pictures of every row, per stream [N,C,T,H,W], on the model's device.
/// @param pictures  per stream [N,C,T,H,W] centred.
std::vector<at::Tensor> slopes(const Model& model, const Streams& streams,
                               std::span<const at::Tensor> pictures,
                               std::span<const Objective> rows);

}  // namespace praxiscope::optima

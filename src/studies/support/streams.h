// Two streams of one network: what the network says with each of them there or taken away. Knows
// tensors and models, not sets of clips.
#pragma once

#include "praxiscope/clip.h"
#include "praxiscope/model.h"
#include "praxiscope/target.h"
#include "praxiscope/tensor.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace praxiscope::studies {

/// What takes the place of a stream that is taken away.
///
/// kMean: per channel one number, the mean over all cells of all clips of the set, every clip
/// counting the same. A clip's own mean would tell of the clip (its light, how the camera pans);
/// the set's tells nothing of any of them, and has no picture of the others in it, as a mean voxel
/// by voxel would. In a set of one clip it is that clip's own mean.
/// kZero: what the network sees where there is nothing: black, of flow no motion.
/// kFrozen: the first frame at all times, of flow no motion: what is left is what does not move.
enum class StreamFill { kMean, kZero, kFrozen };

inline constexpr std::array<StreamFill, 3> kStreamFills{StreamFill::kMean, StreamFill::kZero,
                                                        StreamFill::kFrozen};
/// As options and results name them: "mean".
inline constexpr std::array<std::string_view, 3> kStreamFillNames{"mean", "zero", "frozen"};

/// Which streams are there; the others are replaced.
enum Streams : std::size_t { kNeither = 0, kFirstAlone = 1, kSecondAlone = 2, kTogether = 3 };
inline constexpr std::size_t kCoalitions = 4;
/// A number with each choice of streams.
using StreamValues = std::array<double, kCoalitions>;

/// Exact Shapley values of two players (Shapley, "A value for n-person games", 1953). With v(S) the
/// score with the streams S there and the others replaced:
///   first       = 1/2 [v(1) - v(0)] + 1/2 [v(12) - v(2)]
///   second      = 1/2 [v(2) - v(0)] + 1/2 [v(12) - v(1)]
///   interaction = v(12) - v(1) - v(2) + v(0)
/// first + second = v(12) - v(0), whatever v is. An interaction above 0: both together say more
/// than each alone; below 0: they say the same twice. It counts half in each stream's value.
struct StreamSplit {
  double first = 0, second = 0;
  double interaction = 0;
  double total = 0;  ///< v(12) - v(0)
  /// |first| / (|first| + |second|), 0 to 1: how far the score relies on stream 1, be it for it or
  /// against it. NaN where both are 0: no stream matters.
  double first_share = 0;
};
StreamSplit split_streams(const StreamValues& v);

/// Means of the channels of one input over a set of clips, every clip counting the same.
class ChannelMeans {
 public:
  /// `clip`: [C,T,H,W].
  void add(const at::Tensor& clip);
  /// [C] f64 on the CPU; undefined when nothing was added.
  at::Tensor mean() const;
  std::int64_t clips() const { return clips_; }

 private:
  at::Tensor sum_;
  std::int64_t clips_ = 0;
};

/// Clips whose stream is taken away.
///
/// @param clips  [N,C,T,H,W] f32, prepared as `spec` says.
/// @param means  [C], of the set; used by kMean.
/// @return       of the clips' shape.
at::Tensor replace_stream(StreamFill fill, const at::Tensor& clips, const InputSpec& spec,
                          const at::Tensor& means);

/// The two inputs of a batch, [N,C,T,H,W] each, on the model's device.
using StreamPair = std::array<at::Tensor, 2>;
StreamPair stack_streams(const Model& model, const std::vector<Clip>& clips);

/// What a network says of a batch.
struct StreamAnswer {
  at::Tensor logits;         ///< [N,K] f64 on the CPU
  at::Tensor probabilities;  ///< likewise
  at::Tensor activation;     ///< [N,C,T',H',W'] of the layer that was asked for
};
/// One forward; a file that fixes the batch gets it full.
/// @param layer  empty: none. @throws Error kUsage for one without time and space.
StreamAnswer ask_streams(const Model& model, const StreamPair& streams, const std::string& layer);

/// The batch with each choice of streams, the others replaced by `fill`.
std::array<StreamPair, kCoalitions> coalitions_of(const Model& model, const StreamPair& streams,
                                                  StreamFill fill,
                                                  const std::array<at::Tensor, 2>& means);

/// The target's number in clip n: its logit, of a contrast the difference of two; of probabilities
/// likewise.
double score_of(const Target& target, const at::Tensor& answers, std::int64_t n);

/// The streams of a model. @throws Error kModel for any number of inputs other than two.
std::array<std::string, 2> names_of_streams(const Model& model);

/// The label of a class; "class 17" for one without.
std::string label_of(const Model& model, std::int64_t class_index);

}  // namespace praxiscope::studies

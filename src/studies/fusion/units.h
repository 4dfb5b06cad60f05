// The units of a fusion layer: how far each stream alone drives them, and both together. Running
// numbers, as large after a million clips as after one.
#pragma once

#include "studies/support/streams.h"

#include "praxiscope/clip.h"
#include "praxiscope/tensor.h"

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <vector>

namespace praxiscope::studies {

/// What a unit needs. With A(S) the largest strength of the unit over all clips with the streams S
/// there (see UnitSums), R = max(A(12), A(1), A(2)) - A(0) its drive and r(s) = (A(s) - A(0)) / R:
///   kDead    R <= 1e-6 of the largest |A| of all units: no clip drives it
///   kFaint   R < kFaintDrive of the largest R of all units. What drives it is a ratio of two
///            numbers that hardly differ from nothing, and the layers above would have to weigh it
///            fifty times as much as the strongest unit for it to say as much.
///   kEither  r(1) >= 1/2 and r(2) >= 1/2
///   kFirst   r(1) >= 1/2 > r(2)
///   kSecond  r(2) >= 1/2 > r(1)
///   kBoth    neither stream alone reaches half of what drives it: truly spatiotemporal, where the
///            streams are appearance and motion
enum class UnitKind { kBoth, kFirst, kSecond, kEither, kFaint, kDead };
inline constexpr std::array<std::string_view, 6> kUnitKindNames{"both",   "first", "second",
                                                                "either", "faint", "dead"};
inline constexpr double kDrivenAlone = 0.5;
inline constexpr double kFaintDrive = 0.02;
/// Share of a unit's cells whose mean is its strength in a clip; at least one cell.
inline constexpr double kTopCells = 0.05;
inline constexpr std::size_t kTopClips = 4;

/// Where a cell lies in a stream: seconds of its middle between the clip's frames, px of the source
/// picture. Cells tile the clip evenly.
struct CellPlace {
  double time_s = 0, x_px = 0, y_px = 0;
};
/// @param cell   t, y, x. @param cells  T', H', W' of the layer.
CellPlace place_of_cell(const ClipInput& stream, const std::array<std::int64_t, 3>& cell,
                        const std::vector<std::int64_t>& cells);

/// A unit's strength in a clip: the mean of the largest kTopCells of its cells [T',H',W'].
double strength_of(const at::Tensor& cells);

/// A clip that drives a unit.
struct UnitClip {
  std::size_t clip = 0;   ///< position among the clips of the set
  std::size_t input = 0;  ///< where it is from
  double begin_s = 0, end_s = 0;
  StreamValues strengths{}, largest{};
  std::array<std::int64_t, 3> cell{};  ///< t, y, x of the largest activation with both streams
  std::array<CellPlace, 2> places{};   ///< of that cell in each stream
};

struct Unit {
  std::int64_t channel = 0;
  UnitKind kind = UnitKind::kDead;
  StreamValues strengths{};      ///< A(S)
  StreamValues largest{};        ///< largest activation of any cell and clip
  double drive = 0;              ///< R, raw
  double first = 0, second = 0;  ///< r(1), r(2); NaN for dead units
  /// 1 - r(1) - r(2): the part of the drive that neither stream brings by itself. 1 for a product,
  /// 0 for a sum, below 0 where each alone is enough.
  double synergy = 0;
  /// By this units of one kind are ranked: kBoth synergy, kFirst r(1) - r(2), kSecond r(2) - r(1),
  /// kEither min(r(1), r(2)), kFaint and kDead 0.
  double score = 0;
  /// exp(H), 1 to the number of classes: how many classes use the unit. H = -sum p ln p with p a
  /// class's part in the sum over classes of max(0, mean strength over its clips - A(0)). NaN
  /// where no class drives it.
  double classes_used = 0;
  std::map<std::int64_t, double> by_class;  ///< mean strength with both streams
  /// At most kTopClips, strongest with both streams first; of those of one input that overlap in
  /// time the strongest alone.
  std::vector<UnitClip> clips;
};

/// Collects what units do.
class UnitSums {
 public:
  /// Where a clip of the batch is from, and the class it is counted for.
  struct Source {
    std::size_t clip = 0, input = 0;
    double begin_s = 0, end_s = 0;
    std::int64_t class_index = 0;
    const Clip* streams = nullptr;  ///< for places; alive during add()
  };
  /// `activations`: [N,C,T',H',W'] with each choice of streams. A unit's strength in a clip is the
  /// mean of the largest kTopCells of its cells. @throws Error kInternal for another number of
  /// channels than before.
  void add(const std::array<at::Tensor, kCoalitions>& activations, std::span<const Source> sources);
  bool is_empty() const { return channels_.empty(); }
  bool has_negative() const { return has_negative_; }
  const std::vector<std::int64_t>& cells() const { return cells_; }  ///< T', H', W'

  /// All units: by kind in the order of UnitKind, best first; ties by channel.
  std::vector<Unit> units() const;

 private:
  struct Channel {
    StreamValues strengths{}, largest{};
    std::map<std::int64_t, double> by_class;  ///< sums
    std::vector<UnitClip> clips;
  };
  void add_clip(Channel& channel, UnitClip clip, const Clip& streams) const;

  std::vector<Channel> channels_;
  std::map<std::int64_t, std::int64_t> clips_of_class_;
  std::vector<std::int64_t> cells_;
  bool has_negative_ = false;
};

/// Positions of at most `count` units for pages of their own: the best of each kind in turns, faint
/// and dead ones never. `units`: as UnitSums gives them.
std::vector<std::size_t> choose_units(const std::vector<Unit>& units, std::size_t count);

}  // namespace praxiscope::studies

// See units.h.
#include "studies/fusion/units.h"

#include "studies/support/channel_films.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace praxiscope::studies {
namespace {

constexpr double kNothing = 1e-6;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Of one batch with one choice of streams: [N,C] f64 each on the CPU.
struct BatchStrengths {
  at::Tensor strength, largest, cell;  ///< `cell`: position of the largest in T'*H'*W'
};

BatchStrengths strengths_of(const at::Tensor& activation) {
  const at::Tensor flat = activation.to(at::kDouble).flatten(2);
  const auto cells = static_cast<double>(flat.size(2));
  const auto count = std::max<std::int64_t>(1, std::llround(std::ceil(kTopCells * cells)));
  const auto [top, where] = flat.topk(count, 2);
  return {top.mean(2).to(at::kCPU).contiguous(), top.select(2, 0).to(at::kCPU).contiguous(),
          where.select(2, 0).to(at::kCPU).contiguous()};
}

std::array<std::int64_t, 3> cell_of(std::int64_t place, const std::vector<std::int64_t>& cells) {
  const std::int64_t plane = cells[1] * cells[2];
  return {place / plane, place % plane / cells[2], place % cells[2]};
}

/// exp of the entropy of the classes' parts.
double used_by(const std::map<std::int64_t, double>& by_class, double nothing) {
  double sum = 0, entropy = 0;
  for (const auto& [index, strength] : by_class) sum += std::max(0.0, strength - nothing);
  if (!(sum > 0)) return kNaN;
  for (const auto& [index, strength] : by_class) {
    const double part = std::max(0.0, strength - nothing) / sum;
    if (part > 0) entropy -= part * std::log(part);
  }
  return std::exp(entropy);
}

UnitKind kind_of(double first, double second) {
  const bool by_first = first >= kDrivenAlone, by_second = second >= kDrivenAlone;
  if (by_first && by_second) return UnitKind::kEither;
  if (by_first) return UnitKind::kFirst;
  return by_second ? UnitKind::kSecond : UnitKind::kBoth;
}

double score_of_kind(const Unit& unit) {
  switch (unit.kind) {
    case UnitKind::kBoth:
      return unit.synergy;
    case UnitKind::kFirst:
      return unit.first - unit.second;
    case UnitKind::kSecond:
      return unit.second - unit.first;
    case UnitKind::kEither:
      return std::min(unit.first, unit.second);
    case UnitKind::kFaint:
    case UnitKind::kDead:
      return 0;
  }
  return 0;
}

double drive_of(const StreamValues& a) {
  return std::max({a[kTogether], a[kFirstAlone], a[kSecondAlone]}) - a[kNeither];
}

void judge(Unit& unit, double largest_of_all, double strongest_drive) {
  const StreamValues& a = unit.strengths;
  unit.drive = drive_of(a);
  unit.classes_used = used_by(unit.by_class, a[kNeither]);
  if (!(unit.drive > kNothing * largest_of_all)) {
    unit.first = unit.second = unit.synergy = kNaN;
    return;
  }
  unit.first = (a[kFirstAlone] - a[kNeither]) / unit.drive;
  unit.second = (a[kSecondAlone] - a[kNeither]) / unit.drive;
  unit.synergy = 1 - unit.first - unit.second;
  unit.kind = unit.drive < kFaintDrive * strongest_drive ? UnitKind::kFaint
                                                         : kind_of(unit.first, unit.second);
  unit.score = score_of_kind(unit);
}

}  // namespace

double strength_of(const at::Tensor& cells) {
  return strengths_of(cells.unsqueeze(0).unsqueeze(0)).strength.item<double>();
}

CellPlace place_of_cell(const ClipInput& stream, const std::array<std::int64_t, 3>& cell,
                        const std::vector<std::int64_t>& cells) {
  const auto middle = [](std::int64_t place, std::int64_t count, std::int64_t pixels) {
    return (static_cast<double>(place) + 0.5) * static_cast<double>(pixels) /
           static_cast<double>(count);
  };
  const double y = middle(cell[1], cells[1], stream.tensor.size(2));
  const double x = middle(cell[2], cells[2], stream.tensor.size(3));
  const PixelMap& map = stream.source_from_clip;
  return {cell_times(stream, cells[0]).at(static_cast<std::size_t>(cell[0])),
          map.scale_x * x + map.offset_x, map.scale_y * y + map.offset_y};
}

void UnitSums::add(const std::array<at::Tensor, kCoalitions>& activations,
                   std::span<const Source> sources) {
  const std::int64_t channels = activations[kTogether].size(1);
  if (channels_.empty()) {
    constexpr double kLeast = -std::numeric_limits<double>::infinity();
    channels_.resize(static_cast<std::size_t>(channels));
    for (Channel& channel : channels_) channel.strengths.fill(kLeast), channel.largest.fill(kLeast);
  }
  if (channels != static_cast<std::int64_t>(channels_.size()))
    throw Error(ErrorKind::kInternal, "fusion: a layer changed its number of channels");
  cells_ = activations[kTogether].sizes().slice(2).vec();
  std::array<BatchStrengths, kCoalitions> found;
  for (std::size_t s = 0; s < kCoalitions; ++s) {
    found[s] = strengths_of(activations[s]);
    has_negative_ |= activations[s].min().item<double>() < 0;
  }
  for (std::size_t n = 0; n < sources.size(); ++n) {
    const Source& source = sources[n];
    ++clips_of_class_[source.class_index];
    for (std::size_t c = 0; c < channels_.size(); ++c) {
      Channel& channel = channels_[c];
      UnitClip clip;
      clip.clip = source.clip, clip.input = source.input;
      clip.begin_s = source.begin_s, clip.end_s = source.end_s;
      const auto place = static_cast<std::int64_t>(n) * channels + static_cast<std::int64_t>(c);
      for (std::size_t s = 0; s < kCoalitions; ++s) {
        clip.strengths[s] = found[s].strength.const_data_ptr<double>()[place];
        clip.largest[s] = found[s].largest.const_data_ptr<double>()[place];
        channel.strengths[s] = std::max(channel.strengths[s], clip.strengths[s]);
        channel.largest[s] = std::max(channel.largest[s], clip.largest[s]);
      }
      clip.cell = cell_of(found[kTogether].cell.const_data_ptr<std::int64_t>()[place], cells_);
      channel.by_class[source.class_index] += clip.strengths[kTogether];
      add_clip(channel, clip, *source.streams);
    }
  }
}

void UnitSums::add_clip(Channel& channel, UnitClip clip, const Clip& streams) const {
  std::vector<UnitClip>& best = channel.clips;
  const auto is_same_time = [&](const UnitClip& other) {
    return other.input == clip.input && other.begin_s <= clip.end_s && clip.begin_s <= other.end_s;
  };
  const auto is_stronger = [](const UnitClip& a, const UnitClip& b) {
    return a.strengths[kTogether] > b.strengths[kTogether];
  };
  for (const UnitClip& other : best)
    if (is_same_time(other) && !is_stronger(clip, other)) return;
  const bool is_full = best.size() == kTopClips;
  if (is_full && !is_stronger(clip, best.back())) return;
  for (std::size_t i = 0; i < clip.places.size(); ++i)
    clip.places.at(i) = place_of_cell(streams.inputs.at(i), clip.cell, cells_);
  std::erase_if(best, is_same_time);
  best.insert(std::upper_bound(best.begin(), best.end(), clip, is_stronger), clip);
  if (best.size() > kTopClips) best.pop_back();
}

std::vector<Unit> UnitSums::units() const {
  double largest = 0, strongest = 0;
  for (const Channel& channel : channels_) {
    for (const double value : channel.strengths)
      if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
    if (const double drive = drive_of(channel.strengths); std::isfinite(drive))
      strongest = std::max(strongest, drive);
  }
  std::vector<Unit> units;
  for (std::size_t c = 0; c < channels_.size(); ++c) {
    Unit unit;
    unit.channel = static_cast<std::int64_t>(c);
    unit.strengths = channels_[c].strengths, unit.largest = channels_[c].largest;
    unit.clips = channels_[c].clips;
    for (const auto& [index, sum] : channels_[c].by_class)
      unit.by_class[index] = sum / static_cast<double>(clips_of_class_.at(index));
    judge(unit, largest, strongest);
    units.push_back(std::move(unit));
  }
  std::stable_sort(units.begin(), units.end(), [](const Unit& a, const Unit& b) {
    return a.kind != b.kind ? a.kind < b.kind : a.score > b.score;
  });
  return units;
}

std::vector<std::size_t> choose_units(const std::vector<Unit>& units, std::size_t count) {
  std::array<std::vector<std::size_t>, kUnitKindNames.size()> kinds;
  for (std::size_t i = 0; i < units.size(); ++i)
    kinds.at(static_cast<std::size_t>(units[i].kind)).push_back(i);
  for (const UnitKind kind : {UnitKind::kFaint, UnitKind::kDead})
    kinds.at(static_cast<std::size_t>(kind)).clear();
  std::vector<std::size_t> chosen;
  bool has_more = true;
  for (std::size_t turn = 0; has_more; ++turn) {
    has_more = false;
    for (const std::vector<std::size_t>& kind : kinds) {
      if (turn >= kind.size() || chosen.size() >= count) continue;
      chosen.push_back(kind[turn]);
      has_more = true;
    }
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

}  // namespace praxiscope::studies

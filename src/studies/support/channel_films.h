// The channels of a layer in motion beside their clip: one picture a frame, a tile a channel.
#pragma once

#include "praxiscope/clip.h"
#include "praxiscope/figure.h"
#include "praxiscope/tensor.h"

#include <cstdint>
#include <string>
#include <vector>

namespace praxiscope::studies {

/// What tiles show: the layer's own cells, or the cells as colours on the clip.
enum class ChannelView { kMaps, kOnClip };

/// The chosen channels of one layer for one clip.
struct ChannelVolumes {
  std::vector<std::int64_t> numbers;  ///< K, of the channels
  at::Tensor values;                  ///< [K,T',H',W'] f32 on the CPU, raw
  bool is_signed = false;             ///< the layer has negative values: colours are centred at 0
  bool has_common_scale = false;
};

/// Raw values that the colours of channel `k` span: from 0 (or minus the larger end, for signed
/// layers) to its largest in this clip, or that of all K channels.
std::pair<double, double> range_of(const ChannelVolumes& channels, std::int64_t k);

/// Which of T' cells in time a layer has at frame `t` of `frames`: the one that holds its middle.
std::int64_t cell_at(int t, int frames, std::int64_t cells);

/// Seconds of the middle of each of T' cells, between the clip's frames.
std::vector<double> cell_times(const ClipInput& input, std::int64_t cells);

/// Adds one picture a shown frame to `stored`: the clip as `frames` (T pictures, as the network
/// sees them) at the top left, around it the channels `first` up to `first + count`. Of a clip of
/// one still picture one frame is shown: the layer's mean over time.
FigureFilm make_channel_film(const ClipInput& input, const std::vector<Picture>& frames,
                             const ChannelVolumes& channels, std::size_t first, std::size_t count,
                             ChannelView view, std::vector<FigurePicture>& stored);

}  // namespace praxiscope::studies

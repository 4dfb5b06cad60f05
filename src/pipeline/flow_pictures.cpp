// See flow_pictures.h.
#include "pipeline/flow_pictures.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace praxiscope {
namespace {

/// [2,T,h,w] px.
at::Tensor flows_of(const ClipInput& input, const InputSpec& spec) {
  std::vector<at::Tensor> flows;
  for (const at::Tensor& frame : input.tensor.unbind(1)) flows.push_back(seen_flow(frame, spec));
  return at::stack(flows, 1);
}

/// The same map on a picture of another size than the source's.
PixelMap on_picture(PixelMap map, const Size& source, const Picture& picture) {
  const double x = static_cast<double>(picture.width) / source.width,
               y = static_cast<double>(picture.height) / source.height;
  map.scale_x *= x;
  map.offset_x *= x;
  map.scale_y *= y;
  map.offset_y *= y;
  return map;
}

}  // namespace

void FlowPictures::add(const ClipInput& input) {
  const at::Tensor flows = flows_of(input, input_);
  reach_ = std::max(reach_, usual_reach(flows));
  for (std::size_t t = 0; t < input.frames.size(); ++t) {
    if (input.frames[t].is_padding) continue;
    entries_.try_emplace(
        input.frames[t].source_index,
        Entry{flows.select(1, static_cast<std::int64_t>(t)), input.source_from_clip});
  }
}

std::shared_ptr<const Picture> FlowPictures::take(const Frame& frame) {
  auto after = entries_.upper_bound(frame.index);
  if (after != entries_.begin()) entries_.erase(entries_.begin(), std::prev(after));
  if (entries_.empty()) return nullptr;
  const Entry& entry = entries_.begin()->second;
  return std::make_shared<const Picture>(
      draw_flow(entry.flow, entry.source_from_clip, *frame.picture, reach_, colors_));
}

std::map<std::int64_t, std::shared_ptr<const Picture>> flow_frames(
    const ClipInput& input, const InputSpec& spec,
    const std::map<std::int64_t, std::shared_ptr<const Picture>>& frames, FlowColors colors) {
  const at::Tensor flows = flows_of(input, spec);
  const double reach = usual_reach(flows);
  std::map<std::int64_t, std::shared_ptr<const Picture>> out;
  for (std::size_t t = 0; t < input.frames.size(); ++t) {
    const std::int64_t index = input.frames[t].source_index;
    const auto under = frames.find(index);
    if (under == frames.end() || out.count(index) != 0) continue;  // make_film() tells of it
    const Picture& picture = *under->second;
    out[index] = std::make_shared<const Picture>(draw_flow(
        flows.select(1, static_cast<std::int64_t>(t)),
        on_picture(input.source_from_clip, input.source_size, picture), picture, reach, colors));
  }
  return out;
}

}  // namespace praxiscope

// Optical flow as colours. Knows no networks and no time.
#pragma once

#include "praxiscope/clip.h"
#include "praxiscope/frame.h"
#include "praxiscope/tensor.h"

#include <string>

namespace praxiscope {

/// kWheel: hue is direction (right red, y growing downwards), strength of colour is length; equal
/// lengths look equally strong in every direction. kTriple: red is motion to the right, green down,
/// both around mid gray, blue is length (Feichtenhofer et al., CVPR 2018).
enum class FlowColors { kWheel, kTriple };
/// "wheel", "rgb". @throws Error kUsage.
FlowColors parse_flow_colors(const std::string& text);

/// @param flow  [2,h,w] px right and down, any floating type, on the CPU.
/// @param reach  length that gets the full colour, px, > 0; longer ones look the same.
/// @return [h,w,3] bytes.
at::Tensor flow_bytes(const at::Tensor& flow, double reach, FlowColors colors = FlowColors::kWheel);

/// The colours of every direction and length on a disc, [side,side,3] bytes, white around it.
at::Tensor flow_wheel(std::int64_t side);

/// A length that nearly all vectors of the fields stay below, for flow_bytes(): their 99.5 %
/// quantile, at least half a px, so that noise stays pale.
/// @param flows  [2,T,h,w] or [2,h,w] px.
double usual_reach(const at::Tensor& flows);

/// The flow where it lies in the frame, the frame darker and gray around it. The wheel's colours
/// are paler than flow_bytes() gives them: a map is to be told from them.
/// @param flow  [2,h,w] px. @param source_from_clip  of the flow's pixels.
/// @return as large as `frame`.
Picture draw_flow(const at::Tensor& flow, const PixelMap& source_from_clip, const Picture& frame,
                  double reach, FlowColors colors = FlowColors::kWheel);

}  // namespace praxiscope

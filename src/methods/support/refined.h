// Maps that are sharp in time: a layer's map fused with maps of inner layers, which have more
// frames.
#pragma once

#include "praxiscope/method.h"

#include <memory>
#include <string>
#include <vector>

namespace praxiscope::methods {

/// Layers before `layer` on the way to it that have more frames: of each number of frames the last
/// one, the coarsest first. Empty where there is none, or where the network's sizes are unknown.
std::vector<std::string> finer_layers(const Model& model, const std::string& layer);

/// The method at `layer`, its map M fused with LayerCAM maps L_i of finer_layers(), which is the
/// method that stays reliable at inner layers (Jiang et al., "LayerCAM", IEEE TIP 2021, sec. III):
///
///   F = max(M) * ( M/max(M) * prod_i L_i/max(L_i) )^(1 / (n + 1)),   values below 0 cut off
///
/// so that a place and time counts where all layers agree, and the raw range stays the method's.
/// Attribution::coarse is at the frames of the finest layer and the cells of `layer`'s map.
/// A network without finer layers gives the method itself, with a warning at explain().
std::unique_ptr<Method> make_refined(const MethodInfo& info, const Model& model,
                                     const std::string& layer, const OptionValues& options);

}  // namespace praxiscope::methods

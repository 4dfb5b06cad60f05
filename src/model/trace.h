// One run with a zero clip that notes every layer: names, shapes, receptive fields.
#pragma once

#include "model/network_call.h"
#include "model/program.h"

#include <string>
#include <vector>

namespace praxiscope::program {

struct TracedLayer {
  LayerInfo info;
  bool is_listed = false;  ///< in Model::layers(); the others can still be named
};

struct Trace {
  std::vector<TracedLayer> layers;  ///< in the order in which they are done
  std::int64_t classes = 0;         ///< K

  std::vector<std::string> names() const;
  std::vector<LayerInfo> listed() const;
};

/// @throws Error kModel when the network cannot run on clips of the manifest's size.
Trace trace_layers(const Manifest& manifest, const Program& program, const NetworkCall& call,
                   const at::Device& device);

/// The last listed layer with T',H',W' > 1; for networks that look at single frames H',W' > 1; else
/// the last with 5 dimensions; "" when there is none.
std::string find_default_layer(const Trace& trace);

}  // namespace praxiscope::program

// The names under which a clip's maps are stored in .npz files and referred to in .json files.
#pragma once

#include "sink/sink.h"

#include <string>
#include <vector>

namespace praxiscope {

struct MapNames {
  std::size_t target = 0;  ///< index into ClipResult::targets
  std::string volume;      ///< "map/grad_cam/rgb", "map/grad_cam/rgb@1"
  std::string coarse;      ///< "coarse/grad_cam"; empty for input-level methods
  friend bool operator==(const MapNames&, const MapNames&) = default;
};

/// One entry an attribution, by position alone (method, target, input): the classes behind "top"
/// may change from clip to clip, the names may not. Targets after the first end in @1, @2, ...; a
/// method that is used again is called <method>#2, #3, ...; coarse maps of a method's further
/// inputs are coarse/<method>/<input>. @throws Error kInternal when the order is not as promised.
std::vector<MapNames> name_maps(const ClipResult& result);

/// `name` as one part of a path inside an archive: anything but letters, digits and _-.=,:+#
/// becomes '_'.
std::string path_part(const std::string& name);

}  // namespace praxiscope

// model.json -> Manifest. Knows the fields of a manifest; not where manifests are looked for.
#pragma once

#include "praxiscope/manifest.h"

#include <string>

namespace praxiscope {

/// Reads one manifest file. Paths in it become absolute; what they name need not exist.
///
/// Fields: praxiscope (1), name, file (or files, fuse, weights), licence, source, sha256, preset,
/// inputs, call, output {take, kind, labels, time_axis}, streams, layer; of an input: name, kind,
/// preset, frames, stride, fps, resize {short_side | exact [h,w], interpolation, antialias}, crop
/// [h,w], range, mean, std, channel_order, layout, and for flow algorithm, bound and rescale. Where
/// a preset is named, the fields change its numbers.
/// @throws Error kModel naming the file and the field.
Manifest read_manifest_json(const std::string& path);

}  // namespace praxiscope

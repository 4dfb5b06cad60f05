// Flow fields from files, in order. Knows no pictures of the video they belong to.
#pragma once

#include "praxiscope/tensor.h"

#include <memory>
#include <optional>
#include <string>

namespace praxiscope {

/// One field as a file has it.
struct FlowField {
  at::Tensor values;      ///< [2,H,W] f32, right and down
  bool is_share = false;  ///< of the bound, -1..1 (bytes 0..255), rather than px
};

/// Reads fields one at a time, in constant memory. Not thread-safe.
class FlowReader {
 public:
  virtual ~FlowReader() = default;
  /// The next field; nothing after the last one. @throws Error kInput.
  virtual std::optional<FlowField> next() = 0;
};

/// @param path  a folder of .flo files in natural order; a folder of picture pairs whose names
///   differ in an x and y, or u and v, that stands alone ("flow_x_0001.jpg", "u/0001.png"); one
///   .flo; or what open_source() reads, x in red and y in green.
/// @throws Error kInput: missing, no flow, a picture without its other half.
std::unique_ptr<FlowReader> open_flow(const std::string& path);

}  // namespace praxiscope

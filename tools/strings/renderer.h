// Draws a clip's frames with what is true of them.
#pragma once

#include "strings/clip_spec.h"
#include "strings/part.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace praxiscope::strings {

class Scene;

class Renderer {
 public:
  /// `side`: px of the pictures; the world is the same, seen by fewer or more of them.
  explicit Renderer(const ClipSpec& spec, int side = kSide);
  ~Renderer();
  Renderer(Renderer&&) noexcept;

  /// The frames in which the action happens: begin, and past the end.
  int begin() const;
  int end() const;

  /// sRGB, [side,side,3], 0..255.
  std::vector<std::uint8_t> rgb(int frame) const;
  /// What each pixel belongs to, as numbers of Mask, [side,side].
  std::vector<std::uint8_t> masks(int frame) const;
  /// Where what a pixel shows goes until the next frame, px across and down, [side,side,2]. Exact:
  /// by the pose of the foremost part at the pixel's centre, whether or not the part is seen there
  /// in the next frame. `frame`: 0..62.
  std::vector<float> flow(int frame) const;

 private:
  /// The foremost part at each pixel's centre, [side,side].
  std::vector<std::uint8_t> parts_at(int frame) const;

  cairo_matrix_t pose_of(const Part& part, double frame) const;

  std::unique_ptr<const Scene> scene_;
  int side_;
  Surface shadow_;
};

}  // namespace praxiscope::strings

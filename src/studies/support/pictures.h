// Numbers and frames as small pictures: colours, sizes. Knows no figures.
#pragma once

#include "render/colormaps.h"

#include "praxiscope/clip.h"
#include "praxiscope/frame.h"
#include "praxiscope/tensor.h"

#include <string>
#include <vector>

namespace praxiscope::studies {

/// Bytes [h,w,3] of raw values [h,w]: lo is the table's first colour, hi its last; beyond them the
/// same; values that are not finite gray. lo = hi: the first colour, of diverging tables the
/// middle.
at::Tensor colored(const at::Tensor& values, double lo, double hi, const ColorTable& table);

/// Bytes [h,w,3] as they are.
Picture picture_of(const at::Tensor& bytes);
/// White.
Picture blank(int width, int height);
/// `picture` must lie within `onto`.
void paste(const Picture& picture, int x, int y, Picture& onto);

/// A picture of bytes [h,w,3], every cell as it is (no interpolation), its cells of equal size
/// where `width` and `height` are multiples of theirs.
Picture enlarged(const at::Tensor& bytes, int width, int height);

/// Bilinear, antialiased where it gets smaller.
Picture resized(const Picture& picture, int width, int height);

/// Gray and darker, so that colours laid over it are seen. `light`: 0..1, of what is left.
void subdue(Picture& picture, double light);

/// What the network is given, frame by frame as pictures: undoes the preparation; flow as colours
/// on one scale, see flow_colors.h.
std::vector<Picture> seen_frames(const ClipInput& input, const InputSpec& spec);

/// At most three digits: "4.31", "0.00012"; "not a number".
std::string short_number(double value);

}  // namespace praxiscope::studies

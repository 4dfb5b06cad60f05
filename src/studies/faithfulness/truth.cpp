#include "studies/faithfulness/truth.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace praxiscope::studies {
namespace {

/// One axis of a clip, as lines of its pixels' centres in a shape's coordinates.
class Axis {
 public:
  /// shape = (scale * clip + offset) * stretch.
  Axis(std::int64_t pixels, double scale, double offset, double stretch)
      : scale_(scale * stretch), offset_(offset * stretch), pixels_(pixels) {}

  std::int64_t size() const { return pixels_; }
  double centre(std::int64_t pixel) const {
    return scale_ * (static_cast<double>(pixel) + 0.5) + offset_;
  }

  /// Pixels whose centre lies in [begin, end); where there is none, the pixel that holds its
  /// middle.
  std::vector<std::int64_t> inside(double begin, double end) const {
    std::vector<std::int64_t> found;
    for (std::int64_t pixel = 0; pixel < pixels_; ++pixel) {
      if (centre(pixel) >= begin && centre(pixel) < end) found.push_back(pixel);
    }
    const double middle = std::floor(((begin + end) / 2 - offset_) / scale_);
    if (found.empty() && middle >= 0 && middle < static_cast<double>(pixels_))
      found.push_back(static_cast<std::int64_t>(middle));
    return found;
  }

 private:
  double scale_, offset_;
  std::int64_t pixels_;
};

/// Draws the shapes of one frame into its truth.
class Drawer {
 public:
  /// `inside`: [H,W] of the frame.
  Drawer(Axis x, Axis y, bool* inside) : x_(x), y_(y), inside_(inside) {}

  void operator()(const Box& box) const {
    const auto columns = x_.inside(box.begin.x, box.end.x);
    for (const std::int64_t row : y_.inside(box.begin.y, box.end.y)) {
      for (const std::int64_t column : columns) pixel(row, column) = true;
    }
  }

  void operator()(const Polygon& corners) const {
    for (std::int64_t row = 0; row < y_.size(); ++row) {
      const std::vector<double> crossings = crossings_of(corners, y_.centre(row));
      for (std::int64_t column = 0; column < x_.size() && !crossings.empty(); ++column) {
        const auto before = std::upper_bound(crossings.begin(), crossings.end(), x_.centre(column));
        if ((before - crossings.begin()) % 2 == 1) pixel(row, column) = true;
      }
    }
  }

  void operator()(const RunMask& mask) const {
    for (std::int64_t row = 0; row < y_.size(); ++row) {
      const double y = std::floor(y_.centre(row));
      if (y < 0 || y >= mask.size.height) continue;
      for (std::int64_t column = 0; column < x_.size(); ++column) {
        const double x = std::floor(x_.centre(column));
        if (x < 0 || x >= mask.size.width) continue;
        if (mask.contains(static_cast<std::int32_t>(y), static_cast<std::int32_t>(x)))
          pixel(row, column) = true;
      }
    }
  }

 private:
  bool& pixel(std::int64_t row, std::int64_t column) const {
    return inside_[row * x_.size() + column];
  }

  /// Where a horizontal line meets the polygon's sides, from left to right. A side holds its upper
  /// end and not its lower one, so that a corner between two sides counts once.
  static std::vector<double> crossings_of(const Polygon& corners, double y) {
    std::vector<double> found;
    for (std::size_t k = 0; k < corners.size(); ++k) {
      const Point& a = corners[k];
      const Point& b = corners[(k + 1) % corners.size()];
      if ((a.y <= y) != (b.y <= y)) found.push_back(a.x + (y - a.y) * (b.x - a.x) / (b.y - a.y));
    }
    std::sort(found.begin(), found.end());
    return found;
  }

  Axis x_, y_;
  bool* inside_;
};

/// The picture that a shape's coordinates are in.
Size size_of(const Shape& shape, const Size& source) {
  if (const auto* const mask = std::get_if<RunMask>(&shape.form)) return mask->size;
  return shape.of.width > 0 && shape.of.height > 0 ? shape.of : source;
}

void draw(const std::vector<Shape>& shapes, const ClipInput& input, bool* inside) {
  const PixelMap& map = input.source_from_clip;
  const Size& source = input.source_size;
  for (const Shape& shape : shapes) {
    const Size of = size_of(shape, source);
    const Axis x(input.tensor.size(3), map.scale_x, map.offset_x,
                 static_cast<double>(of.width) / source.width);
    const Axis y(input.tensor.size(2), map.scale_y, map.offset_y,
                 static_cast<double>(of.height) / source.height);
    std::visit(Drawer(x, y, inside), shape.form);
  }
}

/// Seconds from a moment to the nearest interval; nothing when it lies in one.
std::optional<double> distance_s(const std::vector<Interval>& intervals, const Rational& pts) {
  double nearest = std::numeric_limits<double>::infinity();
  for (const Interval& interval : intervals) {
    if (pts >= interval.begin_s && pts < interval.end_s) return std::nullopt;
    const double away = pts < interval.begin_s ? interval.begin_s.to_double() - pts.to_double()
                                               : pts.to_double() - interval.end_s.to_double();
    nearest = std::min(nearest, away);
  }
  return nearest;
}

void check(const ClipInput& input) {
  const auto frames = static_cast<std::int64_t>(input.frames.size());
  if (input.tensor.dim() == 4 && input.tensor.size(1) == frames && input.source_size.width > 0 &&
      input.source_size.height > 0) {
    return;
  }
  throw Error(ErrorKind::kInternal,
              "truth of a clip: found an input without its frames or its source's size, expected "
              "[C,T,H,W] with T frames");
}

}  // namespace

bool Truth::has_place() const {
  return volume.logical_and(is_annotated.view({-1, 1, 1})).any().item<bool>();
}

Truth truth_of(const InputTruth& known, const ClipInput& input) {
  check(input);
  const std::int64_t frames = input.tensor.size(1);
  const std::int64_t pixels = input.tensor.size(2) * input.tensor.size(3);
  Truth out{at::zeros({frames, input.tensor.size(2), input.tensor.size(3)}, at::kBool),
            at::zeros({frames}, at::kBool), std::nullopt, std::nullopt};
  if (!known.intervals.empty()) {
    out.is_action = at::zeros({frames}, at::kBool);
    out.action_distance_s = at::zeros({frames}, at::kDouble);
  }
  for (std::int64_t t = 0; t < frames; ++t) {
    const ClipFrame& frame = input.frames[static_cast<std::size_t>(t)];
    bool* const inside = out.volume.data_ptr<bool>() + t * pixels;
    const auto found = known.frames.find(frame.source_index);
    if (found != known.frames.end()) draw(found->second, input, inside);
    if (known.every_frame) draw(*known.every_frame, input, inside);
    out.is_annotated.data_ptr<bool>()[t] = found != known.frames.end() || known.every_frame;
    if (!out.is_action) continue;
    const auto away = distance_s(known.intervals, frame.pts);
    out.is_action->data_ptr<bool>()[t] = !away;
    out.action_distance_s->data_ptr<double>()[t] = away.value_or(0);
  }
  return out;
}

}  // namespace praxiscope::studies

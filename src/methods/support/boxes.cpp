// See boxes.h.
#include "methods/support/boxes.h"

#include "core/text.h"

#include <algorithm>
#include <charconv>

namespace praxiscope::methods {
namespace {

std::optional<std::int64_t> find_length(const std::string& text) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  constexpr std::int64_t kLongest = 1'000'000;  // beyond any clip; keeps sums far from overflow
  if (error != std::errc() || rest != end || value < 1 || value > kLongest) return std::nullopt;
  return value;
}

std::vector<std::int64_t> begins_along(std::int64_t length, std::int64_t size,
                                       std::int64_t stride) {
  std::vector<std::int64_t> begins;
  for (std::int64_t at = 0; at + size < length; at += stride) begins.push_back(at);
  begins.push_back(length - size);
  return begins;
}

}  // namespace

std::optional<Extent> find_extent(const std::string& text) {
  const std::vector<std::string> parts = split(text, 'x');
  if (parts.empty() || parts.size() > 3) return std::nullopt;
  Extent extent;
  const std::size_t first = parts.size() == 2 ? 1 : 0;  // two lengths are height and width
  for (std::size_t i = 0; i < parts.size(); ++i) {
    extent[first + i] = find_length(parts[i]);
    if (!extent[first + i]) return std::nullopt;
  }
  return extent;
}

std::vector<Box> sweep_over(const std::array<std::int64_t, 3>& clip,
                            const std::array<std::int64_t, 3>& size,
                            const std::array<std::int64_t, 3>& stride) {
  Box box;
  std::array<std::vector<std::int64_t>, 3> begins;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    box.size[axis] = std::min(size[axis], clip[axis]);
    begins[axis] = begins_along(clip[axis], box.size[axis], stride[axis]);
  }
  std::vector<Box> boxes;
  for (const std::int64_t t : begins[0]) {
    for (const std::int64_t y : begins[1]) {
      for (const std::int64_t x : begins[2]) {
        box.begin = {t, y, x};
        boxes.push_back(box);
      }
    }
  }
  return boxes;
}

}  // namespace praxiscope::methods

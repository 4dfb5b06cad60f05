// See flow_middlebury.h. A tag, width and height as int32, then x and y of each pixel, row by row,
// all little-endian.
#include "clip/flow_middlebury.h"

#include "core/text.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <bit>
#include <cstdint>
#include <fstream>

namespace praxiscope {
namespace {

static_assert(std::endian::native == std::endian::little, ".flo is read and written as memory");

constexpr float kTag = 202021.25F;
constexpr std::int32_t kMostSide = 16'384;  ///< px
constexpr double kUnknown = 1e9;

struct Head {
  float tag = kTag;
  std::int32_t width = 0, height = 0;
};

[[noreturn]] void refuse(const std::string& path, const std::string& found,
                         const std::string& expected) {
  throw Error(ErrorKind::kInput,
              fmt::format("flow file {}: found {}, expected {}", in_quotes(path), found, expected));
}

}  // namespace

at::Tensor read_flo(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) refuse(path, "no file that can be read", "a .flo file");
  Head head;
  file.read(reinterpret_cast<char*>(&head), sizeof(head));
  if (!file || head.tag != kTag) refuse(path, "no \"PIEH\" at its begin", "a .flo file");
  if (head.width < 1 || head.height < 1 || head.width > kMostSide || head.height > kMostSide)
    refuse(path, fmt::format("{}x{} px", head.width, head.height),
           fmt::format("1 to {} px a side", kMostSide));
  at::Tensor field = at::empty({head.height, head.width, 2}, at::kFloat);
  file.read(reinterpret_cast<char*>(field.mutable_data_ptr<float>()),
            static_cast<std::streamsize>(field.nbytes()));
  if (!file)
    refuse(path, fmt::format("{} bytes of vectors", file.gcount()),
           fmt::format("{} for {}x{} px", field.nbytes(), head.width, head.height));
  const at::Tensor is_known = field.abs() < kUnknown;  // false for NaN, too
  return at::where(is_known, field, at::zeros_like(field)).permute({2, 0, 1}).contiguous();
}

void write_flo(const std::string& path, const at::Tensor& flow) {
  const at::Tensor field = flow.detach().to(at::kCPU, at::kFloat).permute({1, 2, 0}).contiguous();
  const Head head{.width = static_cast<std::int32_t>(field.size(1)),
                  .height = static_cast<std::int32_t>(field.size(0))};
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(&head), sizeof(head));
  file.write(reinterpret_cast<const char*>(field.const_data_ptr<float>()),
             static_cast<std::streamsize>(field.nbytes()));
  file.close();
  if (!file)
    throw Error(ErrorKind::kOutput, fmt::format("cannot write {}; {} bytes were to be written",
                                                in_quotes(path), sizeof(head) + field.nbytes()));
}

}  // namespace praxiscope

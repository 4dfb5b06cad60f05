// See clip_store.h. A clip is the number of its tensors, and of each the number of its dimensions,
// the dimensions (all int64), and the values.
#include "studies/support/clip_store.h"

#include "praxiscope/error.h"
#include "praxiscope/text.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace praxiscope::studies {
namespace {

constexpr std::int64_t kMostDimensions = 8;

[[noreturn]] void fail(const std::string& path) {
  throw Error(
      ErrorKind::kOutput,
      fmt::format("cannot write {}: {}; it keeps the clips that are found",
                  path.empty() ? "a temporary file" : in_quotes(path), std::strerror(errno)));
}

}  // namespace

ClipStore::ClipStore(const std::string& path) : path_(path) {
  // "a+": what an earlier run left stays, and every write goes to the end.
  file_.reset(path.empty() ? std::tmpfile() : std::fopen(path.c_str(), "a+b"));
  if (!file_) fail(path_);
}

void ClipStore::put(const void* bytes, std::size_t size) {
  if (std::fwrite(bytes, 1, size, file_.get()) != size) fail(path_);
}

void ClipStore::take(void* bytes, std::size_t size) const {
  if (std::fread(bytes, 1, size, file_.get()) != size)
    throw Error(ErrorKind::kInternal, "a clip that was kept is not there any more");
}

std::int64_t ClipStore::add(const std::vector<at::Tensor>& clip) {
  if (std::fseek(file_.get(), 0, SEEK_END) != 0) fail(path_);
  const std::int64_t place = std::ftell(file_.get());
  const auto count = static_cast<std::int64_t>(clip.size());
  put(&count, sizeof count);
  for (const at::Tensor& tensor : clip) {
    const at::Tensor values = tensor.detach().to(at::kCPU, at::kHalf).contiguous();
    const std::int64_t dimensions = values.dim();
    put(&dimensions, sizeof dimensions);
    put(values.sizes().data(), sizeof(std::int64_t) * static_cast<std::size_t>(dimensions));
    put(values.const_data_ptr(), values.nbytes());
  }
  if (std::fflush(file_.get()) != 0) fail(path_);
  return place;
}

std::vector<at::Tensor> ClipStore::get(std::int64_t place) const {
  if (place < 0 || std::fseek(file_.get(), static_cast<long>(place), SEEK_SET) != 0)
    throw Error(ErrorKind::kInternal, "no clip was kept there");
  std::int64_t count = 0;
  take(&count, sizeof count);
  std::vector<at::Tensor> clip;
  for (std::int64_t i = 0; i < count; ++i) {
    std::int64_t dimensions = 0;
    take(&dimensions, sizeof dimensions);
    if (dimensions < 0 || dimensions > kMostDimensions)
      throw Error(ErrorKind::kInternal, "no clip was kept there");
    std::vector<std::int64_t> shape(static_cast<std::size_t>(dimensions));
    take(shape.data(), sizeof(std::int64_t) * shape.size());
    at::Tensor values = at::empty(shape, at::kHalf);
    take(values.mutable_data_ptr(), values.nbytes());
    clip.push_back(values.to(at::kFloat));
  }
  return clip;
}

}  // namespace praxiscope::studies

// See flow_cache.h.
#include "clip/flow_cache.h"

#include "clip/flow_middlebury.h"
#include "core/atomic_file.h"
#include "core/digest.h"
#include "core/text.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <filesystem>

namespace praxiscope {
namespace {

namespace fs = std::filesystem;

/// Part of every name: to be changed whenever an algorithm gives other numbers than before.
constexpr std::string_view kVersion = "1";

std::string_view bytes_of(const at::Tensor& gray) {
  return {reinterpret_cast<const char*>(gray.const_data_ptr<std::uint8_t>()),
          static_cast<std::size_t>(gray.numel())};
}

}  // namespace

FlowCache::FlowCache(const std::string& folder) : folder_(folder) {
  if (folder_.empty()) return;
  std::error_code error;
  fs::create_directories(folder_, error);
  if (!fs::is_directory(folder_))
    throw Error(ErrorKind::kOutput,
                fmt::format("flow cache {}: found {}, expected a folder or a place for one",
                            in_quotes(folder_), error ? error.message() : "a file"));
}

std::string FlowCache::name_of(FlowAlgorithm algorithm, const at::Tensor& from,
                               const at::Tensor& to) const {
  const at::Tensor first = from.cpu().contiguous(), second = to.cpu().contiguous();
  const std::string what =
      fmt::format("{} {} {}x{} ", algorithm == FlowAlgorithm::kDis ? "dis" : "tvl1", kVersion,
                  first.size(1), first.size(0));
  return sha256_of({what, bytes_of(first), bytes_of(second)});
}

/// A folder for each of 256 beginnings: file systems and people dislike folders of a million files.
std::string FlowCache::path_of(const std::string& name) const {
  return (fs::path(folder_) / name.substr(0, 2) / (name.substr(2) + ".flo")).string();
}

std::optional<at::Tensor> FlowCache::find(const std::string& name,
                                          const at::Tensor& picture) const {
  const std::string path = path_of(name);
  if (!fs::exists(path)) return std::nullopt;
  try {
    at::Tensor flow = read_flo(path);
    if (flow.sizes().slice(1) == picture.sizes()) return flow;
  } catch (const Error&) {  // broken by whoever else writes there: computed and written again
  }
  return std::nullopt;
}

void FlowCache::keep(const std::string& name, const at::Tensor& flow) const {
  const std::string path = path_of(name);
  std::error_code ignored;  // what is wrong is told by the file
  fs::create_directories(fs::path(path).parent_path(), ignored);
  AtomicFile file(path, /*overwrite=*/true);
  write_flo(file.temporary_path(), flow);
  file.publish();
}

}  // namespace praxiscope

// See flow_files.h.
#include "clip/flow_files.h"

#include "clip/flow_middlebury.h"
#include "core/text.h"
#include "media/file_names.h"

#include "praxiscope/error.h"
#include "praxiscope/media.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <map>
#include <vector>

namespace praxiscope {
namespace {

namespace fs = std::filesystem;

/// Channel `c` of a picture as shares of the bound: byte 0 is -1, byte 255 is 1.
at::Tensor share_of(const Picture& picture, int channel) {
  const at::Tensor bytes = at::from_blob(const_cast<std::uint8_t*>(picture.rgb.data()),
                                         {picture.height, picture.width, 3}, at::kByte);
  return bytes.select(2, channel).to(at::kFloat).div_(127.5).sub_(1);
}

class FloFiles final : public FlowReader {
 public:
  explicit FloFiles(std::vector<std::string> paths) : paths_(std::move(paths)) {}

  std::optional<FlowField> next() override {
    if (at_ == paths_.size()) return std::nullopt;
    return FlowField{.values = read_flo(paths_[at_++]), .is_share = false};
  }

 private:
  std::vector<std::string> paths_;
  std::size_t at_ = 0;
};

/// x and y as two gray pictures.
class PicturePairs final : public FlowReader {
 public:
  explicit PicturePairs(std::vector<std::array<std::string, 2>> paths) : paths_(std::move(paths)) {}

  std::optional<FlowField> next() override {
    if (at_ == paths_.size()) return std::nullopt;
    const auto& [x_path, y_path] = paths_[at_++];
    const at::Tensor x = read(x_path), y = read(y_path);
    if (x.sizes() != y.sizes())
      throw Error(ErrorKind::kInput,
                  fmt::format("flow files {} and {}: found {}x{} and {}x{} px, expected one size",
                              in_quotes(x_path), in_quotes(y_path), x.size(1), x.size(0), y.size(1),
                              y.size(0)));
    return FlowField{.values = at::stack({x, y}), .is_share = true};
  }

 private:
  static at::Tensor read(const std::string& path) {
    const std::optional<Frame> frame =
        open_source(path, {.limits = {}, .threads = 1, .progress = nullptr})->next();
    if (!frame)
      throw Error(ErrorKind::kInput,
                  fmt::format("flow file {}: found no picture, expected one", in_quotes(path)));
    return share_of(*frame->picture, 0);
  }

  std::vector<std::array<std::string, 2>> paths_;
  std::size_t at_ = 0;
};

class FlowVideo final : public FlowReader {
 public:
  explicit FlowVideo(const std::string& path) : source_(open(path)) {}

  std::optional<FlowField> next() override {
    const std::optional<Frame> frame = source_->next();
    if (!frame) return std::nullopt;
    return FlowField{
        .values = at::stack({share_of(*frame->picture, 0), share_of(*frame->picture, 1)}),
        .is_share = true};
  }

 private:
  /// What cannot be opened may as well be a mistyped algorithm as a missing file.
  static std::unique_ptr<FrameSource> open(const std::string& path) {
    try {
      return open_source(path, {.limits = {}, .threads = 1, .progress = nullptr});
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kInput) throw;
      throw Error(ErrorKind::kInput,
                  fmt::format("option \"--flow\": {}; expected tvl1, dis, a folder of x and y "
                              "pictures or of .flo files, or a video of flow; check the path, or "
                              "leave the option out to have the flow computed",
                              error.what()));
    }
  }

  std::unique_ptr<FrameSource> source_;
};

/// Where in a name the letter stands that tells x from y: the last x or y between non-letters, else
/// the last u or v.
std::optional<std::size_t> axis_place(const std::string& name) {
  const auto is_letter = [&](std::size_t i) {
    return i < name.size() && std::isalpha(static_cast<unsigned char>(name[i])) != 0;
  };
  for (const std::string_view letters : {"xy", "uv"}) {
    for (std::size_t i = name.size(); i-- > 0;) {
      const auto lower = static_cast<char>(std::tolower(static_cast<unsigned char>(name[i])));
      const bool is_alone = !is_letter(i + 1) && (i == 0 || !is_letter(i - 1));
      if (is_alone && letters.find(lower) != std::string_view::npos) return i;
    }
  }
  return std::nullopt;
}

/// Pictures of the folder or, where it has none, of the folders in it.
std::vector<std::string> pictures_below(const std::string& folder) {
  std::vector<std::string> pictures = pictures_of_folder(folder);
  if (!pictures.empty()) return pictures;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (!entry.is_directory()) continue;
    for (std::string& picture : pictures_of_folder(entry.path().string()))
      pictures.push_back(std::move(picture));
  }
  return pictures;
}

std::unique_ptr<FlowReader> pair_pictures(const std::string& folder) {
  const auto by_name = [](const std::string& a, const std::string& b) {
    return natural_less(a, b);
  };
  std::map<std::string, std::array<std::string, 2>, decltype(by_name)> pairs(by_name);
  for (const std::string& path : pictures_below(folder)) {
    std::string name = fs::path(path).lexically_relative(folder).replace_extension().string();
    const auto place = axis_place(name);
    if (!place) continue;
    const bool is_x = std::string_view("xXuU").find(name[*place]) != std::string_view::npos;
    name[*place] = '*';
    pairs[name][is_x ? 0 : 1] = path;
  }
  if (pairs.empty())
    throw Error(ErrorKind::kInput,
                fmt::format("flow folder {}: found no flow, expected .flo files or pairs of "
                            "pictures such as flow_x_0001.jpg and flow_y_0001.jpg",
                            in_quotes(folder)));
  std::vector<std::array<std::string, 2>> paths;
  for (const auto& [name, pair] : pairs) {
    if (pair[0].empty() || pair[1].empty())
      throw Error(ErrorKind::kInput,
                  fmt::format("flow folder {}: found {} without its other half, expected x and y "
                              "of each",
                              in_quotes(folder), in_quotes(pair[0] + pair[1])));
    paths.push_back(pair);
  }
  return std::make_unique<PicturePairs>(std::move(paths));
}

std::vector<std::string> flo_files_of(const std::string& folder) {
  std::vector<std::string> paths;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".flo") paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end(),
            [](const std::string& a, const std::string& b) { return natural_less(a, b); });
  return paths;
}

}  // namespace

std::unique_ptr<FlowReader> open_flow(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) {
    std::vector<std::string> paths = flo_files_of(path);
    if (!paths.empty()) return std::make_unique<FloFiles>(std::move(paths));
    return pair_pictures(path);
  }
  if (fs::path(path).extension() == ".flo")
    return std::make_unique<FloFiles>(std::vector<std::string>{path});
  return std::make_unique<FlowVideo>(path);
}

}  // namespace praxiscope

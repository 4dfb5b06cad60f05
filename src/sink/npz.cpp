// The .npz writer: every array is spooled and enters the zip archive at the end, so one clip is all
// that is in memory.
#include "core/atomic_file.h"
#include "core/text.h"
#include "sink/array_names.h"
#include "sink/npy.h"
#include "sink/sink.h"

#include "praxiscope/error.h"

#include <fmt/format.h>
#include <zip.h>

#include <filesystem>

namespace praxiscope {
namespace {

template <typename T>
std::span<const std::byte> bytes_of(const std::vector<T>& values) {
  return std::as_bytes(std::span(values));
}

class NpzSink : public ResultSink {
 public:
  NpzSink(const std::string& path, const nlohmann::json& header, bool save_inputs, bool overwrite)
      : file_(path, overwrite),
        provenance_(make_npy_text(
            header.dump(-1, ' ', /*ensure_ascii=*/true, nlohmann::json::error_handler_t::replace))),
        save_inputs_(save_inputs) {
    const std::filesystem::path parent = std::filesystem::path(path).parent_path();
    folder_ = parent.empty() ? "." : parent.string();
  }

  void write(const ClipResult& result) override {
    std::vector<MapNames> names = name_maps(result);
    next_ = 0;
    add("logits", result.logits);
    for (std::size_t i = 0; i < result.clip.inputs.size(); ++i) {
      add_frames(result.clip.inputs[i], i == 0);
    }
    for (std::size_t k = 0; k < result.targets.size(); ++k) {
      const Target& target = result.targets[k];
      const std::vector<std::int64_t> index{
          target.kind == Target::Kind::kUnit ? -1 : target.class_index};
      add(k == 0 ? "target" : fmt::format("target@{}", k), NpyType::kInt64, {}, bytes_of(index));
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
      add(names[i].volume, result.attributions[i].volume);
      if (!names[i].coarse.empty()) add(names[i].coarse, result.attributions[i].coarse);
    }
    if (save_inputs_) {
      for (const ClipInput& input : result.clip.inputs) {
        add(fmt::format("input/{}", path_part(input.name)), input.tensor);
      }
    }
    is_open_ = false;
    if (next_ != arrays_.size()) {
      throw Error(ErrorKind::kInternal, fmt::format("npz: a clip has {} arrays, the first had {}",
                                                    next_, arrays_.size()));
    }
  }

  void finish(const nlohmann::json& /*summary*/) override {
    int code = 0;
    zip_t* archive = zip_open(file_.temporary_path().c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
    if (archive == nullptr) {
      zip_error_t error;
      zip_error_init_with_code(&error, code);
      const std::string reason = zip_error_strerror(&error);
      zip_error_fini(&error);
      fail(reason);
    }
    for (NpySpool& array : arrays_) {
      if (const std::string reason = add_to(archive, array); !reason.empty()) {
        zip_discard(archive);
        fail(reason);
      }
    }
    if (arrays_.empty()) {
      zip_discard(archive);
      fail("there was no clip to write");
    }
    if (const std::string reason = add_to(archive, "provenance", provenance_); !reason.empty()) {
      zip_discard(archive);
      fail(reason);
    }
    if (zip_close(archive) != 0) {
      const std::string reason = zip_strerror(archive);
      zip_discard(archive);
      fail(reason);
    }
    arrays_.clear();
  }

  void publish() override { file_.publish(); }

 private:
  [[noreturn]] void fail(const std::string& reason) const {
    throw Error(ErrorKind::kOutput,
                fmt::format("cannot write {}: {}", in_quotes(file_.path()), reason));
  }

  void add(const std::string& name, const at::Tensor& tensor) {
    const at::Tensor values = tensor.detach().to(at::kCPU, at::kFloat).contiguous();
    add(name, NpyType::kFloat32, values.sizes().vec(),
        {reinterpret_cast<const std::byte*>(values.const_data_ptr<float>()),
         static_cast<std::size_t>(values.numel()) * sizeof(float)});
  }

  /// Appends a row to the array whose turn it is; the first clip says which there are.
  void add(const std::string& name, NpyType type, const std::vector<std::int64_t>& row_shape,
           std::span<const std::byte> row) {
    if (is_open_ && next_ == arrays_.size()) arrays_.emplace_back(folder_, name, type, row_shape);
    if (next_ >= arrays_.size() || arrays_[next_].name() != name ||
        arrays_[next_].row_shape() != row_shape) {
      throw Error(ErrorKind::kInternal,
                  fmt::format("npz: the array {} differs in name or shape from the first clip's",
                              in_quotes(name)));
    }
    arrays_[next_++].append(row);
  }

  void add_frames(const ClipInput& input, bool is_first) {
    std::vector<std::int64_t> indices;
    std::vector<double> times;
    for (const ClipFrame& frame : input.frames) {
      indices.push_back(frame.source_index);
      times.push_back(frame.pts.to_double());
    }
    const std::string suffix = is_first ? "" : fmt::format("/{}", path_part(input.name));
    const std::vector<std::int64_t> shape{static_cast<std::int64_t>(input.frames.size())};
    add("frame_index" + suffix, NpyType::kInt64, shape, bytes_of(indices));
    add("pts_s" + suffix, NpyType::kFloat64, shape, bytes_of(times));
  }

  /// Moves a spooled array into the archive, which reads it while closing. @return what went wrong.
  static std::string add_to(zip_t* archive, NpySpool& array) {
    NpySpool::File data = array.finish();
    // libzip closes the file with the source.
    zip_source_t* source =
        zip_source_filep(archive, data.file.get(), 0, static_cast<zip_int64_t>(data.size));
    if (source == nullptr) return zip_strerror(archive);
    data.file.release();
    return add_to(archive, array.name(), source);
  }

  /// A whole array from memory, which must outlive the closing.
  static std::string add_to(zip_t* archive, const std::string& name, const std::string& npy) {
    zip_source_t* source = zip_source_buffer(archive, npy.data(), npy.size(), 0);
    return source == nullptr ? zip_strerror(archive) : add_to(archive, name, source);
  }

  static std::string add_to(zip_t* archive, const std::string& array, zip_source_t* source) {
    const std::string name = array + ".npy";
    const zip_int64_t index = zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      zip_source_free(source);
      return zip_strerror(archive);
    }
    const auto entry = static_cast<zip_uint64_t>(index);
    // Stored, not deflated: the demo's maps shrink by a third at 100 times the cost. The oldest zip
    // date (1980-01-01) keeps the bytes the same from run to run.
    if (zip_set_file_compression(archive, entry, ZIP_CM_STORE, 0) != 0 ||
        zip_file_set_dostime(archive, entry, 0, 33, 0) != 0) {
      return zip_strerror(archive);
    }
    return "";
  }

  AtomicFile file_;
  std::string provenance_;  ///< a whole .npy
  bool save_inputs_;
  std::string folder_;
  std::vector<NpySpool> arrays_;
  std::size_t next_ = 0;
  bool is_open_ = true;  ///< the first clip is still being written
};

}  // namespace

std::unique_ptr<ResultSink> open_npz(const std::string& path, const nlohmann::json& header,
                                     bool save_inputs, bool overwrite) {
  return std::make_unique<NpzSink>(path, header, save_inputs, overwrite);
}

}  // namespace praxiscope

// One array on its way into an .npz: rows are appended to a nameless spool file, the NumPy header
// is written last, when the number of rows is known. Knows nothing of clips.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace praxiscope {

enum class NpyType { kFloat32, kFloat64, kInt64 };

/// An array [rows, ...row_shape] that grows by rows. Not thread-safe.
class NpySpool {
 public:
  /// The spool lies in `folder` and has no name there from the start, so nothing is left behind
  /// even by a killed process. @throws Error kOutput.
  NpySpool(const std::string& folder, std::string name, NpyType type,
           std::vector<std::int64_t> row_shape);

  const std::string& name() const { return name_; }
  NpyType type() const { return type_; }
  const std::vector<std::int64_t>& row_shape() const { return row_shape_; }
  std::int64_t rows() const { return rows_; }

  /// Appends one row of little-endian values. @throws Error kOutput (disk full), kInternal (size).
  void append(std::span<const std::byte> row);
  /// Writes the header. @return the file, at its start, and its size in bytes; the spool is empty
  /// afterwards.
  struct File {
    struct Close {
      void operator()(std::FILE* file) const { std::fclose(file); }
    };
    std::unique_ptr<std::FILE, Close> file;
    std::uint64_t size = 0;
  };
  File finish();

 private:
  std::string name_;
  NpyType type_;
  std::vector<std::int64_t> row_shape_;
  std::size_t row_bytes_ = 0;
  std::int64_t rows_ = 0;
  File out_;
};

/// The .npy header, version 1.0, always kNpyHeaderBytes long.
/// Source: NumPy Enhancement Proposal 1; "numpy.lib.format".
inline constexpr std::size_t kNpyHeaderBytes = 256;
std::string make_npy_header(NpyType type, std::int64_t rows,
                            std::span<const std::int64_t> row_shape);

/// A whole .npy file: an array of shape () and NumPy's unicode type that holds one text; read
/// without pickle. @throws Error kInternal for text that is not ASCII.
std::string make_npy_text(std::string_view ascii);

}  // namespace praxiscope

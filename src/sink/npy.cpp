#include "sink/npy.h"

#include "core/text.h"

#include "praxiscope/error.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace praxiscope {
namespace {

static_assert(std::endian::native == std::endian::little,
              "the rows are written as they lie in memory");

std::size_t item_bytes(NpyType type) { return type == NpyType::kFloat32 ? 4 : 8; }

const char* descriptor(NpyType type) {
  switch (type) {
    case NpyType::kFloat32:
      return "<f4";
    case NpyType::kFloat64:
      return "<f8";
    case NpyType::kInt64:
      return "<i8";
  }
  return "";
}

std::string padded_header(const std::string& type, const std::string& shape) {
  const std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}", type, shape);
  constexpr std::size_t kPrefix = 10;  // magic, version, length
  constexpr std::size_t kLength = kNpyHeaderBytes - kPrefix;
  if (header.size() + 1 > kLength) {
    throw Error(ErrorKind::kInternal, "npz: an array of so many dimensions has no header");
  }
  return fmt::format("\x93NUMPY\x01{}{}{}{:<{}}\n", '\0', static_cast<char>(kLength & 255),
                     static_cast<char>(kLength >> 8), header, kLength - 1);
}

[[noreturn]] void fail(const std::string& what, const std::string& name) {
  throw Error(ErrorKind::kOutput, fmt::format("cannot {} the array {}: {}", what, in_quotes(name),
                                              std::strerror(errno)));
}

}  // namespace

std::string make_npy_header(NpyType type, std::int64_t rows,
                            std::span<const std::int64_t> row_shape) {
  std::string shape = fmt::format("({},", rows);
  for (const std::int64_t n : row_shape) shape += fmt::format(" {},", n);
  if (!row_shape.empty()) shape.pop_back();  // "(5,)" but "(5, 3)"
  return padded_header(descriptor(type), shape + ")");
}

std::string make_npy_text(std::string_view ascii) {
  std::string out = padded_header(fmt::format("<U{}", ascii.size()), "()");
  for (const char c : ascii) {  // UTF-32, little-endian
    if (static_cast<unsigned char>(c) > 127)
      throw Error(ErrorKind::kInternal, "npz: found text beyond ASCII, expected it escaped");
    out += c;
    out.append(3, '\0');
  }
  return out;
}

NpySpool::NpySpool(const std::string& folder, std::string name, NpyType type,
                   std::vector<std::int64_t> row_shape)
    : name_(std::move(name)), type_(type), row_shape_(std::move(row_shape)) {
  row_bytes_ = item_bytes(type_);
  for (const std::int64_t n : row_shape_) row_bytes_ *= static_cast<std::size_t>(n);
  std::string path = folder + "/.praxiscope-XXXXXX";
  const int descriptor = ::mkostemp(path.data(), O_CLOEXEC);
  if (descriptor < 0) fail("spool", name_);
  ::unlink(path.c_str());
  out_.file.reset(::fdopen(descriptor, "w+b"));
  if (!out_.file) {
    ::close(descriptor);
    fail("spool", name_);
  }
  const std::string header(kNpyHeaderBytes, '\0');
  if (std::fwrite(header.data(), 1, header.size(), out_.file.get()) != header.size()) {
    fail("spool", name_);
  }
}

void NpySpool::append(std::span<const std::byte> row) {
  if (row.size() != row_bytes_) {
    throw Error(ErrorKind::kInternal, fmt::format("npz: a row of {} has {} bytes; expected {}",
                                                  in_quotes(name_), row.size(), row_bytes_));
  }
  if (!row.empty() && std::fwrite(row.data(), 1, row.size(), out_.file.get()) != row.size()) {
    fail("write", name_);
  }
  ++rows_;
}

NpySpool::File NpySpool::finish() {
  const std::string header = make_npy_header(type_, rows_, row_shape_);
  std::FILE* file = out_.file.get();
  if (std::fseek(file, 0, SEEK_SET) != 0 ||
      std::fwrite(header.data(), 1, header.size(), file) != header.size() ||
      std::fflush(file) != 0 || std::fseek(file, 0, SEEK_SET) != 0) {
    fail("write", name_);
  }
  out_.size = kNpyHeaderBytes + static_cast<std::uint64_t>(rows_) * row_bytes_;
  return std::move(out_);
}

}  // namespace praxiscope

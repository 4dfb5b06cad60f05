// A zip file to look into: names and contents of its entries. Knows no meaning of either.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct zip;

namespace praxiscope {

class ZipArchive {
 public:
  /// Not open when the file is no zip, or a damaged one.
  explicit ZipArchive(const std::string& path);

  bool is_open() const { return archive_ != nullptr; }
  const std::vector<std::string>& names() const { return names_; }
  /// The first name that ends so; "" when none does.
  std::string find_ending(std::string_view ending) const;
  /// Whether "/" + a name contains `part`.
  bool has_part(std::string_view part) const;
  /// Whole content of an entry. @throws Error kModel when it is missing or damaged.
  std::string read(const std::string& name) const;
  /// At most its first `most` bytes, "" when it cannot be read.
  std::string read_begin(const std::string& name, std::size_t most) const;

 private:
  struct Closer {
    void operator()(zip* archive) const;
  };
  std::string path_;
  std::unique_ptr<zip, Closer> archive_;
  std::vector<std::string> names_;
};

}  // namespace praxiscope

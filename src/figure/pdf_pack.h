// Flate for many small streams of one file.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct z_stream_s;  // of zlib

namespace praxiscope::figure {

/// Keeps zlib's tables from one stream to the next: making them costs more than to pack a map. Not
/// thread-safe.
class Packer {
 public:
  Packer();

  /// `bytes` as /FlateDecode means them. @throws Error kInternal.
  std::string pack(std::string_view bytes);

 private:
  struct End {
    void operator()(z_stream_s* stream) const;
  };
  std::unique_ptr<z_stream_s, End> stream_;
};

}  // namespace praxiscope::figure

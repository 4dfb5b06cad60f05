// Finished clips on disk: however many a study makes, memory holds one.
#pragma once

#include "praxiscope/tensor.h"

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace praxiscope::studies {

/// A file of clips, each some tensors, kept as 16-bit floats: finer than the 8 bits of a picture.
/// Not thread-safe.
class ClipStore {
 public:
  /// @param path  where what is added stays for a run that goes on; "": a file without a name.
  /// @throws Error kOutput when it cannot be written.
  explicit ClipStore(const std::string& path);

  /// On disk when it returns. @return where it is, for get(). @throws Error kOutput.
  std::int64_t add(const std::vector<at::Tensor>& clip);
  /// As f32 on the CPU. @throws Error kInternal where nothing is.
  std::vector<at::Tensor> get(std::int64_t place) const;

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  void put(const void* bytes, std::size_t size);
  void take(void* bytes, std::size_t size) const;

  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace praxiscope::studies

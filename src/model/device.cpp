// Picks the device and, for CUDA, brings in LibTorch's CUDA half at run time. Before anything else
// touches torch: LibTorch decides at its first use, for good, whether there is CUDA.
#include "core/text.h"

#include "praxiscope/error.h"
#include "praxiscope/model.h"

#include <dlfcn.h>
#include <fmt/format.h>

namespace praxiscope {
namespace {

/// GPUs with a working driver, asked of the CUDA runtime that libtorch_cpu has brought along; not
/// of torch.
int count_gpus() {
  using GetDeviceCount = int (*)(int*);
  const auto get_count =
      reinterpret_cast<GetDeviceCount>(dlsym(RTLD_DEFAULT, "cudaGetDeviceCount"));
  int count = 0;
  if (get_count == nullptr || get_count(&count) != 0) return 0;
  return count;
}

/// The folder of the LibTorch in use: libtorch_cuda lies beside libtorch_cpu.
std::string torch_folder() {
  Dl_info place{};
  if (dladdr(reinterpret_cast<void*>(&at::globalContext), &place) == 0 ||
      place.dli_fname == nullptr)
    return "";
  const std::string file = place.dli_fname;
  return file.find("libtorch") == std::string::npos ? "" : file.substr(0, file.rfind('/') + 1);
}

/// @return why it failed; "" when all is well.
std::string load_cuda_library() {
  for (const std::string& folder : {torch_folder(), std::string()}) {
    if (dlopen((folder + "libtorch_cuda.so").c_str(), RTLD_NOW | RTLD_GLOBAL) != nullptr) return "";
    if (folder.empty()) break;
  }
  const char* reason = dlerror();
  return reason == nullptr ? "unknown reason" : reason;
}

/// "cuda:2" -> 2, "cuda" -> 0.
std::optional<int> index_of(const std::string& wish) {
  if (wish == "cuda") return 0;
  const std::string digits = wish.substr(std::min<std::size_t>(wish.size(), 5));
  if (!wish.starts_with("cuda:") || digits.empty() || digits.size() > 3 ||
      digits.find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  return std::stoi(digits);
}

}  // namespace

std::string select_device(const std::string& wish) {
  if (wish == "cpu") return "cpu";
  const bool is_auto = wish == "auto";
  const std::optional<int> index = is_auto ? 0 : index_of(wish);
  if (!index) {
    const std::vector<std::string> known = {"auto", "cpu", "cuda", "cuda:1"};
    const bool is_other_word = wish.starts_with("gpu") || wish.starts_with("nvidia");
    throw Error(
        ErrorKind::kUsage,
        fmt::format("no device {}; expected auto, cpu, cuda or cuda:N{}", in_quotes(wish),
                    is_other_word ? "; did you mean \"cuda\"?" : did_you_mean(wish, known)));
  }
  const int count = count_gpus();
  if (is_auto && count == 0) return "cpu";
  if (count == 0)
    throw Error(ErrorKind::kUsage,
                fmt::format("cannot use device {}: found no NVIDIA GPU with a working driver; take "
                            "cpu or auto",
                            in_quotes(wish)));
  if (*index >= count)
    throw Error(ErrorKind::kUsage, fmt::format("no device {}; found {} GPUs, cuda:0 to cuda:{}",
                                               in_quotes(wish), count, count - 1));
  const std::string failure = load_cuda_library();
  if (failure.empty() && at::hasCUDA()) {
    // What is called f32 is f32: PyTorch by default lets convolutions round to 10 bits of mantissa.
    at::globalContext().setAllowTF32CuDNN(false);
    at::globalContext().setAllowTF32CuBLAS(false);
    return fmt::format("cuda:{}", *index);
  }
  if (is_auto) return "cpu";
  throw Error(
      ErrorKind::kUsage,
      fmt::format("cannot use device {}: this LibTorch's CUDA library does not load ({}); "
                  "install the full PyTorch package, or take cpu",
                  in_quotes(wish),
                  failure.empty() ? "something used torch before the device was chosen" : failure));
}

}  // namespace praxiscope

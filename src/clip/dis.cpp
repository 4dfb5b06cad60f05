// See dis.h. OpenCV's own errors end here.
#include "clip/dis.h"

#include "praxiscope/error.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <opencv2/video/tracking.hpp>

namespace praxiscope {
namespace {

cv::Mat as_mat(const at::Tensor& gray) {
  return {static_cast<int>(gray.size(0)), static_cast<int>(gray.size(1)), CV_8UC1,
          gray.data_ptr<std::uint8_t>()};
}

constexpr std::int64_t kLeast = 12;  ///< px; the preset's patches of 8 at half the size need them

}  // namespace

at::Tensor dis_flow(const at::Tensor& from, const at::Tensor& to) {
  const std::int64_t height = from.size(0), width = from.size(1);
  if (height < kLeast || width < kLeast)
    throw Error(ErrorKind::kInput,
                fmt::format("DIS flow: found pictures of {}x{} px, expected at least {} px a side; "
                            "resize to more (--resize) or use --flow tvl1",
                            width, height, kLeast));
  const at::Tensor first = from.contiguous(), second = to.contiguous();
  cv::Mat flow;  // empty: a field of the right size would be taken as the guess to begin with
  try {
    // One object a call: it keeps buffers of the last picture's size and is not thread-safe.
    const auto dis = cv::DISOpticalFlow::create(cv::DISOpticalFlow::PRESET_MEDIUM);
    dis->calc(as_mat(first), as_mat(second), flow);
  } catch (const cv::Exception& error) {
    throw Error(ErrorKind::kInternal, fmt::format("DIS flow: {}", error.what()));
  }
  return at::from_blob(flow.ptr<float>(), {height, width, 2}, at::kFloat)
      .permute({2, 0, 1})
      .clone(at::MemoryFormat::Contiguous);
}

}  // namespace praxiscope

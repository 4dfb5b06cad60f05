#include "pipeline/chunk.h"

#include "praxiscope/error.h"

#include <algorithm>
#include <iterator>
#include <limits>

namespace praxiscope {
namespace {

/// A chunk is sent on when its frames are this large: a stretch without clips soon, so that
/// pictures and progress come evenly; a batch that is not full later, as small batches cost time.
constexpr std::int64_t kMostBytesWithoutClips = std::int64_t{64} << 20;
constexpr std::int64_t kMostBytes = std::int64_t{256} << 20;

}  // namespace

std::optional<Chunk> ChunkReader::next() {
  if (is_done_) return std::nullopt;
  Chunk chunk;
  chunk.clips = std::move(waiting_);
  waiting_.clear();
  std::int64_t bytes = 0;
  const auto is_full = [&] {
    if (chunk.clips.empty()) return bytes > kMostBytesWithoutClips;
    return static_cast<int>(chunk.clips.size()) >= batch_ || bytes > kMostBytes ||
           cutter_.next_begin() == std::numeric_limits<std::int64_t>::max();
  };
  while (!is_read_ && !is_full()) {
    progress_.check_cancelled();
    std::optional<Frame> frame = source_.next();
    std::vector<Clip> ready = frame ? cutter_.push(*frame) : cutter_.finish();
    std::move(ready.begin(), ready.end(), std::back_inserter(chunk.clips));
    for (const std::string& warning : source_.take_warnings()) progress_.warn(warning);
    for (const std::string& warning : cutter_.take_warnings()) progress_.warn(warning);
    if (!frame) {
      is_read_ = true;
      break;
    }
    ++chunk.frames_read;
    bytes += static_cast<std::int64_t>(frame->picture->rgb.size());
    if (keep_frames_) chunk.frames.push_back(std::move(*frame));
  }
  // The end of a source can complete several clips at once; they wait for chunks of their own.
  const auto size = static_cast<std::ptrdiff_t>(
      std::min<std::size_t>(chunk.clips.size(), static_cast<std::size_t>(batch_)));
  std::move(chunk.clips.begin() + size, chunk.clips.end(), std::back_inserter(waiting_));
  chunk.clips.resize(static_cast<std::size_t>(size));
  is_done_ = is_read_ && waiting_.empty();
  chunk.is_last = is_done_;
  // Clips that wait begin no later than those the cutter has yet to give.
  chunk.final_before = waiting_.empty() ? cutter_.next_begin() : waiting_.front().source_begin;
  return chunk;
}

}  // namespace praxiscope

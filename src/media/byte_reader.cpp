#include "media/byte_reader.h"

#include "core/text.h"

#include "praxiscope/error.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

namespace praxiscope {
namespace {

constexpr int kBufferBytes = 64 * 1024;
constexpr std::size_t kHeadBytes = 4096;

/// How often a wait for bytes asks whether to go on.
constexpr int kPatience_ms = 100;

}  // namespace

ByteReader::ByteReader(const std::string& path, const Progress* progress)
    : path_(path), progress_(progress) {
  owns_file_ = path != "-";
  // Non-blocking, or a named pipe that nobody writes to would hold us here; no change for files.
  file_ = owns_file_ ? ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK) : STDIN_FILENO;
  if (file_ < 0) {
    throw Error(ErrorKind::kInput,
                fmt::format("cannot read {}: {}", in_quotes(path), std::strerror(errno)));
  }
  struct stat facts {};
  if (owns_file_ && ::fstat(file_, &facts) == 0 && S_ISREG(facts.st_mode)) size_ = facts.st_size;
  try {
    read_head();
    make_io();
  } catch (...) {
    if (owns_file_) ::close(file_);
    throw;
  }
}

void ByteReader::read_head() {
  head_.resize(kHeadBytes);
  std::size_t have = 0;
  while (have < kHeadBytes) {
    const ssize_t got = read_pipe(head_.data() + have, kHeadBytes - have);
    if (got <= 0) break;
    have += static_cast<std::size_t>(got);
  }
  if (progress_ != nullptr) progress_->check_cancelled();
  head_.resize(have);
}

void ByteReader::make_io() {
  auto* buffer = static_cast<std::uint8_t*>(av_malloc(kBufferBytes));
  io_ = avio_alloc_context(buffer, kBufferBytes, 0, this, &ByteReader::read_packet, nullptr,
                           is_seekable() ? &ByteReader::seek : nullptr);
  if (io_ == nullptr) {
    av_free(buffer);
    throw std::bad_alloc();
  }
  io_->seekable = is_seekable() ? AVIO_SEEKABLE_NORMAL : 0;
}

/// read() that hears a cancel while nothing comes. @return bytes, 0 at the end, -1 with errno.
ssize_t ByteReader::read_pipe(std::uint8_t* out, std::size_t size) const {
  while (true) {
    if (progress_ != nullptr && progress_->is_cancelled()) {
      errno = ECANCELED;
      return -1;
    }
    pollfd wanted{.fd = file_, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&wanted, 1, kPatience_ms);
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    if (ready < 0) return -1;
    const ssize_t got = ::read(file_, out, size);
    if (got >= 0 || (errno != EINTR && errno != EAGAIN)) return got;
  }
}

ByteReader::~ByteReader() {
  av_freep(&io_->buffer);
  avio_context_free(&io_);
  if (owns_file_) ::close(file_);
}

int ByteReader::read_some(std::uint8_t* out, int size) {
  const auto wanted = static_cast<std::size_t>(size);
  if (position_ < static_cast<std::int64_t>(head_.size())) {
    const std::size_t count = std::min(wanted, head_.size() - static_cast<std::size_t>(position_));
    std::memcpy(out, head_.data() + position_, count);
    position_ += static_cast<std::int64_t>(count);
    return static_cast<int>(count);
  }
  ssize_t got = 0;
  if (is_seekable()) {
    do {
      got = ::pread(file_, out, wanted, position_);
    } while (got < 0 && errno == EINTR);
  } else {
    got = read_pipe(out, wanted);
  }
  if (got > 0) position_ += got;
  return static_cast<int>(got);
}

int ByteReader::read_packet(void* self, std::uint8_t* out, int size) {
  const int got = static_cast<ByteReader*>(self)->read_some(out, size);
  if (got < 0) return errno == ECANCELED ? AVERROR_EXIT : AVERROR(errno);
  return got == 0 ? AVERROR_EOF : got;
}

std::int64_t ByteReader::seek(void* self, std::int64_t offset, int whence) {
  auto& reader = *static_cast<ByteReader*>(self);
  switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE:
      return reader.size_;
    case SEEK_SET:
      break;
    case SEEK_CUR:
      offset += reader.position_;
      break;
    case SEEK_END:
      offset += reader.size_;
      break;
    default:
      return AVERROR(EINVAL);
  }
  if (offset < 0) return AVERROR(EINVAL);
  return reader.position_ = offset;
}

std::vector<std::uint8_t> ByteReader::read_all(std::size_t most) {
  std::vector<std::uint8_t> bytes;
  std::uint8_t block[16 * 1024];
  for (int got = 0; (got = read_some(block, sizeof(block))) > 0;) {
    bytes.insert(bytes.end(), block, block + got);
    if (bytes.size() > most) {
      throw Error(ErrorKind::kInput,
                  fmt::format("cannot read {}: found more than {} MiB, expected less for a format "
                              "that has to be held in memory; convert it to mp4 first",
                              in_quotes(path_), most / (1024 * 1024)));
    }
  }
  if (progress_ != nullptr) progress_->check_cancelled();
  return bytes;
}

}  // namespace praxiscope

#include "pipeline/chunk.h"

#include "praxiscope/error.h"

#include <gtest/gtest.h>

#include <limits>

namespace praxiscope {
namespace {

/// Gives `frames` frames, 1 s apart, that all show one picture of so many bytes.
class FakeSource : public FrameSource {
 public:
  FakeSource(std::int64_t frames, std::size_t bytes) : frames_(frames) {
    auto picture = std::make_shared<Picture>();
    picture->width = picture->height = 1;
    picture->rgb.resize(bytes);
    picture_ = picture;
  }
  const MediaInfo& info() const override { return info_; }
  std::optional<Frame> next() override {
    if (given_ == frames_) return std::nullopt;
    Frame frame{.picture = picture_,
                .pts = Rational::of(given_),
                .duration = Rational::of(1),
                .index = given_};
    ++given_;
    return frame;
  }
  std::vector<std::string> take_warnings() override {
    return given_ == 1 ? std::vector<std::string>{"damaged"} : std::vector<std::string>{};
  }

 private:
  MediaInfo info_;
  std::int64_t frames_, given_ = 0;
  std::shared_ptr<const Picture> picture_;
};

/// A clip every `length` frames from `begin` on; `at_end` more when the source has ended.
class FakeCutter : public ClipCutter {
 public:
  std::vector<std::string> take_warnings() override { return {}; }
  FakeCutter(std::int64_t begin, std::int64_t length, int at_end)
      : begin_(begin), length_(length), at_end_(at_end) {}
  std::vector<Clip> push(const Frame& frame) override {
    if (frame.index + 1 < begin_ + length_) return {};
    begin_ += length_;
    return {make(begin_ - length_)};
  }
  std::vector<Clip> finish() override {
    ++finished_;
    std::vector<Clip> clips;
    for (int i = 0; i < at_end_; ++i) clips.push_back(make(begin_ + i));
    begin_ = std::numeric_limits<std::int64_t>::max();
    return clips;
  }
  std::int64_t next_begin() const override { return begin_; }
  int finished_ = 0;

 private:
  Clip make(std::int64_t begin) {
    Clip clip;
    clip.index = index_++;
    clip.source_begin = begin;
    clip.source_end = begin + length_;
    return clip;
  }
  std::int64_t begin_, length_, index_ = 0;
  int at_end_;
};

struct Warnings : Progress {
  void warn(const std::string& message) override { all.push_back(message); }
  std::vector<std::string> all;
};

TEST(ChunkReader, FillsBatchesAndPassesEveryFrameOnce) {
  FakeSource source(10, 3);
  FakeCutter cutter(0, 2, 0);
  Warnings progress;
  ChunkReader reader(source, cutter, 2, true, progress);
  std::int64_t frame = 0, clip = 0;
  std::vector<std::size_t> sizes;
  while (std::optional<Chunk> chunk = reader.next()) {
    for (const Frame& f : chunk->frames) EXPECT_EQ(f.index, frame++);
    for (const Clip& c : chunk->clips) EXPECT_EQ(c.index, clip++);
    sizes.push_back(chunk->clips.size());
    EXPECT_EQ(chunk->is_last,
              frame == 10 && chunk->frames.empty() == (sizes.size() == 4) && clip == 5);
  }
  EXPECT_EQ(frame, 10);
  EXPECT_EQ(clip, 5);
  EXPECT_EQ(sizes[0], 2U);
  EXPECT_EQ(progress.all, std::vector<std::string>{"damaged"});
}

TEST(ChunkReader, SplitsClipsThatTheEndCompletesTogether) {
  FakeSource source(3, 3);
  FakeCutter cutter(100, 2, 5);
  Progress progress;
  ChunkReader reader(source, cutter, 2, true, progress);
  std::vector<std::size_t> sizes;
  std::vector<bool> lasts;
  std::vector<std::int64_t> finals;
  while (std::optional<Chunk> chunk = reader.next()) {
    sizes.push_back(chunk->clips.size());
    lasts.push_back(chunk->is_last);
    finals.push_back(chunk->final_before);
  }
  EXPECT_EQ(sizes, (std::vector<std::size_t>{2, 2, 1}));
  EXPECT_EQ(lasts, (std::vector<bool>{false, false, true}));
  EXPECT_EQ(finals[0], 102);  // the first clip that waits begins there
  EXPECT_EQ(cutter.finished_, 1);
}

TEST(ChunkReader, PassesLongStretchesWithoutClipsOnInPieces) {
  FakeSource source(300, 1 << 20);
  FakeCutter cutter(290, 5, 0);
  Progress progress;
  ChunkReader reader(source, cutter, 1, true, progress);
  std::size_t most = 0, frames = 0;
  while (std::optional<Chunk> chunk = reader.next()) {
    most = std::max(most, chunk->frames.size());
    frames += chunk->frames.size();
  }
  EXPECT_EQ(frames, 300U);
  EXPECT_LE(most, 66U);  // 64 MiB of 1 MiB pictures
}

/// Most frames in a chunk, and how many clips each of those with clips has.
struct Seen {
  std::size_t most = 0, frames = 0;
  std::vector<std::size_t> clips;
};

Seen read_all(FakeSource& source, ClipCutter& cutter, int batch, bool keep_frames = true) {
  Progress progress;
  ChunkReader reader(source, cutter, batch, keep_frames, progress);
  Seen seen;
  while (std::optional<Chunk> chunk = reader.next()) {
    seen.most = std::max(seen.most, static_cast<std::size_t>(chunk->frames_read));
    seen.frames += static_cast<std::size_t>(chunk->frames_read);
    if (!chunk->clips.empty()) seen.clips.push_back(chunk->clips.size());
  }
  return seen;
}

TEST(ChunkReader, CutsABatchShortBeforeItsFramesPileUp) {
  FakeSource source(1000, 1 << 20);
  FakeCutter cutter(0, 100, 0);
  const Seen seen = read_all(source, cutter, 16);
  EXPECT_EQ(seen.frames, 1000U);
  EXPECT_LE(seen.most, 258U);  // 256 MiB of 1 MiB pictures
  EXPECT_EQ(seen.clips, (std::vector<std::size_t>{3, 3, 3, 1}));
}

TEST(ChunkReader, BatchesDoNotDependOnWhetherFramesAreKept) {
  FakeSource kept(1000, 1 << 20), dropped(1000, 1 << 20);
  FakeCutter a(0, 100, 0), b(0, 100, 0);
  EXPECT_EQ(read_all(kept, a, 16, true).clips, read_all(dropped, b, 16, false).clips);
}

/// One clip and no more.
class OneClip : public FakeCutter {
 public:
  OneClip() : FakeCutter(0, 10, 0) {}
  std::vector<Clip> push(const Frame& frame) override {
    return is_given() ? std::vector<Clip>{} : FakeCutter::push(frame);
  }
  std::int64_t next_begin() const override {
    return is_given() ? std::numeric_limits<std::int64_t>::max() : FakeCutter::next_begin();
  }

 private:
  bool is_given() const { return FakeCutter::next_begin() > 0; }
};

TEST(ChunkReader, DoesNotWaitForClipsThatWillNotCome) {
  FakeSource source(1000, 1 << 20);
  OneClip cutter;
  Progress progress;
  ChunkReader reader(source, cutter, 16, true, progress);
  const std::optional<Chunk> first = reader.next();
  EXPECT_EQ(first->clips.size(), 1U);
  EXPECT_EQ(first->frames.size(), 10U);
  EXPECT_LE(reader.next()->frames.size(), 66U);
}

TEST(ChunkReader, StopsWhenCancelled) {
  FakeSource source(10, 3);
  FakeCutter cutter(0, 2, 0);
  Progress progress;
  ChunkReader reader(source, cutter, 2, true, progress);
  progress.cancel();
  try {
    reader.next();
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kCancelled);
  }
}

}  // namespace
}  // namespace praxiscope

// Chunk: what travels down the oneTBB line: one batch of clips and the source frames that were read
// for it.
#pragma once

#include "sink/sink.h"

#include "praxiscope/media.h"
#include "praxiscope/render.h"

#include <memory>
#include <optional>
#include <vector>

namespace praxiscope {

/// One source frame that is ready to be drawn; no later clip can change its map.
struct AnnotatedFrame {
  Frame frame;
  std::vector<TileState> tiles;
  std::vector<ClassScore> bars;
  std::shared_ptr<const ScoreTimeline> timeline;  ///< as known when the frame became ready
  float strength = 0;                             ///< largest finite |value| of the first map
};

struct Chunk {
  std::vector<Frame> frames;  ///< read by this chunk, in order; empty when no picture is drawn
  std::vector<Clip> clips;
  std::vector<ClipResult> results;        ///< one a clip, after the network
  std::vector<AnnotatedFrame> annotated;  ///< after the join
  std::int64_t frames_read = 0;
  std::int64_t final_before = 0;  ///< no later clip contains a source frame before this index; the
                                  ///< largest there is: no clip will come
  bool is_last = false;
};

/// Reads frames and cuts clips until a batch is full, or cannot get fuller, or so many bytes of
/// frames were read that they must go on: chunks hold a bounded number of bytes wherever the clips
/// lie. Whether the frames are kept does not change how clips are batched. Not thread-safe.
class ChunkReader {
 public:
  ChunkReader(FrameSource& source, ClipCutter& cutter, int batch, bool keep_frames,
              Progress& progress)
      : source_(source),
        cutter_(cutter),
        batch_(batch),
        keep_frames_(keep_frames),
        progress_(progress) {}

  /// The next chunk; nothing after the last one. @throws Error kInput, kCancelled.
  std::optional<Chunk> next();

 private:
  FrameSource& source_;
  ClipCutter& cutter_;
  int batch_;
  bool keep_frames_;
  Progress& progress_;
  bool is_read_ = false;       ///< the source has ended
  bool is_done_ = false;       ///< and nothing waits
  std::vector<Clip> waiting_;  ///< clips beyond a full batch
};

}  // namespace praxiscope

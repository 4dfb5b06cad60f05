#include "figure/pdf_pack.h"

#include "praxiscope/error.h"

#include <zlib.h>

namespace praxiscope::figure {
namespace {

void check(int status, int expected) {
  if (status != expected)
    throw Error(ErrorKind::kInternal,
                "cannot pack a stream of a PDF file: zlib says " + std::to_string(status));
}

}  // namespace

void Packer::End::operator()(z_stream_s* stream) const {
  deflateEnd(stream);
  delete stream;
}

Packer::Packer() {
  auto stream = std::make_unique<z_stream>();
  // Differences of smooth rows: looking for repetitions longer than runs wins 3 % for twice the
  // time. The small window and table are enough for maps, and are soon cleared.
  constexpr int kWindowBits = 12, kMemory = 5;
  check(deflateInit2(stream.get(), Z_DEFAULT_COMPRESSION, Z_DEFLATED, kWindowBits, kMemory, Z_RLE),
        Z_OK);
  stream_.reset(stream.release());
}

std::string Packer::pack(std::string_view bytes) {
  check(deflateReset(stream_.get()), Z_OK);
  std::string out(deflateBound(stream_.get(), bytes.size()), '\0');
  stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream_->avail_in = static_cast<uInt>(bytes.size());
  stream_->next_out = reinterpret_cast<Bytef*>(out.data());
  stream_->avail_out = static_cast<uInt>(out.size());
  check(deflate(stream_.get(), Z_FINISH), Z_STREAM_END);
  out.resize(out.size() - stream_->avail_out);
  return out;
}

}  // namespace praxiscope::figure

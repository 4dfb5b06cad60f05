// Pictures to JPEG bytes and back, by libjpeg. See praxiscope/figure.h.
#include "figure/jpeg.h"

#include "praxiscope/error.h"
#include "praxiscope/figure.h"

#include <fmt/format.h>
#include <jpeglib.h>

#include <csetjmp>
#include <cstdio>
#include <cstdlib>

namespace praxiscope {
namespace {

/// libjpeg reports errors by a call that must not return.
struct Failure {
  jpeg_error_mgr manager;
  std::jmp_buf jump;
  char message[JMSG_LENGTH_MAX];
};

void on_error(j_common_ptr info) {
  auto* failure = reinterpret_cast<Failure*>(info->err);
  info->err->format_message(info, failure->message);
  std::longjmp(failure->jump, 1);
}

/// A library prints nothing.
void on_warning(j_common_ptr) {}

jpeg_error_mgr* handle_errors(Failure& failure) {
  jpeg_std_error(&failure.manager);
  failure.manager.error_exit = &on_error;
  failure.manager.output_message = &on_warning;
  return &failure.manager;
}

}  // namespace

FigurePicture encode_picture(const Picture& picture, int quality) {
  FigurePicture out{.width = picture.width, .height = picture.height, .jpeg = ""};
  jpeg_compress_struct info{};
  Failure failure{};
  info.err = handle_errors(failure);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  if (setjmp(failure.jump) != 0) {
    jpeg_destroy_compress(&info);
    std::free(bytes);
    throw Error(ErrorKind::kInternal, fmt::format("cannot store a picture of {}x{} px as JPEG: {}",
                                                  picture.width, picture.height, failure.message));
  }
  jpeg_create_compress(&info);
  jpeg_mem_dest(&info, &bytes, &size);
  info.image_width = static_cast<JDIMENSION>(picture.width);
  info.image_height = static_cast<JDIMENSION>(picture.height);
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  info.optimize_coding = TRUE;
  jpeg_start_compress(&info, TRUE);
  const std::size_t row_bytes = static_cast<std::size_t>(picture.width) * 3;
  while (info.next_scanline < info.image_height) {
    auto* row = const_cast<JSAMPROW>(picture.rgb.data() + info.next_scanline * row_bytes);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  out.jpeg.assign(reinterpret_cast<char*>(bytes), size);
  jpeg_destroy_compress(&info);
  std::free(bytes);
  return out;
}

std::string figure::decode_jpeg(std::string_view bytes, const PixelRows& rows) {
  jpeg_decompress_struct info{};
  Failure failure{};
  info.err = handle_errors(failure);
  if (setjmp(failure.jump) != 0) {
    jpeg_destroy_decompress(&info);
    return failure.message;
  }
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_read_header(&info, TRUE);
  if (static_cast<int>(info.image_width) != rows.width ||
      static_cast<int>(info.image_height) != rows.height) {
    jpeg_destroy_decompress(&info);
    return "it has another size";
  }
  info.out_color_space = JCS_EXT_BGRX;
  jpeg_start_decompress(&info);
  while (info.output_scanline < info.output_height) {
    JSAMPROW row = rows.data + static_cast<std::ptrdiff_t>(info.output_scanline) * rows.stride;
    jpeg_read_scanlines(&info, &row, 1);
  }
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
  return "";
}

}  // namespace praxiscope

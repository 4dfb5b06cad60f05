// The labels of the samples.
#include "figure/sample.h"

#include <fmt/format.h>

namespace praxiscope::test {

std::vector<std::string> odd_labels() {
  std::string lengthy = "a label of three hundred characters";
  while (lengthy.size() < 300) lengthy += ", and more of it";
  return {"say \"cheese\" (it's ok)",
          "back\\slash) (paren \\",
          "two\nlines\r\nthree\ttabs",
          "</script><script>alert(1)</script>",
          "<b>&amp; ${x} %s {0}",
          "\xD7\xA0\xD7\x92\xD7\x99\xD7\xA0\xD7\x94 \xD7\x91\xD7\xA6'\xD7\x9C\xD7\x95",  // Hebrew
          "\xD8\xB9\xD8\xB2\xD9\x81 \xD8\xA7\xD9\x84\xD8\xB9\xD9\x88\xD8\xAF",           // Arabic
          "\xE6\x8B\x89\xE5\xB0\x8F\xE6\x8F\x90\xE7\x90\xB4",                            // Chinese
          "\xF0\x9F\x8E\xBB\xF0\x9F\x91\xA9\xF0\x9F\x8F\xBD\xE2\x80\x8D\xF0\x9F\x8E\xA4",  // emoji
          std::string("broken \xFF\xC3 bytes \0 in it", 23),
          lengthy};
}

std::vector<std::string> many_labels(int count) {
  std::vector<std::string> labels;
  for (int i = 1; i <= count; ++i)
    labels.push_back(i % 3 == 2 ? fmt::format("a much longer name of action {}, held still", i)
                                : fmt::format("action {}", i));
  return labels;
}

}  // namespace praxiscope::test

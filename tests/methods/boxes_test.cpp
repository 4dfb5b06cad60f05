// Boxes as users write them, and whether a sweep leaves anything out.
#include "methods/support/boxes.h"

#include <gtest/gtest.h>

#include <map>

namespace praxiscope::testing {
namespace {

using methods::Box;
using methods::Extent;
using methods::find_extent;
using methods::sweep_over;

TEST(Boxes, AreWrittenByWhatTheyLimit) {
  EXPECT_EQ(find_extent("4"), (Extent{4, std::nullopt, std::nullopt}));
  EXPECT_EQ(find_extent("16x8"), (Extent{std::nullopt, 16, 8}));
  EXPECT_EQ(find_extent("4x16x8"), (Extent{4, 16, 8}));
  for (const char* wrong : {"", "x", "0", "-1", "4x", "x4", "4x16x16x2", "4.5", "4 x 4", "four",
                            "99999999999999999999", "2000000"}) {
    EXPECT_FALSE(find_extent(wrong)) << wrong;
  }
}

TEST(Boxes, CoverEveryCellAndStayInside) {
  const std::array<std::int64_t, 3> clip{5, 7, 8};
  for (const std::array<std::int64_t, 3>& size :
       {std::array<std::int64_t, 3>{2, 3, 4}, {1, 1, 1}, {5, 7, 8}, {4, 5, 3}}) {
    for (const std::int64_t part : {1, 2}) {
      std::array<std::int64_t, 3> stride{};
      for (std::size_t a = 0; a < 3; ++a) stride[a] = std::max<std::int64_t>(1, size[a] / part);
      std::map<std::array<std::int64_t, 3>, int> covered;
      for (const Box& box : sweep_over(clip, size, stride)) {
        EXPECT_EQ(box.size, size);
        for (std::int64_t t = 0; t < size[0]; ++t)
          for (std::int64_t y = 0; y < size[1]; ++y)
            for (std::int64_t x = 0; x < size[2]; ++x)
              ++covered[{box.begin[0] + t, box.begin[1] + y, box.begin[2] + x}];
      }
      EXPECT_EQ(covered.size(), 5u * 7 * 8);
      EXPECT_EQ(covered.begin()->first, (std::array<std::int64_t, 3>{0, 0, 0}));
      EXPECT_EQ(covered.rbegin()->first, (std::array<std::int64_t, 3>{4, 6, 7}));
    }
  }
}

TEST(Boxes, LongerThanTheClipAreCut) {
  const std::vector<Box> boxes = sweep_over({2, 4, 4}, {16, 2, 4}, {8, 2, 4});
  ASSERT_EQ(boxes.size(), 2u);
  EXPECT_EQ(boxes[1].size, (std::array<std::int64_t, 3>{2, 2, 4}));
  EXPECT_EQ(boxes[1].begin, (std::array<std::int64_t, 3>{0, 2, 0}));
}

}  // namespace
}  // namespace praxiscope::testing

// Annotations as text, and which input a name means.
#include "studies/annotating.h"

#include <gmock/gmock.h>

namespace praxiscope::studies::annotating {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(AnnotationText, BoxesCountFramesFromOne) {
  const Folder folder;
  const std::string path = folder.write("boxes.txt",
                                        "# made by hand\n"
                                        "\n"
                                        "v/a.avi 1 10 20 30 40\n"
                                        "v/a.avi 7 1.5 2 3 4\r\n"
                                        "v/a.avi 7 5 6 7 8\n"
                                        "v/a.avi 8 0 0 0 0\n");
  const InputTruth truth = load(path, "some/v/a.avi");
  ASSERT_EQ(truth.frames.size(), 3U);
  EXPECT_DOUBLE_EQ(box_of(truth.frames.at(0)[0]).begin.x, 10);
  EXPECT_DOUBLE_EQ(box_of(truth.frames.at(0)[0]).begin.y, 20);
  EXPECT_DOUBLE_EQ(box_of(truth.frames.at(0)[0]).end.x, 40);
  EXPECT_DOUBLE_EQ(box_of(truth.frames.at(0)[0]).end.y, 60);
  EXPECT_EQ(truth.frames.at(6).size(), 2U);
  EXPECT_TRUE(truth.frames.at(7).empty()) << "known to show nothing";
  EXPECT_EQ(truth.frames.at(0)[0].of, Size{}) << "pixels of the source";
  EXPECT_TRUE(truth.intervals.empty());
}

TEST(AnnotationText, SizeHoldsForTheBoxesBelow) {
  const Folder folder;
  const InputTruth truth = load(folder.write("boxes.txt",
                                             "a.avi 1 0 0 9 9\n"
                                             "# size 320x240\n"
                                             "a.avi 2 0 0 9 9\n"),
                                "a.avi");
  EXPECT_EQ(truth.frames.at(0)[0].of, Size{});
  EXPECT_EQ(truth.frames.at(1)[0].of, (Size{240, 320}));
}

TEST(AnnotationText, ActionsAreExactAndPathsMayHoldSpaces) {
  const Folder folder;
  const InputTruth truth = load(folder.write("when.txt",
                                             "my  clip.mp4 0.1 2\n"
                                             "my  clip.mp4 3.25 4.000001\n"),
                                "my  clip.mp4");
  ASSERT_EQ(truth.intervals.size(), 2U);
  EXPECT_EQ(truth.intervals[0].begin_s, Rational(1, 10));
  EXPECT_EQ(truth.intervals[0].end_s, Rational::of(2));
  EXPECT_EQ(truth.intervals[1].begin_s, Rational(13, 4));
  EXPECT_EQ(truth.intervals[1].end_s, Rational(4000001, 1000000));
  EXPECT_TRUE(truth.frames.empty());
}

TEST(AnnotationText, APathMayBeANumber) {
  const Folder folder;
  const std::string path = folder.write("all.txt", "0001 3 1 2 3 4\n0001 0.5 1\n");
  const InputTruth truth = load(path, "videos/0001.mp4");
  EXPECT_EQ(truth.frames.count(2), 1U);
  EXPECT_EQ(truth.intervals.size(), 1U);
}

TEST(AnnotationText, NamesFileAndLineOfWhatIsWrong) {
  const Folder folder;
  const auto error = [&](const std::string& line) {
    return load_error(folder.write("wrong.txt", "a.avi 1 0 0 9 9\n" + line + "\n"), {"a.avi"});
  };
  EXPECT_THAT(error("a.avi 1 2 3"), AllOf(HasSubstr("wrong.txt\":2: found \"a.avi 1 2 3\""),
                                          HasSubstr("expected \"path frame x y dx dy\"")));
  EXPECT_THAT(error("a.avi"), HasSubstr("expected \"path frame x y dx dy\""));
  EXPECT_THAT(error("a.avi 0 1 2 3 4"), HasSubstr("found frame 0, expected a whole number from 1"));
  EXPECT_THAT(error("a.avi 1.5 1 2 3 4"), HasSubstr("found frame 1.5"));
  EXPECT_THAT(error("a.avi 1 1 2 0 4"),
              HasSubstr("found a box of 0 x 4 px, expected both above 0"));
  EXPECT_THAT(error("a.avi 1 1 2 -3 4"), HasSubstr("found a box of -3 x 4 px"));
  EXPECT_THAT(error("a.avi 2 1"),
              HasSubstr("an action from 2 s to 1 s, expected 0 <= begin < end"));
  EXPECT_THAT(error("a.avi 1 1"), HasSubstr("expected 0 <= begin < end"));
  EXPECT_THAT(error("a.avi -1 1"), HasSubstr("expected 0 <= begin < end"));
  EXPECT_THAT(error("a.avi 1 nan"), HasSubstr("expected \"path frame"));
  EXPECT_THAT(error("# size 320"), HasSubstr("expected \"# size WIDTHxHEIGHT\" in px"));
  EXPECT_THAT(error("# size 320x0"), HasSubstr("expected \"# size WIDTHxHEIGHT\" in px"));
  EXPECT_THAT(error("b.avi 0 1 2 3 4"), HasSubstr("found frame 0"))
      << "of no input, and still wrong";
}

TEST(Annotations, NameWhatIsNotThere) {
  const Folder folder;
  EXPECT_THAT(load_error(folder.path("none.txt"), {"a.avi"}),
              AllOf(HasSubstr("none.txt"), HasSubstr("found nothing there")));
  EXPECT_THAT(load_error(folder.path("none.json"), {"a.avi"}), HasSubstr("found nothing there"));
}

TEST(AnnotationNames, FitTheEndsOfInputs) {
  const Folder folder;
  const std::string path = folder.write("boxes.txt",
                                        "a.avi 1 0 0 1 1\n"
                                        "y/b.avi 1 0 0 2 2\n"
                                        "x/b 1 0 0 3 3\n"
                                        "./x/./b.avi 2 0 0 3 3\n"
                                        "../../c.avi 1 0 0 4 4\n");
  Warnings warnings;
  const std::vector<std::string> inputs{"in/a.avi", "x/b.avi", "y/b.avi", "c.avi", "d.avi"};
  const Annotations found = load_annotations({path}, inputs, warnings);
  EXPECT_TRUE(warnings.all.empty());
  const auto width = [&](const std::string& input) {
    return box_of(found.find(input, warnings)->frames.at(0)[0]).end.x;
  };
  EXPECT_EQ(width("in/a.avi"), 1);
  EXPECT_EQ(width("x/b.avi"), 3) << "without its ending";
  EXPECT_EQ(width("y/b.avi"), 2);
  EXPECT_EQ(width("c.avi"), 4);
  EXPECT_EQ(found.find("x/b.avi", warnings)->frames.size(), 2U) << "they add up";
  EXPECT_TRUE(found.has("./in/../in/a.avi")) << "another name of the same path";
  EXPECT_FALSE(found.has("d.avi"));
  EXPECT_FALSE(found.find("d.avi", warnings));
}

TEST(AnnotationNames, WholeFileNamesGoFirst) {
  const Folder folder;
  const std::string path = folder.write("boxes.txt", "a.mp4 1 0 0 1 1\n");
  Warnings warnings;
  const Annotations found = load_annotations({path}, {"a.mp4", "a.mp4.avi"}, warnings);
  EXPECT_TRUE(found.has("a.mp4"));
  EXPECT_FALSE(found.has("a.mp4.avi"));
}

TEST(AnnotationNames, ThatFitSeveralInputsAreAnError) {
  const Folder folder;
  const std::string path = folder.write("boxes.txt", "b.avi 1 0 0 1 1\n");
  EXPECT_THAT(load_error(path, {"x/b.avi", "y/b.avi"}),
              AllOf(HasSubstr("boxes.txt\":1: found \"b.avi\", which fits 2 inputs"),
                    HasSubstr("write more of its folders")));
  EXPECT_EQ(load_error(path, {"x/b.avi", "x/b.avi", "./x/b.avi"}), "no error") << "one input";
}

TEST(AnnotationNames, ThatFitNoInputGiveOneWarning) {
  const Folder folder;
  const std::string path = folder.write("boxes.txt",
                                        "p.avi 1 0 0 1 1\n"
                                        "p.avi 2 0 0 1 1\n"
                                        "z/a.avi 1 0 0 1 1\n"
                                        "a.avi 1 0 0 1 1\n");
  Warnings warnings;
  const Annotations found = load_annotations({path}, {"in/a.avi"}, warnings);
  EXPECT_THAT(warnings.all,
              ElementsAre(AllOf(HasSubstr("boxes.txt\": found 2 names that fit no input"),
                                HasSubstr("the first: \"p.avi\""))));
  EXPECT_TRUE(found.has("in/a.avi"));
  EXPECT_EQ(found.find("in/a.avi", warnings)->frames.size(), 1U);
}

TEST(AnnotationNames, FoldersAndPatternsAreInputsToo) {
  const Folder folder;
  const std::string path = folder.write("boxes.txt", "frames 1 0 0 1 1\nimg_%05d.jpg 1 0 0 1 1\n");
  Warnings warnings;
  const Annotations found = load_annotations({path}, {"v/frames/", "w/img_%05d.jpg"}, warnings);
  EXPECT_TRUE(warnings.all.empty());
  EXPECT_TRUE(found.has("v/frames"));
  EXPECT_TRUE(found.has("w/img_%05d.jpg"));
  EXPECT_TRUE(load_annotations({}, {"a"}, warnings).is_empty());
}

}  // namespace
}  // namespace praxiscope::studies::annotating

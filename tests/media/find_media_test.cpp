// What an INPUT argument stands for: folders, sequences, lists, globs, and names as they are.
#include "media/support.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace praxiscope::testing {
namespace {

using ::testing::HasSubstr;

/// Names below a folder, made empty.
class FindMedia : public ::testing::Test {
 protected:
  void make(const std::vector<std::string>& names) const {
    for (const std::string& name : names) {
      std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
      std::ofstream(path(name)) << "x";
    }
  }
  std::string path(const std::string& name) const { return folder_.path(name); }
  std::vector<std::string> paths(const std::vector<std::string>& names) const {
    std::vector<std::string> all;
    for (const std::string& name : names) all.push_back(path(name));
    return all;
  }
  std::string error_of(const std::string& input) const {
    try {
      find_media(input);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInput);
      return error.what();
    }
    ADD_FAILURE() << "nothing was thrown";
    return "";
  }
  TemporaryFolder folder_;
};

TEST_F(FindMedia, FoldersAndGlobsInNaturalOrder) {
  make({"v10.mp4", "v9.mp4", "sub/x.avi", "notes.txt", ".hidden.mp4"});
  EXPECT_EQ(find_media(path("")), paths({"sub/x.avi", "v9.mp4", "v10.mp4"}));
  EXPECT_EQ(find_media(path("v*.mp4")), paths({"v9.mp4", "v10.mp4"}));
  EXPECT_EQ(find_media(path("*")), paths({"sub/x.avi", "v9.mp4", "v10.mp4"}));
}

TEST_F(FindMedia, AFolderOfPicturesIsOneSequence) {
  make({"frames/1.jpg", "frames/2.PNG", "frames/notes.txt"});
  EXPECT_EQ(find_media(path("frames")), paths({"frames"}));
  EXPECT_EQ(find_media(path("frames/")), paths({"frames/"}));
  EXPECT_EQ(find_media(path("")), paths({"frames"})) << "below another folder too";
  make({"frames/3.mp4"});
  EXPECT_EQ(find_media(path("frames")), paths({"frames/1.jpg", "frames/2.PNG", "frames/3.mp4"}));
  make({"one/1.jpg"});
  EXPECT_EQ(find_media(path("one")), paths({"one/1.jpg"}));
  make({"moving/1.gif", "moving/2.gif"});
  EXPECT_EQ(find_media(path("moving")), paths({"moving/1.gif", "moving/2.gif"}));
}

TEST_F(FindMedia, ListsGiveNamesWithLabelsOfManyWords) {
  make({"clip1.mp4", "clip2.mp4", "my clip.mp4", "frames/1.jpg", "frames/2.jpg"});
  std::ofstream(path("list.txt"))
      << "\xef\xbb\xbf# clips\nclip2.mp4 playing cello\r\nclip1.mp4\t3\n\n"
         "my clip.mp4 archery\nframes 250 7\ngone away.mp4 a b\n"
         "img_%05d.jpg 4\n/tmp/absolute.mp4 1\nrtsp://host/x 2\n";
  std::vector<std::string> expected =
      paths({"clip2.mp4", "clip1.mp4", "my clip.mp4", "frames", "gone away.mp4", "img_%05d.jpg"});
  expected.insert(expected.end(), {"/tmp/absolute.mp4", "rtsp://host/x"});
  EXPECT_EQ(find_media(path("list.txt")), expected);
  std::vector<std::string> labels;
  for (const ListedMedium& medium : find_listed_media(path("list.txt")))
    labels.push_back(medium.label);
  EXPECT_EQ(labels, (std::vector<std::string>{"playing cello", "3", "archery", "250 7", "a b", "4",
                                              "1", "2"}));
  EXPECT_EQ(find_listed_media(path("clip1.mp4")).front().label, "");
}

TEST_F(FindMedia, PercentInTheNameOfAFolderOrListIsNoPattern) {
  make({"50%d/a.mp4", "50%d/b.mp4"});
  EXPECT_EQ(find_media(path("50%d")), paths({"50%d/a.mp4", "50%d/b.mp4"}));
  std::ofstream(path("100%d.txt")) << "a.mp4\n";
  EXPECT_EQ(find_media(path("100%d.txt")), paths({"a.mp4"}));
}

TEST_F(FindMedia, WhatIsNoFolderListOrGlobStaysAsItIs) {
  make({"it's [1].mp4", "text.pdf"});
  for (const std::string& name :
       {std::string("-"), std::string("http://host/a?b=*"), path("img_%05d.jpg"),
        path("missing.mp4"), path("it's [1].mp4"), path("text.pdf")}) {
    EXPECT_EQ(find_media(name), std::vector<std::string>{name});
  }
}

TEST_F(FindMedia, SaysWhatIsWrong) {
  make({"empty/notes.md"});
  EXPECT_THAT(error_of(path("empty")), HasSubstr("no media in"));
  EXPECT_THAT(error_of(path("*.avi")), HasSubstr("no file matches"));
  EXPECT_THAT(error_of(path("em*")), HasSubstr("no media in"));
  std::ofstream(path("none.txt")) << "# nothing\n";
  EXPECT_THAT(error_of(path("none.txt")), HasSubstr("expected `path label` on each line"));
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  ::chmod(path("none.txt").c_str(), 0);
  EXPECT_THAT(error_of(path("none.txt")), HasSubstr("Permission denied"));
}

}  // namespace
}  // namespace praxiscope::testing

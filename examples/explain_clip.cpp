// Explains one video from C++: example_explain_clip MODEL VIDEO OUT.mp4
#include <praxiscope/error.h>
#include <praxiscope/explain.h>

#include <iostream>

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: example_explain_clip MODEL VIDEO OUT.mp4\n";
    return 2;
  }
  try {
    praxiscope::ExplainOptions options;
    options.source.model = argv[1];
    options.methods = praxiscope::parse_methods("grad_cam_pp");
    options.outputs = {argv[3]};
    praxiscope::Progress progress;  // derive from it to hear of progress and warnings, or to cancel
    const praxiscope::Explanation result = praxiscope::explain(argv[2], options, progress);
    std::cout << result.top.at(0).label << " " << result.top.at(0).probability << "\n";
  } catch (const praxiscope::Error& error) {
    std::cerr << "error: " << error.what() << "\n";
    return error.exit_code();
  }
}

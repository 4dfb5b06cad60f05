# Makes the table of rooms: every <stem>.cpp in src/methods that is not skeleton defines `const MethodInfo <stem>`;
# the generated file lists their addresses in alphabetical order. A new file appears after a plain rebuild; a file that does
# not define its name is a link error that says which one. See doc/adr/0002-generated-room-table.md.
#
#   praxiscope_rooms(NAMESPACE methods TYPE MethodInfo HEADER praxiscope/method.h OUTPUT rooms.cpp STEMS result)

function(praxiscope_rooms)
  cmake_parse_arguments(ARG "" "NAMESPACE;TYPE;HEADER;OUTPUT;STEMS" "SKELETON" ${ARGN})
  file(GLOB files CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  set(stems "")
  foreach(file ${files})
    get_filename_component(stem "${file}" NAME_WE)
    if(NOT stem IN_LIST ARG_SKELETON)
      list(APPEND stems ${stem})
    endif()
  endforeach()
  list(SORT stems)
  set(declarations "")
  set(entries "")
  foreach(stem ${stems})
    string(APPEND declarations "extern const ${ARG_TYPE} ${stem};\n")
    string(APPEND entries "    &${stem},\n")
  endforeach()
  set(text "// Made by cmake/Rooms.cmake from the files of this folder.\n#include \"${ARG_HEADER}\"\n\n#include <span>\n\nnamespace praxiscope::${ARG_NAMESPACE} {\n${declarations}\nstd::span<const ${ARG_TYPE}* const> all_rooms() {\n  static const ${ARG_TYPE}* const table[] = {\n${entries}  };\n  return table;\n}\n}  // namespace praxiscope::${ARG_NAMESPACE}\n")
  file(CONFIGURE OUTPUT "${ARG_OUTPUT}" CONTENT "${text}" @ONLY)
  set(${ARG_STEMS} ${stems} PARENT_SCOPE)
endfunction()

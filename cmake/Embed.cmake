# Text files as constants of C++, made anew when one of them changes.
#
#   praxiscope_embed(HEADER figure/html_parts.h NAMESPACE praxiscope::figure OUTPUT parts.cpp
#                    PARTS kScript=html/data.js,html/main.js kStyle=html/style.css)
#
# `OUTPUT` defines each `const std::string_view <name>` that the header declares: its files, one after the other.

if(CMAKE_SCRIPT_MODE_FILE)  # cmake -D OUTPUT= -D HEADER= -D NAMESPACE= -D FOLDER= -D PARTS= -P Embed.cmake
  set(text "// Made by cmake/Embed.cmake.\n#include \"${HEADER}\"\n\nnamespace ${NAMESPACE} {\n")
  string(REPLACE "|" ";" PARTS "${PARTS}")
  foreach(part IN LISTS PARTS)
    string(REGEX MATCH "^([A-Za-z_]+)=(.*)$" matched "${part}")
    string(REPLACE "," ";" files "${CMAKE_MATCH_2}")
    string(APPEND text "\nconst std::string_view ${CMAKE_MATCH_1} =")
    foreach(file IN LISTS files)
      file(READ "${FOLDER}/${file}" content)
      string(APPEND text "\n    R\"embedded(${content})embedded\"")
    endforeach()
    string(APPEND text ";\n")
  endforeach()
  file(WRITE "${OUTPUT}" "${text}\n}  // namespace ${NAMESPACE}\n")
  return()
endif()

set(PRAXISCOPE_EMBED_SCRIPT "${CMAKE_CURRENT_LIST_FILE}")

function(praxiscope_embed)
  cmake_parse_arguments(ARG "" "HEADER;NAMESPACE;OUTPUT" "PARTS" ${ARGN})
  set(files "")
  foreach(part IN LISTS ARG_PARTS)
    string(REGEX REPLACE "^[A-Za-z_]+=" "" part_files "${part}")
    string(REPLACE "," ";" part_files "${part_files}")
    list(APPEND files ${part_files})
  endforeach()
  list(TRANSFORM files PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/")
  string(REPLACE ";" "|" parts "${ARG_PARTS}")
  add_custom_command(OUTPUT "${ARG_OUTPUT}"
    COMMAND "${CMAKE_COMMAND}" "-DOUTPUT=${ARG_OUTPUT}" "-DHEADER=${ARG_HEADER}" "-DNAMESPACE=${ARG_NAMESPACE}"
            "-DFOLDER=${CMAKE_CURRENT_SOURCE_DIR}" "-DPARTS=${parts}" -P "${PRAXISCOPE_EMBED_SCRIPT}"
    DEPENDS ${files} "${PRAXISCOPE_EMBED_SCRIPT}" VERBATIM)
endfunction()

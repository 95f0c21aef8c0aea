# wws_room(NAME SOURCES ... [TESTS ...] [DEPS ...] [PRIVATE ...] [TEST_DEPS ...])
#
# One room: a static library, and a test program of its TESTS, whose cases ctest lists one by one as
# "NAME: ...". NAME is the folder below src/, "http/files"; the targets have '_' for '/':
# wws_http_files and wws_http_files_test. DEPS are what the room's headers need, PRIVATE what stays
# behind its fence, TEST_DEPS what only its tests link; names of rooms are linked as theirs, others
# are taken as CMake targets.
function(wws_room name)
  cmake_parse_arguments(ARG "" "" "SOURCES;TESTS;DEPS;PRIVATE;TEST_DEPS" ${ARGN})
  wws_room_target(target "${name}")
  add_library(${target} STATIC ${ARG_SOURCES})
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${target} PRIVATE wws_flags)
  wws_link(${target} PUBLIC ${ARG_DEPS})
  wws_link(${target} PRIVATE ${ARG_PRIVATE})
  if(ARG_TESTS)
    add_executable(${target}_test ${ARG_TESTS})
    target_link_libraries(${target}_test PRIVATE wws_flags ${target} GTest::gmock GTest::gtest_main)
    wws_link(${target}_test PRIVATE ${ARG_TEST_DEPS} ${ARG_PRIVATE})
    gtest_discover_tests(${target}_test TEST_PREFIX "${name}: " DISCOVERY_TIMEOUT 300
                         PROPERTIES TIMEOUT 120)
  endif()
endfunction()

function(wws_link target visibility)
  foreach(dep IN LISTS ARGN)
    if(dep MATCHES "^[a-z0-9_/]+$" AND IS_DIRECTORY "${PROJECT_SOURCE_DIR}/src/${dep}")
      wws_room_target(dep "${dep}")
    endif()
    target_link_libraries(${target} ${visibility} ${dep})
  endforeach()
endfunction()

# The target of the room NAME, into the variable.
function(wws_room_target variable name)
  string(REPLACE "/" "_" flat "${name}")
  set(${variable} "wws_${flat}" PARENT_SCOPE)
endfunction()

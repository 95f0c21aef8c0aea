# wws_room(NAME SOURCES ... [TESTS ...] [BENCHES ...] [DEPS ...] [PRIVATE ...])
#
# One room: a static library wws_NAME, alias wws::NAME, and a test program wws_NAME_test of its TESTS,
# whose cases ctest lists one by one. DEPS that are names of rooms are linked as wws::DEP; others are
# taken as CMake targets. PRIVATE are vendors that stay behind the room's fence.
function(wws_room name)
  cmake_parse_arguments(ARG "" "" "SOURCES;TESTS;DEPS;PRIVATE;TEST_DEPS" ${ARGN})
  string(REPLACE "/" "_" flat "${name}")
  set(target "wws_${flat}")
  add_library(${target} STATIC ${ARG_SOURCES})
  add_library(wws::${flat} ALIAS ${target})
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${target} PRIVATE wws_flags)
  wws_link(${target} PUBLIC ${ARG_DEPS})
  wws_link(${target} PRIVATE ${ARG_PRIVATE})
  if(ARG_TESTS)
    add_executable(${target}_test ${ARG_TESTS})
    target_link_libraries(${target}_test PRIVATE wws_flags ${target} GTest::gmock GTest::gtest_main)
    wws_link(${target}_test PRIVATE ${ARG_TEST_DEPS} ${ARG_PRIVATE})
    gtest_discover_tests(${target}_test TEST_PREFIX "${name}: " DISCOVERY_TIMEOUT 60
                         PROPERTIES TIMEOUT 120)
  endif()
endfunction()

function(wws_link target visibility)
  foreach(dep IN LISTS ARGN)
    if(dep MATCHES "^[a-z0-9_/]+$" AND NOT EXISTS "${dep}" AND IS_DIRECTORY "${PROJECT_SOURCE_DIR}/src/${dep}")
      string(REPLACE "/" "_" dep "wws_${dep}")
    endif()
    target_link_libraries(${target} ${visibility} ${dep})
  endforeach()
endfunction()

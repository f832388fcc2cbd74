# SPDX-License-Identifier: GPL-3.0-only
# The build rules every target shares: memorykv_library(), memorykv_program(), memorykv_test().
# Build types: Release is what is shipped; RelWithDebInfo is the same code generation with
# assertions, for development; Debug, with MEMORYKV_SANITIZE, for the sanitizers.

set(CMAKE_AUTOMOC ON)
set(CMAKE_AUTORCC ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

include(CheckPIESupported)
check_pie_supported(LANGUAGES CXX)

# Not cached: a ccache that appears later is used from the next configuration on.
find_program(memorykv_ccache ccache NO_CACHE)
if(memorykv_ccache AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${memorykv_ccache})
endif()
if(memorykv_ccache AND NOT CMAKE_C_COMPILER_LAUNCHER)
    set(CMAKE_C_COMPILER_LAUNCHER ${memorykv_ccache})
endif()


add_library(memorykv_rules INTERFACE)
target_compile_features(memorykv_rules INTERFACE cxx_std_20)
target_include_directories(memorykv_rules INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(memorykv_rules INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -fno-omit-frame-pointer
    $<$<BOOL:${MEMORYKV_WERROR}>:-Werror>)
target_compile_definitions(memorykv_rules INTERFACE
    QT_NO_CAST_FROM_ASCII QT_NO_CAST_TO_ASCII QT_NO_CAST_FROM_BYTEARRAY QT_NO_FOREACH QT_NO_KEYWORDS
    QT_NO_URL_CAST_FROM_STRING QT_NO_NARROWING_CONVERSIONS_IN_CONNECT
    QT_DISABLE_DEPRECATED_BEFORE=0x060400
    MEMORYKV_VERSION="${PROJECT_VERSION}")

# Assertions of Qt and of the standard library. Debug has those of Qt by itself.
target_compile_definitions(memorykv_rules INTERFACE
    $<$<CONFIG:RelWithDebInfo>:QT_FORCE_ASSERTS>
    $<$<NOT:$<CONFIG:Release>>:_GLIBCXX_ASSERTIONS>)

# Hardening. _FORTIFY_SOURCE needs optimisation and gets in the way of the sanitizers; some
# compilers define it themselves.
if(NOT MEMORYKV_SANITIZE)
    set(memorykv_optimised $<CONFIG:Release,RelWithDebInfo>)
    target_compile_options(memorykv_rules INTERFACE
        -fstack-protector-strong
        $<${memorykv_optimised}:-U_FORTIFY_SOURCE>
        $<${memorykv_optimised}:-D_FORTIFY_SOURCE=2>)
    target_link_options(memorykv_rules INTERFACE -Wl,-z,relro,-z,now)
endif()

# No path of the building machine in what is shipped.
target_compile_options(memorykv_rules INTERFACE
    $<$<CONFIG:Release>:-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=>)

if(MEMORYKV_SANITIZE)
    list(JOIN MEMORYKV_SANITIZE "," memorykv_sanitizers)
    target_compile_options(memorykv_rules INTERFACE
        -fsanitize=${memorykv_sanitizers} -fno-sanitize-recover=all)
    target_link_options(memorykv_rules INTERFACE -fsanitize=${memorykv_sanitizers})
endif()

# What programs link that keep a store: the allocator. After many frees glibc's malloc() sorts up to
# 10,000 chunks in one call, which takes milliseconds, be a lock held or not. The sanitizers bring
# their own.
add_library(memorykv_allocator INTERFACE)
if(jemalloc_FOUND AND NOT MEMORYKV_SANITIZE)
    target_link_libraries(memorykv_allocator INTERFACE PkgConfig::jemalloc)
    target_sources(memorykv_allocator INTERFACE ${PROJECT_SOURCE_DIR}/server/app/allocator.cpp)
endif()

# memorykv_library(<name> SOURCES <file>... [LINKS <target>...])
function(memorykv_library name)
    cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
    add_library(${name} STATIC ${arg_SOURCES})
    target_link_libraries(${name} PUBLIC memorykv_rules ${arg_LINKS})
endfunction()

# memorykv_program(<name> SOURCES <file>... [LINKS <target>...])
# The program lands in <build folder>/bin.
function(memorykv_program name)
    cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
    add_executable(${name} ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE memorykv_rules ${arg_LINKS})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()

# memorykv_test(<name> SOURCES <file>... [LINKS <target>...] [LABELS <label>...])
# A Qt Test program, run by ctest without a display. Labels with a meaning: "long" runs only with
# ./test --long; "noasan" is left out under the sanitizers.
function(memorykv_test name)
    cmake_parse_arguments(arg "" "" "SOURCES;LINKS;LABELS" ${ARGN})
    add_executable(${name} ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE memorykv_rules ${arg_LINKS} Qt6::Test)
    # The QTRY macros of later versions narrow a number where they are used.
    if(Qt6_VERSION VERSION_GREATER_EQUAL 6.5)
        target_compile_options(${name} PRIVATE -Wno-conversion)
    endif()
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES
        TIMEOUT 300 LABELS "${arg_LABELS}" ENVIRONMENT "QT_QPA_PLATFORM=offscreen")
endfunction()

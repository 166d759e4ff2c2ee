# The warnings every floor and every test is built with.
add_library(project_warnings INTERFACE)
target_compile_options(project_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes
  -Wmissing-prototypes -Wformat=2 -Wvla -fno-common)
if(DYNDNS53_WERROR)
  target_compile_options(project_warnings INTERFACE -Werror)
endif()

if(DYNDNS53_SANITIZE)
  target_compile_options(project_warnings INTERFACE
    -fsanitize=${DYNDNS53_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  target_link_options(project_warnings INTERFACE
    -fsanitize=${DYNDNS53_SANITIZE})
endif()

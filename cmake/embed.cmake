# Writes a C file that holds other files, as they are. Run by a build:
#
#   cmake -DOUT=page_files.c -DHEADER=server/http/page_files.h
#         -DFILES=a.html,b.css -P embed.cmake
#
# The array page_files[] has for each its name, its bytes, and the SHA-256 of
# them, of which an ETag is made.
string(REPLACE "," ";" files "${FILES}")
set(arrays "")
set(rows "")
set(number 0)
foreach(file IN LISTS files)
  cmake_path(GET file FILENAME name)
  file(READ ${file} hex HEX)
  file(SHA256 ${file} hash)
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)"
    "    \\1\n" bytes "${bytes}")
  string(APPEND arrays "static const unsigned char file_${number}[] = {\n${bytes}};\n")
  string(APPEND rows "    {\"${name}\", file_${number}, ${size}, \"\\\"${hash}\\\"\"},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${OUT}
  "/* Made by embed.cmake of the files that it names. */\n"
  "#include \"${HEADER}\"\n\n${arrays}\n"
  "const struct page_file page_files[] = {\n${rows}};\n"
  "const size_t page_files_count = ${number};\n")

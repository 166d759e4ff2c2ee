/* core_files -- keeps this process's memory, which holds tokens and keys, out
 * of core files.
 */
#ifndef BASE_CORE_FILES_H
#define BASE_CORE_FILES_H

/* To be called first of all. A debugger may still be attached. */
void core_files_forbid(void);

#endif

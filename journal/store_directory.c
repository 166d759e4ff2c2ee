#include "journal/store_directory.h"

#include "base/clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>

enum {
    LOCK_PATIENCE_MS = 10000, /* who holds it writes one object */
    LOCK_PAUSE_NS = 5000000,
    PIECE_BYTES = 16 * 1024,
    DIRECTORY_MODE = 0750,
};

static const char lock_name[] = ".lock", new_name[] = ".new";

struct directory {
    atomic_bool interrupted;
    char reason[OBJECT_REASON_MAX_BYTES];
    char path[];
};

void *store_directory_new(const char *path)
{
    size_t bytes = strlen(path) + 1;
    struct directory *directory = calloc(1, sizeof *directory + bytes);

    if (directory != NULL)
        memcpy(directory->path, path, bytes);
    return directory;
}

/* ---- failures ---- */

static enum status status_of(int error)
{
    switch (error) {
    case ENOENT:
        return STATUS_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS:
        return STATUS_DENIED;
    case ENOMEM:
        return STATUS_NOMEM;
    case EISDIR:
    case ELOOP:
    case ENAMETOOLONG:
    case ENOTDIR:
        return STATUS_INVALID;
    default:
        return STATUS_UNAVAILABLE;
    }
}

/* Why not, in words; the status is what errno says. */
static enum status failed(struct directory *directory, const char *what)
{
    int error = errno;

    snprintf(directory->reason, sizeof directory->reason, "%s: %s", what,
             strerrordesc_np(error));
    return status_of(error);
}

static enum status refused(struct directory *directory, enum status status,
                           const char *why)
{
    snprintf(directory->reason, sizeof directory->reason, "%s", why);
    return status;
}

/* To be asked at the beginning of each call, and wherever one may wait. */
static enum status go_on(struct directory *directory)
{
    return atomic_load(&directory->interrupted)
               ? refused(directory, STATUS_UNAVAILABLE, "interrupted")
               : STATUS_OK;
}

/* ---- folders ---- */

/* As far as it is ours to give: root's to the server's. */
static void make_like(int fd, const struct stat *like)
{
    struct stat st;
    mode_t mode;

    if (fstat(fd, &st) != 0)
        return;
    mode = like->st_mode & (S_ISDIR(st.st_mode) ? 0777 : 0666);
    if ((st.st_uid != like->st_uid || st.st_gid != like->st_gid) &&
        fchown(fd, like->st_uid, like->st_gid) != 0)
        mode |= st.st_mode & 0777; /* it stays ours: not to be shut out */
    (void)fchmod(fd, mode);
}

static enum status open_directory(struct directory *directory, bool make,
                                  int *fd)
{
    if (make && mkdir(directory->path, DIRECTORY_MODE) != 0 && errno != EEXIST)
        return failed(directory, "cannot make the directory");
    *fd = open(directory->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return *fd < 0 ? failed(directory, "cannot open the directory") : STATUS_OK;
}

static int open_folder_at(int fd, const char *name)
{
    return openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Makes a folder, for good, with the rights of the one that it is in. */
static int make_folder_at(int fd, const char *name)
{
    struct stat like;
    int made;

    if (mkdirat(fd, name, 0700) != 0 && errno != EEXIST)
        return -1;
    made = open_folder_at(fd, name);
    if (made >= 0 && fstat(fd, &like) == 0) {
        make_like(made, &like);
        fsync(fd);
    }
    return made;
}

/* Opens the folder that a key's last segment, *name, is in. */
static enum status open_folder_of(struct directory *directory, int root,
                                  const char *key, bool make, int *folder,
                                  const char **name)
{
    char segment[OBJECT_KEY_MAX_BYTES + 1];
    int fd = fcntl(root, F_DUPFD_CLOEXEC, 0), next;
    const char *end;

    for (*name = key; fd >= 0 && (end = strchr(*name, '/')) != NULL;
         *name = end + 1) {
        snprintf(segment, sizeof segment, "%.*s", (int)(end - *name), *name);
        next = open_folder_at(fd, segment);
        if (next < 0 && errno == ENOENT && make)
            next = make_folder_at(fd, segment);
        close(fd);
        fd = next;
    }
    *folder = fd;
    return fd < 0 ? failed(directory, "cannot open the object's folder")
                  : STATUS_OK;
}

/* ---- reading ---- */

static bool make_tag(EVP_MD_CTX *hash, struct object_tag *tag)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len;
    char *at = tag->text;

    if (EVP_DigestFinal_ex(hash, digest, &len) != 1)
        return false;
    *at++ = '"';
    for (unsigned i = 0; i < len; i++, at += 2)
        snprintf(at, 3, "%02x", digest[i]);
    memcpy(at, "\"", 2);
    return true;
}

/* Reads to the end; `out` may be NULL. */
static enum status read_pieces(struct directory *directory, int fd,
                               EVP_MD_CTX *hash, struct strbuf *out)
{
    char piece[PIECE_BYTES];
    ssize_t len;

    while ((len = read(fd, piece, sizeof piece)) != 0) {
        if (len < 0 && errno == EINTR)
            continue;
        if (len < 0)
            return failed(directory, "cannot read the object");
        if (EVP_DigestUpdate(hash, piece, (size_t)len) != 1)
            return STATUS_NOMEM;
        if (out == NULL)
            continue;
        if ((size_t)len > out->max_bytes - out->len)
            return refused(directory, STATUS_FULL, "the object is too long");
        strbuf_append(out, span_from(piece, (size_t)len));
        if (!strbuf_ok(out))
            return STATUS_NOMEM;
    }
    return STATUS_OK;
}

/* No file is ever written to once it has its name, so what is read from one
 * descriptor is one object. */
static enum status read_object(struct directory *directory, int folder,
                               const char *name, struct object_tag *tag,
                               struct strbuf *out)
{
    int fd =
        openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    enum status status;
    struct stat st;

    if (fd < 0)
        status = failed(directory, "cannot open the object");
    else if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        status =
            refused(directory, STATUS_INVALID, "the object is no regular file");
    else if (hash == NULL || EVP_DigestInit_ex(hash, EVP_sha256(), NULL) != 1)
        status = STATUS_NOMEM;
    else
        status = read_pieces(directory, fd, hash, out);
    if (status == STATUS_OK && !make_tag(hash, tag))
        status = STATUS_NOMEM;
    EVP_MD_CTX_free(hash);
    if (fd >= 0)
        close(fd);
    return status;
}

static enum status get_from(struct directory *directory, int root,
                            const char *key, struct object_tag *tag,
                            struct strbuf *out)
{
    struct object_tag read;
    const char *name;
    enum status status;
    int folder;

    status = open_folder_of(directory, root, key, false, &folder, &name);
    if (status != STATUS_OK)
        return status;
    status = read_object(directory, folder, name, &read, out);
    close(folder);
    if (status != STATUS_OK)
        return status;
    if (strcmp(read.text, tag->text) == 0)
        return STATUS_UNCHANGED;
    *tag = read;
    return STATUS_OK;
}

static enum status get(void *self, const char *key, struct object_tag *tag,
                       struct strbuf *out)
{
    struct directory *directory = self;
    enum status status = go_on(directory);
    int root;

    if (status == STATUS_OK)
        status = open_directory(directory, false, &root);
    if (status != STATUS_OK)
        return status;
    status = get_from(directory, root, key, tag, out);
    close(root);
    if (status == STATUS_OK || status == STATUS_UNCHANGED)
        directory->reason[0] = '\0';
    return status;
}

/* ---- writing ---- */

/* Waits until nobody else writes. */
static enum status wait_for_lock(struct directory *directory, int fd)
{
    const struct timespec pause = {.tv_nsec = LOCK_PAUSE_NS};
    int64_t give_up_at = clock_now_ms() + LOCK_PATIENCE_MS;
    enum status status;

    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return failed(directory, "cannot lock the directory");
        if (clock_now_ms() >= give_up_at)
            return refused(directory, STATUS_UNAVAILABLE,
                           "another process keeps the directory locked");
        status = go_on(directory);
        if (status != STATUS_OK)
            return status;
        nanosleep(&pause, NULL);
    }
    return STATUS_OK;
}

/* The lock is let go of when *lock is closed. */
static enum status lock_directory(struct directory *directory, int root,
                                  const struct stat *like, int *lock)
{
    enum status status;

    *lock = openat(root, lock_name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
                   0600);
    if (*lock < 0)
        return failed(directory, "cannot open the directory's lock");
    make_like(*lock, like);
    status = wait_for_lock(directory, *lock);
    if (status != STATUS_OK)
        close(*lock);
    return status;
}

static bool write_all(int fd, struct span content)
{
    while (content.len > 0) {
        ssize_t len = write(fd, content.ptr, content.len);

        if (len < 0 && errno == EINTR)
            continue;
        if (len < 0)
            return false;
        content.ptr += len;
        content.len -= (size_t)len;
    }
    return true;
}

/* What an earlier one left there is of nobody who lives: the lock is ours. */
static enum status write_new(struct directory *directory, int root,
                             const struct stat *like, struct span body)
{
    bool written;
    int fd;

    if (unlinkat(root, new_name, 0) != 0 && errno != ENOENT)
        return failed(directory, "cannot remove an unfinished file");
    fd = openat(root, new_name,
                O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return failed(directory, "cannot make a file");
    make_like(fd, like);
    written = write_all(fd, body) && fsync(fd) == 0;
    if (!written)
        (void)failed(directory, "cannot write a file");
    if (close(fd) != 0 && written)
        return failed(directory, "cannot write a file");
    return written ? STATUS_OK : STATUS_UNAVAILABLE;
}

/* Whether the object is as the condition has it. The lock is ours, so it stays so. */
static enum status look(struct directory *directory, int folder,
                        const char *name, enum object_condition condition,
                        const struct object_tag *tag)
{
    static const char changed[] = "somebody else wrote the object first";
    struct object_tag there;
    enum status status;
    struct stat st;

    if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno != ENOENT ? failed(directory, "cannot look at the object")
               : condition == OBJECT_IF_UNCHANGED
                   ? refused(directory, STATUS_CONFLICT, changed)
                   : STATUS_OK;
    if (!S_ISREG(st.st_mode))
        return refused(directory, STATUS_INVALID,
                       "the object is no regular file");
    if (condition == OBJECT_ALWAYS)
        return STATUS_OK;
    if (condition == OBJECT_IF_ABSENT)
        return refused(directory, STATUS_CONFLICT, "there is such an object");
    status = read_object(directory, folder, name, &there, NULL);
    if (status == STATUS_OK && strcmp(there.text, tag->text) != 0)
        return refused(directory, STATUS_CONFLICT, changed);
    return status;
}

/* With the lock. */
static enum status put_locked(struct directory *directory, int root,
                              const struct stat *like,
                              const struct object *object,
                              enum object_condition condition,
                              const struct object_tag *tag)
{
    enum status status;
    const char *name;
    int folder;

    status = open_folder_of(directory, root, object->key, true, &folder, &name);
    if (status != STATUS_OK)
        return status;
    status = look(directory, folder, name, condition, tag);
    if (status == STATUS_OK)
        status = write_new(directory, root, like, object->body);
    if (status == STATUS_OK && renameat(root, new_name, folder, name) != 0)
        status = failed(directory, "cannot give a file its name");
    /* That the name lasts through a power failure. Some file systems cannot. */
    if (status == STATUS_OK)
        fsync(folder);
    close(folder);
    return status;
}

static enum status tag_of(struct span body, struct object_tag *tag)
{
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    bool made =
        hash != NULL && EVP_DigestInit_ex(hash, EVP_sha256(), NULL) == 1 &&
        EVP_DigestUpdate(hash, body.ptr, body.len) == 1 && make_tag(hash, tag);

    EVP_MD_CTX_free(hash);
    return made ? STATUS_OK : STATUS_NOMEM;
}

static enum status put_into(struct directory *directory, int root,
                            const struct object *object,
                            enum object_condition condition,
                            struct object_tag *tag)
{
    struct object_tag made;
    enum status status = tag_of(object->body, &made);
    struct stat like;
    int lock;

    if (status != STATUS_OK)
        return status;
    if (fstat(root, &like) != 0)
        return failed(directory, "cannot look at the directory");
    status = lock_directory(directory, root, &like, &lock);
    if (status != STATUS_OK)
        return status;
    status = put_locked(directory, root, &like, object, condition, tag);
    close(lock);
    if (status == STATUS_OK)
        *tag = made;
    return status;
}

static enum status put(void *self, const struct object *object,
                       enum object_condition condition, struct object_tag *tag)
{
    struct directory *directory = self;
    enum status status = go_on(directory);
    int root = -1;

    if (status == STATUS_OK)
        status = open_directory(directory, true, &root);
    if (status != STATUS_OK)
        return status;
    status = put_into(directory, root, object, condition, tag);
    close(root);
    if (status == STATUS_OK)
        directory->reason[0] = '\0';
    return status;
}

/* ---- listing ---- */

/* The names of a folder; of a folder in it, with a slash at the end. */
struct names {
    char **list;
    size_t count, capacity;
};

static void names_clear(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->list[i]);
    free(names->list);
}

static bool names_add(struct names *names, const char *name, bool is_folder)
{
    if (names->count == names->capacity) {
        size_t capacity = 2 * names->capacity + 16;
        char **list = realloc(names->list, capacity * sizeof *names->list);

        if (list == NULL)
            return false;
        names->list = list;
        names->capacity = capacity;
    }
    if (asprintf(&names->list[names->count], "%s%s", name,
                 is_folder ? "/" : "") < 0)
        return false;
    names->count++;
    return true;
}

static int compare_names(const void *one, const void *other)
{
    return strcmp(*(char *const *)one, *(char *const *)other);
}

/* What the entry is: DT_DIR, DT_REG, or something else. Not every file system
 * says it at once. */
static unsigned char type_of(DIR *stream, const struct dirent *entry)
{
    struct stat st;

    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type;
    if (fstatat(dirfd(stream), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return DT_UNKNOWN;
    return S_ISDIR(st.st_mode) ? DT_DIR : S_ISREG(st.st_mode) ? DT_REG : DT_LNK;
}

static enum status read_names(struct directory *directory, DIR *stream,
                              struct names *names)
{
    const struct dirent *entry;
    unsigned char type;

    while (errno = 0, (entry = readdir(stream)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        type = type_of(stream, entry);
        if ((type == DT_DIR || type == DT_REG) &&
            !names_add(names, entry->d_name, type == DT_DIR))
            return STATUS_NOMEM;
    }
    if (errno != 0)
        return failed(directory, "cannot read a folder");
    if (names->count > 0) /* "a/" stands where the keys below it do */
        qsort(names->list, names->count, sizeof *names->list, compare_names);
    return STATUS_OK;
}

/* The way through the folders. */
struct walk {
    struct directory *directory;
    const char *prefix, *after;
    object_store_key_fn *each;
    void *arg;
    bool is_over;
    char key[OBJECT_KEY_MAX_BYTES +
             1]; /* of the folder, or of an object in it */
};

static bool begins_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Whether a key that begins with this folder's may be among those wanted. */
static bool may_hold_some(const struct walk *walk, const char *folder)
{
    return (begins_with(folder, walk->prefix) ||
            begins_with(walk->prefix, folder)) &&
           (strcmp(folder, walk->after) > 0 ||
            begins_with(walk->after, folder));
}

static bool is_wanted(const struct walk *walk)
{
    return begins_with(walk->key, walk->prefix) &&
           strcmp(walk->key, walk->after) > 0;
}

static enum status walk_folder(struct walk *walk, int fd);

/* The folder whose key is in the walk. What vanished meanwhile is not there. */
static enum status enter(struct walk *walk, int above, const char *name)
{
    char segment[OBJECT_KEY_MAX_BYTES + 1];
    int fd;

    snprintf(segment, sizeof segment, "%.*s", (int)strlen(name) - 1, name);
    fd = open_folder_at(above, segment);
    if (fd < 0)
        return errno == ENOENT
                   ? STATUS_OK
                   : failed(walk->directory, "cannot open a folder");
    return walk_folder(walk, fd);
}

static enum status walk_names(struct walk *walk, int fd,
                              const struct names *names)
{
    size_t len = strlen(walk->key), room = sizeof walk->key - len;
    enum status status = STATUS_OK;

    for (size_t i = 0; i < names->count && status == STATUS_OK; i++) {
        const char *name = names->list[i];

        status = go_on(walk->directory);
        if (walk->is_over || status != STATUS_OK)
            break;
        if (strlen(name) >= room)
            continue; /* no key is as long */
        memcpy(walk->key + len, name, strlen(name) + 1);
        if (name[strlen(name) - 1] != '/')
            walk->is_over =
                is_wanted(walk) && !walk->each(walk->arg, walk->key);
        else if (may_hold_some(walk, walk->key))
            status = enter(walk, fd, name);
        walk->key[len] = '\0';
    }
    return status;
}

/* Takes fd. */
static enum status walk_folder(struct walk *walk, int fd)
{
    struct names names = {NULL, 0, 0};
    DIR *stream = fdopendir(fd);
    enum status status;

    if (stream == NULL) {
        close(fd);
        return STATUS_NOMEM;
    }
    status = read_names(walk->directory, stream, &names);
    if (status == STATUS_OK)
        status = walk_names(walk, dirfd(stream), &names);
    names_clear(&names);
    closedir(stream);
    return status;
}

static enum status list(void *self, const char *prefix, const char *after,
                        object_store_key_fn *each, void *arg)
{
    struct directory *directory = self;
    struct walk walk = {directory, prefix, after, each, arg, false, ""};
    enum status status = go_on(directory);
    int root;

    if (status == STATUS_OK)
        status = open_directory(directory, false, &root);
    if (status == STATUS_OK)
        status = walk_folder(&walk, root);
    if (status == STATUS_OK || status == STATUS_NOT_FOUND) {
        directory->reason[0] = '\0';
        return STATUS_OK;
    }
    return status;
}

/* ---- the kind ---- */

static const char *reason(const void *self)
{
    const struct directory *directory = self;

    return directory->reason;
}

static void interrupt(void *self)
{
    struct directory *directory = self;

    atomic_store(&directory->interrupted, true);
}

const struct object_store_kind store_directory = {
    free, put, get, list, reason, interrupt,
};

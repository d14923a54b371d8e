/* A disk that fails on command, for LD_PRELOAD: what a process under test writes below one folder.
 *
 *     FAULTY_DISK_UNDER    files below this folder are on the faulty disk; others are not touched
 *     FAULTY_DISK_CONTROL  a file of words, read at every call; empty or missing: the disk is well
 *
 *     full       a write stores half of what it is given, the next one ENOSPC; no new files
 *     read-only  every change is EROFS
 *     bad-write  every write is EIO
 *     bad-sync   fsync and fdatasync are EIO; what was written stays
 *     slow-sync  fsync and fdatasync take FAULTY_DISK_SLOW_MS (500) longer
 *
 * Built with: cc -shared -fPIC -O1 -o faulty_disk.so faulty_disk.c -ldl
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

enum { FULL = 1, READ_ONLY = 2, BAD_WRITE = 4, BAD_SYNC = 8, SLOW_SYNC = 16 };

static int state(void) {
    const char *path = getenv("FAULTY_DISK_CONTROL");
    char words[256] = {0};
    int found = 0, fd = path ? REAL(open)(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0) return 0;
    ssize_t size = read(fd, words, sizeof words - 1);
    close(fd);
    if (size <= 0) return 0;
    if (strstr(words, "full")) found |= FULL;
    if (strstr(words, "read-only")) found |= READ_ONLY;
    if (strstr(words, "bad-write")) found |= BAD_WRITE;
    if (strstr(words, "bad-sync")) found |= BAD_SYNC;
    if (strstr(words, "slow-sync")) found |= SLOW_SYNC;
    return found;
}

static int is_under(const char *path) {
    const char *under = getenv("FAULTY_DISK_UNDER");
    return under && *under && strncmp(path, under, strlen(under)) == 0;
}

static int is_ours(int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, sizeof path - 1);
    if (size <= 0) return 0;
    path[size] = 0;
    return is_under(path);
}

/* Returns how many bytes may be written, or -1 with errno set. */
static ssize_t room(int fd, size_t size) {
    static int turn;
    int saved = errno, now = state();
    if (!(now & (FULL | READ_ONLY | BAD_WRITE)) || !is_ours(fd)) {
        errno = saved;
        return (ssize_t)size;
    }
    if (now & FULL) {
        if (size > 1 && (turn = !turn)) return (ssize_t)(size / 2);
        errno = ENOSPC;
    } else {
        errno = now & READ_ONLY ? EROFS : EIO;
    }
    return -1;
}

ssize_t write(int fd, const void *data, size_t size) {
    ssize_t may = room(fd, size);
    return may < 0 ? -1 : REAL(write)(fd, data, (size_t)may);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
    ssize_t may = room(fd, size);
    return may < 0 ? -1 : REAL(pwrite)(fd, data, (size_t)may, at);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    ssize_t may = room(fd, size);
    return may < 0 ? -1 : REAL(pwrite64)(fd, data, (size_t)may, at);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    return room(fd, 1) < 0 ? -1 : REAL(writev)(fd, parts, count);
}

static int sync_with(int fd, int (*sync)(int)) {
    int now = state();
    if (!(now & (READ_ONLY | BAD_SYNC | SLOW_SYNC)) || !is_ours(fd)) return sync(fd);
    if (now & SLOW_SYNC) {
        const char *text = getenv("FAULTY_DISK_SLOW_MS");
        long ms = text ? atol(text) : 500;
        struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
        nanosleep(&pause, NULL);
    }
    if (now & (BAD_SYNC | READ_ONLY)) {
        errno = now & BAD_SYNC ? EIO : EROFS;
        return -1;
    }
    return sync(fd);
}

int fsync(int fd) { return sync_with(fd, REAL(fsync)); }

int fdatasync(int fd) { return sync_with(fd, REAL(fdatasync)); }

/* Returns 0 when a name below the folder may be changed; else sets errno. */
static int refuses_change(const char *path, int grows) {
    int now = state(), why = now & READ_ONLY ? EROFS : now & FULL && grows ? ENOSPC : 0;
    if (!why || !is_under(path)) return 0;
    errno = why;
    return 1;
}

static int refuses_open(const char *path, int flags) {
    if (flags & O_CREAT && access(path, F_OK) != 0) return refuses_change(path, 1);
    return (flags & O_ACCMODE) != O_RDONLY && state() & READ_ONLY && refuses_change(path, 0);
}

#define OPEN(name)                                           \
    int name(const char *path, int flags, ...) {             \
        va_list rest;                                        \
        va_start(rest, flags);                               \
        mode_t mode = va_arg(rest, mode_t);                  \
        va_end(rest);                                        \
        if (refuses_open(path, flags)) return -1;            \
        return REAL(name)(path, flags, mode);                \
    }

OPEN(open)
OPEN(open64)

#define OPENAT(name)                                         \
    int name(int folder, const char *path, int flags, ...) { \
        va_list rest;                                        \
        va_start(rest, flags);                               \
        mode_t mode = va_arg(rest, mode_t);                  \
        va_end(rest);                                        \
        if (refuses_open(path, flags)) return -1;            \
        return REAL(name)(folder, path, flags, mode);        \
    }

OPENAT(openat)
OPENAT(openat64)

int rename(const char *from, const char *to) {
    return refuses_change(to, 1) ? -1 : REAL(rename)(from, to);
}

int unlink(const char *path) { return refuses_change(path, 0) ? -1 : REAL(unlink)(path); }

int ftruncate(int fd, off_t size) {
    if (state() & READ_ONLY && is_ours(fd)) {
        errno = EROFS;
        return -1;
    }
    return REAL(ftruncate)(fd, size);
}

int ftruncate64(int fd, off64_t size) {
    if (state() & READ_ONLY && is_ours(fd)) {
        errno = EROFS;
        return -1;
    }
    return REAL(ftruncate64)(fd, size);
}

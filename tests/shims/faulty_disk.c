/* A disk with faults, between a process and its C library (LD_PRELOAD).
 *
 * The file named by FAULTY_DISK holds rules, one a line, read again before each call:
 *
 *     <operation> <fault> <skip> <count> <pattern>
 *
 * operation: write, sync, read, open, change (cut, rename, remove, make a folder)
 * fault:     ENOSPC EIO EROFS EMFILE EDQUOT, short (half of the bytes), slow:<ms>, lie (a sync that
 *            does nothing and says yes)
 * skip:      so many matching calls pass first;  count: so many fail then, -1 for all
 * pattern:   of fnmatch, against the path of the open file
 *
 * Each fault is noted in "<FAULTY_DISK>.injected": operation, fault, path.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#define RULES_MAX 16
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

struct rule {
    char operation[16], fault[32], pattern[256];
    long skip, count, seen;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct rule rules[RULES_MAX];
static int rule_count;
static struct timespec read_at;
static off_t read_size = -1;
static __thread int is_inside;

static void load(const char *control)
{
    struct stat found;
    if (stat(control, &found) != 0) {
        rule_count = 0;
        return;
    }
    if (found.st_size == read_size && found.st_mtim.tv_sec == read_at.tv_sec &&
        found.st_mtim.tv_nsec == read_at.tv_nsec)
        return;
    FILE *file = fopen(control, "re");
    if (file == NULL)
        return;
    memset(rules, 0, sizeof rules);
    rule_count = 0;
    while (rule_count < RULES_MAX) {
        struct rule *rule = &rules[rule_count];
        if (fscanf(file, "%15s %31s %ld %ld %255s", rule->operation, rule->fault, &rule->skip,
                   &rule->count, rule->pattern) != 5)
            break;
        rule_count++;
    }
    fclose(file);
    read_at = found.st_mtim;
    read_size = found.st_size;
}

static void note(const char *control, const struct rule *rule, const char *path)
{
    char name[PATH_MAX], line[PATH_MAX + 64];
    snprintf(name, sizeof name, "%s.injected", control);
    int count = snprintf(line, sizeof line, "%s %s %s\n", rule->operation, rule->fault, path);
    int file = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file >= 0) {
        ssize_t ignored = write(file, line, (size_t)count);
        (void)ignored;
        close(file);
    }
}

/* Find the rule that this call meets and copy its fault; 0 when it meets none. */
static int meets(const char *operation, const char *path, char *fault)
{
    const char *control = getenv("FAULTY_DISK");
    int is_met = 0;
    if (control == NULL || is_inside)
        return 0;
    is_inside = 1;
    int saved = errno;
    pthread_mutex_lock(&lock);
    load(control);
    for (int i = 0; i < rule_count && !is_met; i++) {
        struct rule *rule = &rules[i];
        if (strcmp(rule->operation, operation) != 0 || fnmatch(rule->pattern, path, 0) != 0)
            continue;
        rule->seen++;
        if (rule->seen <= rule->skip || (rule->count >= 0 && rule->seen > rule->skip + rule->count))
            continue;
        strcpy(fault, rule->fault);
        note(control, rule, path);
        is_met = 1;
    }
    pthread_mutex_unlock(&lock);
    errno = saved;
    is_inside = 0;
    return is_met;
}

static int number_of(const char *fault)
{
    if (strcmp(fault, "ENOSPC") == 0) return ENOSPC;
    if (strcmp(fault, "EROFS") == 0) return EROFS;
    if (strcmp(fault, "EMFILE") == 0) return EMFILE;
    if (strcmp(fault, "EDQUOT") == 0) return EDQUOT;
    if (strcmp(fault, "EIO") == 0) return EIO;
    return 0;
}

/* 0: perform the call; 1: half of it; 2: say yes and do nothing; -1: fail, errno is set. */
static int judge_path(const char *operation, const char *path)
{
    char fault[32];
    if (!meets(operation, path, fault))
        return 0;
    if (strncmp(fault, "slow:", 5) == 0) {
        long ms = atol(fault + 5);
        struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
        nanosleep(&pause, NULL);
        return 0;
    }
    if (strcmp(fault, "short") == 0) return 1;
    if (strcmp(fault, "lie") == 0) return 2;
    errno = number_of(fault);
    return -1;
}

static int judge(const char *operation, int descriptor)
{
    char link[64], path[PATH_MAX];
    if (is_inside || getenv("FAULTY_DISK") == NULL)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t count = readlink(link, path, sizeof path - 1);
    if (count <= 0 || path[0] != '/')
        return 0;
    path[count] = 0;
    return judge_path(operation, path);
}

#define GUARDED(operation, descriptor, call, half)            \
    do {                                                      \
        int verdict = judge(operation, descriptor);           \
        if (verdict < 0) return -1;                           \
        if (verdict == 2) return 0;                           \
        return verdict == 1 && size > 1 ? (half) : (call);    \
    } while (0)

ssize_t write(int fd, const void *data, size_t size)
{
    GUARDED("write", fd, NEXT(write)(fd, data, size), NEXT(write)(fd, data, size / 2));
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at)
{
    GUARDED("write", fd, NEXT(pwrite)(fd, data, size, at), NEXT(pwrite)(fd, data, size / 2, at));
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at)
{
    GUARDED("write", fd, NEXT(pwrite64)(fd, data, size, at),
            NEXT(pwrite64)(fd, data, size / 2, at));
}

ssize_t read(int fd, void *data, size_t size)
{
    GUARDED("read", fd, NEXT(read)(fd, data, size), NEXT(read)(fd, data, size / 2));
}

ssize_t pread(int fd, void *data, size_t size, off_t at)
{
    GUARDED("read", fd, NEXT(pread)(fd, data, size, at), NEXT(pread)(fd, data, size / 2, at));
}

ssize_t pread64(int fd, void *data, size_t size, off64_t at)
{
    GUARDED("read", fd, NEXT(pread64)(fd, data, size, at), NEXT(pread64)(fd, data, size / 2, at));
}

int fsync(int fd)
{
    int verdict = judge("sync", fd);
    return verdict < 0 ? -1 : verdict == 2 ? 0 : NEXT(fsync)(fd);
}

int fdatasync(int fd)
{
    int verdict = judge("sync", fd);
    return verdict < 0 ? -1 : verdict == 2 ? 0 : NEXT(fdatasync)(fd);
}

int ftruncate64(int fd, off64_t size)
{
    return judge("change", fd) < 0 ? -1 : NEXT(ftruncate64)(fd, size);
}

int rename(const char *old, const char *new)
{
    return judge_path("change", new) < 0 ? -1 : NEXT(rename)(old, new);
}

int unlink(const char *path)
{
    return judge_path("change", path) < 0 ? -1 : NEXT(unlink)(path);
}

int mkdir(const char *path, mode_t mode)
{
    return judge_path("change", path) < 0 ? -1 : NEXT(mkdir)(path, mode);
}

#define OPENING(name)                                         \
    int name(const char *path, int flags, ...)                \
    {                                                         \
        mode_t mode = 0;                                      \
        if (flags & (O_CREAT | O_TMPFILE)) {                  \
            va_list rest;                                     \
            va_start(rest, flags);                            \
            mode = va_arg(rest, mode_t);                      \
            va_end(rest);                                     \
        }                                                     \
        if (judge_path("open", path) < 0) return -1;          \
        return NEXT(name)(path, flags, mode);                 \
    }

OPENING(open)
OPENING(open64)

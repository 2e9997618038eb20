/* Lets the disk stall or fail for the tests: rules in the file that $RISALAH_STALL names, one a line, "CALL ACTION PATH".
   CALL is fsync (with fdatasync), write (and what copies files) or look (statx); ACTION is stall (as long as the line stands) or fail (once, as Linux
   tells an error of writing back). A rule counts for every path that begins with PATH. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int matches(const char *call, const char *path) {
    const char *rules = getenv("RISALAH_STALL");
    char text[8192], named[32], action[32], prefix[PATH_MAX];
    int found = 0;
    if (!rules) return 0;
    int file = syscall(SYS_openat, AT_FDCWD, rules, O_RDONLY);
    if (file < 0) return 0;
    long length = syscall(SYS_read, file, text, sizeof text - 1);
    syscall(SYS_close, file);
    if (length <= 0) return 0;
    text[length] = 0;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        if (sscanf(line, "%31s %31s %4095[^\n]", named, action, prefix) == 3 && !strcmp(named, call)
            && !strncmp(path, prefix, strlen(prefix)))
            found = !strcmp(action, "fail") ? 2 : 1;
    if (found == 2) syscall(SYS_unlinkat, AT_FDCWD, rules, 0);
    return found;
}

/* 0: go on; -1: fail. */
static int wait_for(const char *call, const char *path) {
    for (;;) {
        int found = matches(call, path);
        if (found == 2) { errno = EIO; return -1; }
        if (!found) return 0;
        usleep(20000);
    }
}

static int wait_for_file(const char *call, int file) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    long length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return wait_for(call, path);
}

int fsync(int file) { return wait_for_file("fsync", file) ? -1 : syscall(SYS_fsync, file); }
int fdatasync(int file) { return wait_for_file("fsync", file) ? -1 : syscall(SYS_fdatasync, file); }
ssize_t write(int file, const void *bytes, size_t length) {
    return wait_for_file("write", file) ? -1 : syscall(SYS_write, file, bytes, length);
}
/* What the standard library copies files with. */
ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t length, unsigned flags) {
    return wait_for_file("write", out) ? -1 : syscall(SYS_copy_file_range, in, from, out, to, length, flags);
}
ssize_t sendfile64(int out, int in, off64_t *from, size_t length) {
    return wait_for_file("write", out) ? -1 : syscall(SYS_sendfile, out, in, from, length);
}
int statx(int folder, const char *path, int flags, unsigned mask, struct statx *out) {
    if (path && *path == '/' && wait_for("look", path)) return -1;
    return syscall(SYS_statx, folder, path, flags, mask, out);
}

/* A disk without file locks, for tests: every request for a lock is refused with errno NO_LOCKS. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/types.h>

static int refused(int command)
{
    switch (command) {
    case F_GETLK: case F_SETLK: case F_SETLKW:
#ifdef F_OFD_SETLK
    case F_OFD_GETLK: case F_OFD_SETLK: case F_OFD_SETLKW:
#endif
        errno = atoi(getenv("NO_LOCKS"));
        return 1;
    }
    return 0;
}

#define REFUSING(name)                                        \
    int name(int file, int command, ...)                      \
    {                                                         \
        static int (*real)(int, int, ...);                    \
        va_list rest;                                         \
        void *argument;                                       \
        va_start(rest, command);                              \
        argument = va_arg(rest, void *);                      \
        va_end(rest);                                         \
        if (refused(command))                                 \
            return -1;                                        \
        if (!real)                                            \
            real = (int (*)(int, int, ...))dlsym(RTLD_NEXT, #name); \
        return real(file, command, argument);                 \
    }

REFUSING(fcntl)
REFUSING(fcntl64)

int flock(int file, int operation)
{
    (void)file, (void)operation;
    errno = atoi(getenv("NO_LOCKS"));
    return -1;
}

int lockf(int file, int command, off_t length)
{
    (void)file, (void)command, (void)length;
    errno = atoi(getenv("NO_LOCKS"));
    return -1;
}

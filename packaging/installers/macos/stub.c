/* DeepDesk.app/Contents/MacOS/DeepDesk: becomes the program.
 *
 * macOS grants the microphone and the camera to, opens documents with, and shows in the Dock what
 * runs from inside the bundle. So the environment's Python is not started as a program of its own:
 * its library is loaded into this process. Whatever is not ready for that goes to start.sh.
 *
 * Also builds and runs on Linux, where the tests try it. No text is parsed beyond what is needed:
 * "current" holds one letter, "pyvenv.cfg" has lines "key = value", the two JSON files are only
 * searched for the fingerprint.
 */

#include <dlfcn.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __APPLE__
#include <mach-o/dyld.h>
#define LIBRARY "libpython%s.dylib"
#define DATA_FOLDER "Library/Application Support/DeepDesk"
#else
#define LIBRARY "libpython%s.so.1.0"
#define DATA_FOLDER ".local/share/deepdesk"
#endif

#define PATH_SIZE (PATH_MAX + 256)
#define TEXT_SIZE 65536
#define FINGERPRINT_SIZE 64

typedef int (*python_main)(int count, char **words);

/* The options that launcher.py answers itself. */
static const char *const LAUNCHER_OPTIONS[] = {
    "--set-up", "--repair", "--rollback", "--status", "--remove",
    "--wheels", "--backend", "--terminal", NULL,
};

/* Fill `path` with where this file lies; the bundle may be run through a symbolic link. */
static bool own_path(char path[PATH_SIZE])
{
    char raw[PATH_SIZE];
#ifdef __APPLE__
    uint32_t size = sizeof raw;
    if (_NSGetExecutablePath(raw, &size) != 0)
        return false;
#else
    ssize_t size = readlink("/proc/self/exe", raw, sizeof raw - 1);
    if (size < 0)
        return false;
    raw[size] = '\0';
#endif
    char *real = realpath(raw, NULL);
    if (real == NULL)
        return false;
    bool fits = strlen(real) < PATH_SIZE;
    if (fits)
        strcpy(path, real);
    free(real);
    return fits;
}

/* Take the last part off `path`. */
static void go_up(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash != NULL)
        *slash = '\0';
}

/* Set `path` to `folder`/`name`; false if that is too long for a path. */
static bool join(char path[PATH_SIZE], const char *folder, const char *name)
{
    int length = snprintf(path, PATH_SIZE, "%s/%s", folder, name);
    return length > 0 && length < PATH_SIZE;
}

/* Read `folder`/`name` into `text`, at most TEXT_SIZE - 1 bytes. */
static bool read_text(char text[TEXT_SIZE], const char *folder, const char *name)
{
    char path[PATH_SIZE];
    if (!join(path, folder, name))
        return false;
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return false;
    size_t length = fread(text, 1, TEXT_SIZE - 1, file);
    bool whole = !ferror(file);
    fclose(file);
    text[length] = '\0';
    return whole;
}

/* Copy the value of a line "key = value" of `text`. */
static bool value_of(char value[PATH_SIZE], const char *text, const char *key)
{
    size_t length = strlen(key);
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, length) != 0)
            continue;
        const char *rest = line + length + strspn(line + length, " ");
        if (*rest != '=')
            continue;
        rest += 1 + strspn(rest + 1, " ");
        size_t end = strcspn(rest, "\r\n");
        if (end == 0 || end >= PATH_SIZE)
            return false;
        memcpy(value, rest, end);
        value[end] = '\0';
        return true;
    }
    return false;
}

/* Return whether the environment is whole and of the release that lies in `payload`. */
static bool is_ready(const char *environment, const char *payload)
{
    static const char KEY[] = "\"fingerprint\": \"";
    char release[TEXT_SIZE], ready[TEXT_SIZE], wanted[FINGERPRINT_SIZE + 3] = "\"";
    if (!read_text(release, payload, "release.json"))
        return false;
    if (!read_text(ready, environment, "deepdesk-ready.json"))
        return false;
    const char *found = strstr(release, KEY);
    if (found == NULL || strspn(found + sizeof KEY - 1, "0123456789abcdef") != FINGERPRINT_SIZE)
        return false;
    strncat(wanted, found + sizeof KEY - 1, FINGERPRINT_SIZE);
    strcat(wanted, "\"");
    return strstr(ready, wanted) != NULL;
}

/* Fill `environment` with the environment to use.
 *
 * That is the one in use, if it is whole and of this release; or, whatever its release, the one
 * that the launcher chose and names in DEEPDESK_ENVIRONMENT.
 */
static bool find_environment(char environment[PATH_SIZE], const char *payload)
{
    char runtime[PATH_SIZE], name[TEXT_SIZE];
    const char *chosen = getenv("DEEPDESK_ENVIRONMENT");
    const char *given = getenv("DEEPDESK_RUNTIME"), *home = getenv("HOME");
    if (given != NULL && *given != '\0') {
        if (snprintf(runtime, PATH_SIZE, "%s", given) >= PATH_SIZE)
            return false;
    } else if (home == NULL || !join(runtime, home, DATA_FOLDER "/runtime")) {
        return false;
    }
    if (chosen != NULL)
        snprintf(name, sizeof name, "%s", chosen);
    else if (!read_text(name, runtime, "current"))
        return false;
    name[strcspn(name, " \r\n")] = '\0';
    if (strcmp(name, "a") != 0 && strcmp(name, "b") != 0)
        return false;
    int length = snprintf(environment, PATH_SIZE, "%s/env-%s", runtime, name);
    return length < PATH_SIZE && (chosen != NULL || is_ready(environment, payload));
}

/* Load the library of the environment's Python; NULL if there is none that fits. */
static python_main load_python(const char *environment)
{
    char text[TEXT_SIZE], home[PATH_SIZE], version[PATH_SIZE], name[64], path[PATH_SIZE];
    if (!read_text(text, environment, "pyvenv.cfg") || !value_of(home, text, "home"))
        return NULL;
    if (!value_of(version, text, "version_info") && !value_of(version, text, "version"))
        return NULL;
    char *dot = strchr(version, '.');
    if (dot == NULL)
        return NULL;
    dot[1 + strspn(dot + 1, "0123456789")] = '\0';
    if (strlen(version) > 8)
        return NULL;
    snprintf(name, sizeof name, "../lib/" LIBRARY, version);
    if (!join(path, home, name))
        return NULL;
    /* Global: modules that were built elsewhere look their Python up among what is loaded. */
    void *library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    if (library == NULL) {
        fprintf(stderr, "DeepDesk: %s\n", dlerror());
        return NULL;
    }
    python_main start = NULL;
    *(void **)&start = dlsym(library, "Py_BytesMain");
    return start;
}

static bool is_for_launcher(const char *word)
{
    for (const char *const *option = LAUNCHER_OPTIONS; *option != NULL; option++) {
        size_t length = strlen(*option);
        if (strncmp(word, *option, length) == 0 && (word[length] == '\0' || word[length] == '='))
            return true;
    }
    return false;
}

/* Become the program in this process, or its Python where the library does not load. */
static int become_program(char *environment, int count, char **words)
{
    char python[PATH_SIZE];
    char **all = calloc((size_t)count + 5, sizeof *all);
    if (all == NULL || !join(python, environment, "bin/python"))
        return EXIT_FAILURE;
    /* What this start was told is not for the programs that this one starts. */
    unsetenv("DEEPDESK_ENVIRONMENT");
    /* Python finds the environment by the path that it thinks it was started by. */
    int total = 0;
    all[total++] = python;
    all[total++] = "-P";
    all[total++] = "-m";
    all[total++] = "deepdesk";
    for (int index = 0; index < count; index++)
        all[total++] = words[index];
    python_main start = load_python(environment);
    if (start != NULL)
        return start(total, all);
    execv(python, all);
    perror("DeepDesk");
    return EXIT_FAILURE;
}

/* Give the arguments to start.sh, which sets the program up first. */
static int set_up(const char *payload, int count, char **words)
{
    char script[PATH_SIZE];
    char **all = calloc((size_t)count + 3, sizeof *all);
    if (all == NULL || !join(script, payload, "start.sh"))
        return EXIT_FAILURE;
    all[0] = "/bin/sh";
    all[1] = script;
    for (int index = 0; index < count; index++)
        all[index + 2] = words[index];
    execv(all[0], all);
    perror("DeepDesk");
    return EXIT_FAILURE;
}

int main(int count, char **words)
{
    char payload[PATH_SIZE], environment[PATH_SIZE], here[PATH_SIZE];
    if (!own_path(here) || strlen(here) + sizeof "Resources" >= PATH_SIZE) {
        fputs("DeepDesk does not find its own files. Install it again.\n", stderr);
        return EXIT_FAILURE;
    }
    setenv("DEEPDESK_STUB", here, 1);
    go_up(here);
    go_up(here);
    if (!join(payload, here, "Resources"))
        return EXIT_FAILURE;
    setenv("DEEPDESK_PAYLOAD", payload, 1);

    bool for_launcher = false;
    int kept = 0;
    for (int index = 1; index < count; index++) {
        /* The number that the Finder of old systems adds. */
        if (strncmp(words[index], "-psn_", 5) == 0)
            continue;
        for_launcher = for_launcher || is_for_launcher(words[index]);
        words[kept++] = words[index];
    }
    if (!for_launcher && find_environment(environment, payload))
        return become_program(environment, kept, words);
    return set_up(payload, kept, words);
}

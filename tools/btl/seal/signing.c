// SPDX-License-Identifier: BSD-2-Clause
// The commands of sbsign, osslsigncode and pesign.
#include "signing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "output.h"

#define PKCS11_URI "pkcs11:"
#define WORDS_MAX  16

struct words {
    const char **at; // [WORDS_MAX]
    size_t count;
};

static void sign_add_word(struct words *words, const char *word)
{
    BTL_ASSERT(words->count + 1 < WORDS_MAX);
    words->at[words->count++] = word;
}

static void sign_add_option(struct words *words, const char *option, const char *value)
{
    sign_add_word(words, option);
    sign_add_word(words, value);
}

static void sign_with_sbsign(const struct signer *signer, struct words *words)
{
    if (strncmp(signer->key, PKCS11_URI, strlen(PKCS11_URI)) == 0)
        sign_add_option(words, "--engine", "pkcs11");
    sign_add_option(words, "--key", signer->key);
    sign_add_option(words, "--cert", signer->certificate);
}

static void sign_with_osslsigncode(const struct signer *signer, struct words *words)
{
    sign_add_word(words, "sign");
    sign_add_option(words, "-h", "sha256");
    if (signer->module != NULL)
        sign_add_option(words, "-pkcs11module", signer->module);
    sign_add_option(words, "-key", signer->key);
    sign_add_option(words, "-certs", signer->certificate);
}

static void sign_with_pesign(const struct signer *signer, struct words *words)
{
    sign_add_word(words, "--sign");
    sign_add_option(words, "--certdir", signer->key);
    sign_add_option(words, "--certificate", signer->certificate);
}

static const struct sign_tool {
    const char *name, *package;
    void (*add)(const struct signer *signer, struct words *words);
    const char *in, *out; // options
    bool by_default;      // key and certificate are files
} tools[] = {
    {"sbsign", "sbsigntool", sign_with_sbsign, NULL, "--output", true},
    {"osslsigncode", "osslsigncode", sign_with_osslsigncode, "-in", "-out", true},
    {"pesign", "pesign", sign_with_pesign, "--in", "--out", false},
};

static const struct sign_tool *sign_tool_of(const struct signer *signer)
{
    for (size_t i = 0; i < BTL_COUNT(tools); i++) {
        if (strcmp(tools[i].name, signer->tool) == 0)
            return &tools[i];
    }
    return NULL;
}

static bool sign_is_installed(struct host *host, const char *tool)
{
    const char *path = getenv("PATH");
    struct btl_str rest = btl_str_of(path != NULL ? path : ""), directory;
    while (btl_take_part(&rest, ':', &directory)) {
        if (access(memory_text(host->arena, "%pS/%s", &directory, tool).at, X_OK) == 0)
            return true;
    }
    return false;
}

bool signer_check(struct host *host, struct signer *signer)
{
    if (signer->key == NULL || signer->certificate == NULL) {
        usage_error(host, "the key is missing; give --key KEY and --cert CERT");
        return false;
    }
    for (size_t i = 0; i < BTL_COUNT(tools) && signer->tool == NULL; i++) {
        if (tools[i].by_default && sign_is_installed(host, tools[i].name))
            signer->tool = tools[i].name;
    }
    if (signer->tool == NULL)
        btl_report(&host->diags, BTL_HOST_SIGN_NO_TOOL, (struct btl_place){0});
    else if (sign_tool_of(signer) == NULL)
        usage_error(host, "\"%s\" signs no EFI programs; --tool takes sbsign, osslsigncode, pesign",
                    signer->tool);
    return signer->tool != NULL && sign_tool_of(signer) != NULL;
}

const char *const *signer_command(struct host *host, const struct signer *signer, const char *in,
                                  const char *out)
{
    const struct sign_tool *tool = sign_tool_of(signer);
    struct words words = {.at = MEMORY_ARRAY(host->arena, const char *, WORDS_MAX)};
    sign_add_word(&words, tool->name);
    tool->add(signer, &words);
    sign_add_option(&words, tool->out, out);
    if (tool->in != NULL)
        sign_add_word(&words, tool->in);
    sign_add_word(&words, in);
    return words.at;
}

// ------------------------------------------------------------------- programs as files for a tool

// A directory for one program, while a tool works on it.
struct sign_place {
    const char *directory, *in, *out;
};

// Make the directory with the program as the file `in`. False: reported.
static bool sign_place_make(struct host *host, struct btl_bytes program,
                            struct sign_place *ret_place)
{
    const char *parent = getenv("TMPDIR");
    char *directory = MEMORY_ARRAY(host->arena, char, 4096);
    btl_format_to(directory, 4096, "%s/btl-sign-XXXXXX", parent != NULL ? parent : "/tmp");
    if (mkdtemp(directory) == NULL) {
        btl_report(&host->diags, BTL_HOST_WRITE,
                   ((struct btl_place){.file = btl_str_of(directory)}), BTL_ARG_Z(strerror(errno)));
        return false;
    }
    *ret_place = (struct sign_place){
        .directory = directory,
        .in = memory_text(host->arena, "%s/program.efi", directory).at,
        .out = memory_text(host->arena, "%s/signed.efi", directory).at,
    };
    struct btl_str text = {(const char *)program.at, program.size};
    return output_replace(host, &(struct replacement){.path = ret_place->in, .text = text});
}

static void sign_place_remove(const struct sign_place *place)
{
    if (place->directory == NULL)
        return;
    unlink(place->in);
    unlink(place->out);
    rmdir(place->directory);
}

bool signer_sign(struct host *host, const struct signer *signer, struct btl_bytes program,
                 struct btl_bytes *ret_signed)
{
    struct sign_place place = {0};
    struct btl_bytes ignored;
    // The bytes stay when the file is removed.
    bool good = sign_place_make(host, program, &place) &&
                files_run_output(host, signer_command(host, signer, place.in, place.out),
                                 sign_tool_of(signer)->package, &ignored) &&
                files_read(host, place.out, ret_signed);
    sign_place_remove(&place);
    return good;
}

// ------------------------------------------------------------------------------------- verifying

// Return the command that verifies the signature of a program, ended by NULL. NULL: no tool is
// installed.
static const char *const *sign_verify_command(struct host *host, const char *certificate,
                                              const char *program)
{
    struct words words = {.at = MEMORY_ARRAY(host->arena, const char *, WORDS_MAX)};
    if (sign_is_installed(host, "sbverify")) {
        sign_add_word(&words, "sbverify");
        sign_add_option(&words, "--cert", certificate);
        sign_add_word(&words, program);
    } else if (sign_is_installed(host, "osslsigncode")) {
        sign_add_option(&words, "osslsigncode", "verify");
        sign_add_option(&words, "-CAfile", certificate);
        sign_add_option(&words, "-in", program);
    }
    return words.count > 0 ? words.at : NULL;
}

bool signature_verify(struct host *host, const char *certificate, struct btl_bytes program)
{
    struct sign_place place = {0};
    struct btl_bytes ignored;
    const char *const *command = NULL;
    if (!files_require(host, certificate) || !sign_place_make(host, program, &place))
        return false;
    command = sign_verify_command(host, certificate, place.in);
    if (command == NULL)
        btl_report(&host->diags, BTL_HOST_SIGN_NO_TOOL, (struct btl_place){0});
    bool good = command != NULL && files_run_output(host, command, "sbsigntool", &ignored);
    sign_place_remove(&place);
    return good;
}

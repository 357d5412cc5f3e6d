// SPDX-License-Identifier: BSD-2-Clause
// The gate of a Limine kernel: find the requests in its loaded image. The image is hostile: every
// offset is checked here, once.
#include <btl/limine_kernel.h>
#include <btl/mem.h>

#define WORD 8u // alignment of requests, tags and markers

static const struct {
    uint64_t word2, word3;
    uint32_t arguments[2]; // bytes, at revision 0 and later
    const char *text;
} features[BTL_LIMINE_FEATURES] = {
#define LIMINE_FEATURE(name, word2, word3, arguments, more_arguments, text)                        \
    {word2, word3, {arguments, more_arguments}, text},
#include <btl/limine_features.def>
#undef LIMINE_FEATURE
};

// The offset is a multiple of 8 inside the image.
static uint64_t image_word(const struct btl_limine_requests *requests, uint64_t offset)
{
    uint64_t word;
    memcpy(&word, requests->memory + offset, sizeof(word));
    return word;
}

static bool image_has_words(const struct btl_limine_requests *requests, uint64_t offset,
                            const uint64_t *words, uint32_t count)
{
    if (!btl_in_range(offset, count * (uint64_t)WORD, requests->size))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (image_word(requests, offset + i * (uint64_t)WORD) != words[i])
            return false;
    }
    return true;
}

// Find [start, end) between the last start marker and the first end marker.
static void find_limits(const struct btl_limine_requests *requests, uint64_t *ret_start,
                        uint64_t *ret_end)
{
    static const uint64_t start[] = {BTL_LIMINE_START_0, BTL_LIMINE_START_1, BTL_LIMINE_START_2,
                                     BTL_LIMINE_START_3};
    static const uint64_t end[] = {BTL_LIMINE_END_0, BTL_LIMINE_END_1};
    bool ended = false;
    *ret_start = 0;
    *ret_end = requests->size;
    for (uint64_t at = 0; at < requests->size; at += WORD) {
        if (image_has_words(requests, at, start, BTL_COUNT(start)))
            *ret_start = at + sizeof(start);
        if (!ended && image_has_words(requests, at, end, BTL_COUNT(end))) {
            *ret_end = at;
            ended = true;
        }
    }
}

static enum btl_limine_feature find_feature(uint64_t word2, uint64_t word3)
{
    size_t i = 0;
    while (i < BTL_LIMINE_FEATURES && (features[i].word2 != word2 || features[i].word3 != word3))
        i++;
    return (enum btl_limine_feature)i;
}

// Add the request at an offset that has the first two words of an id.
static bool add_request(struct btl_limine_requests *requests, uint64_t at, struct btl_diags *diags)
{
    uint64_t left = requests->size - at;
    if (left < BTL_LIMINE_REQUEST_SIZE) {
        btl_report(diags, BTL_LIMINE_CUT, requests->place, BTL_ARG_Z("unknown"),
                   BTL_HEX(requests->base + at), BTL_DEC(BTL_LIMINE_REQUEST_SIZE), BTL_DEC(left));
        return false;
    }
    struct btl_limine_request request = {0};
    memcpy(&request, requests->memory + at, BTL_LIMINE_REQUEST_SIZE);
    enum btl_limine_feature feature = find_feature(request.id[2], request.id[3]);
    if (feature == BTL_LIMINE_FEATURES) {
        requests->unknown++;
        return true;
    }
    uint64_t size =
        BTL_LIMINE_REQUEST_SIZE + (uint64_t)features[feature].arguments[request.revision > 0];
    if (requests->there[feature]) {
        btl_report(diags, BTL_LIMINE_TWICE, requests->place, BTL_ARG_Z(features[feature].text),
                   BTL_HEX(requests->base + requests->at[feature]), BTL_HEX(requests->base + at));
        return false;
    }
    if (left < size) {
        btl_report(diags, BTL_LIMINE_CUT, requests->place, BTL_ARG_Z(features[feature].text),
                   BTL_HEX(requests->base + at), BTL_DEC(size), BTL_DEC(left));
        return false;
    }
    memcpy(&request, requests->memory + at, size);
    requests->there[feature] = true;
    requests->at[feature] = at;
    requests->request[feature] = request;
    return true;
}

static void find_tag(struct btl_limine_requests *requests, uint64_t start, uint64_t end)
{
    static const uint64_t tag[] = {BTL_LIMINE_TAG_0, BTL_LIMINE_TAG_1};
    for (uint64_t at = start; at < end && !requests->tagged; at += WORD) {
        if (!image_has_words(requests, at, tag, BTL_COUNT(tag)) ||
            !btl_in_range(at, 3 * WORD, requests->size))
            continue;
        requests->tagged = true;
        requests->tag = at;
        requests->requested = image_word(requests, at + 2 * WORD);
    }
    requests->revision = requests->requested < BTL_LIMINE_REVISION_MAX
                             ? (uint32_t)requests->requested
                             : BTL_LIMINE_REVISION_MAX;
}

static const uint64_t magic[] = {BTL_LIMINE_REQUEST_0, BTL_LIMINE_REQUEST_1};

static bool scan_image(struct btl_limine_requests *requests, uint64_t start, uint64_t end,
                       struct btl_diags *diags)
{
    bool good = true;
    for (uint64_t at = start; at < end; at += WORD) {
        if (image_has_words(requests, at, magic, BTL_COUNT(magic)))
            good = add_request(requests, at, diags) && good;
    }
    return good;
}

// Take the requests from the addresses in list[size], up to a 0.
static bool walk_list(struct btl_limine_requests *requests, uint64_t list, uint64_t size,
                      struct btl_diags *diags)
{
    bool good = true;
    for (uint64_t done = 0; size - done >= WORD; done += WORD) {
        uint64_t address = image_word(requests, list + done), at = address - requests->base;
        if (address == 0)
            break;
        if (at % WORD != 0 || !image_has_words(requests, at, magic, BTL_COUNT(magic))) {
            btl_report(diags, BTL_LIMINE_LIST_ENTRY, requests->place, BTL_DEC(done / WORD),
                       BTL_HEX(address));
            return false;
        }
        good = add_request(requests, at, diags) && good;
    }
    return good;
}

// Find the section BTL_LIMINE_LIST of a kernel of base revision 0. False: there is none. A section
// that is not inside the image counts as empty.
static bool find_list(const struct btl_kernel_image *kernel, uint64_t *ret_list, uint64_t *ret_size)
{
    uint32_t section = btl_elf_find_section(kernel->elf, BTL_STR(BTL_LIMINE_LIST));
    if (section == BTL_NONE)
        return false;
    *ret_list = kernel->elf->sections[section].addr - kernel->link_base;
    *ret_size = kernel->elf->sections[section].size;
    if (!btl_in_range(*ret_list, *ret_size, kernel->size) || *ret_list % WORD != 0)
        *ret_size = 0;
    return true;
}

bool btl_limine_find(const struct btl_kernel_image *kernel,
                     struct btl_limine_requests *ret_requests, struct btl_diags *diags)
{
    struct btl_limine_requests *requests = ret_requests;
    uint64_t start, end, list, size;
    *requests = (struct btl_limine_requests){.memory = kernel->memory,
                                             .size = kernel->size,
                                             .base = kernel->base,
                                             .place = kernel->elf->place};
    find_limits(requests, &start, &end);
    find_tag(requests, start, end);
    if (requests->requested > BTL_LIMINE_REVISION_MAX)
        btl_report(diags, BTL_LIMINE_REVISION, requests->place, BTL_DEC(requests->requested),
                   BTL_DEC(BTL_LIMINE_REVISION_MAX));
    bool good = requests->revision == 0 && find_list(kernel, &list, &size)
                    ? walk_list(requests, list, size, diags)
                    : scan_image(requests, start, end, diags);
    return good;
}

bool btl_limine_text(const struct btl_limine_requests *requests, uint64_t address,
                     struct btl_str *ret_text)
{
    uint64_t at = address - requests->base;
    if (at >= requests->size)
        return false;
    struct btl_str rest = {(const char *)requests->memory + at, requests->size - at};
    rest = btl_str_first(rest, BTL_PATH_MAX + 1);
    size_t len = btl_str_find(rest, '\0');
    *ret_text = btl_str_first(rest, len);
    return len < rest.len;
}

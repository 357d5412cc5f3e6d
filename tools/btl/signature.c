// SPDX-License-Identifier: BSD-2-Clause
// What stands in a signature, unverified. A signed module ends with: signer, key, signature (each
// as long as the trailer says), the trailer, and a magic text. With PKCS#7, which is what Linux
// writes since 4.3, the signature is a CMS message (RFC 5652) in DER that names signer and key
// itself.
#include "signature.h"

#include <string.h>

#define MAGIC "~Module signature appended~\n"

// struct module_signature of Linux. The length is big-endian.
struct trailer {
    uint8_t algorithm, hash, kind, signer_length, key_length, padding[3], length[4];
};

enum { KIND_PKCS7 = 2 };

// ------------------------------------------------------------------------------------------ DER

enum {
    DER_INTEGER = 0x02,
    DER_OCTETS = 0x04,
    DER_OID = 0x06,
    DER_SEQUENCE = 0x30,
    DER_SET = 0x31,
    DER_CONTEXT = 0x80,            // [0], primitive
    DER_CONTEXT_CONSTRUCTED = 0xa0 // [0], with elements inside
};

// Parse tag and length. False: they, or the contents, do not lie in `rest`.
static bool der_header(struct btl_bytes rest, uint8_t *ret_tag, size_t *ret_start, size_t *ret_size)
{
    size_t at = 2, size;
    if (rest.size < 2)
        return false;
    size = rest.at[1];
    if (size >= 0x80) {
        size_t digits = size & 0x7f;
        if (digits < 1 || digits > 4 || digits > rest.size - at)
            return false;
        for (size = 0; digits > 0; digits--)
            size = size << 8 | rest.at[at++];
    }
    if (!btl_in_range(at, size, rest.size))
        return false;
    *ret_tag = rest.at[0];
    *ret_start = at;
    *ret_size = size;
    return true;
}

// Take the next element, of any tag.
static bool der_take_any(struct btl_bytes *rest, uint8_t *ret_tag, struct btl_bytes *ret_contents)
{
    size_t start, size;
    if (!der_header(*rest, ret_tag, &start, &size))
        return false;
    *ret_contents = (struct btl_bytes){rest->at + start, size};
    *rest = (struct btl_bytes){rest->at + start + size, rest->size - start - size};
    return true;
}

// Take the next element if it has this tag.
static bool der_take(struct btl_bytes *rest, uint8_t tag, struct btl_bytes *ret_contents)
{
    struct btl_bytes after = *rest;
    uint8_t found;
    if (!der_take_any(&after, &found, ret_contents) || found != tag)
        return false;
    *rest = after;
    return true;
}

static void der_skip(struct btl_bytes *rest, uint8_t tag)
{
    struct btl_bytes ignored;
    der_take(rest, tag, &ignored);
}

static bool bytes_equal(struct btl_bytes bytes, const char *text, size_t size)
{
    return bytes.size == size && memcmp(bytes.at, text, size) == 0;
}

#define IS_OID(oid, text) bytes_equal(oid, text, sizeof(text) - 1)

// ------------------------------------------------------------------------------------------ CMS

static const char *hash_of_oid(struct btl_bytes oid)
{
    static const struct {
        const char *oid, *name;
    } hashes[] = {
        {"\x60\x86\x48\x01\x65\x03\x04\x02\x01", "sha256"},
        {"\x60\x86\x48\x01\x65\x03\x04\x02\x02", "sha384"},
        {"\x60\x86\x48\x01\x65\x03\x04\x02\x03", "sha512"},
        {"\x60\x86\x48\x01\x65\x03\x04\x02\x04", "sha224"},
        {"\x2b\x0e\x03\x02\x1a", "sha1"},
        {"\x2a\x86\x48\x86\xf7\x0d\x02\x05", "md5"},
        {"\x2a\x86\x48\x86\xf7\x0d\x02\x04", "md4"},
        {"\x2b\x24\x03\x02\x01", "rmd160"},
        {"\x2a\x81\x1c\xcf\x55\x01\x83\x11", "sm3"},
    };
    for (size_t i = 0; i < BTL_COUNT(hashes); i++) {
        if (bytes_equal(oid, hashes[i].oid, strlen(hashes[i].oid)))
            return hashes[i].name;
    }
    return NULL;
}

// The common name in a distinguished name; empty when it has none.
static struct btl_str common_name(struct btl_bytes name)
{
    struct btl_bytes set, pair, oid, value;
    uint8_t tag;
    while (der_take(&name, DER_SET, &set)) {
        while (der_take(&set, DER_SEQUENCE, &pair)) {
            if (der_take(&pair, DER_OID, &oid) && IS_OID(oid, "\x55\x04\x03") &&
                der_take_any(&pair, &tag, &value))
                return (struct btl_str){(const char *)value.at, value.size};
        }
    }
    return BTL_STR("");
}

// By which key: the issuer of a certificate and its serial number, or an identifier of the key.
static bool parse_signer(struct btl_bytes *info, struct signature *signature)
{
    struct btl_bytes both, name;
    if (der_take(info, DER_CONTEXT, &signature->key))
        return true;
    if (!der_take(info, DER_SEQUENCE, &both) || !der_take(&both, DER_SEQUENCE, &name) ||
        !der_take(&both, DER_INTEGER, &signature->key))
        return false;
    signature->signer = common_name(name);
    while (signature->key.size > 0 && signature->key.at[0] == 0) { // the sign of the number
        signature->key.at++;
        signature->key.size--;
    }
    return true;
}

static bool parse_signer_info(struct btl_bytes info, struct signature *signature)
{
    struct btl_bytes algorithm, oid;
    der_skip(&info, DER_INTEGER); // version
    if (!parse_signer(&info, signature) || !der_take(&info, DER_SEQUENCE, &algorithm) ||
        !der_take(&algorithm, DER_OID, &oid))
        return false;
    signature->hash = hash_of_oid(oid);
    der_skip(&info, DER_CONTEXT_CONSTRUCTED); // attributes that are signed
    der_skip(&info, DER_SEQUENCE);            // algorithm of the signature
    return der_take(&info, DER_OCTETS, &signature->signature);
}

static bool parse_cms(struct btl_bytes message, struct signature *signature)
{
    struct btl_bytes content, oid, explicit, data, infos, info;
    if (!der_take(&message, DER_SEQUENCE, &content) || !der_take(&content, DER_OID, &oid) ||
        !IS_OID(oid, "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02") || // signed data
        !der_take(&content, DER_CONTEXT_CONSTRUCTED, &explicit) ||
        !der_take(&explicit, DER_SEQUENCE, &data))
        return false;
    der_skip(&data, DER_INTEGER);                 // version
    der_skip(&data, DER_SET);                     // digest algorithms
    der_skip(&data, DER_SEQUENCE);                // what is signed: not in the message
    der_skip(&data, DER_CONTEXT_CONSTRUCTED);     // certificates
    der_skip(&data, DER_CONTEXT_CONSTRUCTED + 1); // revocations
    return der_take(&data, DER_SET, &infos) && der_take(&infos, DER_SEQUENCE, &info) &&
           parse_signer_info(info, signature);
}

// -------------------------------------------------------------------------------------- trailer

static struct btl_bytes bytes_take_last(struct btl_bytes *file, size_t size)
{
    file->size -= size;
    return (struct btl_bytes){file->at + file->size, size};
}

// Before 4.3: the trailer has the lengths of all parts and says the hash.
static bool parse_parts(struct btl_bytes file, const struct trailer *trailer,
                        struct signature *signature)
{
    static const char *const hashes[] = {"md4",    "md5",    "sha1",   "rmd160",
                                         "sha256", "sha384", "sha512", "sha224"};
    if ((size_t)trailer->signer_length + trailer->key_length > file.size)
        return false;
    signature->key = bytes_take_last(&file, trailer->key_length);
    struct btl_bytes signer = bytes_take_last(&file, trailer->signer_length);
    signature->signer = (struct btl_str){(const char *)signer.at, signer.size};
    signature->hash = trailer->hash < BTL_COUNT(hashes) ? hashes[trailer->hash] : NULL;
    return true;
}

bool signature_find(struct btl_bytes file, struct signature *ret_signature)
{
    static const char *const kinds[] = {"PGP", "X509", "PKCS#7"};
    const size_t magic = sizeof(MAGIC) - 1;
    struct trailer trailer;
    if (file.size < magic + sizeof(trailer) ||
        !bytes_equal(bytes_take_last(&file, magic), MAGIC, magic))
        return false;
    memcpy(&trailer, bytes_take_last(&file, sizeof(trailer)).at, sizeof(trailer));
    size_t length = (size_t)trailer.length[0] << 24 | (size_t)trailer.length[1] << 16 |
                    (size_t)trailer.length[2] << 8 | trailer.length[3];
    if (trailer.kind >= BTL_COUNT(kinds) || length > file.size)
        return false;
    struct signature signature = {.kind = kinds[trailer.kind],
                                  .signature = bytes_take_last(&file, length)};
    bool good = trailer.kind == KIND_PKCS7 ? parse_cms(signature.signature, &signature)
                                           : parse_parts(file, &trailer, &signature);
    if (good)
        *ret_signature = signature;
    return good;
}

// WIN_CERTIFICATE (UEFI 2.10, 32.2.4), with PKCS#7 behind it.
struct certificate {
    uint32_t size; // with this header
    uint16_t revision, kind;
};

enum { CERTIFICATE_PKCS7 = 2 };

bool signature_of_program(struct btl_bytes certificates, struct signature *ret_signature)
{
    struct certificate header;
    struct signature signature = {.kind = "PKCS#7"};
    if (certificates.size < sizeof(header))
        return false;
    memcpy(&header, certificates.at, sizeof(header));
    if (header.kind != CERTIFICATE_PKCS7 || header.size < sizeof(header) ||
        header.size > certificates.size)
        return false;
    struct btl_bytes message = {certificates.at + sizeof(header), header.size - sizeof(header)};
    if (!parse_cms(message, &signature))
        return false;
    *ret_signature = signature;
    return true;
}

// SPDX-License-Identifier: BSD-2-Clause
// Directories of the host as file systems, read-only: 9P2000.L on virtio 1.0 and later over PCI, as
// QEMU's -virtfs gives it. The file system has the name of the mount tag: with the tag "host",
// host:/mine.ko is the file mine.ko of the directory.
//
// Files change on the host at any time, so nothing that was read is kept: each open looks at the
// host's file, and a read fails if the file is no longer the one that was opened.
//
// The host is not trusted here: its replies are checked (hostfs/ninep.c, virtio/queue.c), after
// they were copied to where the device cannot write. A device that breaks the rules or does not
// answer is stopped, and every later access fails.
#include <btl/format.h>
#include <btl/fs.h>
#include <btl/module.h>
#include <btl/str.h>

#include "hostfs/ninep.h"
#include "virtio/device.h"

#define VENDOR          0x1af4
#define ID_TRANSITIONAL 0x1009
#define ID_MODERN       0x1049

enum { FEATURE_MOUNT_TAG = 1 << 0 };
enum { CONFIG_TAG_LENGTH = 0, CONFIG_TAG = 2 };

#define TAG_MAX         31u
#define HOSTFS_FILE_MAX (256ull << 20) // bytes
#define REPLY_AT        BTL_PAGE_SIZE  // behind `struct shared`
#define BUFFER_PAGES    (1 + NINEP_REPLY_MAX / BTL_PAGE_SIZE)

// The first of the pages that the device can reach; the reply follows.
struct shared {
    struct virtq_memory queue;
    uint8_t request[NINEP_REQUEST_MAX];
};
_Static_assert(sizeof(struct shared) <= BTL_PAGE_SIZE, "one page");

// A file that was opened; the handle of btl/fs.h. It is kept until the module goes, once for each
// path, and has what the last open has found.
struct opened {
    struct ninep_file file;
    struct opened *next;
    size_t len;
    char path[];
};

struct share {
    struct btl_fs fs;
    char tag[TAG_MAX + 1];
    struct virtio_device device;
    struct virtq queue;
    uint64_t physical; // of BUFFER_PAGES pages
    struct shared *shared;
    struct ninep server;
    struct opened *opened;
    struct share *next;
};

static struct share *shares;

// ------------------------------------------------------------------------------------- files

static const char *share_exchange(struct ninep *server, uint32_t size, uint32_t *ret_size)
{
    struct share *share = server->owner;
    struct virtq_piece pieces[] = {
        {share->physical + offsetof(struct shared, request), size, false},
        {share->physical + REPLY_AT, NINEP_REPLY_MAX, true},
    };
    memcpy(share->shared->request, server->request, size);
    const char *failed =
        virtio_request(&share->device, &share->queue, pieces, BTL_COUNT(pieces), ret_size);
    if (failed == NULL)
        memcpy(server->reply, (const uint8_t *)share->shared + REPLY_AT, *ret_size);
    return failed;
}

// Print why a file cannot be used. A device that has broken the rules is stopped.
static int share_report(struct share *share, struct btl_str path, int error)
{
    if (error != BTL_EIO)
        return error;
    kprintf("hostfs: %s:%pS: %s", share->tag, &path, share->server.reason);
    if (share->server.host_error != 0)
        kprintf(" (error %u)", share->server.host_error);
    if (share->server.broken != NULL) {
        kprintf(
            "; the directory is not used any more (to begin again: kmadmin -U hostfs, kmadmin -L "
            "hostfs)");
        virtio_reset(&share->device);
    }
    kprintf("\n");
    return error;
}

static struct opened *share_find_opened(const struct share *share, struct btl_str path)
{
    struct opened *opened = share->opened;
    while (opened != NULL && !btl_str_equal((struct btl_str){opened->path, opened->len}, path))
        opened = opened->next;
    return opened;
}

static struct opened *share_add_opened(struct share *share, struct btl_str path)
{
    struct opened *opened = kmem_alloc(sizeof(*opened) + path.len);
    if (opened == NULL)
        return NULL;
    memcpy(opened->path, path.at, path.len);
    opened->len = path.len;
    opened->next = share->opened;
    share->opened = opened;
    return opened;
}

static int hostfs_open(struct btl_fs *fs, struct btl_str path, struct btl_fs_file *ret_file)
{
    struct share *share = fs->owner;
    struct ninep_file file;
    int error = ninep_find(&share->server, path, &file);
    if (error != 0)
        return share_report(share, path, error);
    if (file.size > HOSTFS_FILE_MAX) {
        kprintf("hostfs: %s:%pS has %pB; the maximum is %pB (HOSTFS_FILE_MAX)\n", share->tag, &path,
                BTL_BYTES(file.size), BTL_BYTES(HOSTFS_FILE_MAX));
        return BTL_ENOMEM;
    }
    struct opened *opened = share_find_opened(share, path);
    if (opened == NULL)
        opened = share_add_opened(share, path);
    if (opened == NULL)
        return BTL_ENOMEM;
    opened->file = file;
    *ret_file = (struct btl_fs_file){.handle = opened, .size = file.size};
    return 0;
}

static int hostfs_read(struct btl_fs *fs, const struct btl_fs_file *file, void *buffer,
                       uint64_t size)
{
    struct share *share = fs->owner;
    const struct opened *opened = file->handle;
    struct btl_str path = {opened->path, opened->len};
    return share_report(share, path, ninep_read(&share->server, path, &opened->file, buffer, size));
}

// ------------------------------------------------------------------------------------ devices

static bool tag_character_is_good(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

// Read the mount tag, which becomes the name of the file system.
static bool share_read_tag(struct share *share)
{
    uint8_t len[2];
    if ((share->device.features & FEATURE_MOUNT_TAG) == 0 ||
        !virtio_config_bytes(&share->device, CONFIG_TAG_LENGTH, len, 2) || len[0] == 0 ||
        len[0] > TAG_MAX || len[1] != 0 ||
        !virtio_config_bytes(&share->device, CONFIG_TAG, (uint8_t *)share->tag, len[0]))
        return false;
    for (uint32_t i = 0; i < len[0]; i++)
        if (!tag_character_is_good(share->tag[i]))
            return false;
    return true;
}

static int share_connect(struct share *share, const char **ret_reason)
{
    share->server.exchange = share_exchange;
    share->server.owner = share;
    if (ninep_begin(&share->server))
        return 0;
    *ret_reason = share->server.broken;
    return BTL_ENODEV;
}

// The GUID is that of no partition: where the manifest names the boot volume, a directory with a
// copy of it is another one.
static int share_add(struct share *share)
{
    share->fs = (struct btl_fs){
        .name = share->tag, .type = "9P", .open = hostfs_open, .read = hostfs_read, .owner = share};
    memset(share->fs.partition_guid, 0xff, sizeof(share->fs.partition_guid));
    int error = fs_add(&share->fs);
    if (error != 0)
        return error;
    share->next = shares;
    shares = share;
    kprintf("hostfs: %s: a directory of the host; its files are %s:/NAME\n", share->tag,
            share->tag);
    return 0;
}

static int share_start(struct share *share, const char **ret_reason)
{
    int error = virtio_negotiate(&share->device, FEATURE_MOUNT_TAG, ret_reason);
    if (error != 0)
        return error;
    *ret_reason = "it has no mount tag of 1 to 31 letters, digits, \"-\", \"_\" and \".\"";
    if (!share_read_tag(share))
        return BTL_ENODEV;
    error = virtio_start(&share->device, &share->queue, &share->shared->queue, share->physical, 2,
                         ret_reason);
    if (error == 0)
        error = share_connect(share, ret_reason);
    if (error != 0)
        return error;
    *ret_reason = "another file system has its mount tag as name";
    return share_add(share);
}

// Free a share. If the device does not stop, its pages stay allocated: it may still write to them.
static void share_drop(struct share *share, bool stopped)
{
    while (share->opened != NULL) {
        struct opened *opened = share->opened;
        share->opened = opened->next;
        kmem_free(opened);
    }
    if (share->physical != 0 && stopped)
        page_free(share->physical, BUFFER_PAGES);
    kmem_free(share->server.request);
    kmem_free(share->server.reply);
    kmem_free(share);
}

static bool share_allocate(struct share *share)
{
    share->physical = page_alloc(BUFFER_PAGES);
    share->server.request = kmem_alloc(NINEP_REQUEST_MAX);
    share->server.reply = kmem_alloc(NINEP_REPLY_MAX);
    return share->physical != 0 && share->server.request != NULL && share->server.reply != NULL;
}

static int share_attach(const struct pci_function *function, const char **ret_reason)
{
    struct share *share = kmem_alloc(sizeof(*share));
    *ret_reason = "no memory";
    if (share == NULL)
        return BTL_ENOMEM;
    int error =
        share_allocate(share) ? virtio_open(&share->device, function, ret_reason) : BTL_ENOMEM;
    if (error != 0) {
        share_drop(share, true);
        return error;
    }
    share->shared = phys_to_virt(share->physical);
    error = share_start(share, ret_reason);
    if (error != 0)
        share_drop(share, virtio_close(&share->device));
    return error;
}

static void shares_attach(uint16_t id)
{
    const struct pci_function *at = NULL;
    const char *reason;
    while ((at = pci_find(VENDOR, id, at)) != NULL)
        if (share_attach(at, &reason) != 0)
            kprintf("hostfs: %02x:%02x.%x: not used: %s\n", at->bus, at->device, at->function,
                    reason);
}

static int hostfs_unload(void)
{
    while (shares != NULL) {
        struct share *share = shares;
        shares = share->next;
        fs_remove(&share->fs);
        share_drop(share, virtio_close(&share->device));
    }
    return 0;
}

static int hostfs_load(const struct btl_load_args *args)
{
    shares_attach(ID_TRANSITIONAL);
    shares_attach(ID_MODERN);
    return shares != NULL ? 0 : BTL_ENODEV;
}

// Not fs:1.0: the boot volume is never a directory of the host.
BTL_MODULE("hostfs", .load = hostfs_load, .unload = hostfs_unload);
BTL_VERSION("1.0");
BTL_DESCRIPTION("directories of the host (virtio-9p), read-only");
BTL_LICENSE("BSD-2-Clause");
BTL_PHASES("BOOT2,RUN");
BTL_NEEDS("kernel:1.6");
BTL_NEEDS("pci:1.2");
BTL_DEPENDS("pci");
BTL_ALIAS("pci:v00001AF4d00001009sv*");
BTL_ALIAS("pci:v00001AF4d00001049sv*");

// SPDX-License-Identifier: BSD-2-Clause
#include "target.h"

#include <fcntl.h>
#include <unistd.h>

#include "esp.h"
#include "volume/disk.h"

bool target_open_volume(struct target *target)
{
    const char *directory = esp_directory(target->esp);
    target->volume = (struct volume){.image = -1, .tree = {.root = -1}};
    if (directory == NULL)
        return esp_report_none(target->host);
    return volume_open(target->host, directory, &target->volume);
}

// Linux shows the size of the firmware's addresses beside the variables.
static bool target_check_bits(struct target *target)
{
    const char *path =
        memory_text(target->host->arena, "%s/../fw_platform_size", target->variables.source).at;
    char bits[3] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool is_32 = fd >= 0 && read(fd, bits, 2) == 2 && bits[0] == '3' && bits[1] == '2';
    if (fd >= 0)
        close(fd);
    if (is_32)
        btl_report(&target->host->diags, BTL_HOST_INSTALL_BITS,
                   (struct btl_place){.file = btl_str_of(path)}, BTL_DEC(32));
    return !is_32;
}

bool target_open_variables(struct target *target)
{
    const char *source = target->efivars != NULL ? target->efivars : VARIABLES_DEFAULT;
    if (!variables_open(target->host, source, &target->variables))
        return false;
    if (target->variables.directory < 0) {
        usage_error(target->host, "%s is a file; --efivars takes a directory", source);
        return false;
    }
    return target_check_bits(target);
}

bool target_find_partition(struct target *target, struct load_option_partition *ret_partition)
{
    const struct volume *volume = &target->volume;
    if (target->disk != NULL || volume->is_image)
        return disk_find_partition(target->host, target->disk != NULL ? target->disk : volume->path,
                                   DISK_ESP, ret_partition);
    return disk_find_mounted(target->host, volume->path, ret_partition);
}

void target_close(struct target *target)
{
    variables_close(&target->variables);
    volume_close(&target->volume);
}

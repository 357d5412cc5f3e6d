// SPDX-License-Identifier: BSD-2-Clause
// Which files the kernel gets in memory, and which it reads from the boot volume: those alone that
// modules of BOOT2 can certainly read there.
#include <btl/linux_boot.h>

#include "attempt_private.h"

// Calls `test` for the modules that will run when INIT begins.
static bool stage_any(const struct btl_plan *plan,
                      bool (*test)(const struct btl_modinfo *info, struct btl_str text),
                      struct btl_str text)
{
    for (uint32_t i = 0; i < plan->module_count; i++) {
        const struct btl_planned *module = &plan->modules[i];
        if (module->verdict == BTL_LOAD && module->phase <= BTL_PHASE_BOOT2 &&
            test(module->info, text))
            return true;
    }
    return false;
}

static bool stage_provides(const struct btl_modinfo *info, struct btl_str interface)
{
    for (size_t i = 0; i < info->provide_count; i++)
        if (btl_str_equal(info->provides[i].name, interface))
            return true;
    return false;
}

static bool stage_drives(const struct btl_modinfo *info, struct btl_str controller)
{
    for (size_t i = 0; i < info->alias_count; i++)
        if (btl_alias_match(info->aliases[i], controller))
            return true;
    return false;
}

static enum btl_stage_reason stage_judge(const struct btl_plan *plan,
                                         const struct btl_boot_disk *disk)
{
    bool gpt = disk->layout == BTLM_VOLUME_GPT, mbr = disk->layout == BTLM_VOLUME_MBR;
    if (!stage_any(plan, stage_provides, BTL_STR("fs")))
        return BTL_STAGE_NO_FILES;
    if (!gpt && !mbr && disk->layout != BTLM_VOLUME_DISK)
        return BTL_STAGE_NO_LAYOUT;
    if ((gpt || mbr) && !stage_any(plan, stage_provides, gpt ? BTL_STR("gpt") : BTL_STR("mbr")))
        return BTL_STAGE_NO_PARTITIONS;
    if (disk->controller.len == 0)
        return BTL_STAGE_NO_CONTROLLER;
    return stage_any(plan, stage_drives, disk->controller) ? BTL_STAGE_READABLE
                                                           : BTL_STAGE_NO_DRIVER;
}

const char *btl_stage_reason_text(enum btl_stage_reason reason)
{
    static const char *const texts[] = {
        [BTL_STAGE_READABLE] = "modules of BOOT2 read the boot volume",
        [BTL_STAGE_NO_FILES] = "no module of BOOT2 reads a file system (interface fs)",
        [BTL_STAGE_NO_LAYOUT] = "it is not known how the boot volume lies on its disk",
        [BTL_STAGE_NO_PARTITIONS] =
            "no module of BOOT2 reads the disk's partition table (interface gpt or mbr)",
        [BTL_STAGE_NO_CONTROLLER] = "it is not known what the disk's controller is",
        [BTL_STAGE_LINUX] = "Linux gets all files in its initrd",
        [BTL_STAGE_NO_DRIVER] = "no module of BOOT2 drives the disk's controller",
    };
    return texts[reason];
}

// Warn if files stay on a disk that will not be read. What is not known may be right.
static void stage_check_demand(struct btl_attempt *attempt)
{
    enum btl_stage_reason reason = attempt->stage_reason;
    if (reason == BTL_STAGE_READABLE || reason == BTL_STAGE_LINUX ||
        reason == BTL_STAGE_NO_LAYOUT || reason == BTL_STAGE_NO_CONTROLLER)
        return;
    btl_report(attempt->diags, BTL_BOOT_STAGE, ((struct btl_place){.file = attempt->config.file}),
               BTL_ARG_Z(btl_stage_reason_text(reason)));
}

static bool stage_leaves_files(const struct btl_plan *plan)
{
    for (uint32_t i = 0; i < plan->order_count; i++)
        if (plan->modules[plan->order[i]].phase > BTL_PHASE_BOOT2 &&
            plan->modules[plan->order[i]].built_in == NULL)
            return true;
    return false;
}

void btl_attempt_choose_staged(struct btl_attempt *attempt, const struct btl_boot_disk *disk)
{
    enum btl_stage stage = attempt->config.stage;
    attempt->stage_reason =
        btl_attempt_is_linux(attempt) ? BTL_STAGE_LINUX : stage_judge(&attempt->plan, disk);
    // What a Limine kernel reads later is unknown: its modules are whole files.
    bool readable =
        attempt->stage_reason == BTL_STAGE_READABLE && attempt->kernel.kind != BTL_KERNEL_LIMINE;
    attempt->stage_all = stage == BTL_STAGE_ALL || attempt->stage_reason == BTL_STAGE_LINUX ||
                         (stage == BTL_STAGE_AUTO && !readable);
    if (stage == BTL_STAGE_BOOT && stage_leaves_files(&attempt->plan))
        stage_check_demand(attempt);
}

bool btl_attempt_is_staged(const struct btl_attempt *attempt, uint32_t module)
{
    const struct btl_planned *planned = &attempt->plan.modules[module];
    if ((planned->verdict != BTL_LOAD && planned->verdict != BTL_READY) ||
        planned->built_in != NULL)
        return false;
    return planned->phase == BTL_PHASE_BOOT2 ||
           (planned->phase != BTL_PHASE_BOOT1 && attempt->stage_all);
}

void btl_attempt_stage(struct btl_attempt *attempt, const struct btl_boot_disk *disk)
{
    const struct btl_plan *plan = &attempt->plan;
    btl_attempt_choose_staged(attempt, disk);
    for (uint32_t i = 0; i < plan->order_count; i++) {
        uint32_t index = plan->order[i];
        const struct btl_planned *planned = &plan->modules[index];
        uint64_t time = attempt->modules[index]->read_time;
        if (planned->built_in != NULL && planned->verdict != BTL_FAILED)
            attempt_done(attempt, index, BTL_OUTCOME_BUILT_IN, 0);
        else if (btl_attempt_is_staged(attempt, index))
            attempt_done(attempt, index, BTL_OUTCOME_STAGED, time);
        else if (planned->phase > BTL_PHASE_BOOT2 && planned->verdict != BTL_FAILED)
            attempt_done(attempt, index, BTL_OUTCOME_ON_VOLUME, time);
    }
    for (uint32_t i = 0; i < plan->module_count; i++) {
        if (plan->modules[i].verdict == BTL_FAILED)
            attempt_done(attempt, i, BTL_OUTCOME_FAILED, 0);
        else if (plan->modules[i].verdict == BTL_OFF)
            attempt_done(attempt, i, BTL_OUTCOME_OFF, 0);
    }
}

# make attack: the loader on machines with something wrong, until it is stopped (tests/attack/attack.c).
ATTACK := $(BUILD)/attack
ATTACK_C := $(wildcard tests/attack/*.c)
ATTACK_RUNS ?= 3000
ATTACK_SPOILED ?= 40
$(call compile,$(ATTACK)/%.o,tests/attack/%.c,clang $(MOCK_FLAGS))
$(ATTACK)/attack: $(ATTACK_C:tests/attack/%.c=$(ATTACK)/%.o) $(addprefix $(MOCK_OUT)/clang/,$(filter-out tests/menu_user.o,$(MOCK_SUPPORT)) $(MOCK_LOADER)) \
		$(BUILD)/test-clang/libbtl.a $(call kept,$(ATTACK)/attack.parts,$(ATTACK_C) $(MOCK_SUPPORT) $(MOCK_LOADER))
	clang $(SANITIZE) -Wl,--wrap=cache_sync_code $(filter %.o %.a,$^) -lcmocka -o $@

## Run the loader on machines with something wrong, without end.
attack: $(ATTACK)/attack $(MOCK_FIXTURES)
	$< --seed $$(date +%s) --runs 0
# A bounded attack; then each check of the attack has to find a bit that is wrong. Ends with "N passed, N failed".
attack-test: $(ATTACK)/attack $(MOCK_FIXTURES)
	@tests/attack/bounded.sh $< $(ATTACK_RUNS) $(ATTACK_SPOILED)
.PHONY: attack attack-test

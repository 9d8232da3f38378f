# ci: what has to pass, and the measuring. ci/README.md describes the gates.

OBJECTS += $(PLANT_OBJECT) $(SLOW_OBJECT)

.PHONY: deps deps-podman conformance-podman deps-browser conformance conformance-realtime check check-browser unit mutants memcheck check-crash check-chaos check-slow check-vm bench gates format
#: make all           builds podd, podctl, podtest and the images (the default)
#: make deps          installs the packages of ci/packages that are missing
deps:
	@ci/deps

#: make deps-browser  also what make check-browser needs: Chromium, node, and a module of npm
deps-browser:
	@ci/deps browser

#: make deps-podman   also those of ci/packages-podman
deps-podman:
	@ci/deps podman

#: make conformance   the main job: build, run the suite on the reference, write out/report
conformance: deps
	@$(MAKE) -j$(JOBS) all
	@$(BIN)/podtest run --report $(BUILD)/report

#: make conformance-realtime   the same at clock rate 1, as on a real node: as long as the longest wait
conformance-realtime: deps
	@$(MAKE) -j$(JOBS) all
	@$(BIN)/podtest run --clock-rate 1 --report $(BUILD)/report-realtime

#: make conformance-podman   the suite on podman kube play; its known deviations are harness/expectations/podman.yaml
conformance-podman: deps-podman
	@$(MAKE) -j$(JOBS) all
	@ci/conformance-podman $(O)/drivers/podman $(BIN)/podtest $(BUILD)/report-podman

#: make check         everything that must pass; the last line is "N passed, N failed"
check: deps
	@ci/check

#: make gates         the static part of it: layers, headers, sizes, style, shell, cppcheck, catalogue
gates:
	@ci/check --static

#: make unit          the unit tests
unit:
	@$(MAKE) -j$(JOBS) tests
	@ci/unit $(O)/test

#: make mutants       every mutant of AREA= must be killed by the case named for it
mutants: deps
	@$(MAKE) -j$(JOBS) all
	@$(BIN)/podtest mutants $(if $(AREA),--area $(AREA))

#: make memcheck      podd and podtest under valgrind, and planted leaks that it must find
memcheck: deps
	@$(MAKE) -j$(JOBS) all
	@$(MAKE) -j$(JOBS) VARIANT=plant all
	@ci/memcheck

#: make check-crash   podd killed at twenty random instants: nothing dies of it, nothing is left
check-crash: deps
	@$(MAKE) -j$(JOBS) all
	@ci/check-crash

#: make check-chaos   a roll-out of 200 replicas on three nodes, while a node and podd die
check-chaos: deps
	@$(MAKE) -j$(JOBS) all
	@ci/check-chaos

#: make check-slow    the suite in real time on a podd that is as slow as a real node: no case leans on speed
check-slow: deps
	@$(MAKE) -j$(JOBS) VARIANT=slow all
	@$(BUILD)/slow/bin/podtest run --clock-rate 1 --report $(BUILD)/slow/report

#: make check-vm      the cases of ci/vm/cases in a virtual machine with cgroup v2 alone
check-vm:
	@ci/deps vm
	@$(MAKE) -j$(JOBS) all
	@ci/check-vm

#: make check-browser report.html in a real Chromium (part of make check)
check-browser:
	@ci/deps browser
	@$(MAKE) -j$(JOBS) all tests
	@ci/browser

#: make bench         the start of a pod against the bare system calls, as a ratio
bench: deps
	@$(MAKE) -j$(JOBS) all $(O)/bench/bench
	@ci/bench/run

BENCH_SOURCES := $(wildcard ci/bench/*.c)
OBJECTS += $(call objects,$(BENCH_SOURCES))
$(O)/obj/ci/slow/%.o: FOLDER_CPPFLAGS = -Ireference
$(O)/obj/ci/%.o: FOLDER_CPPFLAGS = -Ici -isystem /usr/include/libnl3
$(O)/bench/bench: $(call objects,$(BENCH_SOURCES))
	$(call say,LINK,$@)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lnl-route-3 -lnl-3

#: make format        puts every C file into the form that make check wants
format:
	@find reference harness conformance ci -name '*.[ch]' | xargs -r clang-format -i

#: make install       PREFIX=/usr/local, DESTDIR=
#: make clean         removes out/

# For `podtest mutants`: make -s mutant-build FILE=reference/L/x.c REPLACEMENT=PATH OUT=DIR puts a podd, with its
# pod-shim and pause beside it, into DIR; only FILE's text is replaced. `all libraries` must be up to date.
MUTANT_NAME := $(notdir $(FILE:.c=.o))
MUTANT_LAYER := $(filter $(LAYERS),$(word 2,$(subst /, ,$(FILE))))
# $(call mutated,OBJECTS,PREFIX): the objects, that of FILE replaced.
mutated = $(patsubst $2$(FILE:.c=.o),$(OUT)/$(if $(filter $(O)/shim/,$2),shim-)$(MUTANT_NAME),$1)
MUTANT_SHIM := $(filter $(FILE),$(SHIM_SOURCES) $(PAUSE_SOURCES))
MUTANT_OBJECT := $(if $(filter reference/runtime/shim/% reference/cmd/pod_shim% reference/cmd/pause.c,$(FILE)),,yes)
MUTANT_LIBS = $(patsubst $(O)/lib/$(MUTANT_LAYER).a,$(if $(MUTANT_OBJECT),$(OUT),$(O)/lib)/$(MUTANT_LAYER).a,$(call layer_libs,$(LAYERS)))

.PHONY: mutant-build
mutant-build: LAYER_CPPFLAGS = $(if $(filter runtime,$(MUTANT_LAYER)),-isystem /usr/include/libnl3)
mutant-build:
	@test -n "$(FILE)" -a -f "$(REPLACEMENT)" -a -n "$(OUT)" || { echo 'FILE= REPLACEMENT= OUT= wanted' >&2; exit 64; }
	$(Q)rm -rf $(OUT)/bin && mkdir -p $(OUT)
	$(Q)ln -sfn $(abspath $(BIN)/pod-shim) $(OUT)/pod-shim && ln -sfn $(abspath $(BIN)/pause) $(OUT)/pause
ifneq ($(MUTANT_OBJECT),)
	$(Q)$(CC) $(ALL_CFLAGS) -Ireference $(LAYER_CPPFLAGS) -x c -c $(REPLACEMENT) -o $(OUT)/$(MUTANT_NAME)
ifneq ($(MUTANT_LAYER),)
	$(Q)cp $(O)/lib/$(MUTANT_LAYER).a $(OUT)/ && $(AR) rcsD $(OUT)/$(MUTANT_LAYER).a $(OUT)/$(MUTANT_NAME)
endif
endif
	$(Q)$(CC) $(ALL_LDFLAGS) -o $(OUT)/podd $(call mutated,$(call objects,$(podd_SOURCES)),$(O)/obj/) \
		-Wl,--start-group $(MUTANT_LIBS) -Wl,--end-group $(call link_libs,$(LAYERS))
ifneq ($(MUTANT_SHIM),)
	$(Q)$(SHIM_CC) $(SHIM_CFLAGS) -Ireference -x c -c $(REPLACEMENT) -o $(OUT)/shim-$(MUTANT_NAME)
ifneq ($(filter $(FILE),$(SHIM_SOURCES)),)
	$(Q)rm -f $(OUT)/pod-shim && $(SHIM_CC) $(SHIM_CFLAGS) $(SHIM_LDFLAGS) -o $(OUT)/pod-shim \
		$(call mutated,$(call shim_objects,$(SHIM_SOURCES)),$(O)/shim/) $(SHIM_LIBS)
endif
ifneq ($(filter $(FILE),$(PAUSE_SOURCES)),)
	$(Q)rm -f $(OUT)/pause && $(SHIM_CC) $(SHIM_CFLAGS) $(SHIM_LDFLAGS) -o $(OUT)/pause \
		$(call mutated,$(call shim_objects,$(PAUSE_SOURCES)),$(O)/shim/)
endif
endif

# ci: what has to pass, and the measuring.

.PHONY: deps conformance check unit mutants memcheck check-crash check-vm bench
#: make deps          installs the packages of ci/packages that are missing
deps:
	@ci/deps

#: make all           builds podd, podctl, podtest and the images (the default)
#: make conformance   the main job: build, run the suite on the reference, write out/report
conformance: deps
	@$(MAKE) -j$(JOBS) all
	@$(BIN)/podtest run --report out/report

#: make unit          the unit tests
unit:
	@$(MAKE) -j$(JOBS) tests
	@ci/unit $(O)/test

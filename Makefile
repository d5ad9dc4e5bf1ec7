# SPDX-License-Identifier: GPL-2.0
#
# The front door: `make help`. The kernel's build system does not read this file
# but Kbuild.

# Options on the command line (KVER, KDIR, T, ...) reach the scripts in the
# environment.
RELEASE := $(shell uname -r)

.PHONY: modules
modules:
	+@tools/build/modules

.PHONY: help
help:
	@sed -n 's/^#: \{0,1\}//p' Makefile

#: make [modules]      build libmultipath.ko, scsi_multipath.ko and nvme_multipath.ko
#:      KVER=6.12        for these installed headers ("all": for every kernel); default:
#:                       the running kernel's, else the newest
#:      KDIR=dir         for a kernel build tree; STAGE=name keeps two of one release apart
#:      W=2 C=2 V=1      the kernel's own: warnings (1 if not said), sparse, commands
#: make tools          build mpathctl, and mpath-ana, the optional helper for NVMe
#: make install        the running kernel's (KVER=...) modules into updates/, and depmod;
#:                       rules for udev, a line for multipath-tools; mpathctl, mpath-ana;
#:                       what loads the modules at boot
#: make uninstall      and out again
#: make deb            or Debian packages of all that instead, in build/deb
#: make clean          remove what `make` and the checks built
#: make distclean      and everything else under build/, test kernels too
#: make deps           install the packages all of this needs (root);
#:      FOR="build unit" only for building, check, unit, fuzz, kunit, qemu
#:
#: make check          layering, formatting, warnings, sparse, static analysis; T="layering format"
#: make unit           the core in user space; T=pattern SAN=address|thread
#: make unit-tools     mpathctl, on a made-up host; T=pattern
#: make fuzz           libFuzzer on what parses bytes of others; T=vpd83 FUZZ_SECONDS=60
#: make kunit          KUnit suites on small debug kernels
#: make qemu           end-to-end tests on Debian's kernels; T=case KERNELS="6.1 newest"
#: make soak           everything at random under verified I/O, on the debug kernel;
#:      TIME=600 SEED=1
#: make boot-test      the packages, and guests that boot from a head; T=guest
#: make test           all of them but the last two; installs what they need; KERNELS="newest"
#: make demo           a disk loses its path under I/O, in a virtual machine; installs what it needs
#: make bench          what a head costs per I/O, and what service-time gains;
#:                       qemu-tests/bench failover, silent, throughput: what takes time
#: make scale          1000 LUNs behind four ports: times, memory, idle CPU, growth; LUNS=100

.PHONY: tools
tools:
	@for tool in tools/ana tools/mpathctl; do $(MAKE) --no-print-directory -C $$tool $@ || exit; done

.PHONY: install
install:
	@tools/packaging/no-package
	+@KVER="$(or $(KVER),$(RELEASE))" tools/build/modules install
	@tools/udev/install
	@tools/boot/install
	@for tool in tools/ana tools/mpathctl; do $(MAKE) --no-print-directory -C $$tool $@ || exit; done

.PHONY: uninstall
uninstall:
	@tools/packaging/no-package
	@tools/build/modules uninstall
	@tools/udev/install uninstall
	@tools/boot/install uninstall
	@for tool in tools/ana tools/mpathctl; do $(MAKE) --no-print-directory -C $$tool $@ || exit; done

.PHONY: deb
deb:
	@tools/packaging/deb

.PHONY: deps
deps:
	@tools/build/deps $(FOR)

.PHONY: check
check:
	+@tools/check/run $(T)

# Unit tests come with the core; the other rings have scripts of their own.
.PHONY: unit
unit:
	@$(MAKE) --no-print-directory -C lib/tests $@

.PHONY: unit-tools
unit-tools:
	@$(MAKE) --no-print-directory -C tools/mpathctl unit

qemu-system := qemu-system-x86_64
need-qemu = command -v $(qemu-system) > /dev/null || \
	{ echo "$(qemu-system) is missing: apt-get install qemu-system-x86 (or: make deps FOR=qemu)" >&2; exit 1; }

.PHONY: fuzz
fuzz:
	@lib/fuzz/run $(or $(FUZZ_SECONDS),60) $(T)

.PHONY: kunit
kunit:
	+@kunit/run

.PHONY: qemu
qemu:
	+@$(need-qemu); qemu-tests/run

.PHONY: soak
soak:
	+@$(need-qemu); qemu-tests/soak $(or $(TIME),600) $(SEED)

.PHONY: bench
bench:
	+@$(need-qemu); qemu-tests/bench

.PHONY: scale
scale:
	+@$(need-qemu); qemu-tests/scale $(LUNS)

# Installs what it needs, as `make test` does: these start from a bare machine.
.PHONY: demo
demo:
	+@tools/build/deps build qemu && qemu-tests/demo

.PHONY: boot-test
boot-test:
	+@tools/build/deps tools deb lintian qemu && qemu-tests/boot

.PHONY: test
test:
	+@tools/test

# A build in the source tree itself (DKMS, make M=) leaves these.
kbuild-files := -name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' -o -name '.*.cmd' \
	-o -name '*.probe' -o -name '*.probe.log' -o -name compat_features.h \
	-o -name modules.order -o -name Module.symvers

.PHONY: clean
clean:
	$(if $(wildcard lib/tests/Makefile),@$(MAKE) --no-print-directory -s -C lib/tests clean)
	@rm -rf build/modules build/check build/tools build/deb
	@find . -maxdepth 1 -type f \( $(kbuild-files) \) -delete
	@find $(wildcard include lib scsi nvme kunit) -type f \( $(kbuild-files) \) -delete

.PHONY: distclean
distclean: clean
	@rm -rf build

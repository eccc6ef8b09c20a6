# The front door. `make run` and `make test` are all that is needed on a bare Debian 12; the rest is for developers.
.PHONY: run test setup build web test-asan test-tsan fuzz bench format tidy layers clean

run: ; @scripts/run
test: ; @scripts/test

setup: ; @scripts/setup
build: ; @scripts/build release
web: ; @scripts/build-web
test-asan: ; @scripts/test-sanitizer asan
test-tsan: ; @scripts/test-sanitizer tsan
fuzz: ; @scripts/fuzz
bench: ; @scripts/build release -DMAMORI_BENCH=ON && scripts/bench
format: ; @scripts/format --fix
tidy: ; @scripts/tidy
layers: ; @scripts/check-layers
clean: ; rm -rf build web/dist
